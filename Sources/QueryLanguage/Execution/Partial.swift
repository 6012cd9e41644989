package import Records

/// The mergeable result of a fold over some rows: how many there were in each group, and the state of
/// every aggregate. The groups are numbers of a `GroupTable` that the owner keeps.
///
/// Groups have their places in the order in which they came; or, where nobody sees that order and most
/// groups of the table are here, at their own numbers, so that no row has to look its place up and
/// merging goes through memory from one end to the other.
package struct Partial: Sendable {
  package let plan: FoldPlan
  /// The state of each aggregate; nil for a count of rows, which is there anyway.
  private var accumulators: [(any Accumulator)?]
  /// Rows absorbed, by place; one without rows is vacant.
  package private(set) var counts: [Int] = []
  /// How many groups have rows.
  package private(set) var groupCount = 0

  /// Whether the place of a group is its number.
  private var standsAtNumbers = false
  /// Else the group of each place, and the place of each group that has one.
  private var members: [Int32] = []
  private var places = IntegerIndex()
  private var largest: Int32 = 0
  /// When the first row of each place came, where somebody sees the order of groups.
  private var arrivals: [UInt64] = []

  package init(_ plan: FoldPlan) {
    self.plan = plan
    accumulators = plan.accumulators()
  }

  /// One that will have about the groups of another. `spare` is one that nobody needs any more: where
  /// very many groups are, memory that is there already is much cheaper than memory that is asked for.
  package init(like other: Partial, reusing spare: inout Partial?) {
    guard other.standsAtNumbers else {
      self.init(other.plan)
      return
    }
    if var spare = spare.take(), spare.fits(other) {
      spare.clear()
      self = spare
      return
    }
    self.init(other.plan)
    standsAtNumbers = true
    counts = [Int](repeating: 0, count: other.counts.count)
  }

  /// Whether it has about the room that the groups of another need.
  private func fits(_ other: Partial) -> Bool {
    standsAtNumbers && counts.count <= 2 * other.counts.count
  }

  /// Forgets all rows, but not the room for them.
  private mutating func clear() {
    for index in accumulators.indices { accumulators[index]?.reset(counts.indices) }
    for place in counts.indices { counts[place] = 0 }
    groupCount = 0
  }

  package var isEmpty: Bool { groupCount == 0 }

  package func count(of group: Int) -> Int { place(of: Int32(group)).map { counts[$0] } ?? 0 }

  /// The place of a group that has rows.
  @inline(__always)
  private func place(of group: Int32) -> Int? {
    guard standsAtNumbers else { return places[group].map { Int($0) } }
    let place = Int(group)
    return place < counts.count && counts[place] > 0 ? place : nil
  }

  @inline(__always)
  private func group(at place: Int) -> Int32 { standsAtNumbers ? Int32(place) : members[place] }

  /// The place of a group, made if need be; accumulators have to grow then.
  private mutating func makePlace(of group: Int32) -> Int32 {
    if standsAtNumbers {
      if Int(group) >= counts.count {
        counts += repeatElement(0, count: Int(group) + 1 - counts.count)
      }
      return group
    }
    if let place = places[group] { return place }
    let place = Int32(members.count)
    places[group] = place
    members.append(group)
    counts.append(0)
    if plan.showsOrder { arrivals.append(.max) }
    largest = max(largest, group)
    return place
  }

  private mutating func growAccumulators() {
    for index in accumulators.indices { accumulators[index]?.grow(to: counts.count) }
  }

  private mutating func note(arrival: UInt64, at place: Int) {
    guard plan.showsOrder else { return }
    arrivals[place] = min(arrivals[place], arrival)
  }

  @inline(__always)
  private mutating func count(_ rows: Int, at place: Int) {
    if counts[place] == 0, rows > 0 { groupCount += 1 }
    counts[place] += rows
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
    let places = makePlaces(of: input, rows)
    growAccumulators()
    count(rows, at: places)
    for index in accumulators.indices {
      accumulators[index]?.absorb(
        FoldRows(
          argument: input.arguments[index], rows: rows, groups: places, batch: input.batch,
          moments: input.moments, origins: input.origins))
    }
    spread()
  }

  private mutating func count(_ rows: Selection, at places: [Int32]) {
    var fresh = 0
    var counts = counts.mutableSpan
    for row in rows.inOrder {
      counts.prefetch(places.ahead(of: row))
      let place = Int(places[row])
      if counts[place] == 0 { fresh += 1 }
      counts[place] += 1
    }
    groupCount += fresh
  }

  /// The place of each row, made if need be.
  private mutating func makePlaces(of input: FoldInput, _ rows: Selection) -> [Int32] {
    let groups = input.groups
    guard !standsAtNumbers else {
      if input.largestGroup >= 0 { _ = makePlace(of: input.largestGroup) }
      return groups
    }
    var found = groups
    // In rounds, as in `GroupTable`: first where groups are, then what is there.
    rows.forEach { found[$0] = places[found[$0]] ?? -1 }
    rows.forEach { row in
      guard found[row] < 0 else { return }
      let place = makePlace(of: groups[row])
      found[row] = place
      note(arrival: input.arrival + UInt64(row), at: Int(place))
    }
    return found
  }

  /// Takes in another partial over the same table; with `only`, just those groups of the table.
  package mutating func merge(_ other: Partial, only: Set<Int32>? = nil) {
    take(other, mapping: only.map { mapping(of: other, only: $0) } ?? mapping(of: other))
    spread()
  }

  private mutating func take(_ other: Partial, mapping map: [Int32]) {
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      count(other.counts[theirs], at: Int(ours))
      if plan.showsOrder { note(arrival: other.arrivals[theirs], at: Int(ours)) }
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
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      counts[Int(ours)] -= other.counts[theirs]
      if counts[Int(ours)] == 0 { giveUp(Int(ours)) }
    }
    tighten()
  }

  /// Forgets a group that has become empty; one that comes back is new.
  private mutating func giveUp(_ place: Int) {
    for index in accumulators.indices { accumulators[index]?.reset(place) }
    if !standsAtNumbers { places[members[place]] = nil }
    groupCount -= 1
  }

  /// Gives the groups the numbers that they have in another table.
  package mutating func renumber(_ number: (Int32) -> Int32) {
    if standsAtNumbers { rearrange(atNumbers: false) }
    places = IntegerIndex()
    largest = 0
    for place in members.indices where counts[place] > 0 {
      members[place] = number(members[place])
      places[members[place]] = Int32(place)
      largest = max(largest, members[place])
    }
  }

  /// The places here of the groups of another partial, made if need be.
  private mutating func mapping(of other: Partial) -> [Int32] {
    var map = [Int32](repeating: -1, count: other.counts.count)
    for place in map.indices where other.counts[place] > 0 {
      map[place] = makePlace(of: other.group(at: place))
    }
    growAccumulators()
    return map
  }

  private mutating func mapping(of other: Partial, only groups: Set<Int32>) -> [Int32] {
    var map = [Int32](repeating: -1, count: other.counts.count)
    // By place, so that groups keep the order in which they came.
    for place in groups.compactMap({ other.place(of: $0) }).sorted() {
      map[place] = makePlace(of: other.group(at: place))
    }
    growAccumulators()
    return map
  }

  // Where groups have their places.

  /// Fewer groups than this are looked up as fast as found at their numbers.
  private static let many = 1_024

  /// Moves groups to their numbers once that is better.
  private mutating func spread() {
    if !standsAtNumbers, !plan.showsOrder, groupCount > Partial.many,
      Int(largest) < 4 * groupCount
    {
      rearrange(atNumbers: true)
    }
  }

  /// Moves the groups together when most places are vacant.
  package mutating func tighten() {
    let wasted = standsAtNumbers ? 8 : 2
    if groupCount * wasted < counts.count, !standsAtNumbers || counts.count > Partial.many {
      rearrange(atNumbers: false)
    }
  }

  private mutating func rearrange(atNumbers: Bool) {
    var fresh = Partial(plan)
    fresh.standsAtNumbers = atNumbers
    fresh.take(self, mapping: fresh.mapping(of: self))
    self = fresh
  }

  /// Puts the groups of a whole in the order in which their first rows in its parts came. What was taken
  /// out of the whole may have been what gave a group its place.
  package mutating func arrange(as parts: some Sequence<Partial>) {
    guard plan.showsOrder, groupCount > 1 else { return }
    var first = [UInt64](repeating: .max, count: counts.count)
    for part in parts {
      for place in part.counts.indices where part.counts[place] > 0 {
        guard let ours = places[part.members[place]] else { continue }
        first[Int(ours)] = min(first[Int(ours)], part.arrivals[place])
      }
    }
    let held = counts.indices.filter { counts[$0] > 0 }
    let order = held.sorted { first[$0] < first[$1] }
    guard order != held else { return }
    var fresh = Partial(plan)
    for place in order { _ = fresh.makePlace(of: members[place]) }
    fresh.growAccumulators()
    fresh.take(self, mapping: fresh.mapping(of: self))
    self = fresh
  }

  /// The value of one aggregate for a group of the table; nil when the group is not there.
  package func result(_ column: Int, of group: Int, _ arena: Arena) -> Cell? {
    place(of: Int32(group)).map { result(column, at: $0, arena) }
  }

  private func result(_ column: Int, at place: Int, _ arena: Arena) -> Cell {
    accumulators[column]?.result(place, arena) ?? Cell(Int64(counts[place]))
  }

  /// The groups that have rows, in the order they arrived.
  package func forEachGroup(_ body: (_ group: Int32, _ place: Int) -> Void) {
    for place in counts.indices where counts[place] > 0 { body(group(at: place), place) }
  }

  /// The numbers that one aggregate has come to, for every group that has rows; nil where it is none.
  package func forEachNumber(_ column: Int, _ body: (_ group: Int32, Double?) -> Void) {
    guard let accumulator = accumulators[column] else {
      return forEachGroup { group, place in body(group, Double(counts[place])) }
    }
    accumulator.forEachNumber(0..<counts.count) { place, number in
      if counts[place] > 0 { body(group(at: place), number) }
    }
  }

  /// Keeps the rows whose groups are present with a number that `keep` says yes to.
  package func filter(
    _ rows: inout Selection, _ groups: [Int32], by column: Int, _ keep: (Double) -> Bool
  ) {
    var found = groups
    rows.filter { row in
      counts.prefetch(groups.ahead(of: row))
      guard let place = place(of: groups[row]) else { return false }
      found[row] = Int32(truncatingIfNeeded: place)
      return true
    }
    guard let accumulator = accumulators[column] else {
      return rows.filter { keep(Double(counts[Int(found[$0])])) }
    }
    accumulator.filter(&rows, found, keep)
  }

  /// The result rows: group fields, then aggregates; groups in the order they arrived.
  package func frame(_ table: GroupTable, _ arena: Arena = Arena()) -> Frame {
    var columns = [[Cell]](
      repeating: [], count: plan.keys.count + accumulators.count)
    var rows = 0
    forEachGroup { group, place in
      for (index, cell) in table.cells(of: Int(group), arena).enumerated() {
        columns[index].append(cell)
      }
      for index in accumulators.indices {
        columns[plan.keys.count + index].append(result(index, at: place, arena))
      }
      rows += 1
    }
    return Frame(columns: columns.map { .cells($0) }, rowCount: rows, arena: arena)
  }

  /// The one row of an ungrouped fold over nothing: counts are 0, the rest null.
  package func emptyRow() -> Frame {
    var single = Partial(plan)
    _ = single.makePlace(of: 0)
    single.growAccumulators()
    let arena = Arena()
    return Frame(
      columns: accumulators.indices.map { .cells([single.result($0, at: 0, arena)]) },
      rowCount: 1, arena: arena)
  }
}
