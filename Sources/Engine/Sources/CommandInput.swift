import Actions
import Alerting
import CLinux
import Glibc
import Records

/// A command whose runs are the lines of a source.
package struct CommandInput: Sendable, Hashable {
  /// The program and its arguments; no shell looks at them.
  package var arguments: [String]
  /// How often it is run, in milliseconds. A run that takes longer is killed.
  package var every: Int64

  package init(arguments: [String], every: Int64) {
    self.arguments = arguments
    self.every = every
  }

  /// As messages and lines name it.
  package var text: String { arguments.joined(separator: " ") }
}

/// Runs a command again and again, never two at once; each run is a line of JSON once it is over.
final class CommandBytes: LiveBytes {
  private let input: CommandInput
  private let clock: any EngineClock
  private let begun: Duration
  /// The number of the next run; it is due so many times `every` after the beginning.
  private var number: Int64 = 0
  private var run: CommandRun?
  private var line: ArraySlice<UInt8> = []
  private var news: [SourceNews] = []
  /// Tells of output and ends, of whatever run there is.
  private let events: Int32

  init(_ input: CommandInput, clock: any EngineClock) throws(InputFailure) {
    self.input = input
    self.clock = clock
    begun = clock.elapsed
    events = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard events >= 0 else { throw InputFailure(path: input.text, errno: errno) }
  }

  deinit {
    run?.kill()
    close(events)
  }

  var descriptor: Int32? { events }
  let hasEnded = false
  var wakes: Duration? { run?.deadline ?? due }

  func takeNews() -> [SourceNews] {
    defer { news = [] }
    return news
  }

  private var due: Duration { begun + .milliseconds(number * input.every) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    if line.isEmpty { advance() }
    let count = min(line.count, buffer.count)
    buffer.copyBytes(from: line.prefix(count))
    line = line.dropFirst(count)
    return count
  }

  /// Ends what has ended, kills what takes too long, begins what is due.
  private func advance() {
    if let run {
      guard run.hasEnded() || clock.elapsed >= run.deadline else { return }
      let isOverdue = !run.hasEnded()
      if isOverdue {
        news.append(.overdue(command: input.text, after: .milliseconds(input.every)))
      }
      let ending = run.finish(killing: isOverdue)
      self.run = nil
      return line = self.line(of: run, ending, timedOut: isOverdue)[...]
    }
    guard clock.elapsed >= due else { return }
    // What was missed is not made up for: the next run is due at the next multiple.
    number = (clock.elapsed - begun).milliseconds / input.every + 1
    do throws(InputFailure) {
      run = try CommandRun(input, at: clock.elapsed, deadline: due, events: events)
    } catch {
      line = unstarted(error)[...]
    }
  }

  // The line.

  private func line(
    of run: CommandRun, _ ending: SpawnedProgram.Ending, timedOut: Bool
  ) -> [UInt8] {
    written { writer in
      writer.key("exit_code")
      switch ending {
      case .exited(let code): writer.whole(Int64(code))
      case .killed(let signal):
        writer.null()
        writer.key("signal")
        writer.whole(Int64(signal))
      }
      writer.key("duration_ms")
      writer.whole((clock.elapsed - run.begun).milliseconds)
      writer.key("timed_out")
      writer.raw(timedOut ? "true" : "false")
      writer.member("stdout", String(decoding: run.output.bytes, as: UTF8.self))
      writer.member("stderr", String(decoding: run.errors.bytes, as: UTF8.self))
      writer.key("truncated")
      writer.raw(run.output.isCut || run.errors.isCut ? "true" : "false")
    }
  }

  private func unstarted(_ failure: InputFailure) -> [UInt8] {
    written { writer in
      writer.key("exit_code")
      writer.null()
      writer.member("error", failure.reason)
    }
  }

  /// Its time is that of the end, so that a slow run is not late.
  private func written(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      $0.member("timestamp", Timestamp.rfc3339(clock.now))
      $0.member("command", input.text)
      members(&$0)
    }
    return Array(writer.text.utf8) + [0x0A]
  }
}
