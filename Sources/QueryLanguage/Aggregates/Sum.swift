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

  /// Side by side, because a row changes both.
  private struct Group: Sendable {
    var sum = ExactSum()
    var count = 0
  }

  let result: Result
  private var groups: [Group] = []

  init(result: Result) { self.result = result }

  mutating func grow(to count: Int) {
    if count > groups.count { groups += [Group](repeating: Group(), count: count - groups.count) }
  }

  mutating func absorb(_ rows: FoldRows) {
    // Read before they are added, so that adding does little a row; see `GroupTable`.
    var terms = [ExactSum.Term?](repeating: nil, count: rows.rows.count)
    rows.forEach { _, cell, row in terms[row] = cell.number.map(ExactSum.Term.init) }
    rows.rows.forEach { row in
      guard let term = terms[row] else { return }
      let group = Int(rows.groups[row])
      groups[group].sum.add(term)
      groups[group].count += 1
    }
  }

  mutating func merge(_ other: any Accumulator, groups map: [Int32]) {
    let other = other as! SumState
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      groups[Int(ours)].sum.add(other.groups[theirs].sum)
      groups[Int(ours)].count += other.groups[theirs].count
    }
  }

  mutating func subtract(_ other: any Accumulator, groups map: [Int32]) {
    let other = other as! SumState
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      groups[Int(ours)].sum.subtract(other.groups[theirs].sum)
      groups[Int(ours)].count -= other.groups[theirs].count
    }
  }

  mutating func reset(_ group: Int) { groups[group] = Group() }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    let count = groups[group].count
    switch result {
    case .sum: return Cell(groups[group].sum.value)
    case .mean: return count > 0 ? Cell(groups[group].sum.mean(count: count)) : .null
    }
  }
}
