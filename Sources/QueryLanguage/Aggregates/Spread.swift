import Records

/// `stddev(field)` and `variance(field)` of the numbers as a sample, exact before the last rounding; 0
/// for a single number, null without any.
package struct Spread: Aggregate {
  enum Result: Sendable { case deviation, variance }

  static let deviation = AggregateDefinition(
    "stddev", "field", .field, keepsUnit: true, "the standard deviation of the numbers, as a sample"
  ) { _, _ in [("_stddev", Spread(result: .deviation))] }

  static let variance = AggregateDefinition(
    "variance", "field", .field, "the variance of the numbers, as a sample"
  ) { _, _ in [("_variance", Spread(result: .variance))] }

  let result: Result

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { true }

  package func accumulator() -> any Accumulator { SpreadState(result: result) }
}

/// Exact sums of numbers and of their squares.
struct SpreadState: Accumulator {
  let result: Spread.Result
  private var spreads: [ExactSpread] = []
  private var counts: [Int] = []

  init(result: Spread.Result) { self.result = result }

  mutating func grow(to count: Int) {
    guard count > spreads.count else { return }
    counts += [Int](repeating: 0, count: count - spreads.count)
    spreads += [ExactSpread](repeating: ExactSpread(), count: count - spreads.count)
  }

  mutating func absorb(_ rows: FoldRows) {
    rows.forEach { group, cell, _ in
      guard let number = cell.number else { return }
      spreads[group].add(number)
      counts[group] += 1
    }
  }

  mutating func merge(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! SpreadState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      spreads[Int(ours)].add(other.spreads[theirs])
      counts[Int(ours)] += other.counts[theirs]
    }
  }

  mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! SpreadState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      spreads[Int(ours)].subtract(other.spreads[theirs])
      counts[Int(ours)] -= other.counts[theirs]
    }
  }

  mutating func reset(_ group: Int) {
    spreads[group] = ExactSpread()
    counts[group] = 0
  }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    guard counts[group] > 1 else { return counts[group] == 0 ? .null : Cell(0.0) }
    let variance = spreads[group].sampleVariance(count: counts[group])
    return Cell(result == .variance ? variance : variance.squareRoot())
  }
}
