package import Records

/// The mergeable result of a fold over some rows: how many there were in each group, and the state of
/// every aggregate. The groups are numbers of a `GroupTable` that the owner keeps.
package struct Partial: Sendable {
  package let plan: FoldPlan
  package private(set) var accumulators: [any Accumulator]
  /// Group number of the table, for each local group in the order of arrival.
  package private(set) var members: [Int32] = []
  /// Rows absorbed, by local group.
  package private(set) var counts: [Int] = []
  private var locals = IntegerIndex()

  package init(_ plan: FoldPlan) {
    self.plan = plan
    accumulators = plan.accumulators()
  }

  package var isEmpty: Bool { members.isEmpty || !counts.contains { $0 > 0 } }

  /// The local number of a group that is present.
  package func local(of group: Int) -> Int? {
    guard let local = locals[Int32(group)], counts[Int(local)] > 0 else { return nil }
    return Int(local)
  }

  package func count(of group: Int) -> Int { local(of: group).map { counts[$0] } ?? 0 }

  private mutating func localMaking(_ group: Int32) -> Int32 {
    if let local = locals[group] { return local }
    let local = Int32(members.count)
    locals[group] = local
    members.append(group)
    counts.append(0)
    return local
  }

  private mutating func growAccumulators() {
    for index in accumulators.indices { accumulators[index].grow(to: members.count) }
  }

  /// Takes in the live rows of `frame` among `rows`; `groups` numbers them in the table. `moments`
  /// says when and where rows stood that no longer have a batch.
  package mutating func absorb(
    _ frame: inout Frame, rows: Selection, groups: [Int32], moments: [Moment]? = nil
  ) {
    var local = groups
    rows.forEach { row in
      let group = localMaking(groups[row])
      local[row] = group
      counts[Int(group)] += 1
    }
    growAccumulators()
    for (index, column) in plan.columns.enumerated() {
      let values = column.argument.map { frame.column($0) }
      accumulators[index].absorb(
        FoldRows(
          column: values, rows: rows, groups: local, batch: frame.lines, moments: moments,
          origins: frame.origins))
    }
  }

  /// Takes in another partial over the same table; with `only`, just those groups of the table.
  package mutating func merge(_ other: Partial, only: Set<Int32>? = nil) {
    let map = mapping(of: other, only: only)
    for (local, target) in map.enumerated() where target >= 0 {
      counts[Int(target)] += other.counts[local]
    }
    for index in accumulators.indices {
      accumulators[index].merge(other.accumulators[index], groups: map)
    }
  }

  /// Takes in a partial over another table whose groups `table` now adopts.
  package mutating func merge(
    _ other: Partial, from theirs: GroupTable, into ours: inout GroupTable
  ) {
    var renumbered = other
    renumbered.renumber { Int32(ours.adopt(Int($0), of: theirs)) }
    merge(renumbered)
  }

  /// Takes out what was merged before.
  package mutating func subtract(_ other: Partial) {
    let map = mapping(of: other, only: nil)
    for index in accumulators.indices {
      accumulators[index].subtract(other.accumulators[index], groups: map)
    }
    var emptied = false
    for (local, target) in map.enumerated() where target >= 0 {
      counts[Int(target)] -= other.counts[local]
      if counts[Int(target)] == 0 { emptied = true }
    }
    if emptied { compact() }
  }

  /// Gives the groups the numbers that they have in another table.
  package mutating func renumber(_ number: (Int32) -> Int32) {
    locals = IntegerIndex()
    for local in members.indices {
      members[local] = number(members[local])
      locals[members[local]] = Int32(local)
    }
  }

  private mutating func mapping(of other: Partial, only: Set<Int32>?) -> [Int32] {
    var map = [Int32](repeating: -1, count: other.members.count)
    for (local, group) in other.members.enumerated() where other.counts[local] > 0 {
      if let only, !only.contains(group) { continue }
      map[local] = localMaking(group)
    }
    growAccumulators()
    return map
  }

  /// Forgets empty groups once they are many; a group that comes back is new.
  private mutating func compact() {
    let kept = members.indices.filter { counts[$0] > 0 }
    for local in members.indices where counts[local] == 0 {
      for index in accumulators.indices { accumulators[index].reset(local) }
      locals[members[local]] = nil
    }
    guard kept.count < members.count else { return }
    var fresh = Partial(plan)
    fresh.members.reserveCapacity(kept.count)
    var map = [Int32](repeating: -1, count: members.count)
    for local in kept {
      let moved = fresh.localMaking(members[local])
      map[local] = moved
      fresh.counts[Int(moved)] = counts[local]
    }
    fresh.growAccumulators()
    for index in accumulators.indices {
      fresh.accumulators[index].merge(accumulators[index], groups: map)
    }
    self = fresh
  }

  /// The value of one aggregate for a group of the table; nil when the group is not there.
  package func result(_ column: Int, of group: Int, _ arena: Arena) -> Cell? {
    local(of: group).map { accumulators[column].result($0, arena) }
  }

  /// The result rows: group fields, then aggregates; groups in the order they arrived.
  package func frame(_ table: GroupTable, _ arena: Arena = Arena()) -> Frame {
    var columns = [[Cell]](
      repeating: [], count: plan.keys.count + accumulators.count)
    var rows = 0
    for (local, group) in members.enumerated() where counts[local] > 0 {
      for (index, cell) in table.cells(of: Int(group), arena).enumerated() {
        columns[index].append(cell)
      }
      for (index, accumulator) in accumulators.enumerated() {
        columns[plan.keys.count + index].append(accumulator.result(local, arena))
      }
      rows += 1
    }
    return Frame(columns: columns.map { .cells($0) }, rowCount: rows, arena: arena)
  }

  /// The one row of an ungrouped fold over nothing: counts are 0, the rest null.
  package func emptyRow() -> Frame {
    var single = Partial(plan)
    _ = single.localMaking(0)
    single.growAccumulators()
    let arena = Arena()
    return Frame(
      columns: single.accumulators.map { .cells([$0.result(0, arena)]) }, rowCount: 1, arena: arena)
  }
}

/// Whole numbers to whole numbers, small and flat.
package struct IntegerIndex: Sendable {
  private var keys: [Int32] = []
  private var values: [Int32] = []
  private var used = 0

  package init() {}

  private static let vacant = Int32.min
  private static let removed = Int32.min + 1

  private func slot(_ key: Int32) -> Int {
    Int(UInt32(bitPattern: key) &* 0x9E37_79B1 >> 7) & (keys.count - 1)
  }

  package subscript(key: Int32) -> Int32? {
    get {
      guard !keys.isEmpty else { return nil }
      var place = slot(key)
      while keys[place] != IntegerIndex.vacant {
        if keys[place] == key { return values[place] }
        place = (place + 1) & (keys.count - 1)
      }
      return nil
    }
    set {
      if newValue != nil, (used + 1) * 2 > keys.count { grow() }
      guard !keys.isEmpty else { return }
      var place = slot(key)
      while keys[place] != IntegerIndex.vacant, keys[place] != key {
        place = (place + 1) & (keys.count - 1)
      }
      if let newValue {
        if keys[place] == IntegerIndex.vacant { used += 1 }
        keys[place] = key
        values[place] = newValue
      } else if keys[place] == key {
        keys[place] = IntegerIndex.removed
      }
    }
  }

  private mutating func grow() {
    let old = zip(keys, values).filter { $0.0 > IntegerIndex.removed }
    let capacity = max(8, (old.count + 1).nextPowerOfTwo * 4)
    keys = [Int32](repeating: IntegerIndex.vacant, count: capacity)
    values = [Int32](repeating: 0, count: capacity)
    used = 0
    for (key, value) in old { self[key] = value }
  }
}

extension Int {
  fileprivate var nextPowerOfTwo: Int {
    self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
  }
}
