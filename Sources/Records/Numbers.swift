/// A decimal numeral as written: a whole number times a power of ten.
///
/// Numbers, durations and epochs read their digits here, each into what it needs: the nearest double,
/// a scaled double, whole milliseconds.
struct Decimal {
  var isNegative = false
  /// The digits without the point; only the first nineteen significant ones.
  var digits: UInt64 = 0
  /// The power of ten that `digits` is multiplied by.
  var exponent = 0
  /// Whether a digit other than zero did not fit into `digits`.
  var isCut = false

  init(isNegative: Bool = false, digits: UInt64, exponent: Int = 0) {
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = exponent
  }

  /// Reads the longest numeral that starts at `cursor` and moves behind it; nil when there is none.
  ///
  /// The grammar is sign, digits, fraction, exponent. `.5` and `5.` count, `.` alone does not.
  @inline(__always)
  init?(_ bytes: Bytes, at cursor: inout Int, allowsExponent: Bool = true) {
    let end = bytes.count
    var index = cursor
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index &+= 1
    }
    let first = index
    while index < end {
      let digit = bytes[index] &- 0x30
      guard digit <= 9 else { break }
      append(digit, isFraction: false)
      index &+= 1
    }
    var written = index - first
    if index < end, bytes[index] == UInt8(ascii: ".") {
      index &+= 1
      let point = index
      while index < end {
        let digit = bytes[index] &- 0x30
        guard digit <= 9 else { break }
        append(digit, isFraction: true)
        index &+= 1
      }
      written += index - point
    }
    guard written > 0 else { return nil }
    if allowsExponent, index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index = Decimal.readExponent(bytes, at: index, into: &exponent)
    }
    cursor = index
  }

  /// Below this another digit still fits: 1.8e18 times ten is within 64 bits.
  private static let room: UInt64 = 1_800_000_000_000_000_000

  @inline(__always)
  private mutating func append(_ digit: UInt8, isFraction: Bool) {
    if digits < Decimal.room {
      digits = digits &* 10 &+ UInt64(digit)
      if isFraction { exponent &-= 1 }
    } else {
      if digit != 0 { isCut = true }
      if !isFraction { exponent &+= 1 }
    }
  }

  /// Adds a written exponent and returns the place behind it; the same place if it is none.
  private static func readExponent(_ bytes: Bytes, at start: Int, into exponent: inout Int) -> Int {
    var index = start + 1
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    let first = index
    var value = 0
    while index < bytes.count, bytes[index] &- 0x30 <= 9 {
      // Beyond every double, however many digits the mantissa has; only the size must not overflow.
      if value < 1_000_000_000_000 { value = value * 10 + Int(bytes[index] &- 0x30) }
      index += 1
    }
    guard index > first else { return start }
    exponent += isNegative ? -value : value
    return index
  }

  /// Powers of ten that a double holds exactly.
  private static let powers: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// `digits * 10^exponent` when one exact operand and one rounding give it (Clinger's fast path).
  @inline(__always)
  static func nearest(_ digits: UInt64, tenTo exponent: Int) -> Double? {
    guard digits <= 1 << 53 else { return nil }
    if exponent == 0 { return Double(digits) }
    if exponent < 0 {
      guard exponent >= -22 else { return digits == 0 ? 0 : nil }
      return Double(digits) / powers[-exponent]
    }
    guard exponent <= 22 else { return digits == 0 ? 0 : nil }
    return Double(digits) * powers[exponent]
  }
}

extension Bytes {
  /// The number this text is, correctly rounded, or nil.
  ///
  /// Optional sign, digits, fraction, exponent; surrounding blanks do not matter. Hexadecimal and the
  /// names of infinity are text, and so is a numeral beyond the range of a double.
  package func number() -> Double? {
    var cursor = 0
    while cursor < count, Bytes.isBlank(self[cursor]) { cursor &+= 1 }
    let first = cursor
    guard let decimal = Decimal(self, at: &cursor) else { return nil }
    let end = cursor
    while cursor < count {
      guard Bytes.isBlank(self[cursor]) else { return nil }
      cursor &+= 1
    }
    if !decimal.isCut, let size = Decimal.nearest(decimal.digits, tenTo: decimal.exponent) {
      return decimal.isNegative ? -size : size
    }
    let value = slice(first, end).nearestDouble()
    return value.isFinite ? value : nil
  }

  /// The whole number this text is: an optional sign and digits that fit 64 bits, blanks around.
  package func whole() -> Int64? {
    var cursor = 0
    var end = count
    while cursor < end, Bytes.isBlank(self[cursor]) { cursor &+= 1 }
    while end > cursor, Bytes.isBlank(self[end &- 1]) { end &-= 1 }
    guard cursor < end else { return nil }
    let isNegative = self[cursor] == UInt8(ascii: "-")
    if isNegative || self[cursor] == UInt8(ascii: "+") { cursor &+= 1 }
    guard cursor < end else { return nil }
    // Counted downwards, because the smallest Int64 has no positive counterpart.
    var value: Int64 = 0
    while cursor < end {
      let digit = self[cursor] &- 0x30
      guard digit <= 9 else { return nil }
      let (scaled, tooLong) = value.multipliedReportingOverflow(by: 10)
      let (next, tooFar) = scaled.subtractingReportingOverflow(Int64(digit))
      guard !tooLong, !tooFar else { return nil }
      value = next
      cursor &+= 1
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
  }
}
