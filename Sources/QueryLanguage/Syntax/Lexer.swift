import Records

/// Cuts the pipeline of a query into tokens. The scope before the first pipe has rules of its own;
/// see `ScopeParser`.
package struct Lexer {
  package let source: SourceText
  package var position: Int

  package init(_ source: SourceText, at position: Int = 0) {
    self.source = source
    self.position = position
  }

  var bytes: [UInt8] { source.bytes }

  func byte(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  func isNext(_ text: StaticString) -> Bool {
    guard position + text.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<text.utf8CodeUnitCount
    where bytes[position + index] != text.utf8Start[index] { return false }
    return true
  }

  /// Blanks and comments. `//` is a comment unless a colon stands before it, as in `geo://location`.
  mutating func skipBlanks() throws(Diagnostic) {
    while let next = byte() {
      if Bytes.isBlank(next) {
        position += 1
      } else if isNext("//"), position == 0 || bytes[position - 1] != UInt8(ascii: ":") {
        while let rest = byte(), rest != 0x0A { position += 1 }
      } else if isNext("/*") {
        let start = position
        position += 2
        while position < bytes.count, !isNext("*/") { position += 1 }
        guard position < bytes.count else {
          throw Diagnostic(
            .openComment, at: Span(start, start + 2), in: source, help: "close it with '*/'")
        }
        position += 2
      } else {
        return
      }
    }
  }

  package mutating func next() throws(Diagnostic) -> Token {
    try skipBlanks()
    let start = position
    guard let first = byte() else { return Token(kind: .end, span: Span(start, start)) }
    switch first {
    case UInt8(ascii: "|"):
      position += 1
      if byte() == UInt8(ascii: "|") {
        position += 1
        throw Diagnostic(
          .doublePipe, at: Span(start, start + 2), in: source,
          help: "write 'or' between two conditions, or one '|' between two stages")
      }
      return token(.pipe, from: start)
    case UInt8(ascii: "\""):
      let text = try quoted()
      return token(.string(text), from: start)
    case UInt8(ascii: "'"):
      return try character()
    case UInt8(ascii: "%"):
      if let name = try percentName() { return token(.quotedName(name), from: start) }
      position += 1
      return token(.symbol("%"), from: start)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try number()
    case UInt8(ascii: "."):
      if let digit = byte(1), Lexer.isDigit(digit) { return try number() }
      position += 1
      return token(.symbol("."), from: start)
    default:
      if let quote = typographicQuote() {
        position += quote.utf8.count
        throw Diagnostic(
          .typographicQuote(quote), at: Span(start, position), in: source,
          help: "text stands in double quotes: \"")
      }
      if Lexer.isWordStart(first) { return word() }
      return try symbol()
    }
  }

  /// What word processors make of quotes.
  private func typographicQuote() -> String? {
    ["\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}"].first { quote in
      quote.utf8.enumerated().allSatisfy { byte($0.offset) == $0.element }
    }
  }

  func token(_ kind: Token.Kind, from start: Int) -> Token {
    Token(kind: kind, span: Span(start, position))
  }

  /// The raw text between double quotes; a backslash keeps the next character from ending it.
  mutating func quoted() throws(Diagnostic) -> String {
    let start = position
    position += 1
    while let next = byte() {
      if next == UInt8(ascii: "\\") {
        position += 2
      } else if next == UInt8(ascii: "\"") {
        position += 1
        return String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self)
      } else {
        position += 1
      }
    }
    position = bytes.count
    throw Diagnostic(
      .openString, at: Span(start, start + 1), in: source,
      help: "close the text with '\"'; inside it a quote is written \\\"")
  }

  private mutating func character() throws(Diagnostic) -> Token {
    let start = position
    let rest = String(decoding: bytes[(start + 1)..<min(bytes.count, start + 8)], as: UTF8.self)
    if let inner = rest.first, rest.dropFirst().first == "'" {
      position += 2 + String(inner).utf8.count
      return token(.character(inner), from: start)
    }
    position += 1
    throw Diagnostic(
      .singleQuote, at: Span(start, start + 1), in: source,
      help: "text stands in double quotes; single quotes hold one character, as in delim=','")
  }

  /// `%"any name"` or `%name.with[0].parts`; nil when the percent sign is an operator.
  private mutating func percentName() throws(Diagnostic) -> String? {
    if byte(1) == UInt8(ascii: "\"") {
      position += 1
      return try quoted().replacing("\\\"", with: "\"")
    }
    guard let first = byte(1), Lexer.isWordStart(first) else { return nil }
    let start = position + 1
    position += 1
    while let next = byte(),
      Lexer.isWordPart(next) || next == UInt8(ascii: ".") || next == UInt8(ascii: "[")
        || next == UInt8(ascii: "]")
    {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func number() throws(Diagnostic) -> Token {
    let start = position
    while let next = byte(), Lexer.isDigit(next) { position += 1 }
    if byte() == UInt8(ascii: "."), let digit = byte(1), Lexer.isDigit(digit) {
      position += 1
      while let next = byte(), Lexer.isDigit(next) { position += 1 }
    }
    if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
      let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if let digit = byte(1 + sign), Lexer.isDigit(digit) {
        position += 1 + sign
        while let next = byte(), Lexer.isDigit(next) { position += 1 }
      }
    }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    let value = Double(digits) ?? 0
    let suffixStart = position
    while let next = byte(), Lexer.isWordPart(next) { position += 1 }
    let suffix = String(decoding: bytes[suffixStart..<position], as: UTF8.self)
    if suffix.isEmpty { return token(.number(value, duration: false), from: start) }
    if let factor = NumberSuffix.durations[suffix] {
      return token(.number(factor.applied(to: value), duration: true), from: start)
    }
    if let factor = NumberSuffix.sizes[suffix] {
      return token(.number(value * factor, duration: false), from: start)
    }
    throw Diagnostic(
      .badSuffix(suffix), at: Span(suffixStart, position), in: source,
      help: NumberSuffix.meant[suffix.lowercased()].map { "write \(digits)\($0)" }
        ?? "units of time are ns us ms s m h d w; sizes are K M G T P and Ki Mi Gi Ti Pi")
  }

  private mutating func word() -> Token {
    let start = position
    position += 1
    while let next = byte() {
      if Lexer.isWordPart(next) {
        position += 1
      } else if next == UInt8(ascii: "."), let after = byte(1), Lexer.isWordPart(after) {
        position += 1
      } else if next == UInt8(ascii: "["), let digit = byte(1), Lexer.isDigit(digit),
        let length = indexLength()
      {
        position += length
      } else {
        break
      }
    }
    return token(.word(String(decoding: bytes[start..<position], as: UTF8.self)), from: start)
  }

  /// The length of `[12]` at the present place.
  private func indexLength() -> Int? {
    var length = 1
    while let next = byte(length), Lexer.isDigit(next) { length += 1 }
    return byte(length) == UInt8(ascii: "]") ? length + 1 : nil
  }

  private mutating func symbol() throws(Diagnostic) -> Token {
    let start = position
    for two in ["==", "!=", "<>", "<=", ">=", "&&", "+-"] {
      let pair = Array(two.utf8)
      if byte() == pair[0], byte(1) == pair[1] {
        position += 2
        return token(.symbol(two), from: start)
      }
    }
    let first = bytes[position]
    if "=<>+-*/%()[],!?:;@{}&".utf8.contains(first) {
      position += 1
      return token(.symbol(String(UnicodeScalar(first))), from: start)
    }
    let character =
      String(decoding: bytes[position..<min(bytes.count, position + 4)], as: UTF8.self)
      .first.map(String.init) ?? "?"
    position += max(1, character.utf8.count)
    position = min(position, bytes.count)
    let help =
      switch character {
      case "^": "write pow(x, y)"
      case "~": "write matches /pattern/"
      case "$": "a field is written by its name alone"
      case "`": "macros are not built yet: write out what it stands for"
      case "#": "a comment starts with //"
      default: "text stands in double quotes"
      }
    throw Diagnostic(
      .strayCharacter(character), at: Span(start, position), in: source, help: help)
  }

  /// `/pattern/`, which only a parser that expects one may ask for; a slash inside is `\/`.
  mutating func regexLiteral() throws(Diagnostic) -> (pattern: String, span: Span)? {
    try skipBlanks()
    guard byte() == UInt8(ascii: "/") else { return nil }
    let start = position
    position += 1
    while let next = byte(), next != 0x0A {
      if next == UInt8(ascii: "\\") {
        position += 2
      } else if next == UInt8(ascii: "/") {
        position += 1
        let raw = String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self)
        return (raw.replacing("\\/", with: "/"), Span(start, position))
      } else {
        position += 1
      }
    }
    position = min(position, bytes.count)
    throw Diagnostic(
      .openRegex, at: Span(start, start + 1), in: source, help: "close the pattern with '/'")
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isWordStart(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  static func isWordPart(_ byte: UInt8) -> Bool { isWordStart(byte) || isDigit(byte) }
}

/// What the letters behind a number mean.
enum NumberSuffix {
  struct Factor {
    var times: Double
    var over: Double = 1

    /// Dividing keeps `3us` exactly what 0.003 is; multiplying by 0.001 would not.
    func applied(to value: Double) -> Double { value * times / over }
  }

  /// In milliseconds. Case matters: `1m` is a minute, `1M` a million.
  static let durations: [String: Factor] = [
    "ns": Factor(times: 1, over: 1e6), "us": Factor(times: 1, over: 1e3), "ms": Factor(times: 1),
    "s": Factor(times: 1e3), "m": Factor(times: 6e4), "h": Factor(times: 3.6e6),
    "d": Factor(times: 8.64e7), "w": Factor(times: 6.048e8),
  ]

  /// What people write instead, in lower case.
  static let meant: [String: String] = [
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m",
    "minute": "m", "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d",
    "days": "d", "week": "w", "weeks": "w", "msec": "ms", "millis": "ms", "kb": "K", "mb": "M",
    "gb": "G", "tb": "T", "kib": "Ki", "mib": "Mi", "gib": "Gi", "tib": "Ti",
  ]

  static let sizes: [String: Double] = [
    "K": 1e3, "k": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
    "Pi": 1_125_899_906_842_624,
  ]
}

extension Diagnostic.Message {
  fileprivate static let openComment = Self("open-comment", "this comment is never closed")
  fileprivate static let openString = Self("open-string", "this text is never closed")
  fileprivate static let openRegex = Self("open-regex", "this pattern is never closed")
  fileprivate static let doublePipe = Self("double-pipe", "'||' is not an operator")
  fileprivate static let singleQuote = Self("single-quote", "a single quote can't start text here")
  fileprivate static func typographicQuote(_ quote: String) -> Self {
    Self("stray-character", "'\(quote)' is no quote that starts a text")
  }
  fileprivate static func badSuffix(_ suffix: String) -> Self {
    Self("bad-suffix", "'\(suffix)' is not a unit")
  }
  fileprivate static func strayCharacter(_ character: String) -> Self {
    Self("stray-character", "'\(character)' means nothing here")
  }
}
