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

  package var reading: ArgumentReading { .units }

  package func accumulator() -> any Accumulator { SumState(result: .sum) }
}

/// `avg(field)`: the exact sum over the number of numbers, rounded once; null without a number.
package struct Average: Aggregate {
  static let definition = AggregateDefinition(
    "avg", "field", .field, keepsUnit: true, "the mean of the numbers"
  ) { _, _ in [("_avg", Average())] }

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { true }

  package var reading: ArgumentReading { .units }

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
  /// For every group the numbers that a `FixedSum` can't hold, and what those carried that did not stay
  /// within a word; empty until there is something.
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
    guard case .units(let units, let column) = rows.argument else { return }
    addFixed(units, rows)
    var others = rows.rows
    others.formIntersection(units.others)
    others.forEach { row in
      if let number = column[row].number { add(number, to: Int(rows.groups[row])) }
    }
  }

  private mutating func addFixed(_ column: UnitColumn, _ rows: FoldRows) {
    var fixed = rows.rows
    fixed.formIntersection(column.fixed)
    var carries: [(group: Int, words: Int)] = []
    var groups = groups.mutableSpan
    for row in fixed.inOrder {
      groups.prefetch(rows.groups.ahead(of: row))
      let group = Int(rows.groups[row])
      let words = groups[group].sum.add(column.units[row])
      groups[group].count += 1
      if words != 0 { carries.append((group, words)) }
    }
    for (group, words) in carries { carry(words, of: group) }
  }

  @inline(never)
  private mutating func carry(_ words: Int, of group: Int) {
    if others.isEmpty { growOthers() }
    others[group].carry(words)
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
      let words = groups[Int(ours)].sum.add(other.groups[theirs].sum)
      if words != 0 { carry(words, of: Int(ours)) }
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
      let words = groups[Int(ours)].sum.subtract(other.groups[theirs].sum)
      if words != 0 { carry(words, of: Int(ours)) }
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
