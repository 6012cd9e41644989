/// A sum that does not depend on the order of its terms, and forgets a term that is subtracted.
///
/// A double stands for its shortest decimal text, which is what the log said: `0.1 + 0.2` is `0.3`.
/// Terms with up to nine decimals are added as fixed point in 128 bits at 10^-9, everything else in a
/// `WideSum` that exists only when it is needed. Nothing is rounded before `value` or `mean`, and
/// those are rounded once. Twenty-four bytes, because there is one per group and pane.
package struct ExactSum: Sendable, Equatable {
  /// The fixed point number in two words: an `Int128` would align the struct to 32 bytes.
  private var low: UInt64 = 0
  private var high: Int64 = 0
  private var wide: WideSum?

  package init() {}

  /// A sum that goes on from a fixed one.
  package init(_ sum: FixedSum) { fixed = Int128(sum.units) }

  /// Adds what a `FixedSum` had to carry.
  package mutating func carry(_ words: Int) { add(Int128(words) << 64) }

  private var fixed: Int128 {
    @inline(__always) get { Int128(high) << 64 | Int128(low) }
    @inline(__always) set {
      low = UInt64(truncatingIfNeeded: newValue)
      high = Int64(truncatingIfNeeded: newValue >> 64)
    }
  }

  /// Adds a term.
  package mutating func add(_ value: Double) {
    if let units = ExactSum.units(value) { add(units) } else { addWide(value, times: 1) }
  }

  /// Takes a term away that was added.
  package mutating func subtract(_ value: Double) {
    if let units = ExactSum.units(value) { add(-units) } else { addWide(value, times: -1) }
  }

  /// Adds the terms of another sum.
  package mutating func add(_ other: ExactSum) {
    add(other.fixed)
    if let theirs = other.wide { change { $0.add(theirs.content, times: 1) } }
  }

  /// Takes away the terms of another sum that was added.
  package mutating func subtract(_ other: ExactSum) {
    // The smallest number has no negative, so subtraction is not the addition of one.
    let (difference, overflows) = fixed.subtractingReportingOverflow(other.fixed)
    let spill = overflows ? (difference < 0 ? 1 : -1) : 0
    fixed = difference
    if spill != 0 { change { $0.spill += Int64(spill) } }
    if let theirs = other.wide { change { $0.add(theirs.content, times: -1) } }
  }

  @inline(__always)
  private mutating func add(_ units: Int128) {
    let (sum, overflows) = fixed.addingReportingOverflow(units)
    fixed = sum
    // Wrapped around: one whole 2^128 is missing, or too much.
    if overflows { change { $0.spill += sum < 0 ? 1 : -1 } }
  }

  @inline(never)
  private mutating func addWide(_ value: Double, times factor: Int64) {
    change { $0.add(value, times: factor) }
  }

  private mutating func change(_ body: (inout WideSum.Content) -> Void) {
    if !isKnownUniquelyReferenced(&wide) { wide = WideSum(wide?.content ?? WideSum.Content()) }
    if let wide { body(&wide.content) }
  }

  package static func == (left: ExactSum, right: ExactSum) -> Bool {
    guard left.low == right.low, left.high == right.high else { return false }
    if left.wide === right.wide { return true }
    return (left.wide?.content ?? WideSum.Content()) == (right.wide?.content ?? WideSum.Content())
  }

  /// Whether the sum is exactly zero.
  package var isZero: Bool {
    guard let wide else { return fixed == 0 }
    guard wide.content.special == nil else { return false }
    return fixed == 0 && wide.content.isZero || total(of: wide.content).number.isZero
  }

  /// The double nearest to the sum.
  package var value: Double { divided(by: 1) }

  /// The double nearest to the sum divided by `count`; not a number without terms.
  package func mean(count: Int) -> Double {
    count > 0 ? divided(by: UInt64(count)) : .nan
  }

  private static let scale: UInt64 = 1_000_000_000

  private func divided(by count: UInt64) -> Double {
    let fixed = fixed
    guard let wide else {
      let (divisor, isLarge) = ExactSum.scale.multipliedReportingOverflow(by: count)
      let exact: UInt64 = 1 << 53
      if !isLarge, divisor <= exact, fixed.magnitude <= exact {
        // Both operands are exact, so this division is the only rounding.
        return Double(Int64(truncatingIfNeeded: fixed)) / Double(divisor)
      }
      if !isLarge { return ExactSum.nearest(fixed, dividedBy: divisor) }
      return BigNumber(fixed).nearestDouble(dividedBy: ExactSum.scale, count, timesTwoTo: 0)
    }
    if let special = wide.content.special { return special }
    let total = total(of: wide.content)
    return total.number.nearestDouble(
      dividedBy: ExactSum.scale, count, timesTwoTo: total.exponent)
  }

  /// A quotient of words, rounded once.
  private static func nearest(_ dividend: Int128, dividedBy divisor: UInt64) -> Double {
    guard dividend != 0 else { return 0 }
    let shift = dividend.magnitude.leadingZeroBitCount
    let (quotient, rest) = (dividend.magnitude << UInt128(shift))
      .quotientAndRemainder(dividingBy: UInt128(divisor))
    let zeros = quotient.leadingZeroBitCount
    let aligned = quotient << UInt128(zeros)
    return Rounding.nearest(
      UInt64(truncatingIfNeeded: aligned >> 64),
      isCut: rest != 0 || UInt64(truncatingIfNeeded: aligned) != 0,
      timesTwoTo: 64 - zeros - shift, isNegative: dividend < 0)
  }

  /// The sum in units of 10^-9 * 2^exponent.
  private func total(of content: WideSum.Content) -> (number: BigNumber, exponent: Int) {
    var number = BigNumber(Int128(content.spill))
    number.shiftLeft(128)
    number.add(BigNumber(fixed))
    guard !content.words.isEmpty else { return (number, 0) }
    let exponent = min(content.exponent, 0)
    number.shiftLeft(-exponent)
    var binary = BigNumber(twosComplement: content.words)
    binary.multiply(by: ExactSum.scale)
    binary.shiftLeft(content.exponent - exponent)
    number.add(binary)
    return (number, exponent)
  }
}

extension ExactSum {
  /// The value in units of 10^-9, if its shortest decimal text has at most nine decimals and it is
  /// below 10^18; whole numbers are taken as they are.
  @inline(__always)
  static func units(_ value: Double) -> Int128? {
    // At 10^-9 two decimals can't share a double while they are below 2^50 units, and the product is
    // rounded to the right one; so if one of them is this double, it is its shortest text.
    let scaled = (value * 1e9).rounded()
    if abs(scaled) < 0x1p50 {
      return scaled / 1e9 == value ? Int128(Int64(scaled)) : nil
    }
    return largeUnits(value)
  }

  @inline(never)
  private static func largeUnits(_ value: Double) -> Int128? {
    guard abs(value) < 1e18 else { return nil }
    if value == value.rounded(.towardZero) { return Int128(Int64(value)) * 1_000_000_000 }
    // Seconds since 1970 with milliseconds are of this size.
    let thousandths = (value * 1e3).rounded()
    if abs(thousandths) < 0x1p50, thousandths / 1e3 == value {
      return Int128(Int64(thousandths)) * 1_000_000
    }
    let decimal = ShortestDecimal(value)
    guard decimal.exponent >= -9 else { return nil }
    var units = Int128(decimal.digits)
    for _ in 0..<decimal.exponent + 9 { units *= 10 }
    return decimal.isNegative ? -units : units
  }
}
