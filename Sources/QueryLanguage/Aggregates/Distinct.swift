import Records

/// `count_distinct(field)`: how many different values; exact. Empty text counts, null does not.
package struct CountDistinct: Aggregate {
  static let definition = AggregateDefinition(
    "count_distinct", "field", .field, "the exact number of different values"
  ) { _, _ in [("_count_distinct", CountDistinct())] }

  package var kind: AggregateKind { .countDistinct }

  package var subtracts: Bool { true }

  package func accumulator() -> any Accumulator { DistinctState(result: .count) }
}

/// `values(field)`: the different values, one a line, in byte order, at most 100.
package struct DistinctValues: Aggregate {
  static let definition = AggregateDefinition(
    "values", "field", .field, "the first 100 different values, one a line"
  ) { _, _ in [("_values", DistinctValues())] }

  package static let most = 100

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { true }

  package func accumulator() -> any Accumulator { DistinctState(result: .list) }
}

/// How often each value was seen, so that a pane can be taken out of a window again.
struct DistinctState: Accumulator {
  enum Result: Sendable { case count, list }

  private let result: Result
  private var table = GroupTable()
  /// For each group: number of the value in `table` to its occurrences.
  private var seen: [[Int32: Int]] = []

  init(result: Result) { self.result = result }

  mutating func grow(to count: Int) {
    if count > seen.count { seen += [[Int32: Int]](repeating: [:], count: count - seen.count) }
  }

  mutating func absorb(_ rows: FoldRows) {
    guard let column = rows.column else { return }
    var present = rows.rows
    present.filter { !column[$0].isNull }
    let values = table.groups(of: [column], rows: present)
    present.forEach { seen[Int(rows.groups[$0])][values[$0], default: 0] += 1 }
  }

  mutating func merge(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! DistinctState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      for (value, count) in other.seen[theirs] {
        let own = Int32(table.adopt(Int(value), of: other.table))
        seen[Int(ours)][own, default: 0] += count
      }
    }
  }

  mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! DistinctState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      for (value, count) in other.seen[theirs] {
        let own = Int32(table.adopt(Int(value), of: other.table))
        let rest = seen[Int(ours)][own, default: 0] - count
        seen[Int(ours)][own] = rest > 0 ? rest : nil
      }
    }
    forgetUnused()
  }

  /// Values that left every group would pile up in the table for as long as the monitor runs.
  private mutating func forgetUnused() {
    guard table.count > 1024 else { return }
    let used = seen.reduce(0) { $0 + $1.count }
    guard table.count > used * 4 else { return }
    var fresh = GroupTable()
    for group in seen.indices {
      var renumbered: [Int32: Int] = [:]
      for (value, count) in seen[group] {
        renumbered[Int32(fresh.adopt(Int(value), of: table))] = count
      }
      seen[group] = renumbered
    }
    table = fresh
  }

  mutating func reset(_ group: Int) { seen[group] = [:] }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    switch result {
    case .count: return Cell(Int64(seen[group].count))
    case .list:
      let texts = seen[group].keys.map { value in
        table.cells(of: Int(value), arena)[0].text(arena)
      }
      let sorted = texts.sorted(by: Bytes.precedes).prefix(DistinctValues.most)
      return Cell(text: arena.store(sorted.map(\.string).joined(separator: "\n")))
    }
  }
}
