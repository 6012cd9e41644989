import Records

/// The search expression before the first pipe: which messages the query looks at.
package indirect enum Scope: Sendable {
  case everything
  case all([Scope])
  case any([Scope])
  case not(Scope)
  /// A word; `*` and `?` are wildcards within a token.
  case word(String)
  /// Words in quotes, adjacent, without wildcards.
  case phrase(String)
  /// `field=value`; wildcards span anything.
  case field(FieldName, String)

  package var printed: String { printed(inside: 0) }

  /// Parentheses where the context binds tighter: 0 top, 1 in OR, 2 in AND, 3 under NOT.
  private func printed(inside context: Int) -> String {
    func wrapped(_ text: String, from level: Int) -> String {
      context >= level ? "(\(text))" : text
    }
    switch self {
    case .everything: return "*"
    case .any(let terms):
      return wrapped(terms.map { $0.printed(inside: 1) }.joined(separator: " OR "), from: 1)
    case .all(let terms):
      return wrapped(terms.map { $0.printed(inside: 2) }.joined(separator: " AND "), from: 2)
    case .not(let term): return "NOT \(term.printed(inside: 3))"
    case .word(let text): return text
    case .phrase(let text): return "\"\(text.replacing("\"", with: "\\\""))\""
    case .field(let name, let value):
      return "\(name.printed)=\(Scope.printed(value: value))"
    }
  }

  /// Bare where it can be: a backslash at the end of quoted text would keep the quote from ending it.
  private static func printed(value: String) -> String {
    let isBare =
      !value.isEmpty && !value.hasPrefix("=")
      && value.utf8.allSatisfy { !Bytes.isBlank($0) && !"|()[]\"".utf8.contains($0) }
    return isBare ? value : "\"\(value.replacing("\"", with: "\\\""))\""
  }

  /// Texts that every matching line must contain, for `explain`.
  package var literals: [String] {
    switch self {
    case .everything, .any, .not, .field: return []
    case .all(let terms): return terms.flatMap(\.literals)
    case .word(let text): return text.contains { $0 == "*" || $0 == "?" } ? [] : [text]
    case .phrase(let text): return [text]
    }
  }
}

/// Reads the scope, whose words are not the pipeline's: nearly anything but blanks and brackets.
struct ScopeParser {
  private var lexer: Lexer
  /// The AND, OR or NOT taken last.
  private var keyword: Span?
  private var nesting = 0

  init(_ source: SourceText) { lexer = Lexer(source) }

  private var source: SourceText { lexer.source }

  private(set) var position: Int {
    get { lexer.position }
    set { lexer.position = newValue }
  }

  private var bytes: [UInt8] { source.bytes }

  private func byte(_ offset: Int = 0) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  /// Where the pipeline starts when the scope itself can't be read.
  static func endOfScope(in source: SourceText) -> Int {
    var inText = false
    var depth = 0
    var index = 0
    while index < source.bytes.count {
      switch source.bytes[index] {
      case UInt8(ascii: "\\") where inText: index += 1
      case UInt8(ascii: "\""): inText.toggle()
      // The stages of a subquery belong to the scope.
      case UInt8(ascii: "[") where !inText: depth += 1
      case UInt8(ascii: "]") where !inText: depth -= 1
      case UInt8(ascii: "|") where !inText && depth <= 0: return index
      default: break
      }
      index += 1
    }
    return source.bytes.count
  }

  /// The search words, without the blanks around them.
  static func place(in source: SourceText) -> Span {
    let words = source.bytes[..<endOfScope(in: source)]
    let start = words.firstIndex { !Bytes.isBlank($0) } ?? 0
    return Span(start, words.lastIndex { !Bytes.isBlank($0) }.map { $0 + 1 } ?? start)
  }

  mutating func parse() throws(Diagnostic) -> Scope {
    try skipBlanks()
    guard let first = byte(), first != UInt8(ascii: "|") else { return .everything }
    let scope = try disjunction()
    try skipBlanks()
    if let next = byte(), next != UInt8(ascii: "|") {
      throw stray(next)
    }
    return scope
  }

  private func stray(_ byte: UInt8) -> Diagnostic {
    Diagnostic(
      .stray(String(UnicodeScalar(byte))), at: Span(position, position + 1), in: source,
      help: "put the words in double quotes, or check the parentheses")
  }

  /// Comments only at the start of a word: `prod/*` and `http://x` are words.
  private mutating func skipBlanks() throws(Diagnostic) { try lexer.skipBlanks() }

  private mutating func disjunction() throws(Diagnostic) -> Scope {
    var terms = [try conjunction()]
    while try takeKeyword("or") { terms.append(try conjunction()) }
    return terms.count == 1 ? terms[0] : .any(terms)
  }

  private mutating func conjunction() throws(Diagnostic) -> Scope {
    var terms = [try negation()]
    while true {
      let explicit = try takeKeyword("and")
      try skipBlanks()
      guard let next = byte() else { break }
      if next == UInt8(ascii: "|") || next == UInt8(ascii: ")") || isKeyword("or") {
        if explicit { throw missingOperand() }
        break
      }
      terms.append(try negation())
    }
    let useful = terms.filter { if case .everything = $0 { false } else { true } }
    return useful.isEmpty ? .everything : useful.count == 1 ? useful[0] : .all(useful)
  }

  private mutating func negation() throws(Diagnostic) -> Scope {
    guard nesting < Parser.deepest else {
      throw Diagnostic(
        .deep, at: Span(position, position + 1), in: source, help: "remove some parentheses")
    }
    nesting += 1
    defer { nesting -= 1 }
    if try takeKeyword("not") { return .not(try negation()) }
    try skipBlanks()
    if byte() == UInt8(ascii: "!"), byte(1) != nil, byte(1) != UInt8(ascii: "=") {
      position += 1
      return .not(try negation())
    }
    return try primary()
  }

  private mutating func primary() throws(Diagnostic) -> Scope {
    try skipBlanks()
    guard let next = byte(), next != UInt8(ascii: "|") else { throw missingOperand() }
    let start = position
    if next == UInt8(ascii: "(") {
      position += 1
      try skipBlanks()
      if byte() == UInt8(ascii: ")") {
        throw Diagnostic(
          .emptyParentheses, at: Span(start, position + 1), in: source,
          help: "write '*' to look at every message")
      }
      let inner = try disjunction()
      try skipBlanks()
      guard byte() == UInt8(ascii: ")") else {
        throw Diagnostic(
          .openParenthesis, at: Span(start, start + 1), in: source, help: "close it with ')'")
      }
      position += 1
      return inner
    }
    if next == UInt8(ascii: "[") {
      throw Diagnostic(
        .subquery, at: Span(start, start + 1), in: source,
        help: "run the inner query first, and write the words that it finds")
    }
    if next == UInt8(ascii: ")") { throw missingOperand() }
    if next == UInt8(ascii: "]") { throw stray(next) }
    if let name = try fieldName() { return .field(name, try fieldValue()) }
    if next == UInt8(ascii: "\"") {
      let text = try quoted()
      return text.allSatisfy(\.isWhitespace) ? .everything : .phrase(text)
    }
    let word = bareWord()
    return word.allSatisfy { $0 == "*" } ? .everything : .word(word)
  }

  /// `name =`, when that is what comes next; takes both.
  private mutating func fieldName() throws(Diagnostic) -> FieldName? {
    let start = position
    var name: String?
    if byte() == UInt8(ascii: "%"), byte(1) == UInt8(ascii: "\"") {
      position += 1
      name = try quoted()
    } else if let first = byte(), Lexer.isWordStart(first) || first == UInt8(ascii: "@") {
      position += 1
      while let next = byte(),
        Lexer.isWordPart(next) || ".[]-".utf8.contains(next)
      {
        position += 1
      }
      name = String(decoding: bytes[start..<position], as: UTF8.self)
    }
    let end = position
    guard let name else { return nil }
    while let next = byte(), Bytes.isBlank(next) { position += 1 }
    guard byte() == UInt8(ascii: "=") else {
      position = start
      return nil
    }
    position += 1
    if byte() == UInt8(ascii: "=") { position += 1 }
    return FieldName(text: name, span: Span(start, end))
  }

  private mutating func fieldValue() throws(Diagnostic) -> String {
    while let next = byte(), Bytes.isBlank(next) { position += 1 }
    if byte() == UInt8(ascii: "\"") { return try quoted() }
    let word = bareWord()
    guard !word.isEmpty else {
      throw Diagnostic(
        .missingValue, at: Span(max(0, position - 1), position), in: source,
        help: "'field=*' finds messages in which the field is present")
    }
    return word
  }

  private mutating func quoted() throws(Diagnostic) -> String {
    try lexer.quoted().replacing("\\\"", with: "\"")
  }

  private mutating func bareWord() -> String {
    let start = position
    while let next = byte(), !Bytes.isBlank(next), !"|()[]\"".utf8.contains(next) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func isKeyword(_ keyword: String) -> Bool {
    for (index, letter) in keyword.utf8.enumerated() {
      guard let next = byte(index), next | 0x20 == letter else { return false }
    }
    guard let after = byte(keyword.utf8.count) else { return true }
    return Bytes.isBlank(after) || "|()\"".utf8.contains(after)
  }

  private mutating func takeKeyword(_ keyword: String) throws(Diagnostic) -> Bool {
    try skipBlanks()
    guard isKeyword(keyword) else { return false }
    self.keyword = Span(position, position + keyword.utf8.count)
    position += keyword.utf8.count
    return true
  }

  private func missingOperand() -> Diagnostic {
    let help = "write '*' to look at every message"
    if let keyword, bytes[keyword.upper..<position].allSatisfy({ Bytes.isBlank($0) }) {
      return Diagnostic(
        .nothingBehind(source.text(of: keyword)), at: keyword, in: source, help: help)
    }
    let place = max(0, min(position, bytes.count) - 1)
    return Diagnostic(.missingWord, at: Span(place, position), in: source, help: help)
  }
}

extension Diagnostic.Message {
  fileprivate static func stray(_ text: String) -> Self {
    Self("scope", "'\(text)' does not belong in the search words")
  }
  fileprivate static let openParenthesis = Self("scope", "this '(' is never closed")
  fileprivate static let subquery = Self("not-built", "subqueries are not built yet")
  fileprivate static let missingValue = Self("scope", "there is no value after '='")
  fileprivate static let missingWord = Self("scope", "expected a word here")
  fileprivate static func nothingBehind(_ keyword: String) -> Self {
    Self("scope", "there is nothing to search for behind '\(keyword)'")
  }
  fileprivate static let emptyParentheses = Self(
    "scope", "there is nothing between these parentheses")
}
