/// A flag: its names, its words for `help`, the verbs that take it, and what it does to `Options`.
package struct Flag: Sendable {
  /// The headings under which `help` lists flags, in that order.
  package enum Section: String, Sendable, CaseIterable {
    case rules = "what to evaluate"
    case reading = "how lines are read"
    case time = "which stretch of time"
    case effects = "what happens"
    case output = "what comes out"
    case work = "how the work is cut (never changes a result)"
    case general = "general"
  }

  package let long: String
  package let short: Character?
  /// What stands for the value in `help`; nil for a switch.
  package let placeholder: String?
  package let standard: String?
  package let help: String
  package let section: Section
  package let verbs: Set<Verb.Name>
  package let mayRepeat: Bool
  package let apply: @Sendable (String, inout Options) throws(FlagMistake) -> Void
}

extension Flag {
  /// Where in the options a value goes.
  typealias Place<Value> = any WritableKeyPath<Options, Value> & Sendable

  /// A switch.
  static func toggle(
    _ long: String, short: Character? = nil, sets: @escaping @Sendable (inout Options) -> Void,
    _ section: Section, for verbs: Set<Verb.Name>, _ help: String
  ) -> Flag {
    Flag(
      long: long, short: short, placeholder: nil, standard: nil, help: help, section: section,
      verbs: verbs, mayRepeat: false, apply: { _, options in sets(&options) })
  }

  /// A flag with one value, given at most once.
  static func one<Value: FlagValue>(
    _ long: String, short: Character? = nil, _ placeholder: String, into path: Place<Value?>,
    standard: String? = nil,
    _ section: Section, for verbs: Set<Verb.Name>, _ help: String
  ) -> Flag {
    Flag(
      long: long, short: short, placeholder: placeholder, standard: standard, help: help,
      section: section, verbs: verbs, mayRepeat: false,
      apply: { (text, options) throws(FlagMistake) in
        options[keyPath: path] = try Value.read(flag: text)
      })
  }

  /// A flag with one of a few words, which always has a value.
  static func choice<Value: FlagChoice>(
    _ long: String, short: Character? = nil, _ placeholder: String, into path: Place<Value>,
    standard: String,
    _ section: Section, for verbs: Set<Verb.Name>, _ help: String
  ) -> Flag {
    Flag(
      long: long, short: short, placeholder: placeholder, standard: standard, help: help,
      section: section, verbs: verbs, mayRepeat: false,
      apply: { (text, options) throws(FlagMistake) in
        options[keyPath: path] = try Value.read(flag: text)
      })
  }

  /// A flag that may be given many times.
  static func many<Value: FlagValue>(
    _ long: String, short: Character? = nil, _ placeholder: String, into path: Place<[Value]>,
    _ section: Section, for verbs: Set<Verb.Name>, _ help: String
  ) -> Flag {
    Flag(
      long: long, short: short, placeholder: placeholder, standard: nil, help: help,
      section: section, verbs: verbs, mayRepeat: true,
      apply: { (text, options) throws(FlagMistake) in
        options[keyPath: path].append(try Value.read(flag: text))
      })
  }

  /// A flag whose value is a comma list of words; it may be given many times too.
  static func set<Value: FlagChoice & Hashable>(
    _ long: String, short: Character? = nil, _ placeholder: String, into path: Place<Set<Value>>,
    _ section: Section, for verbs: Set<Verb.Name>, _ help: String
  ) -> Flag {
    Flag(
      long: long, short: short, placeholder: placeholder, standard: nil, help: help,
      section: section, verbs: verbs, mayRepeat: true,
      apply: { (text, options) throws(FlagMistake) in
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
          options[keyPath: path].insert(try Value.read(flag: String(word)))
        }
      })
  }
}

extension Flag {
  /// `--output`, as messages name it.
  var written: String { "--" + long }

  /// `-o, --output FORMAT`, as `help` lists it; long names line up where a short one is missing.
  var synopsis: String {
    (short.map { "-\($0), " } ?? "    ") + written + (placeholder.map { " " + $0 } ?? "")
  }

  static func named(_ long: some StringProtocol) -> Flag? { table.first { $0.long == long } }

  static func named(_ short: Character) -> Flag? { table.first { $0.short == short } }
}
