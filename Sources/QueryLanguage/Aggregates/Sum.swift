import Records

/// `sum(field)`: exact, whatever the order; 0 when no row had a number.
package struct Sum: Aggregate {
  static let definition = AggregateDefinition(
    "sum", "field", .field, keepsUnit: true, "the exact sum of the numbers"
  ) { _, _ in [("_sum", Sum())] }

  /// Whether the argument is provably never negative.
  package var isGrowing = false

  package var kind: AggregateKind { isGrowing ? .growingSum : .sum }

  package var subtracts: Bool { true }

  package var readsNumbers: Bool { true }

  package func accumulator() -> any Accumulator { SumState(result: .sum) }
}

/// `avg(field)`: the exact sum over the number of numbers, rounded once; null without a number.
package struct Average: Aggregate {
  static let definition = AggregateDefinition(
    "avg", "field", .field, keepsUnit: true, "the mean of the numbers"
  ) { _, _ in [("_avg", Average())] }

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { true }

  package var readsNumbers: Bool { true }

  package func accumulator() -> any Accumulator { SumState(result: .mean) }
}

/// Exact sums and how many numbers went into them.
struct SumState: Accumulator {
  enum Result: Sendable { case sum, mean }

  let result: Result
  private var sums: [ExactSum] = []
  private var counts: [Int] = []

  init(result: Result) { self.result = result }

  mutating func grow(to count: Int) {
    guard count > sums.count else { return }
    counts += [Int](repeating: 0, count: count - sums.count)
    sums += [ExactSum](repeating: ExactSum(), count: count - sums.count)
  }

  mutating func absorb(_ rows: FoldRows) {
    rows.forEach { group, cell, _ in
      guard let number = cell.number else { return }
      sums[group].add(number)
      counts[group] += 1
    }
  }

  mutating func merge(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! SumState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      sums[Int(ours)].add(other.sums[theirs])
      counts[Int(ours)] += other.counts[theirs]
    }
  }

  mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! SumState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      sums[Int(ours)].subtract(other.sums[theirs])
      counts[Int(ours)] -= other.counts[theirs]
    }
  }

  mutating func reset(_ group: Int) {
    sums[group] = ExactSum()
    counts[group] = 0
  }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    switch result {
    case .sum: Cell(sums[group].value)
    case .mean: counts[group] > 0 ? Cell(sums[group].mean(count: counts[group])) : .null
    }
  }
}
