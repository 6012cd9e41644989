package import QueryLanguage

/// Binds the keys of one map to values: asks for each key once, reports what does not fit, and at
/// the end every key that nobody asked for.
///
///     guard var keys = ConfigBinder(node, as: "webhook", sink: sink) else { return nil }
///     let url = keys.required("url")
///     let timeout = keys.duration("timeout") ?? 10_000
///     keys.finish()
///
/// A method returns nil when the key is absent or was reported.
package struct ConfigBinder {
  private let what: String
  private let node: ConfigNode
  let sink: DiagnosticSink
  private var known: [String] = []

  /// The entries as written, known or not.
  package let entries: [ConfigNode.Entry]

  /// `what` names the map in messages: "this `what` has no `name`". Nil, and reported, when the
  /// node is not a map.
  package init?(_ node: ConfigNode, as what: String, sink: DiagnosticSink) {
    guard case .map(let entries) = node.content else {
      sink.report(node.diagnostic(.notAMap(what, node.found)))
      return nil
    }
    self.what = what
    self.node = node
    self.sink = sink
    self.entries = entries
  }

  /// Where the whole map stands.
  package var span: Span { node.span }

  /// Where the value of a key stands.
  package func span(of key: String) -> Span? { node.entry(key)?.value.span }

  /// Whether the key was written at all.
  package func has(_ key: String) -> Bool { node.entry(key) != nil }

  /// The value of a key as it stands; reports a key without one.
  package mutating func node(_ key: String) -> ConfigNode? {
    if !known.contains(key) { known.append(key) }
    guard let entry = node.entry(key) else { return nil }
    guard !entry.value.isAbsent else {
      sink.report(entry.diagnostic(.noValue(key), help: "write a value or remove the key"))
      return nil
    }
    return entry.value
  }

  /// The items of a list.
  package mutating func nodes(_ key: String) -> [ConfigNode]? {
    guard let value = node(key) else { return nil }
    guard case .list(let items) = value.content else {
      sink.report(value.diagnostic(.bad(key, "a list", value.found, code: "bad-list")))
      return nil
    }
    return items
  }

  /// Any scalar, as text.
  package mutating func string(_ key: String) -> String? {
    guard let value = node(key) else { return nil }
    return text(of: value, for: key)
  }

  /// A scalar that, when written, must say something.
  package mutating func filled(_ key: String) -> String? {
    guard let value = node(key), let text = text(of: value, for: key) else { return nil }
    guard !text.allSatisfy(\.isWhitespace) else {
      sink.report(value.diagnostic(.empty(key)))
      return nil
    }
    return text
  }

  /// A scalar that must be there and say something.
  package mutating func required(_ key: String) -> String? {
    requiredNode(key) == nil ? nil : filled(key)
  }

  /// A value that must be there.
  package mutating func requiredNode(_ key: String) -> ConfigNode? {
    if has(key) { return node(key) }
    known.append(key)
    sink.report(node.diagnostic(.missing(key, what)))
    return nil
  }

  /// A duration in milliseconds.
  package mutating func duration(_ key: String) -> Int64? {
    guard let value = node(key) else { return nil }
    func report(_ need: String, help: String? = nil) {
      sink.report(value.diagnostic(.bad(key, need, value.found, code: "bad-duration"), help: help))
    }
    let example = "a duration such as 10m or 1h30m"
    guard let text = value.text else {
      report(example)
      return nil
    }
    do throws(DurationText.Failure) {
      return try DurationText.milliseconds(of: text)
    } catch {
      switch error {
      case .malformed where text.first == "-": report("a duration, which is never negative")
      case .malformed:
        report(
          example,
          help: DurationText.meant(by: text).map { "did you mean '\($0)'?" }
            ?? "units are \(DurationText.unitNames.listed)")
      case .noUnit: report("a duration with a unit", help: "did you mean '\(text)s'?")
      case .tooFine: report("a whole number of milliseconds")
      case .tooLong: report("a shorter duration")
      }
      return nil
    }
  }

  /// A whole number within a range.
  package mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let value = node(key) else { return nil }
    if let text = value.text, text.first != "+", let number = Int(text), range.contains(number) {
      return number
    }
    let limits =
      range.upperBound == .max
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    sink.report(
      value.diagnostic(.bad(key, "a whole number \(limits)", value.found, code: "bad-number")))
    return nil
  }

  /// A number of bytes: `65536`, `64KiB`, `1MiB`, `2GB`.
  package mutating func byteCount(_ key: String) -> Int? {
    guard let value = node(key) else { return nil }
    if let text = value.text, let count = ByteCountText.bytes(of: text) { return count }
    sink.report(
      value.diagnostic(
        .bad(key, "a size such as 64KiB or 1MiB", value.found, code: "bad-size")))
    return nil
  }

  /// `true` or `false`, and nothing that other YAML readers take for it.
  package mutating func bool(_ key: String) -> Bool? {
    guard let value = node(key) else { return nil }
    if case .scalar(let text, plain: true) = value.content, let answer = Bool(text) {
      return answer
    }
    let word = value.text?.lowercased() ?? ""
    let meant: Bool? =
      ["yes", "on", "true"].contains(word)
      ? true : ["no", "off", "false"].contains(word) ? false : nil
    sink.report(
      value.diagnostic(
        .bad(key, "true or false", value.found, code: "bad-bool"),
        help: meant.map { "write \(key): \($0)" }))
    return nil
  }

  /// A list of scalars; a single scalar stands for a list of one.
  package mutating func strings(_ key: String) -> [String]? {
    guard let value = node(key) else { return nil }
    switch value.content {
    case .scalar(let text, _): return [text]
    case .list(let items):
      let texts = items.compactMap { text(of: $0, for: key, need: "a list of texts") }
      return texts.count == items.count ? texts : nil
    case .map:
      sink.report(value.diagnostic(.bad(key, "a list of texts", "a map", code: "bad-list")))
      return nil
    }
  }

  /// A map from names to scalars.
  package mutating func stringMap(_ key: String) -> [String: String]? {
    guard let value = node(key) else { return nil }
    guard case .map(let pairs) = value.content else {
      let need = "a map of names to texts"
      sink.report(value.diagnostic(.bad(key, need, value.found, code: "bad-map")))
      return nil
    }
    var result: [String: String] = [:]
    for pair in pairs {
      if pair.value.isAbsent {
        sink.report(pair.diagnostic(.noValue(pair.key), help: "write '' for an empty text"))
      } else if let text = text(of: pair.value, for: pair.key) {
        result[pair.key] = text
      }
    }
    return result.count == pairs.count ? result : nil
  }

  /// One of the words of an enumeration.
  package mutating func choice<C: RawRepresentable & CaseIterable>(_ key: String) -> C?
  where C.RawValue == String {
    guard let value = node(key) else { return nil }
    return choice(value, for: key)
  }

  /// Words of an enumeration; a single word stands for a list of one.
  package mutating func choices<C: RawRepresentable & CaseIterable>(_ key: String) -> [C]?
  where C.RawValue == String {
    guard let value = node(key) else { return nil }
    guard case .list(let items) = value.content else {
      return choice(value, for: key).map { [$0] }
    }
    let words: [C] = items.compactMap { choice($0, for: key) }
    return words.count == items.count ? words : nil
  }

  /// Keys of the format that this version can't honour: each is an error that says so.
  package mutating func notBuilt(_ keys: [String]) {
    known += keys
    for entry in entries where keys.contains(entry.key) {
      sink.report(
        entry.diagnostic(
          .notBuilt(entry.key), help: "remove it: this version would not act on it"))
    }
  }

  /// Reports a finding about the value of a key, or about the map when the key is absent.
  package func report(_ message: Diagnostic.Message, at key: String, help: String? = nil) {
    sink.report((node.entry(key)?.value ?? node).diagnostic(message, help: help))
  }

  /// Reports a finding about a part of a value.
  package func report(_ message: Diagnostic.Message, on part: ConfigNode, help: String? = nil) {
    sink.report(part.diagnostic(message, help: help))
  }

  /// Reports every key that was not asked for; call it last.
  package mutating func finish() {
    for entry in entries where !known.contains(entry.key) {
      let help =
        ForeignKeys.advice(on: entry.key, in: what) ?? Suggestion.didYouMean(
          entry.key, among: known)
        ?? "known keys are \(known.listed)"
      sink.report(entry.diagnostic(.unknownKey(entry.key, what), help: help))
    }
  }

  private func text(of value: ConfigNode, for key: String, need: String = "a text") -> String? {
    if let text = value.text, !value.isAbsent { return text }
    sink.report(value.diagnostic(.bad(key, need, value.found, code: "bad-text")))
    return nil
  }

  private func choice<C: RawRepresentable & CaseIterable>(_ value: ConfigNode, for key: String)
    -> C? where C.RawValue == String
  {
    if let text = value.text, let word = C(rawValue: text) { return word }
    let words = C.allCases.map(\.rawValue)
    let help = value.text.flatMap { Suggestion.didYouMean($0, among: words) }
    let need = words.count > 1 ? "one of \(words.listed)" : words.listed
    sink.report(value.diagnostic(.bad(key, need, value.found, code: "bad-choice"), help: help))
    return nil
  }
}

/// Sizes as people write them: `1MiB` is 1,048,576 bytes, `1MB` a million.
enum ByteCountText {
  private static let units: [String: Int] = [
    "": 1, "B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000,
    "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
  ]

  static func bytes(of text: String) -> Int? {
    let digits = text.prefix { $0.isASCIIDigit }
    guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))] else {
      return nil
    }
    let (count, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : count
  }
}

extension Sequence<String> {
  /// `a, b, c` as messages list words.
  var listed: String { joined(separator: ", ") }
}

extension Diagnostic.Message {
  fileprivate static func notAMap(_ what: String, _ found: String) -> Self {
    Self("not-a-map", "this \(what) needs a map of keys, found \(found)")
  }
  fileprivate static func noValue(_ key: String) -> Self {
    Self("no-value", "`\(key)` has no value")
  }
  fileprivate static func missing(_ key: String, _ what: String) -> Self {
    Self("missing-key", "this \(what) has no `\(key)`")
  }
  fileprivate static func empty(_ key: String) -> Self {
    Self("empty-text", "`\(key)` is empty")
  }
  fileprivate static func bad(_ key: String, _ need: String, _ found: String, code: String) -> Self
  {
    Self(code, "`\(key)` needs \(need), found \(found)")
  }
  fileprivate static func notBuilt(_ key: String) -> Self {
    Self("not-built", "`\(key)` is not built yet")
  }
  fileprivate static func unknownKey(_ key: String, _ what: String) -> Self {
    Self("unknown-key", "unknown key '\(key.shortened)' in this \(what)")
  }
}
