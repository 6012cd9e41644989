import Records

/// The pattern of `format`, in the notation of Java's `String.format`.
struct FormatPattern: Sendable {
  private enum Part: Sendable {
    case text(String)
    case value(Conversion)
  }

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    static let left = Flags(rawValue: 1)
    static let alternate = Flags(rawValue: 2)
    static let plus = Flags(rawValue: 4)
    static let space = Flags(rawValue: 8)
    static let zero = Flags(rawValue: 16)
    static let grouped = Flags(rawValue: 32)
    static let parentheses = Flags(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(_ letter: UInt8) {
      switch letter {
      case UInt8(ascii: "-"): self = .left
      case UInt8(ascii: "#"): self = .alternate
      case UInt8(ascii: "+"): self = .plus
      case UInt8(ascii: " "): self = .space
      case UInt8(ascii: "0"): self = .zero
      case UInt8(ascii: ","): self = .grouped
      case UInt8(ascii: "("): self = .parentheses
      default: return nil
      }
    }
  }

  struct Conversion: Sendable {
    /// The value's place among the arguments, from 0.
    var argument: Int
    var flags: Flags
    var width: Int
    var precision: Int?
    var letter: UInt8
  }

  enum Failure: Error {
    case unknown(String)
    case unended
    case noArgument(Int)
  }

  private var parts: [Part] = []

  static func body(of call: FunctionCall) throws(Diagnostic) -> Function.Body {
    let count = call.arguments.count - 1
    guard let text = call.literal(0) else {
      return Each.list { cells, arena in
        guard !cells[0].isNull,
          let pattern = try? FormatPattern(cells[0].text(arena).string, arguments: count)
        else { return .null }
        return pattern.format(cells, arena)
      }
    }
    let pattern: FormatPattern
    do throws(Failure) { pattern = try FormatPattern(text, arguments: count) } catch {
      let help = "conversions are %s %d %x %o %c %b %e %f %g, a percent sign is %%"
      switch error {
      case .unknown(let written):
        throw call.mistake(.unknownConversion(written), in: 0, help: help)
      case .unended:
        throw call.mistake(.unendedConversion, in: 0, help: help)
      case .noArgument(let number):
        throw call.mistake(
          .missingValue(number, count), in: 0, help: "give 'format' one value for each conversion")
      }
    }
    return Each.list { cells, arena in pattern.format(cells, arena) }
  }

  /// Reads a pattern for so many values.
  init(_ text: String, arguments: Int) throws(Failure) {
    var rest = Array(text.utf8)[...]
    var literal: [UInt8] = []
    var next = 0
    var last = 0
    func flush(_ parts: inout [Part]) {
      if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
      literal = []
    }
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        literal.append(byte)
        continue
      }
      let start = rest
      var conversion = Conversion(argument: -1, flags: [], width: 0, precision: nil, letter: 0)
      var index = FormatPattern.index(&rest)
      if index == nil, rest.first == UInt8(ascii: "<") {
        rest.removeFirst()
        index = last
      }
      while let letter = rest.first, let flag = Flags(letter) {
        conversion.flags.insert(flag)
        rest.removeFirst()
      }
      conversion.width = FormatPattern.number(&rest) ?? 0
      if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        conversion.precision = FormatPattern.number(&rest)
      }
      guard let letter = rest.popFirst() else { throw .unended }
      conversion.letter = letter
      switch letter {
      case UInt8(ascii: "%"): literal.append(letter)
      case UInt8(ascii: "n"): literal.append(0x0A)
      case _ where "sSdxXocCbBeEfgG".utf8.contains(letter):
        if index == nil {
          index = next
          next += 1
        }
        conversion.argument = index ?? 0
        last = conversion.argument
        guard conversion.argument < arguments else { throw .noArgument(conversion.argument + 1) }
        flush(&parts)
        parts.append(.value(conversion))
      default:
        let written = start.prefix(start.count - rest.count)
        throw .unknown("%" + String(decoding: written, as: UTF8.self))
      }
    }
    flush(&parts)
  }

  /// `2$`, counted from 1.
  private static func index(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var ahead = rest
    guard let first = ahead.first, first != 0x30, let number = number(&ahead),
      ahead.popFirst() == UInt8(ascii: "$")
    else { return nil }
    rest = ahead
    return number - 1
  }

  /// Digits; nobody means a number of more than four, and room for it would be wasted.
  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var number: Int?
    while let digit = rest.first, Lexer.isDigit(digit) {
      number = min(9999, (number ?? 0) * 10 + Int(digit - 0x30))
      rest.removeFirst()
    }
    return number
  }

  /// The text for one row, whose first cell is the pattern; null when a value is missing or unfit.
  func format(_ cells: [Cell], _ arena: Arena) -> Cell {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .value(let conversion):
        let cell = cells[conversion.argument + 1]
        guard !cell.isNull, let text = conversion.text(of: cell, arena) else { return .null }
        result += text
      }
    }
    return Cell(text: arena.store(result))
  }
}

extension FormatPattern.Conversion {
  /// Nil when the value does not fit the conversion.
  fileprivate func text(of cell: Cell, _ arena: Arena) -> String? {
    switch letter | 0x20 {
    case UInt8(ascii: "s"):
      let text = cell.text(arena).string
      return padded(cased(precision.map { String(text.prefix($0)) } ?? text))
    case UInt8(ascii: "b"):
      let text = cell.kind == .no ? "false" : "true"
      return padded(cased(precision.map { String(text.prefix($0)) } ?? text))
    case UInt8(ascii: "c"):
      guard let character = character(cell, arena) else { return nil }
      return padded(cased(String(character)))
    case UInt8(ascii: "d"):
      guard let whole = cell.wholeNumber else { return nil }
      return signed(whole < 0, grouped(String(whole.magnitude)))
    case UInt8(ascii: "x"), UInt8(ascii: "o"):
      guard let whole = cell.wholeNumber else { return nil }
      let isHex = letter | 0x20 == UInt8(ascii: "x")
      let prefix = flags.contains(.alternate) ? (isHex ? "0x" : "0") : ""
      let digits = String(UInt64(bitPattern: whole), radix: isHex ? 16 : 8)
      return zeroPadded(prefix: cased(prefix), cased(digits), suffix: "")
    default:
      guard let number = cell.number else { return nil }
      guard number.isFinite else {
        let name = number.isNaN ? "NaN" : "Infinity"
        return padded(cased(number < 0 ? "-\(name)" : flags.contains(.plus) ? "+\(name)" : name))
      }
      return signed(number.sign == .minus, cased(digits(of: number)))
    }
  }

  private func character(_ cell: Cell, _ arena: Arena) -> Character? {
    if cell.isNumeric {
      return cell.wholeNumber.flatMap { UInt32(exactly: $0) }.flatMap(Unicode.Scalar.init)
        .map(Character.init)
    }
    let text = cell.text(arena).string
    return text.count == 1 ? text.first : nil
  }

  /// The digits of `%f`, `%e` and `%g`, without a sign.
  private func digits(of number: Double) -> String {
    let precision = precision ?? 6
    switch letter | 0x20 {
    case UInt8(ascii: "f"): return fixed(number, precision)
    case UInt8(ascii: "e"): return scientific(number, precision)
    default:
      // `%g` counts all digits, and chooses the form after rounding to them.
      let precision = max(1, precision)
      let decimal = RoundedDecimal(number, significant: precision)
      let exponent = decimal.scientific(precision: 0).exponent
      return (-4..<precision).contains(exponent)
        ? fixed(number, max(0, precision - exponent - 1)) : scientific(number, precision - 1)
    }
  }

  private func fixed(_ number: Double, _ places: Int) -> String {
    let text = RoundedDecimal(number, places: places).written(places: places)
    let point = places > 0 || flags.contains(.alternate) ? "." : ""
    return grouped(text.whole) + point + text.fraction
  }

  private func scientific(_ number: Double, _ precision: Int) -> String {
    let text = RoundedDecimal(number, significant: precision + 1).scientific(precision: precision)
    let point = precision > 0 || flags.contains(.alternate) ? "." : ""
    let power = text.exponent.magnitude
    return text.digit + point + text.fraction + (text.exponent < 0 ? "e-" : "e+")
      + (power < 10 ? "0" : "") + String(power)
  }

  /// Commas between thousands, if asked for.
  private func grouped(_ digits: String) -> String {
    guard flags.contains(.grouped) else { return digits }
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  private func signed(_ isNegative: Bool, _ digits: String) -> String {
    if isNegative, flags.contains(.parentheses) {
      return zeroPadded(prefix: "(", digits, suffix: ")")
    }
    let sign = isNegative ? "-" : flags.contains(.plus) ? "+" : flags.contains(.space) ? " " : ""
    return zeroPadded(prefix: sign, digits, suffix: "")
  }

  private func zeroPadded(prefix: String, _ digits: String, suffix: String) -> String {
    let missing = width - prefix.utf8.count - digits.utf8.count - suffix.utf8.count
    guard flags.contains(.zero), missing > 0 else { return padded(prefix + digits + suffix) }
    return prefix + String(repeating: "0", count: missing) + digits + suffix
  }

  private func padded(_ text: String) -> String {
    let missing = width - text.count
    guard missing > 0 else { return text }
    let blanks = String(repeating: " ", count: missing)
    return flags.contains(.left) ? text + blanks : blanks + text
  }

  /// In capitals when the letter is one.
  private func cased(_ text: String) -> String {
    letter & 0x20 == 0 ? text.uppercased() : text
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownConversion(_ written: String) -> Self {
    Self("arguments", "'\(written)' is no conversion of 'format'")
  }
  fileprivate static let unendedConversion = Self(
    "arguments", "the pattern of 'format' ends inside a conversion")
  fileprivate static func missingValue(_ number: Int, _ count: Int) -> Self {
    Self("arguments", "the pattern asks for value \(number), 'format' got \(count)")
  }
}
