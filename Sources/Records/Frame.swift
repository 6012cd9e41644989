/// A table on its way through a query: columns over rows, and which rows are still alive.
///
/// Everything between two pipes is a frame, before and after aggregation, so every operator has one
/// implementation. Raw frames load a column from their batch when the first stage asks for it.
package struct Frame: Sendable {
  package let rowCount: Int
  package var live: Selection
  package private(set) var columns: [Column?]
  /// The numbers of columns that a sum has asked for, by slot.
  private var units: [UnitColumn?] = []
  package let arena: Arena
  /// The batch of a raw frame; nil after an aggregate.
  package let batch: Batch?
  /// How a raw frame finds each slot in its batch.
  package let loads: [FieldLoad]
  /// The instant at which the frame is evaluated, which is what `now()` means; milliseconds.
  package var now: Int64 = 0
  /// The lines, or kept rows, on which a regex hit its limit: they count for nothing and are reported.
  package private(set) var limited: [Int] = []
  /// The rows of which the same is true, until they are dropped.
  private var undecided: [Int] = []
  /// Keeps the chunk alive that cells of a gathered frame still point into.
  private let anchor: Batch?
  /// The line, or kept row, that each row comes from, when a stage made several rows of one.
  package private(set) var origins: [Int]?

  /// A raw frame over `batch`.
  package init(batch: Batch, loads: [FieldLoad], live: Selection) {
    rowCount = batch.count
    self.live = live
    self.batch = batch
    anchor = batch
    self.loads = loads
    columns = [Column?](repeating: nil, count: loads.count)
    arena = Arena()
  }

  /// A computed frame.
  package init(columns: [Column], rowCount: Int, arena: Arena, anchor: Batch? = nil) {
    self.rowCount = rowCount
    live = Selection(all: rowCount)
    self.columns = columns
    self.arena = arena
    batch = nil
    self.anchor = anchor
    loads = []
  }

  /// The values of a field; null everywhere when nothing set it.
  package mutating func column(_ slot: Slot) -> Column {
    if slot.index >= columns.count {
      columns.append(contentsOf: [Column?](repeating: nil, count: slot.index + 1 - columns.count))
    }
    if let column = columns[slot.index] { return column }
    let column = load(slot)
    columns[slot.index] = column
    return column
  }

  /// The numbers of a field as sums add them, read by `read` the first time.
  package mutating func units(
    of slot: Slot, read: (Column, Selection) -> UnitColumn
  ) -> UnitColumn {
    if slot.index >= units.count {
      units.append(contentsOf: [UnitColumn?](repeating: nil, count: slot.index + 1 - units.count))
    }
    if let known = units[slot.index] { return known }
    let column = read(column(slot), live)
    units[slot.index] = column
    return column
  }

  package mutating func set(_ slot: Slot, to column: Column) {
    if slot.index < units.count { units[slot.index] = nil }
    if slot.index >= columns.count {
      columns.append(contentsOf: [Column?](repeating: nil, count: slot.index + 1 - columns.count))
    }
    columns[slot.index] = column
  }

  /// Notes that a regex could not be decided on a row.
  package mutating func markLimited(_ row: Int) {
    undecided.append(row)
    limited.append(origins?[row] ?? row)
  }

  /// Takes out the rows on which a regex could not be decided.
  package mutating func dropUndecided() {
    for row in undecided { live.remove(row) }
    undecided = []
  }

  private func load(_ slot: Slot) -> Column {
    guard let batch, slot.index < loads.count else { return .constant(.null) }
    switch loads[slot.index] {
    case .none:
      return .constant(.null)
    case .member(let member):
      return .cells(normalised(member, of: batch))
    case .metadata(let field, let member):
      return metadata(field, member: member, of: batch)
    }
  }

  private func normalised(_ member: Int, of batch: Batch) -> [Cell] {
    var cells = batch.members[member]
    guard batch.rich[member] else { return cells }
    live.forEach { row in
      if cells[row].kind == .escaped || cells[row].kind == .json {
        cells[row] = JSONScanner.normalised(cells[row], arena: arena)
      }
    }
    return cells
  }

  private func metadata(_ field: Metadata, member: Int?, of batch: Batch) -> Column {
    switch field {
    case .raw:
      return computed { Cell(text: batch.line($0)) }
    case .messageTime, .receiptTime:
      return computed { batch.times[$0] == Batch.untimed ? .null : Cell(batch.times[$0]) }
    case .size:
      return computed { Cell(Int64(batch.lines.lengths[$0])) }
    case .messageCount:
      return computed { Cell(Int64(batch.lineNumber(of: $0))) }
    case .sourceCategory, .sourceHost, .sourceName, .source, .collector:
      let fallback = Cell(text: batch.facts.text(of: field))
      guard let member else { return .constant(fallback) }
      let own = normalised(member, of: batch)
      return computed { own[$0].isNull ? fallback : own[$0] }
    }
  }

  /// A column with a value for every live row.
  @inline(__always)
  package func computed(_ value: (Int) -> Cell) -> Column {
    var cells = [Cell](repeating: .null, count: rowCount)
    live.forEach { cells[$0] = value($0) }
    return .cells(cells)
  }

  /// The batch whose lines the rows are, or come from.
  package var lines: Batch? { origins == nil ? batch : anchor }

  /// A new frame with some of the rows, in their order, each as often as it is given, all alive.
  package func multiplied(_ rows: [Int]) -> Frame {
    var result = gathered(rows)
    result.origins = origins.map { known in rows.map { known[$0] } } ?? rows
    result.limited = limited
    return result
  }

  /// A new frame with the given rows, in the given order, all alive.
  package func gathered(_ rows: [Int]) -> Frame {
    var result = self
    let all = (0..<columns.count).map { index -> Column in
      switch result.column(Slot(index)) {
      case .constant(let cell): .constant(cell)
      case .cells(let cells): .cells(rows.map { cells[$0] })
      }
    }
    var gathered = Frame(columns: all, rowCount: rows.count, arena: arena, anchor: anchor)
    gathered.now = now
    return gathered
  }
}

/// A field of one query, by number; names are looked up once, when the query is bound.
package struct Slot: Sendable, Hashable {
  package let index: Int

  package init(_ index: Int) { self.index = index }
}

/// Where a raw frame finds the first value of a slot.
package enum FieldLoad: Sendable, Hashable {
  /// Some stage sets it; until then it is null.
  case none
  /// A column of the batch.
  case member(Int)
  /// A built-in field; the line's own member of that name goes first when there is one.
  case metadata(Metadata, member: Int?)
}
