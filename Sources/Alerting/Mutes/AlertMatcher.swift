import QueryLanguage
package import Records

/// What a matcher looks at: an alert, and the tags of its monitor.
package struct AlertSubject: Sendable {
  package var monitor: String
  package var level: Level
  package var group: GroupKey
  package var tags: [String: String]

  package init(monitor: String, level: Level, group: GroupKey, tags: [String: String] = [:]) {
    self.monitor = monitor
    self.level = level
    self.group = group
    self.tags = tags
  }

  package init(_ transition: Transition, tags: [String: String]) {
    self.init(
      monitor: transition.monitor, level: transition.level, group: transition.group, tags: tags)
  }
}

/// Which alerts are meant: `monitor=api-* level=critical host!=web-1 tag.team=~"web|db"`.
///
/// All terms have to hold. `=` and `!=` take a pattern with `*` and `?`, `=~` and `!~` a regular
/// expression; each is held against the whole value. Names other than `monitor`, `level` and
/// `tag.NAME` are fields of the group, and so is `group.NAME`. What an alert doesn't have is empty.
package struct AlertMatcher: Sendable {
  private let terms: [Term]
  /// How people write it.
  package var text: String { terms.map(\.text).joined(separator: " ") }

  /// Why a text is no matcher, and what to write instead.
  package struct Failure: Error, Sendable, Hashable {
    package var problem: String
    package var help: String
  }

  /// Of a text in which blanks part the terms; those of a value stand in quotes.
  package init(_ text: String) throws(Failure) {
    try self.init(terms: AlertMatcher.words(of: text))
  }

  /// Of terms that are parted already, as a shell does it.
  package init(terms: [String]) throws(Failure) {
    self.terms = try terms.map { text throws(Failure) in try Term(text) }
  }

  /// Whether it names no alert in particular.
  package var isEverything: Bool { terms.isEmpty }

  package func matches(_ alert: AlertSubject) -> Bool {
    terms.allSatisfy { $0.matches(alert) }
  }

  /// Whether some alert of a monitor could match, as far as its name, tags and levels can tell.
  package func mayMatch(
    monitor: String, tags: [String: String], levels: [Level]
  ) -> Bool {
    levels.contains { level in
      let alert = AlertSubject(monitor: monitor, level: level, group: GroupKey(), tags: tags)
      return terms.allSatisfy { $0.isAboutGroup || $0.matches(alert) }
    }
  }

  /// The fields of groups that it looks at.
  package var fields: [String] { terms.compactMap(\.field) }

  private static func words(of text: String) throws(Failure) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if isQuoted {
        isQuoted = isEscaped || character != "\""
        isEscaped = character == "\\" && !isEscaped
      } else if character.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      } else if character == "\"" {
        isQuoted = true
      }
      word.append(character)
    }
    if isQuoted {
      throw Failure(problem: "'\(word)' has a quote that never closes", help: "add it")
    }
    return word.isEmpty ? words : words + [word]
  }
}

/// One term of a matcher: what is looked at, how, and for what.
private struct Term: Sendable {
  enum Subject: Sendable {
    case monitor, level
    case tag(String)
    case field(String)
  }
  enum Test: Sendable {
    case pattern(Glob)
    case expression(Regex)
  }

  let subject: Subject
  let test: Test
  let isNegated: Bool
  /// As it can be written again.
  let text: String

  private static let operators = ["!=", "!~", "=~", "="]

  init(_ written: String) throws(AlertMatcher.Failure) {
    let place = written.firstIndex { $0 == "=" || $0 == "!" } ?? written.endIndex
    let name = String(written[..<place])
    let rest = written[place...]
    guard !name.isEmpty, let sign = Term.operators.first(where: rest.hasPrefix) else {
      throw AlertMatcher.Failure(
        problem: "'\(written.shortened)' is no condition",
        help: "write it as monitor=api-*, level=critical, host!=web-1 or tag.team=~\"a|b\"")
    }
    let value = Term.unquoted(String(rest.dropFirst(sign.count)))
    subject = try Term.subject(name)
    isNegated = sign.hasPrefix("!")
    text = name + sign + Term.quoted(value)
    if sign.hasSuffix("~") {
      do throws(Regex.Failure) {
        test = .expression(try Regex(#"\A(?:\#(value))\z"#))
      } catch {
        throw AlertMatcher.Failure(
          problem: "'\(value.shortened)' is no regular expression: \(error.reason)",
          help: "write = for a plain value, in which * stands for anything")
      }
    } else {
      test = .pattern(Glob(value, ignoringCase: false, questionMark: true))
    }
    if case .level = subject, !Level.allCases.contains(where: { holds($0.rawValue) }) {
      let words = Level.allCases.map(\.rawValue)
      throw AlertMatcher.Failure(
        problem: "there is no level '\(value.shortened)'",
        help: Suggestion.didYouMean(value, among: words) ?? "levels are \(words.listed)")
    }
  }

  private static func subject(_ name: String) throws(AlertMatcher.Failure) -> Subject {
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("monitor", 1): return .monitor
    case ("level", 1): return .level
    case ("tag", 2) where !parts[1].isEmpty: return .tag(String(parts[1]))
    case ("tags", 2) where !parts[1].isEmpty: return .tag(String(parts[1]))
    case ("group", 2) where !parts[1].isEmpty: return .field(String(parts[1]))
    case ("tag", _), ("tags", _):
      throw AlertMatcher.Failure(problem: "'\(name)' names no tag", help: "write tag.team=web")
    default: return .field(name)
    }
  }

  var field: String? { if case .field(let name) = subject { name } else { nil } }

  var isAboutGroup: Bool { field != nil }

  func matches(_ alert: AlertSubject) -> Bool {
    let value =
      switch subject {
      case .monitor: alert.monitor
      case .level: alert.level.rawValue
      case .tag(let name): alert.tags[name] ?? ""
      case .field(let name): alert.group[name]?.matchedText ?? ""
      }
    return holds(value) != isNegated
  }

  private func holds(_ value: String) -> Bool {
    let pinned = PinnedText(value)
    return withExtendedLifetime(pinned) {
      switch test {
      case .pattern(let glob): glob.matches(pinned.bytes)
      case .expression(let regex): regex.matcher().matches(pinned.bytes)
      }
    }
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    var result = ""
    var isEscaped = false
    for character in text.dropFirst().dropLast() {
      // Before anything but a quote or itself a backslash is one, as expressions need it.
      if isEscaped, character != "\"", character != "\\" { result.append("\\") }
      if character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      isEscaped = false
      result.append(character)
    }
    return result
  }

  private static func quoted(_ value: String) -> String {
    guard value.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "\\" }) else {
      return value
    }
    let escaped = value.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
    return "\"" + String(escaped) + "\""
  }
}

extension GroupKey {
  /// The value of a field, by its exact name first and then whatever its case; nil when the group has
  /// no such field.
  package subscript(name: String) -> Value? {
    if let field = fields.first(where: { $0.name == name }) { return field.value }
    let folded = name.lowercased()
    return fields.first { $0.name.lowercased() == folded }?.value
  }
}

extension Value {
  /// The value as people write it; nothing for null.
  fileprivate var matchedText: String {
    switch self {
    case .null: ""
    case .bool(let flag): String(flag)
    case .whole(let number): String(number)
    case .number(let number): NumberText.shortest(number)
    case .text(let text): text
    }
  }
}
