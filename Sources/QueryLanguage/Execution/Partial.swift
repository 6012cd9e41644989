package import Records

/// The mergeable result of a fold over some rows: how many there were in each group, and the state of
/// every aggregate. The groups are numbers of a `GroupTable` that the owner keeps.
package struct Partial: Sendable {
  package let plan: FoldPlan
  /// The state of each aggregate; nil for a count of rows, which is there anyway.
  private var accumulators: [(any Accumulator)?]
  /// Group number of the table, for each local group in the order of arrival.
  package private(set) var members: [Int32] = []
  /// Rows absorbed, by local group; a place without rows has been given up.
  package private(set) var counts: [Int] = []
  private var locals = IntegerIndex()
  /// How many places have been given up.
  private var vacated = 0

  package init(_ plan: FoldPlan) {
    self.plan = plan
    accumulators = plan.accumulators()
  }

  package var isEmpty: Bool { groupCount == 0 }

  /// How many groups have rows.
  package var groupCount: Int { members.count - vacated }

  /// The local number of a group that is present.
  package func local(of group: Int) -> Int? { locals[Int32(group)].map { Int($0) } }

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
    for index in accumulators.indices { accumulators[index]?.grow(to: members.count) }
  }

  /// Takes in the live rows of `frame` among `rows`; `groups` numbers them in the table. `moments`
  /// says when and where rows stood that no longer have a batch.
  package mutating func absorb(
    _ frame: inout Frame, rows: Selection, groups: [Int32], moments: [Moment]? = nil
  ) {
    absorb(FoldInput(&frame, rows: rows, groups: groups, plan, moments: moments), rows: rows)
  }

  /// Takes in some of the rows of `input`.
  package mutating func absorb(_ input: FoldInput, rows: Selection) {
    var local = input.groups
    // In rounds, as in `GroupTable`: first where groups are, then what is there.
    rows.forEach { local[$0] = locals[local[$0]] ?? -1 }
    rows.forEach { if local[$0] < 0 { local[$0] = localMaking(input.groups[$0]) } }
    rows.forEach { counts[Int(local[$0])] += 1 }
    growAccumulators()
    for index in accumulators.indices {
      accumulators[index]?.absorb(
        FoldRows(
          column: input.columns[index], rows: rows, groups: local, batch: input.batch,
          moments: input.moments, origins: input.origins))
    }
  }

  /// Takes in another partial over the same table; with `only`, just those groups of the table.
  package mutating func merge(_ other: Partial, only: Set<Int32>? = nil) {
    let map = only.map { mapping(of: other, only: $0) } ?? mapping(of: other)
    for (local, target) in map.enumerated() where target >= 0 {
      counts[Int(target)] += other.counts[local]
    }
    for (index, theirs) in other.accumulators.enumerated() {
      if let theirs { accumulators[index]?.merge(theirs, groups: map) }
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
    let map = mapping(of: other)
    for (index, theirs) in other.accumulators.enumerated() {
      if let theirs { accumulators[index]?.subtract(theirs, groups: map) }
    }
    for (local, target) in map.enumerated() where target >= 0 {
      counts[Int(target)] -= other.counts[local]
      if counts[Int(target)] == 0 { giveUp(Int(target)) }
    }
    if vacated * 2 > members.count { compact() }
  }

  /// Forgets a group that has become empty; one that comes back is new.
  private mutating func giveUp(_ local: Int) {
    for index in accumulators.indices { accumulators[index]?.reset(local) }
    locals[members[local]] = nil
    vacated += 1
  }

  /// Gives the groups the numbers that they have in another table.
  package mutating func renumber(_ number: (Int32) -> Int32) {
    locals = IntegerIndex()
    for local in members.indices where counts[local] > 0 {
      members[local] = number(members[local])
      locals[members[local]] = Int32(local)
    }
  }

  /// The places here of the groups of another partial, made if need be.
  private mutating func mapping(of other: Partial) -> [Int32] {
    var map = [Int32](repeating: -1, count: other.members.count)
    for (local, group) in other.members.enumerated() where other.counts[local] > 0 {
      map[local] = localMaking(group)
    }
    growAccumulators()
    return map
  }

  private mutating func mapping(of other: Partial, only groups: Set<Int32>) -> [Int32] {
    var map = [Int32](repeating: -1, count: other.members.count)
    // By place, so that groups keep the order in which they came.
    for local in groups.compactMap({ other.local(of: Int($0)) }).sorted() {
      map[local] = localMaking(other.members[local])
    }
    growAccumulators()
    return map
  }

  /// Moves the groups together once most places have been given up.
  private mutating func compact() {
    var fresh = Partial(plan)
    fresh.merge(self)
    self = fresh
  }

  /// The value of one aggregate for a group of the table; nil when the group is not there.
  package func result(_ column: Int, of group: Int, _ arena: Arena) -> Cell? {
    local(of: group).map { result(column, ofLocal: $0, arena) }
  }

  private func result(_ column: Int, ofLocal local: Int, _ arena: Arena) -> Cell {
    accumulators[column]?.result(local, arena) ?? Cell(Int64(counts[local]))
  }

  /// The groups that have rows, in the order they arrived.
  package func forEachGroup(_ body: (_ group: Int32, _ local: Int) -> Void) {
    for local in members.indices where counts[local] > 0 { body(members[local], local) }
  }

  /// The numbers that one aggregate has come to, for every group that has rows; nil where it is none.
  package func forEachNumber(_ column: Int, _ body: (_ group: Int32, Double?) -> Void) {
    guard let accumulator = accumulators[column] else {
      return forEachGroup { group, local in body(group, Double(counts[local])) }
    }
    accumulator.forEachNumber(0..<members.count) { local, number in
      if counts[local] > 0 { body(members[local], number) }
    }
  }

  /// Keeps the rows whose groups are present with a number that `keep` says yes to.
  package func filter(
    _ rows: inout Selection, _ groups: [Int32], by column: Int, _ keep: (Double) -> Bool
  ) {
    var places = groups
    rows.filter { row in
      guard let local = locals[groups[row]] else { return false }
      places[row] = local
      return true
    }
    guard let accumulator = accumulators[column] else {
      return rows.filter { keep(Double(counts[Int(places[$0])])) }
    }
    accumulator.filter(&rows, places, keep)
  }

  /// The result rows: group fields, then aggregates; groups in the order they arrived.
  package func frame(_ table: GroupTable, _ arena: Arena = Arena()) -> Frame {
    var columns = [[Cell]](
      repeating: [], count: plan.keys.count + accumulators.count)
    var rows = 0
    forEachGroup { group, local in
      for (index, cell) in table.cells(of: Int(group), arena).enumerated() {
        columns[index].append(cell)
      }
      for index in accumulators.indices {
        columns[plan.keys.count + index].append(result(index, ofLocal: local, arena))
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
      columns: accumulators.indices.map { .cells([single.result($0, ofLocal: 0, arena)]) },
      rowCount: 1, arena: arena)
  }
}
