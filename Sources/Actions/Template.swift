import Alerting

/// A text with `{{Variables}}` of the alert and `${env:NAMES}` of the environment in it.
package struct Template: Sendable {
  /// What the text becomes part of; decides how values are made harmless there.
  package enum Encoding: Sendable, Equatable {
    case plain
    /// Values are escaped inside strings; elsewhere they are whole JSON values.
    case json
    /// A line of an HTTP header: a value can't begin another line.
    case header
    /// What the author wrote is markup, values are not.
    case markup(Markup)
  }

  enum Part: Sendable {
    case text(String)
    case secret(GuardedText)
    case variable(TemplateVariable)
    /// A variable that nobody knows.
    case nothing
  }

  private(set) var parts: [Part] = []

  /// A template of the monitor's: nothing of the environment, nothing to report.
  package init(plain text: String) {
    var reader = TemplateReader(text: text)
    while let token = reader.next() {
      switch token.kind {
      case .variable(let name, let row):
        append(TemplateVariable.named(name, row: row).map(Part.variable) ?? .nothing)
      case .text, .secret, .open: append(.text(token.text))
      }
    }
  }

  init(parts: [Part]) { self.parts = parts }

  /// Whether the text says the same of every alert.
  var isFixed: Bool {
    parts.allSatisfy { part in
      switch part {
      case .text, .secret: true
      case .variable, .nothing: false
      }
    }
  }

  /// The text, when it says the same of every alert.
  var constant: GuardedText? {
    var result = GuardedText()
    for part in parts {
      switch part {
      case .text(let text): result.append(text)
      case .secret(let secret): result.append(secret)
      case .variable, .nothing: return nil
      }
    }
    return result
  }

  /// The text when nothing in it is filled in.
  var fixedText: String? {
    parts.reduce(into: String?("")) { text, part in
      if case .text(let more) = part { text? += more } else { text = nil }
    }
  }

  /// Whether a part of the text may come out of a log.
  var holdsLogText: Bool {
    parts.contains { if case .variable(let variable) = $0 { variable.holdsLogText } else { false } }
  }

  /// Whether the text is meant to be a JSON object or array.
  package var looksLikeJSON: Bool {
    guard case .text(let text) = parts.first else { return false }
    return text.first { !$0.isWhitespace }.map { $0 == "{" || $0 == "[" } ?? false
  }

  /// The text for an alert.
  package func rendered(_ alert: AlertContext, as encoding: Encoding) -> GuardedText {
    var result = GuardedText()
    var place = JSONPlace()
    for part in parts {
      switch part {
      case .text(let text):
        result.append(text)
        if encoding == .json { place.pass(text) }
      case .secret(let secret):
        let escapes = encoding == .json && place.isInString
        result.append(escapes ? secret.mapped(JSONWriter.escaped) : secret)
      case .variable(let variable):
        result.append(variable.content(alert).text(as: encoding, inString: place.isInString))
      case .nothing:
        result.append(TemplateVariable.Content.none.text(as: encoding, inString: place.isInString))
      }
    }
    return encoding == .header ? result.mapped(\.onOneLine) : result
  }

  mutating func append(_ part: Part) { parts.append(part) }
}

extension TemplateVariable.Content {
  fileprivate func text(as encoding: Template.Encoding, inString: Bool) -> String {
    switch (self, encoding, inString) {
    case (.text(let text), .json, false): "\"" + JSONWriter.escaped(text) + "\""
    case (.none, .json, false): "null"
    case (.text(let text), .json, true), (.json(let text), .json, true): JSONWriter.escaped(text)
    case (.text(let text), .markup(let markup), _), (.json(let text), .markup(let markup), _):
      markup.text(text)
    case (.text(let text), _, _), (.json(let text), _, _): text
    case (.none, _, _): ""
    }
  }
}

/// Follows the fixed text of a JSON template: is the next value inside a string?
private struct JSONPlace {
  private(set) var isInString = false
  private var isEscaped = false

  mutating func pass(_ text: String) {
    for byte in text.utf8 {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = isInString
      } else if byte == UInt8(ascii: "\"") {
        isInString.toggle()
      }
    }
  }
}

extension String {
  /// The text with every control character as a blank.
  var onOneLine: String {
    String(
      decoding: utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self
    ).trimmed
  }
}

/// Cuts a template into its tokens; offsets are bytes of the text.
struct TemplateReader {
  struct Token {
    enum Kind {
      case text
      /// With the row that an index behind it picks.
      case variable(String, row: Int)
      /// Nil when it names nothing.
      case secret(SecretReference?, SecretReference.Opening)
      /// Braces that never close.
      case open
    }
    var kind: Kind
    var text: String
    var range: Range<Int>
  }

  private let bytes: [UInt8]
  private var offset = 0

  init(text: String) { bytes = Array(text.utf8) }

  mutating func next() -> Token? {
    guard offset < bytes.count else { return nil }
    if starts("{{") { return variable() }
    if let opening { return secret(opening) }
    let start = offset
    repeat { offset += 1 } while offset < bytes.count && !starts("{{") && opening == nil
    return token(.text, from: start)
  }

  /// The kind of secret that begins here.
  private var opening: SecretReference.Opening? {
    guard starts("${") else { return nil }
    return SecretReference.Opening.allCases.first {
      bytes[offset...].starts(with: $0.rawValue.utf8)
    }
  }

  private mutating func variable() -> Token {
    let start = offset
    guard let end = find("}}", from: start + 2) else { return rest(from: start) }
    offset = end + 2
    let name = text(start + 2, end).trimmed
    // `{{ResultsJson.field}}[0]` picks a row.
    guard name.contains("."), let (row, close) = index() else {
      return token(.variable(name, row: 0), from: start)
    }
    offset = close
    return token(.variable(name, row: row), from: start)
  }

  private mutating func secret(_ opening: SecretReference.Opening) -> Token {
    let start = offset
    let content = start + opening.rawValue.utf8.count
    guard let end = find(opening.closing, from: content) else { return rest(from: start) }
    offset = end + opening.closing.utf8.count
    return token(.secret(SecretReference(opening, text(content, end)), opening), from: start)
  }

  /// The number of an `[N]` that stands here, and where it ends.
  private func index() -> (row: Int, end: Int)? {
    guard starts("["), let close = find("]", from: offset), close > offset + 1 else { return nil }
    let digits = bytes[(offset + 1)..<close]
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return (Int(text(offset + 1, close)) ?? .max, close + 1)
  }

  private mutating func rest(from start: Int) -> Token {
    offset = bytes.count
    return token(.open, from: start)
  }

  private func token(_ kind: Token.Kind, from start: Int) -> Token {
    Token(kind: kind, text: text(start, offset), range: start..<offset)
  }

  private func text(_ lower: Int, _ upper: Int) -> String {
    String(decoding: bytes[lower..<upper], as: UTF8.self)
  }

  private func starts(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
  }

  private func find(_ text: String, from start: Int) -> Int? {
    guard start <= bytes.count else { return nil }
    return bytes[start...].firstRange(of: Array(text.utf8))?.lowerBound
  }
}
