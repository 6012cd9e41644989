import Engine
import Glibc
import QueryLanguage
import TerminalUI

/// One run of the program, from arguments to exit code.
package enum Shell {
  package static func main(_ arguments: [String]) async -> Int32 {
    keepStandardDescriptors()
    // A closed pipe is then an error of `write`, which ends the run quietly, instead of a death by
    // signal in the middle of a commit.
    signal(SIGPIPE, SIG_IGN)
    do throws(UsageError) {
      let invocation = try Invocation.parse(arguments)
      return await run(try Verb.command(for: invocation), on: Console(invocation.options))
    } catch {
      let console = Console(Options())
      console.say(error.text(console.errors.palette), important: true)
      return ExitCode.usage.rawValue
    }
  }

  /// Whoever started the program may have closed them, and a log opened as number 1 would be written to.
  private static func keepStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
    }
  }

  private static func run(_ command: any Command, on console: Console) async -> Int32 {
    var outcome = Outcome()
    do {
      outcome = try await command.run(on: console)
      try console.output.flush()
    } catch is Output.Closed {
      // The reader has seen enough: `tripline query ... | head` is a success.
    } catch let error as UsageError {
      console.say(error.text(console.errors.palette), important: true)
      outcome.note(.usage)
    } catch let error as Diagnostics {
      for diagnostic in error.list {
        console.say(diagnostic.rendered(colour: console.errors.palette.isColoured), important: true)
      }
      outcome.note(.rules)
    } catch let error as ConfigurationMistakes {
      for diagnostic in error.list {
        console.say(diagnostic.rendered(colour: console.errors.palette.isColoured), important: true)
      }
      outcome.note(.usage)
    } catch let error as StateFailure {
      console.say("tripline: \(error.description)", important: true)
      outcome.note([.damaged, .tooNew].contains(error.cause) ? .state : .usage)
    } catch let error as Failure {
      console.say("tripline: \(error.description)", important: true)
      outcome.note(error.code)
    } catch {
      console.say("tripline: \(error)", important: true)
      outcome.note(.input)
    }
    // What was written before a failure still counts; that nobody reads it changes nothing.
    try? console.output.flush()
    return outcome.status
  }
}

/// Something about the world went wrong and the run could not go on: what was tried, on what, why
/// it failed, and what to do about it.
package struct Failure: Error, CustomStringConvertible {
  package var description: String
  package var code: ExitCode

  package init(_ description: String, code: ExitCode) {
    self.description = description
    self.code = code
  }
}
