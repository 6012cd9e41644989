import Records

/// `first(field)`: the value of the newest row; by message time, ties by position.
package struct Newest: Aggregate {
  static let definition = AggregateDefinition(
    "first", "field", .field, keepsUnit: true, "the value of the newest row"
  ) { _, _ in [("_first", Newest())] }

  static let mostRecent = AggregateDefinition(
    "most_recent", "field", .field, keepsUnit: true,
    "the value of the newest row; also behind withtime"
  ) { _, _ in [("_mostrecent", Newest())] }

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { false }

  package var readsMoments: Bool { true }

  package func accumulator() -> any Accumulator { MomentState(wantsNewest: true) }
}

/// `last(field)`: the value of the oldest row.
package struct Oldest: Aggregate {
  static let definition = AggregateDefinition(
    "last", "field", .field, keepsUnit: true, "the value of the oldest row"
  ) { _, _ in [("_last", Oldest())] }

  static let leastRecent = AggregateDefinition(
    "least_recent", "field", .field, keepsUnit: true,
    "the value of the oldest row; also behind withtime"
  ) { _, _ in [("_leastrecent", Oldest())] }

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { false }

  package var readsMoments: Bool { true }

  package func accumulator() -> any Accumulator { MomentState(wantsNewest: false) }
}

/// The value that stood at the latest or earliest moment.
struct MomentState: Accumulator {
  private struct Entry: Sendable {
    var moment: Moment
    var value: Value
  }

  private let wantsNewest: Bool
  private var entries: [Entry?] = []

  init(wantsNewest: Bool) { self.wantsNewest = wantsNewest }

  mutating func grow(to count: Int) {
    if count > entries.count {
      entries += [Entry?](repeating: nil, count: count - entries.count)
    }
  }

  private func wins(_ moment: Moment, over group: Int) -> Bool {
    guard let present = entries[group] else { return true }
    return wantsNewest ? present.moment < moment : moment < present.moment
  }

  mutating func absorb(_ rows: FoldRows) {
    rows.forEach { group, cell, row in
      guard !cell.isNull else { return }
      let moment = rows.moment(of: row)
      if wins(moment, over: group) {
        entries[group] = Entry(moment: moment, value: cell.value)
      }
    }
  }

  mutating func merge(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! MomentState
    for (theirs, ours) in groups.enumerated() where ours >= 0 {
      guard let entry = other.entries[theirs], wins(entry.moment, over: Int(ours)) else { continue }
      entries[Int(ours)] = entry
    }
  }

  mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
    preconditionFailure("the newest value can't be taken out of a window")
  }

  mutating func reset(_ group: Int) { entries[group] = nil }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    entries[group].map { Cell($0.value, arena) } ?? .null
  }
}
