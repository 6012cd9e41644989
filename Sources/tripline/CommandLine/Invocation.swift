package import QueryLanguage
package import TerminalUI

/// A command line that was understood: a verb, what the flags said, and the other words in order.
package struct Invocation: Sendable {
  /// Nil only with `--help` or `--version`.
  package var verb: Verb.Name?
  package var options: Options
  /// Without the verb; `-` stands for stdin.
  package var words: [String]
  private var line: WrittenLine

  /// Reads the arguments; all mistakes are reported together.
  package static func parse(_ arguments: [String]) throws(UsageError) -> Invocation {
    var parser = ArgumentParser(arguments)
    return try parser.parse()
  }

  /// A mistake that only the command can see, such as one argument that needs another.
  package func mistake(_ problem: String, help: String? = nil) -> UsageError {
    UsageError(
      diagnostics: [
        Diagnostic(
          .usage(problem), at: line.place(of: problem) ?? line.end, in: line.source, help: help)
      ],
      verb: verb)
  }

  init(verb: Verb.Name?, options: Options, words: [String], line: WrittenLine) {
    self.verb = verb
    self.options = options
    self.words = words
    self.line = line
  }
}

/// A command line that was not understood.
package struct UsageError: Error, Sendable {
  package var diagnostics: [Diagnostic]
  package var verb: Verb.Name?

  static let verbMissing = UsageError(diagnostics: [], verb: nil)

  /// The mistakes, then how to do it right.
  package func text(_ palette: Palette) -> String {
    if diagnostics.isEmpty { return Help.overview(palette) }
    var text = diagnostics.map { $0.rendered(colour: palette.isColoured) }.joined()
    let usage = verb.map { Verb.named($0).usage } ?? Help.usage
    let more = verb.map { "tripline help \($0.rawValue)" } ?? "tripline help"
    text += "\nusage: \(usage)\n" + palette.paint("'\(more)' tells more", .quiet) + "\n"
    return text
  }
}

extension Diagnostic.Message {
  /// A mistake in the arguments that needs no code of its own.
  static func usage(_ text: String) -> Self { .init("usage", text) }
}
