package import Alerting
package import QueryLanguage
import Records

/// One transition that a test expects: the fields that it names, no others.
package struct Expectation: Sendable {
  /// The fields of a transition record that can be named, and `record` for the whole of it.
  package enum Key: String, Sendable, CaseIterable {
    case id, time, monitor, level, to, reason, group, value, threshold, window, evidence, actions
    case record
  }

  package struct Field: Sendable {
    package let key: Key
    package let span: Span
    package let expected: Expected
    /// As written, on one line.
    package let written: String
  }

  /// What has to be found.
  package enum Expected: Sendable {
    case text(String)
    case time(Int64)
    case number(Double?)
    case group([GroupValue])
    case window(start: Int64?, end: Int64?)
    case count(Int)
    /// The evidence, newest line first.
    case lines([String])
    case actions([Action])

    func action(named name: String) -> Action? {
      if case .actions(let list) = self { list.first { $0.name == name } } else { nil }
    }
  }

  package struct GroupValue: Sendable {
    let name: String
    let text: String
    /// Written without quotes: then a number, a truth value and null are themselves.
    let isPlain: Bool
  }

  package struct Action: Sendable {
    let name: String
    var mode: String?
    var kind: String?
    /// Whether it is to be quiet, and because of what.
    var muted: Reason?
    /// Whether a guard rail would block it, and which.
    var blocked: Reason?

    enum Reason: Sendable {
      case not, somehow
      /// With this in the reason.
      case by(String)
    }

    /// Only its name was written.
    var isBare: Bool { mode == nil && kind == nil && muted == nil && blocked == nil }
  }

  package let fields: [Field]
  package let span: Span

  package subscript(key: Key) -> Field? { fields.first { $0.key == key } }

  init?(_ node: ConfigNode, sink: DiagnosticSink) {
    guard var keys = ConfigBinder(node, as: "expectation", sink: sink) else { return nil }
    guard !keys.entries.isEmpty else {
      sink.report(
        node.diagnostic(.nothing, help: "name a field, such as `to: firing`"))
      return nil
    }
    var reader = FieldReader(keys: keys, sink: sink)
    // Asked for in the order of the record, so that messages list them so; kept as written.
    var found: [Key: Expected] = [:]
    for key in Key.allCases { found[key] = reader.expected(key) }
    keys = reader.keys
    keys.finish()
    fields = keys.entries.compactMap { entry in
      guard let key = Key(rawValue: entry.key), let expected = found[key] else { return nil }
      let words = node.source.text(of: entry.value.span).split(whereSeparator: \.isWhitespace)
      return Field(
        key: key, span: entry.value.span, expected: expected,
        written: words.joined(separator: " "))
    }
    span = node.span
    if fields.count != keys.entries.count { return nil }
  }

  /// What is different in a transition; empty when it is the one expected.
  package func differences(from transition: Transition) -> [Field] {
    fields.filter { !$0.expected.isMet(by: transition, $0.key) }
  }
}

/// Reads the fields of one expectation.
private struct FieldReader {
  var keys: ConfigBinder
  let sink: DiagnosticSink

  mutating func expected(_ key: Expectation.Key) -> Expectation.Expected? {
    let name = key.rawValue
    guard keys.has(name) else {
      // Known all the same.
      _ = keys.node(name)
      return nil
    }
    switch key {
    case .id, .monitor, .threshold: return keys.filled(name).map { .text($0) }
    case .record:
      // On lines of its own behind `|` it ends with one.
      return keys.filled(name).map { .text($0.hasSuffix("\n") ? String($0.dropLast()) : $0) }
    case .level:
      let level: Level? = keys.choice(name)
      return level.map { .text($0.rawValue) }
    case .to:
      let step: ExpectedStep? = keys.choice(name)
      return step.map { .text($0.rawValue) }
    case .reason:
      let reason: ExpectedReason? = keys.choice(name)
      return reason.map { .text($0.rawValue) }
    case .time: return keys.node(name).flatMap { time($0, for: name) }.map { .time($0) }
    case .group: return keys.node(name).flatMap(group)
    case .value: return keys.node(name).flatMap(number)
    case .window: return keys.node(name).flatMap(window)
    case .evidence: return keys.node(name).flatMap(evidence)
    case .actions: return keys.nodes(name).flatMap(actions)
    }
  }

  private func time(_ node: ConfigNode, for key: String) -> Int64? {
    if let text = node.text, let time = Timestamp.parse(text, now: nil) { return time }
    keys.report(
      .needs(key, "a time", node.found), on: node, help: "write it as 2026-03-02T10:00:50.000Z")
    return nil
  }

  private func number(_ node: ConfigNode) -> Expectation.Expected? {
    guard case .scalar(let text, let plain) = node.content else {
      keys.report(.needs("value", "a number or null", node.found), on: node)
      return nil
    }
    if plain, text == "null" { return .number(nil) }
    if let number = Double(text), number.isFinite { return .number(number) }
    keys.report(.needs("value", "a number or null", node.found), on: node)
    return nil
  }

  private func group(_ node: ConfigNode) -> Expectation.Expected? {
    guard case .map(let entries) = node.content else {
      keys.report(
        .needs("group", "a map of fields", node.found), on: node,
        help: "write `{ host: web-1 }`, or `{}` for an alert without group")
      return nil
    }
    var values: [Expectation.GroupValue] = []
    for entry in entries {
      guard case .scalar(let text, let plain) = entry.value.content else {
        keys.report(.needs(entry.key, "a value", entry.value.found), on: entry.value)
        return nil
      }
      values.append(Expectation.GroupValue(name: entry.key, text: text, isPlain: plain))
    }
    return .group(values)
  }

  private func window(_ node: ConfigNode) -> Expectation.Expected? {
    guard var inner = ConfigBinder(node, as: "window", sink: sink) else { return nil }
    let start = inner.node("start").flatMap { time($0, for: "start") }
    let end = inner.node("end").flatMap { time($0, for: "end") }
    inner.finish()
    return .window(start: start, end: end)
  }

  private func evidence(_ node: ConfigNode) -> Expectation.Expected? {
    if let text = node.text, let count = Int(text), count >= 0 { return .count(count) }
    if case .list(let items) = node.content {
      let lines = items.compactMap(\.text)
      if lines.count == items.count { return .lines(lines) }
    }
    keys.report(
      .needs("evidence", "the number of lines, or the lines from the newest on", node.found),
      on: node)
    return nil
  }

  private func actions(_ items: [ConfigNode]) -> Expectation.Expected? {
    var actions: [Expectation.Action] = []
    for item in items {
      if let name = item.text, !name.isEmpty {
        actions.append(Expectation.Action(name: name))
        continue
      }
      guard var inner = ConfigBinder(item, as: "action", sink: sink) else { return nil }
      let name = inner.required("name")
      let mode: ExpectedMode? = inner.choice("mode")
      let kind = inner.filled("kind")
      let muted = inner.filled("muted").map(Expectation.Action.Reason.init)
      let blocked = inner.filled("blocked").map(Expectation.Action.Reason.init)
      inner.finish()
      guard let name else { return nil }
      actions.append(
        Expectation.Action(
          name: name, mode: mode?.rawValue, kind: kind, muted: muted, blocked: blocked))
    }
    return .actions(actions)
  }
}

// The words of a record, for messages that list them.
private enum ExpectedStep: String, CaseIterable { case pending, firing, resolved, expired }
private enum ExpectedMode: String, CaseIterable { case live, shadow }
private enum ExpectedReason: String, CaseIterable {
  case condition
  case noData = "no_data"
  case manual, expired, removed
}

extension Expectation.Expected {
  fileprivate func isMet(by transition: Transition, _ key: Expectation.Key) -> Bool {
    switch self {
    case .text(let text):
      switch key {
      case .id: return transition.id == text
      case .monitor: return transition.monitor == text
      case .level: return transition.level.rawValue == text
      case .to: return transition.to.rawValue == text
      case .reason: return transition.reason.rawValue == text
      case .threshold: return transition.threshold == text
      case .record: return transition.json() == Array(text.utf8)
      default: return false
      }
    case .time(let time): return transition.time == time
    case .number(let number): return transition.value == number
    case .group(let values):
      let fields = transition.group.fields
      return fields.count == values.count
        && values.allSatisfy { value in
          fields.contains { $0.name == value.name && value.isMet(by: $0.value) }
        }
    case .window(let start, let end):
      return (start ?? transition.windowStart) == transition.windowStart
        && (end ?? transition.windowEnd) == transition.windowEnd
    case .count(let count): return transition.evidence.count == count
    case .lines(let lines): return transition.evidence.map(\.line) == lines
    case .actions(let actions):
      return actions.count == transition.actions.count
        && zip(actions, transition.actions).allSatisfy { wanted, planned in
          wanted.name == planned.name
            && (wanted.mode ?? planned.mode.rawValue)
              == planned.mode.rawValue
            && (wanted.kind ?? planned.kind) == planned.kind
            && wanted.muted?.isMet(by: planned.quiet) ?? true
            && wanted.blocked?.isMet(by: planned.blocked) ?? true
        }
    }
  }
}

extension Expectation.Action.Reason {
  fileprivate init(_ text: String) {
    self = text == "true" ? .somehow : text == "false" ? .not : .by(text)
  }

  fileprivate func isMet(by reason: String?) -> Bool {
    switch self {
    case .not: reason == nil
    case .somehow: reason != nil
    case .by(let text): reason?.contains(text) ?? false
    }
  }
}

extension Expectation.GroupValue {
  fileprivate func isMet(by value: Value) -> Bool {
    switch value {
    case .text(let text): self.text == text && !(isPlain && text == "null")
    case .null: isPlain && text == "null"
    case .bool(let flag): isPlain && text == (flag ? "true" : "false")
    case .whole(let number): isPlain && (Int64(text) == number || Double(text) == Double(number))
    case .number(let number): isPlain && Double(text) == number
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let nothing = Self("empty-expectation", "this expectation names no field")
  fileprivate static func needs(_ key: String, _ need: String, _ found: String) -> Self {
    Self("bad-\(key)", "`\(key)` needs \(need), found \(found)")
  }
}
