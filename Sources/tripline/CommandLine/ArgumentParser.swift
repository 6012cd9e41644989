import QueryLanguage
import TerminalUI

/// Reads arguments from left to right, once, noting every mistake on its way.
///
/// Whether a flag takes a value never depends on the verb, so flags may stand anywhere, also before
/// the verb.
struct ArgumentParser {
  private struct Occurrence {
    var flag: Flag
    var value: String
    var index: Int
  }

  private let arguments: [String]
  private let line: WrittenLine
  private var found: [Occurrence] = []
  private var words: [(text: String, index: Int)] = []
  private var unknown: [(name: String, index: Int)] = []
  private var mistakes: [(index: Int, diagnostic: Diagnostic)] = []

  init(_ arguments: [String]) {
    self.arguments = arguments
    line = WrittenLine(arguments)
  }

  mutating func parse() throws(UsageError) -> Invocation {
    scan()
    let verb = words.isEmpty ? nil : Verb.Name(rawValue: words[0].text)
    reportUnknown(for: verb)
    var options = Options()
    apply(to: &options, for: verb)
    if let first = words.first, verb == nil {
      note(first.index, .unknownVerb(first.text), help: Self.help(forVerb: first.text))
    } else if let verb, !options.help, !options.version, mistakes.isEmpty {
      count(for: Verb.named(verb))
    }
    if !mistakes.isEmpty {
      let inOrder = mistakes.sorted { $0.index < $1.index }.map(\.diagnostic)
      throw UsageError(diagnostics: inOrder, verb: verb)
    }
    return Invocation(
      verb: verb, options: options, words: words.dropFirst().map(\.text), line: line)
  }

  /// Splits flags from words.
  private mutating func scan() {
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if argument == "--" {
        words += arguments.indices[(index + 1)...].map { (arguments[$0], $0) }
        return
      }
      if argument.hasPrefix("--") {
        let parts = argument.dropFirst(2).split(
          separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        take(
          Flag.named(parts[0]), "--\(parts[0])", parts.count > 1 ? String(parts[1]) : nil, &index)
      } else if argument.hasPrefix("-"), argument.count > 1 {
        scanShort(argument, &index)
      } else {
        words.append((argument, index))
      }
      index += 1
    }
  }

  /// `-o json`, `-ojson`, `-o=json`, `-q`, and switches together as `-qh`.
  private mutating func scanShort(_ argument: String, _ index: inout Int) {
    var rest = argument.dropFirst()
    while let letter = rest.popFirst() {
      guard let flag = Flag.named(letter), flag.placeholder == nil else {
        let attached = rest.first == "=" ? rest.dropFirst() : rest
        let name = Flag.named(letter) == nil && argument.count > 2 ? argument : "-\(letter)"
        take(Flag.named(letter), name, rest.isEmpty ? nil : String(attached), &index)
        return
      }
      take(flag, "-\(letter)", nil, &index)
    }
  }

  /// Notes a flag, with the next argument as its value when it needs one.
  private mutating func take(
    _ flag: Flag?, _ name: String, _ attached: String?, _ index: inout Int
  ) {
    guard let flag else {
      unknown.append((name, index))
      return
    }
    guard let placeholder = flag.placeholder else {
      if let attached {
        note(
          index, .usage("'\(name)' is a switch and takes no value, found '\(attached)'"),
          help: "write '\(name)' alone")
      } else {
        found.append(Occurrence(flag: flag, value: "", index: index))
      }
      return
    }
    if let attached {
      found.append(Occurrence(flag: flag, value: attached, index: index))
    } else if index + 1 < arguments.count, !Self.isFlag(arguments[index + 1]) {
      index += 1
      found.append(Occurrence(flag: flag, value: arguments[index], index: index))
    } else {
      note(index, .usage("'\(name)' needs a value"), help: "write '\(name) \(placeholder)'")
    }
  }

  /// Whether an argument is surely meant as a flag; `-15m` and `-` are values.
  private static func isFlag(_ argument: String) -> Bool {
    if argument == "--" { return true }
    if argument.hasPrefix("--") {
      return Flag.named(argument.dropFirst(2).prefix { $0 != "=" }) != nil
    }
    return argument.count == 2 && argument.hasPrefix("-") && Flag.named(argument.last!) != nil
  }

  private mutating func reportUnknown(for verb: Verb.Name?) {
    let flags = verb.map { Verb.named($0).flags } ?? Flag.table
    for (name, index) in unknown {
      let near = Suggestion.didYouMean(name, among: flags.map(\.written))
      let other = near ?? Suggestion.didYouMean(name, among: Flag.table.map(\.written))
      note(
        index, .unknownFlag(name, verb),
        help: other ?? "'tripline help\(verb.map { " " + $0.rawValue } ?? "")' lists the flags")
    }
  }

  private mutating func apply(to options: inout Options, for verb: Verb.Name?) {
    var seen: Set<String> = []
    for occurrence in found {
      let flag = occurrence.flag
      if let verb, !flag.verbs.contains(verb) {
        let verbs = Verb.Name.allCases.filter(flag.verbs.contains).map(\.rawValue)
        note(
          occurrence.index, .usage("'\(flag.written)' is not a flag of '\(verb.rawValue)'"),
          help: "it belongs to \(verbs.joined(separator: ", "))")
        continue
      }
      if !seen.insert(flag.long).inserted, !flag.mayRepeat {
        note(
          occurrence.index, .usage("'\(flag.written)' is given twice"),
          help: "keep the one you mean")
        continue
      }
      do throws(FlagMistake) {
        try flag.apply(occurrence.value, &options)
      } catch {
        note(occurrence.index, .usage("'\(flag.written)' \(error.problem)"), help: error.help)
      }
    }
  }

  /// Checks the number of words after the verb.
  private mutating func count(for verb: Verb) {
    let given = words.count - 1
    if given < verb.count.lowerBound {
      let missing = verb.arguments.split(separator: " ")[given]
      mistakes.append(
        (
          arguments.count,
          Diagnostic(
            .usage("'\(verb.name.rawValue)' needs \(missing)"), at: line.end, in: line.source,
            help: verb.examples.first.map { "for example: \($0.command)" })
        ))
    } else if given > verb.count.upperBound {
      let extra = words[verb.count.upperBound + 1]
      let limit = verb.count.upperBound == 0 ? "no arguments" : "only \(verb.arguments)"
      note(
        extra.index,
        .usage("'\(verb.name.rawValue)' takes \(limit), found '\(extra.text.displaySafe())'"),
        help: "leave it out, or quote what belongs together")
    }
  }

  /// What someone who wrote this instead of a verb may have meant.
  private static func help(forVerb word: String) -> String {
    if Verb.planned.contains(word) {
      return "'\(word)' is planned but not built yet; 'tripline help' lists the verbs"
    }
    if let command = Verb.elsewhere[word] { return "write: \(command)" }
    if word.contains("|") || word.contains(" ") || word.contains("=") {
      return "to ask a question, write: tripline query QUERY FILE"
    }
    let names = Verb.Name.allCases.map(\.rawValue)
    return Suggestion.didYouMean(word, among: names)
      ?? "the verbs are \(names.joined(separator: ", "))"
  }

  private mutating func note(_ index: Int, _ message: Diagnostic.Message, help: String?) {
    let diagnostic = Diagnostic(message, at: line.spans[index], in: line.source, help: help)
    mistakes.append((index, diagnostic))
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownVerb(_ word: String) -> Self {
    .init("unknown-verb", "unknown verb '\(word.displaySafe())'")
  }

  fileprivate static func unknownFlag(_ name: String, _ verb: Verb.Name?) -> Self {
    .init(
      "unknown-flag",
      "unknown flag '\(name.displaySafe())'" + (verb.map { " for '\($0.rawValue)'" } ?? ""))
  }
}
