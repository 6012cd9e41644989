import Records

extension FunctionTable {
  static let nullFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "isNull", parameters: "value", arity: 1...1, "true when the field is missing or null"
    ) { _ in Each.cell { cell, _ in Cell(cell.isNull) } },
    FunctionDefinition(
      "isEmpty", parameters: "value", arity: 1...1, "true when the value is null or empty text"
    ) { _ in Each.cell { cell, arena in Cell(cell.isNull || cell.text(arena).isEmpty) } },
    FunctionDefinition(
      "isBlank", parameters: "value", arity: 1...1, "true when the value is null or only blanks"
    ) { _ in Each.cell { cell, arena in Cell(cell.isNull || cell.text(arena).trimmed.isEmpty) } },
    FunctionDefinition(
      "isNumeric", parameters: "value", arity: 1...1,
      "true when the value is a number as Java writes them: 12, -1.5e3, 0x1F, 017, 12L"
    ) { _ in Each.cell { cell, _ in Cell(cell.isJavaNumber) } },
    FunctionDefinition(
      "isNaN", parameters: "value", arity: 1...1,
      "true when the value is no number; null for nothing and blanks"
    ) { _ in Each.floating { $0.isNaN } },
    FunctionDefinition(
      "isInfinity", "isInfinite", parameters: "value", arity: 1...1,
      "true when the value is infinite; null for nothing and blanks"
    ) { _ in Each.floating { $0.isInfinite } },
  ]
}

extension Each {
  /// A question about a value read as Java reads a double: `Infinity` is one, other words are NaN.
  fileprivate static func floating(
    _ body: @escaping @Sendable (Double) -> Bool
  ) -> Function.Body {
    cell { cell, arena in
      if let number = cell.number { return Cell(body(number)) }
      let text = cell.text(arena).trimmed
      return text.isEmpty ? .null : Cell(body(Infinities.value(of: text)))
    }
  }
}

private enum Infinities {
  private static let names: [(name: PinnedText, value: Double)] = [
    (PinnedText("Infinity"), .infinity), (PinnedText("+Infinity"), .infinity),
    (PinnedText("-Infinity"), -.infinity),
  ]

  static func value(of text: Bytes) -> Double {
    names.first { $0.name.bytes == text }?.value ?? .nan
  }
}

extension Cell {
  /// Whether this is a finite number, or text that is a numeric literal of Java.
  fileprivate var isJavaNumber: Bool {
    switch kind {
    case .whole, .numeral: true
    case .number: numberValue.isFinite
    case .text: JavaNumeral.isOne(place)
    case .null, .escaped, .yes, .no, .json: false
    }
  }
}

/// The numeric literals of Java, which is what `isNumeric` asks for in the original.
private enum JavaNumeral {
  static func isOne(_ text: Bytes) -> Bool {
    var rest = text
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      rest = rest.dropping(1)
    }
    // A leading zero announces hexadecimal or octal digits, unless it is the zero of a fraction.
    if rest.count > 1, rest[0] == UInt8(ascii: "0"), rest.firstIndex(of: UInt8(ascii: ".")) == nil {
      if rest[1] | 0x20 == UInt8(ascii: "x") {
        return rest.count > 2 && rest.dropping(2).allSatisfy { Hexadecimal.value(of: $0) != nil }
      }
      if Lexer.isDigit(rest[1]) { return rest.allSatisfy { (0x30...0x37).contains($0) } }
    }
    return isDecimal(rest)
  }

  /// Digits with a fraction, an exponent and the suffix of a type.
  private static func isDecimal(_ text: Bytes) -> Bool {
    var place = 0
    func skipDigits() -> Int {
      let start = place
      while place < text.count, Lexer.isDigit(text[place]) { place += 1 }
      return place - start
    }
    var digits = skipDigits()
    var isWhole = true
    if place < text.count, text[place] == UInt8(ascii: ".") {
      place += 1
      digits += skipDigits()
      isWhole = false
    }
    guard digits > 0 else { return false }
    if place < text.count, text[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < text.count, text[place] == UInt8(ascii: "+") || text[place] == UInt8(ascii: "-") {
        place += 1
      }
      guard skipDigits() > 0 else { return false }
      isWhole = false
    }
    guard place < text.count else { return true }
    guard place == text.count - 1 else { return false }
    switch text[place] | 0x20 {
    case UInt8(ascii: "l"): return isWhole
    case UInt8(ascii: "d"), UInt8(ascii: "f"): return true
    default: return false
    }
  }
}
