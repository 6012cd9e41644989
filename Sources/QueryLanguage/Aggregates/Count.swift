import Records

/// `count`, `count(*)`: rows, which a `Partial` counts for itself; `count(field)`: rows on which the
/// field is not null.
package struct Count: Aggregate {
  static let definition = AggregateDefinition(
    "count", "[field]", .optionalField, "the number of rows, or of rows with a value"
  ) { _, _ in [("_count", Count())] }

  package var kind: AggregateKind { .count }

  package var subtracts: Bool { true }

  package func accumulator() -> any Accumulator { State() }

  struct State: Accumulator {
    private var counts: [Int64] = []

    mutating func grow(to count: Int) {
      if count > counts.count { counts += [Int64](repeating: 0, count: count - counts.count) }
    }

    mutating func absorb(_ rows: FoldRows) {
      rows.forEach { group, cell, _ in if !cell.isNull { counts[group] += 1 } }
    }

    mutating func merge(_ other: any Accumulator, groups: [Int32]) {
      let other = other as! State
      for (theirs, ours) in groups.enumerated() where ours >= 0 {
        counts[Int(ours)] += other.counts[theirs]
      }
    }

    mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
      let other = other as! State
      for (theirs, ours) in groups.enumerated() where ours >= 0 {
        counts[Int(ours)] -= other.counts[theirs]
      }
    }

    mutating func reset(_ group: Int) { counts[group] = 0 }

    func result(_ group: Int, _ arena: Arena) -> Cell { Cell(counts[group]) }
  }
}
