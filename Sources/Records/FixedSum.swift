/// The exact sum of numbers that are whole units of 10^-9 and fit a word, as nearly all are that logs
/// hold: an `ExactSum` without a reference, which is quicker to keep for very many groups.
///
/// It can't overflow: each number has less than 2^63 units, and nobody adds 2^63 of them.
@usableFromInline
package struct FixedSum: Sendable {
  /// In two words: an `Int128` would align whatever holds it to 16 bytes.
  @usableFromInline var low: UInt64 = 0
  @usableFromInline var high: Int64 = 0

  @inlinable
  package init() {}

  /// The units of a number; nil when it is for an `ExactSum` to add.
  @inlinable
  @inline(__always)
  package static func units(_ value: Double) -> Int64? {
    let scaled = value * 1e9
    guard abs(scaled) < 0x1p50 else { return largeUnits(value) }
    // As in `ExactSum`, and rounded by adding what has no room for a fraction: without a call.
    let rounded = scaled + 0x1.8p52 - 0x1.8p52
    return rounded / 1e9 == value ? Int64(rounded) : nil
  }

  @usableFromInline
  static func largeUnits(_ value: Double) -> Int64? {
    ExactSum.units(value).flatMap { Int64(exactly: $0) }
  }

  /// Adds what `units` said of a number.
  @inlinable
  @inline(__always)
  package mutating func add(_ units: Int64) {
    let (sum, carries) = low.addingReportingOverflow(UInt64(bitPattern: units))
    low = sum
    // The sign of the number is its upper half.
    high &+= (units >> 63) &+ (carries ? 1 : 0)
  }

  /// Adds the numbers of another sum.
  @inlinable
  @inline(__always)
  package mutating func add(_ other: FixedSum) {
    let (sum, carries) = low.addingReportingOverflow(other.low)
    low = sum
    high &+= other.high &+ (carries ? 1 : 0)
  }

  /// Takes away the numbers of another sum that was added.
  @inlinable
  @inline(__always)
  package mutating func subtract(_ other: FixedSum) {
    let (difference, borrows) = low.subtractingReportingOverflow(other.low)
    low = difference
    high &-= other.high &+ (borrows ? 1 : 0)
  }
}
