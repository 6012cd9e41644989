/// How numbers are written, everywhere: the shortest text that reads back as the same double.
package enum NumberText {
  /// The text of `value` by the rules of ECMAScript: whole numbers below 1e21 have neither point nor
  /// exponent, the rest the fewest digits that identify the double.
  package static func shortest(_ value: Double) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(24)
    append(value, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the text of `value` to `output`.
  package static func append(_ value: Double, to output: inout [UInt8]) {
    if let whole = Int64(exactly: value), whole.magnitude <= 1 << 53 {
      append(whole, to: &output)
      return
    }
    guard value.isFinite else {
      output += Array((value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity").utf8)
      return
    }
    append(ShortestDecimal(value), to: &output)
  }

  /// Appends the decimal text of `value` to `output`.
  package static func append(_ value: Int64, to output: inout [UInt8]) {
    if value < 0 { output.append(UInt8(ascii: "-")) }
    append(value.magnitude, to: &output)
  }

  private static func append(_ value: UInt64, to output: inout [UInt8]) {
    var digits = InlineArray<20, UInt8>(repeating: 0x30)
    var first = 20
    var rest = value
    repeat {
      first &-= 1
      digits[first] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
      rest /= 10
    } while rest > 0
    while first < 20 {
      output.append(digits[first])
      first &+= 1
    }
  }

  private static func append(_ decimal: ShortestDecimal, to output: inout [UInt8]) {
    if decimal.isNegative { output.append(UInt8(ascii: "-")) }
    var digits: [UInt8] = []
    append(decimal.digits, to: &digits)
    // ECMAScript's n: where the point stands, counted from the first digit.
    let point = digits.count + decimal.exponent
    switch point {
    case digits.count...21 where decimal.exponent >= 0:
      output += digits
      output += repeatElement(UInt8(ascii: "0"), count: decimal.exponent)
    case 1...21:
      output += digits[..<point]
      output.append(UInt8(ascii: "."))
      output += digits[point...]
    case -5...0:
      output += [UInt8(ascii: "0"), UInt8(ascii: ".")]
      output += repeatElement(UInt8(ascii: "0"), count: -point)
      output += digits
    default:
      output.append(digits[0])
      if digits.count > 1 {
        output.append(UInt8(ascii: "."))
        output += digits[1...]
      }
      output += [UInt8(ascii: "e"), UInt8(ascii: point > 0 ? "+" : "-")]
      append(UInt64((point - 1).magnitude), to: &output)
    }
  }
}

/// The decimal with the fewest digits that rounds to a double; what people mean by that double.
package struct ShortestDecimal {
  package let isNegative: Bool
  /// Without trailing zeros, at most seventeen digits.
  package let digits: UInt64
  package let exponent: Int

  /// `value` must be finite.
  package init(_ value: Double) {
    precondition(value.isFinite, "no decimal for \(value)")
    // Below 2^50 millionths no two decimals with six places share a double, so one that is this
    // double is its shortest text. Most numbers in logs are such.
    let millionths = (value * 1e6).rounded()
    if abs(millionths) < 0x1p50, millionths / 1e6 == value {
      self.init(
        isNegative: millionths < 0, digits: UInt64(abs(millionths)), exponent: -6)
    } else {
      self.init(printed: value)
    }
  }

  private init(isNegative: Bool, digits: UInt64, exponent: Int) {
    var digits = digits
    var exponent = exponent
    while digits > 0, digits % 10 == 0 {
      digits /= 10
      exponent += 1
    }
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = digits == 0 ? 0 : exponent
  }

  private init(printed value: Double) {
    // The standard library already finds the shortest digits (SwiftDtoa); only its layout differs.
    var digits: UInt64 = 0
    var exponent = 0
    var written = 0
    var seesPoint = false
    var seesExponent = false
    var isExponentNegative = false
    for byte in value.description.utf8 {
      switch byte {
      case 0x30...0x39 where seesExponent:
        written = written * 10 + Int(byte - 0x30)
      case 0x30...0x39:
        digits = digits * 10 + UInt64(byte - 0x30)
        if seesPoint { exponent -= 1 }
      case UInt8(ascii: "."): seesPoint = true
      case UInt8(ascii: "e"): seesExponent = true
      case UInt8(ascii: "-"): isExponentNegative = seesExponent
      default: break
      }
    }
    exponent += isExponentNegative ? -written : written
    self.init(isNegative: value < 0, digits: digits, exponent: exponent)
  }
}

extension BinaryInteger {
  /// `1,204`: digits in groups of three.
  package var grouped: String {
    let digits = String(magnitude)
    var result = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return result
  }
}
