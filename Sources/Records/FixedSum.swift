/// The exact sum of numbers that are whole units of 10^-9 and fit a word, as nearly all are that logs
/// hold: an `ExactSum` in one word, which is quicker to keep for very many groups.
///
/// When it leaves the word it goes on from its other end, and says so: the difference, a whole number
/// of 2^64 units, is for an `ExactSum` to carry.
@usableFromInline
package struct FixedSum: Sendable {
  @usableFromInline var units: Int64 = 0

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

  /// Adds what `units` said of a number; answers with what has to be carried, mostly nothing.
  @inlinable
  @inline(__always)
  package mutating func add(_ more: Int64) -> Int {
    let (sum, overflows) = units.addingReportingOverflow(more)
    units = sum
    return overflows ? (more > 0 ? 1 : -1) : 0
  }

  /// Adds the numbers of another sum; answers as above.
  @inlinable
  @inline(__always)
  package mutating func add(_ other: FixedSum) -> Int { add(other.units) }

  /// Takes away the numbers of another sum that was added; answers as above.
  @inlinable
  @inline(__always)
  package mutating func subtract(_ other: FixedSum) -> Int {
    let (difference, overflows) = units.subtractingReportingOverflow(other.units)
    units = difference
    return overflows ? (other.units > 0 ? -1 : 1) : 0
  }
}
