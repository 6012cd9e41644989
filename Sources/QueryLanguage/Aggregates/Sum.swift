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

  /// Side by side, because a row changes both; without a reference, because there may be very many.
  struct Group: Sendable {
    var sum = FixedSum()
    var count = 0
  }

  let result: Result
  private var groups: [Group] = []
  /// For every group the numbers that a `FixedSum` can't hold; empty until there is one.
  private var others: [ExactSum] = []

  init(result: Result) { self.result = result }

  mutating func grow(to count: Int) {
    guard count > groups.count else { return }
    groups += repeatElement(Group(), count: count - groups.count)
    if !others.isEmpty { growOthers() }
  }

  private mutating func growOthers() {
    others += repeatElement(ExactSum(), count: groups.count - others.count)
  }

  mutating func absorb(_ rows: FoldRows) {
    // Read before they are added, so that adding does little a row; see `GroupTable`.
    var units = [Int64](repeating: 0, count: rows.rows.count)
    var fixed = rows.rows
    fixed.filter { row in
      guard let number = rows.column?[row].number else { return false }
      guard let known = FixedSum.units(number) else {
        add(number, to: Int(rows.groups[row]))
        return false
      }
      units[row] = known
      return true
    }
    var groups = groups.mutableSpan
    for row in fixed.inOrder {
      groups.prefetch(rows.groups.ahead(of: row))
      let group = Int(rows.groups[row])
      groups[group].sum.add(units[row])
      groups[group].count += 1
    }
  }

  @inline(never)
  private mutating func add(_ number: Double, to group: Int) {
    if others.isEmpty { growOthers() }
    others[group].add(number)
    groups[group].count += 1
  }

  mutating func merge(_ other: any Accumulator, groups map: [Int32]) {
    let other = other as! SumState
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      groups[Int(ours)].sum.add(other.groups[theirs].sum)
      groups[Int(ours)].count += other.groups[theirs].count
    }
    guard !other.others.isEmpty else { return }
    if others.isEmpty { growOthers() }
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      others[Int(ours)].add(other.others[theirs])
    }
  }

  mutating func subtract(_ other: any Accumulator, groups map: [Int32]) {
    let other = other as! SumState
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      groups[Int(ours)].sum.subtract(other.groups[theirs].sum)
      groups[Int(ours)].count -= other.groups[theirs].count
    }
    guard !other.others.isEmpty else { return }
    if others.isEmpty { growOthers() }
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      others[Int(ours)].subtract(other.others[theirs])
    }
  }

  mutating func reset(_ group: Int) {
    groups[group] = Group()
    if !others.isEmpty { others[group] = ExactSum() }
  }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    let count = groups[group].count
    switch result {
    case .sum: return Cell(sum(of: group).value)
    case .mean: return count > 0 ? Cell(sum(of: group).mean(count: count)) : .null
    }
  }

  private func sum(of group: Int) -> ExactSum {
    var sum = ExactSum(groups[group].sum)
    if !others.isEmpty { sum.add(others[group]) }
    return sum
  }
}
