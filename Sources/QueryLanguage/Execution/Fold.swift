package import Records

/// What an aggregate stage computes: the group fields, then one result a column.
package struct FoldPlan: Sendable {
  package struct Column: Sendable {
    package var aggregate: any Aggregate
    /// Nil for `count` of rows.
    package var argument: Slot?

    var countsRows: Bool { argument == nil && aggregate is Count }
  }

  package var keys: [Slot]
  package var columns: [Column]
  /// Whether anybody sees the order in which the groups came.
  package var showsOrder = true

  package init(keys: [Slot], columns: [Column]) {
    self.keys = keys
    self.columns = columns
  }

  /// Whether a window may take an old pane out again instead of merging the others anew.
  package var subtracts: Bool { columns.allSatisfy { $0.aggregate.subtracts } }

  /// What keeps the state of each column; nil where the number of rows is the result.
  package func accumulators() -> [(any Accumulator)?] {
    columns.map { $0.countsRows ? nil : $0.aggregate.accumulator() }
  }
}

/// An aggregate as bound: immutable; its state for many groups is an `Accumulator`.
///
/// An aggregate is one file in `Aggregates/` and one line in `AggregateTable`.
package protocol Aggregate: Sendable {
  /// What more rows can do to the result; conditions reason with it.
  var kind: AggregateKind { get }

  /// Whether the state of a part can be taken out of a whole again.
  var subtracts: Bool { get }

  /// Whether the result depends on when and where rows stood.
  var readsMoments: Bool { get }

  /// What it looks at of its argument's values.
  var reading: ArgumentReading { get }

  func accumulator() -> any Accumulator
}

extension Aggregate {
  package var readsMoments: Bool { false }
  package var reading: ArgumentReading { .values }
}

/// The aggregates that conditions know something about.
package enum AggregateKind: Sendable {
  case count, countDistinct, sum, maximum, minimum, other
  /// A sum to which no number can be negative, so that more rows never make it smaller.
  case growingSum
}

/// The state of one aggregate for every group of a fold.
///
/// Merging must not depend on order: that gives parallel scans and sliding windows alike.
package protocol Accumulator: Sendable {
  /// Makes room for groups up to, not including, `count`.
  mutating func grow(to count: Int)

  /// Takes in the live rows; `groups[row]` says to which group each belongs.
  mutating func absorb(_ rows: FoldRows)

  /// Takes in the state of another accumulator of the same kind: its group `g` belongs to `groups[g]`;
  /// those mapped to a negative number are left out.
  mutating func merge(_ other: any Accumulator, groups: [Int32])

  /// Takes out what was merged before. Is called only when the aggregate subtracts.
  mutating func subtract(_ other: any Accumulator, groups: [Int32])

  /// Forgets a group, whose number will be used again.
  mutating func reset(_ group: Int)

  /// Forgets all groups of a range.
  mutating func reset(_ groups: Range<Int>)

  func result(_ group: Int, _ arena: Arena) -> Cell

  /// Says the results of a range of groups; nil where one is no number.
  func forEachNumber(_ groups: Range<Int>, _ body: (_ group: Int, _ number: Double?) -> Void)

  /// Keeps the rows for whose group the result is a number that `keep` says yes to.
  func filter(_ rows: inout Selection, _ groups: [Int32], _ keep: (Double) -> Bool)
}

// For every accumulator alike, and compiled for each: one dynamic call for many groups.
extension Accumulator {
  package mutating func reset(_ groups: Range<Int>) {
    for group in groups { reset(group) }
  }

  package func forEachNumber(
    _ groups: Range<Int>, _ body: (_ group: Int, _ number: Double?) -> Void
  ) {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    for group in groups { body(group, result(group, arena).number) }
  }

  package func filter(_ rows: inout Selection, _ groups: [Int32], _ keep: (Double) -> Bool) {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    rows.filter { row in result(Int(groups[row]), arena).number.map(keep) ?? false }
  }
}

/// Rows with the arguments of every aggregate of a fold, read once for any number of partials.
package struct FoldInput {
  /// The argument of each aggregate; nil for `count` of rows.
  let arguments: [FoldArgument?]
  /// The group of each row in the table.
  package let groups: [Int32]
  /// The largest of them; negative without any.
  let largestGroup: Int32
  /// The number of the first row among all that ever came.
  let arrival: UInt64
  let batch: Batch?
  /// When and where rows stood that no longer have a batch.
  let moments: [Moment]?
  let origins: [Int]?

  /// One of the rows by itself, which is row 0 then.
  package func single(_ row: Int) -> FoldInput {
    FoldInput(
      arguments: arguments.map { $0?.single(row) }, groups: [groups[row]],
      largestGroup: groups[row], arrival: arrival + UInt64(row), batch: batch, moments: moments,
      origins: [origins?[row] ?? row])
  }

  private init(
    arguments: [FoldArgument?], groups: [Int32], largestGroup: Int32, arrival: UInt64,
    batch: Batch?, moments: [Moment]?, origins: [Int]?
  ) {
    self.arguments = arguments
    self.groups = groups
    self.largestGroup = largestGroup
    self.arrival = arrival
    self.batch = batch
    self.moments = moments
    self.origins = origins
  }

  package init(
    _ frame: inout Frame, rows: Selection, groups: [Int32], _ plan: FoldPlan,
    arrival: UInt64 = 0, moments: [Moment]? = nil
  ) {
    self.groups = groups
    self.arrival = arrival
    var largest: Int32 = -1
    rows.forEach { largest = max(largest, groups[$0]) }
    largestGroup = largest
    self.moments = moments
    batch = frame.lines
    origins = frame.origins
    var known: [Reading: FoldArgument] = [:]
    arguments = plan.columns.map { column in
      guard let slot = column.argument else { return nil }
      let reading = Reading(slot: slot, kind: column.aggregate.reading)
      if let argument = known[reading] { return argument }
      let argument = FoldArgument(&frame, slot, rows, reading.kind)
      known[reading] = argument
      return argument
    }
  }

  private struct Reading: Hashable {
    var slot: Slot
    var kind: ArgumentReading
  }
}

/// Rows on their way into accumulators.
package struct FoldRows {
  /// The argument; nil for `count` of rows.
  package var argument: FoldArgument?
  package var rows: Selection
  /// The group of each live row.
  package var groups: [Int32]
  /// When and where each row stood, for `first` and `last`.
  package var batch: Batch?
  /// The same of rows that were kept beyond their batch.
  package var moments: [Moment]?
  /// The line of the batch, or the kept row, that each row comes from, when that is not its number.
  package var origins: [Int]?

  /// The argument's values, where the aggregate reads those or the numbers among them.
  package var column: Column? {
    if case .cells(let column) = argument { column } else { nil }
  }

  @inline(__always)
  package func forEach(_ body: (_ group: Int, _ cell: Cell, _ row: Int) -> Void) {
    guard let column else { return }
    rows.forEach { body(Int(groups[$0]), column[$0], $0) }
  }

  /// The moment of a row; of a computed frame the first row counts as newest.
  package func moment(of row: Int) -> Moment {
    let row = origins?[row] ?? row
    if let moments { return moments[row] }
    guard let batch else { return Moment(time: 0, source: 0, generation: 0, offset: -Int64(row)) }
    return Moment(
      time: batch.times[row], source: batch.source, generation: batch.generation,
      offset: Int64(batch.offset(of: row)))
  }
}

/// When and where a line stood: what `first` and `last` go by.
package struct Moment: Sendable, Hashable, Comparable {
  package var time: Int64
  package var source: Int32
  package var generation: Int32
  package var offset: Int64

  package init(time: Int64, source: Int32, generation: Int32, offset: Int64) {
    self.time = time
    self.source = source
    self.generation = generation
    self.offset = offset
  }

  package static func < (left: Moment, right: Moment) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.source != right.source { return left.source < right.source }
    if left.generation != right.generation { return left.generation < right.generation }
    return left.offset < right.offset
  }
}
