/// What a variance is made of: a sum and a sum of squares, exact in binary, mergeable and order-free.
///
/// The textbook difference of the two loses everything when the mean is large beside the spread.
/// Here nothing is rounded before the difference is taken, so a series of equal values has variance 0
/// and a variance is never negative.
package struct ExactSpread: Sendable, Equatable {
  private var sum = WideSum.Content()
  private var squares = WideSum.Content()

  package init() {}

  /// Adds a term.
  package mutating func add(_ value: Double) { change(value, times: 1) }

  /// Takes a term away that was added.
  package mutating func subtract(_ value: Double) { change(value, times: -1) }

  /// Adds the terms of another spread.
  package mutating func add(_ other: ExactSpread) {
    sum.add(other.sum, times: 1)
    squares.add(other.squares, times: 1)
  }

  /// Takes away the terms of another spread that was added.
  package mutating func subtract(_ other: ExactSpread) {
    sum.add(other.sum, times: -1)
    squares.add(other.squares, times: -1)
  }

  private mutating func change(_ value: Double, times factor: Int64) {
    sum.add(value, times: factor)
    // The square in two doubles, exactly: its nearest one and what that leaves out.
    let square = value * value
    squares.add(square, times: factor)
    if square.isFinite { squares.add((-square).addingProduct(value, value), times: factor) }
  }

  /// The variance of `count` terms that are all there is; not a number without terms, or when a
  /// square is beyond the range of a double.
  package func populationVariance(count: Int) -> Double {
    variance(count: count, divisor: count)
  }

  /// The variance of what `count` terms are a sample of; not a number for fewer than two terms.
  package func sampleVariance(count: Int) -> Double {
    variance(count: count, divisor: count - 1)
  }

  /// (count * squares - sum^2) / (count * divisor), rounded once.
  private func variance(count: Int, divisor: Int) -> Double {
    guard count > 0, divisor > 0, sum.special == nil, squares.special == nil else { return .nan }
    var total = BigNumber(twosComplement: squares.words)
    total.multiply(by: UInt64(count))
    var square = BigNumber(twosComplement: sum.words).squared
    // Both in units of the smaller power of two.
    let exponent = min(squares.exponent, 2 * sum.exponent)
    total.shiftLeft(squares.exponent - exponent)
    square.shiftLeft(2 * sum.exponent - exponent)
    total.add(square.negated)
    return total.nearestDouble(
      dividedBy: UInt64(count), UInt64(divisor), timesTwoTo: exponent)
  }
}
