package import QueryLanguage

/// Reads what a level compares: `[column | %"any name" | rows] op number[unit]`.
package struct ComparisonParser {
  private let text: [Unicode.Scalar]
  /// Where each scalar stands among the bytes of the text, and the end of the last.
  private let starts: [Int]
  private let map: QueryMap
  private let source: SourceText
  private var at = 0

  /// The comparison in a scalar of a rule file.
  package static func parse(_ node: ConfigNode) throws(Diagnostic) -> Comparison {
    guard let text = node.text else {
      throw node.diagnostic(.notAComparison(node.found), help: .example)
    }
    guard !text.allSatisfy(\.isWhitespace) else {
      // `alert: >5` opens a folded block.
      let written = node.source.text(of: node.span)
      let help = written.hasPrefix(">") ? "put it in quotes: \"> 5\"" : String.example
      throw node.diagnostic(.empty, help: help)
    }
    return try parse(text, offsets: node.offsets, in: node.source)
  }

  /// The comparison in a text whose bytes stand at these offsets of the source.
  package static func parse(_ text: String, offsets: [Int], in source: SourceText)
    throws(Diagnostic) -> Comparison
  {
    var parser = ComparisonParser(text, QueryMap(offsets: offsets), source)
    return try parser.read()
  }

  private init(_ text: String, _ map: QueryMap, _ source: SourceText) {
    self.text = Array(text.unicodeScalars)
    starts = self.text.reduce(into: [0]) { $0.append($0.last! + UTF8.width($1)) }
    self.map = map
    self.source = source
  }

  private mutating func read() throws(Diagnostic) -> Comparison {
    skipBlanks()
    let start = at
    let subject = try readSubject()
    skipBlanks()
    let comparator = try readOperator()
    skipBlanks()
    let (number, unit) = try readNumber()
    let end = at
    skipBlanks()
    if at < text.count { throw trailing() }
    return Comparison(
      subject: subject, comparator: comparator, number: number, unit: unit,
      text: string(start, end), span: span(start, end))
  }

  // The column.

  private mutating func readSubject() throws(Diagnostic) -> Comparison.Subject {
    let start = at
    switch peek {
    case "%":
      at += 1
      if peek == "\"" { return .column(try quotedName(from: start)) }
      let name = take { $0.isNamePart || $0 == "-" }
      if name.isEmpty { throw error(.noName, start, at, help: #"write %"the name""#) }
      return .column(name)
    case "\"":
      at += 1
      let name = take { $0 != "\"" }
      throw error(.quotedName, start, min(at + 1, text.count), help: "write %\"\(name)\"")
    case let scalar where scalar.isNameStart:
      let name = take(while: \.isNamePart)
      return name.lowercased() == "rows" ? .rows : .column(name)
    case let scalar where scalar.isNumberStart:
      throw numberFirst()
    default:
      return .implied
    }
  }

  private mutating func quotedName(from start: Int) throws(Diagnostic) -> String {
    at += 1
    var name = String.UnicodeScalarView()
    while at < text.count, peek != "\"" {
      if peek == "\\", at + 1 < text.count, text[at + 1] == "\"" {
        at += 1
      }
      name.append(text[at])
      at += 1
    }
    guard at < text.count else {
      throw error(.openName, start, text.count, help: #"end the name with '"'"#)
    }
    at += 1
    guard !name.isEmpty else {
      throw error(.noName, start, at, help: #"write %"the name""#)
    }
    return String(name)
  }

  /// `5 < count`, or a number with no operator at all.
  private mutating func numberFirst() -> Diagnostic {
    let start = at
    let number = take { !$0.isBlank && !$0.isSign }
    let end = at
    skipBlanks()
    let sign = Comparison.Operator(rawValue: take(while: \.isSign))
    skipBlanks()
    let column = string(at, text.count)
    guard let sign, !column.isEmpty else {
      return error(.noOperator(number), start, end, help: "did you mean '> \(number)'?")
    }
    let turned = "\(column) \(sign.mirrored.rawValue) \(number)"
    return error(.numberFirst, start, end, help: "write '\(turned)'")
  }

  // The operator.

  private mutating func readOperator() throws(Diagnostic) -> Comparison.Operator {
    let start = at
    let sign = take(while: \.isSign)
    if let known = Comparison.Operator(rawValue: sign) { return known }
    if !sign.isEmpty {
      let help = Self.otherSigns[sign].map { "did you mean '\($0.rawValue)'?" } ?? Self.operators
      throw error(.unknownOperator(sign), start, at, help: help)
    }
    let word = take { !$0.isBlank }
    if word.isEmpty { throw error(.noOperatorAtEnd, start, at, help: Self.operators) }
    let help =
      word.unicodeScalars.first!.isNameStart ? Self.operators + Self.nameHint : Self.operators
    throw error(.unexpected(word, "an operator"), start, at, help: help)
  }

  private static let operators =
    "operators are " + Comparison.Operator.allCases.map(\.rawValue).joined(separator: " ")

  private static let nameHint = #"; write a name with blanks as %"the name""#

  /// How other languages write our operators.
  private static let otherSigns: [String: Comparison.Operator] = [
    "==": .equal, "===": .equal, "=>": .greaterOrEqual, "=<": .lessOrEqual, "<>": .notEqual,
    "!==": .notEqual, "!": .notEqual, "~=": .notEqual, "=!": .notEqual, ">>": .greater,
    "<<": .less, "≥": .greaterOrEqual, "≤": .lessOrEqual, "≠": .notEqual,
  ]

  // The number.

  private mutating func readNumber() throws(Diagnostic) -> (Double, unit: String?) {
    let start = at
    if peek == "-" || peek == "+" { at += 1 }
    let digits = at
    skipDigits()
    if peek == "." {
      at += 1
      skipDigits()
    }
    let hasDigits = text[digits..<at].contains(where: \.isDigit)
    guard hasDigits, text[at - 1] != "." else {
      at = start
      let word = take { !$0.isBlank }
      guard !word.isEmpty else { throw error(.noNumber, start, at, help: .example) }
      throw error(.unexpected(word, "a number"), start, at, help: .example)
    }
    skipExponent()
    guard let number = Double(string(start, at)), number.isFinite else {
      throw error(.tooLarge, start, at)
    }
    let unitStart = at
    let unit = take { $0.isLetter || $0 == "%" }
    guard !unit.isEmpty else { return (number, nil) }
    guard DurationText.unitNames.contains(unit), at == text.count || !peek.isDigit else {
      _ = take { !$0.isBlank }
      throw unknownUnit(string(unitStart, at), from: unitStart, number: start)
    }
    return (number, unit)
  }

  /// `e3` and `E-4`, but not the start of a unit.
  private mutating func skipExponent() {
    guard peek == "e" || peek == "E" else { return }
    var digit = at + 1
    if digit < text.count, text[digit] == "-" || text[digit] == "+" {
      digit += 1
    }
    guard digit < text.count, text[digit].isDigit else { return }
    at = digit
    skipDigits()
  }

  private func unknownUnit(_ unit: String, from start: Int, number: Int) -> Diagnostic {
    var help = "units are \(DurationText.unitNames.listed)"
    if unit == "%" {
      help = "compare a ratio with a number such as 0.05"
    } else if let total = try? DurationText.milliseconds(of: string(number, at)) {
      help = total % 1_000 == 0 ? "write \(total / 1_000)s" : "write \(total)ms"
    } else if let known = DurationText.unitNames.first(where: { $0 == unit.lowercased() }) {
      help = "did you mean '\(known)'?"
    }
    return error(.unknownUnit(unit), start, at, help: help)
  }

  /// What stands behind a whole comparison.
  private mutating func trailing() -> Diagnostic {
    let start = at
    let word = take { !$0.isBlank }
    var help = "a level compares once; write further conditions into the query"
    if DurationText.unitNames.contains(word), at == text.count {
      help = "write the unit without a blank before it"
    } else if word.first == "," || word.first == "_" {
      help = "write numbers without separators, such as 10000"
    }
    return error(.trailing(word), start, at, help: help)
  }

  // The text.

  private var peek: Unicode.Scalar { at < text.count ? text[at] : "\0" }

  private mutating func skipBlanks() { while peek.isBlank { at += 1 } }

  private mutating func skipDigits() { while peek.isDigit { at += 1 } }

  private mutating func take(while condition: (Unicode.Scalar) -> Bool) -> String {
    let start = at
    while at < text.count, condition(text[at]) { at += 1 }
    return string(start, at)
  }

  private func string(_ lower: Int, _ upper: Int) -> String {
    String(String.UnicodeScalarView(text[lower..<upper]))
  }

  private func span(_ lower: Int, _ upper: Int) -> Span {
    map.span(of: Span(starts[lower], starts[upper]))
  }

  private func error(
    _ message: Diagnostic.Message, _ lower: Int, _ upper: Int, help: String? = nil
  ) -> Diagnostic {
    Diagnostic(message, at: span(lower, upper), in: source, help: help)
  }
}

extension Comparison.Operator {
  /// What holds exactly when this does not: the default of `resolve`.
  package var opposite: Self {
    switch self {
    case .greater: .lessOrEqual
    case .lessOrEqual: .greater
    case .less: .greaterOrEqual
    case .greaterOrEqual: .less
    case .equal: .notEqual
    case .notEqual: .equal
    }
  }

  /// The operator with its sides swapped: `5 < count` is `count > 5`.
  fileprivate var mirrored: Self {
    switch self {
    case .greater: .less
    case .less: .greater
    case .greaterOrEqual: .lessOrEqual
    case .lessOrEqual: .greaterOrEqual
    case .equal, .notEqual: self
    }
  }
}

extension Comparison: CustomStringConvertible {
  /// The comparison as the person wrote it.
  package var description: String { text }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool { properties.isWhitespace }
  fileprivate var isDigit: Bool { "0"..."9" ~= self }
  fileprivate var isLetter: Bool { properties.isAlphabetic }
  fileprivate var isNameStart: Bool { isLetter || self == "_" }
  fileprivate var isNamePart: Bool {
    isNameStart || isDigit || self == "." || self == "[" || self == "]"
  }
  fileprivate var isNumberStart: Bool { isDigit || self == "-" || self == "+" || self == "." }
  /// What operators are made of, ours and the ones people try.
  fileprivate var isSign: Bool { "<>=!~≥≤≠".unicodeScalars.contains(self) }
}

extension String {
  fileprivate static var example: String { #"write a comparison such as "> 5" or "p95 >= 3s""# }
}

extension Diagnostic.Message {
  fileprivate static var empty: Self { Self("bad-comparison", "the comparison is empty") }
  fileprivate static func notAComparison(_ found: String) -> Self {
    Self("bad-comparison", "this must be a comparison, found \(found)")
  }
  fileprivate static var noName: Self {
    Self("bad-comparison", "the name of a column is missing after '%'")
  }
  fileprivate static var openName: Self {
    Self("bad-comparison", "the name of the column is not closed")
  }
  fileprivate static var quotedName: Self {
    Self("bad-comparison", "a quoted text is not the name of a column")
  }
  fileprivate static var numberFirst: Self {
    Self("bad-comparison", "the number comes last in a comparison")
  }
  fileprivate static func noOperator(_ number: String) -> Self {
    Self("bad-operator", "an operator is missing before '\(number.shortened)'")
  }
  fileprivate static var noOperatorAtEnd: Self { Self("bad-operator", "an operator is missing") }
  fileprivate static func unknownOperator(_ sign: String) -> Self {
    Self("bad-operator", "unknown operator '\(sign.shortened)'")
  }
  fileprivate static func unexpected(_ word: String, _ need: String) -> Self {
    Self("bad-comparison", "expected \(need), found '\(word.shortened)'")
  }
  fileprivate static var noNumber: Self { Self("bad-number", "a number is missing") }
  fileprivate static var tooLarge: Self { Self("bad-number", "this number is too large") }
  fileprivate static func unknownUnit(_ unit: String) -> Self {
    Self("bad-unit", "unknown unit '\(unit.shortened)'")
  }
  fileprivate static func trailing(_ word: String) -> Self {
    Self("bad-comparison", "unexpected '\(word.shortened)' after the comparison")
  }
}
