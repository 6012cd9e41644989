package import QueryLanguage
package import Records

/// The rows of a window whose plan has to look at them again at each instant, in the panes of their
/// times; each pane goes as a whole when no window can hold it any more.
///
/// What is kept of a row is what the stages behind the row-wise ones and the fold look at, so that
/// chunks go as they came. How much that may be is counted by what the rows hold, not by what was
/// allocated for them, because what is decided must not depend on batches. A row for which there is
/// no room is lost, and no window that should hold it can be judged; the rows that only such windows
/// hold are given up at once, so that the next whole window comes as early as it can.
package struct KeptRows: Sendable {
  private struct Pane: Sendable {
    let end: Int64
    /// One column for each field that is kept.
    var columns: [[Cell]]
    /// Where each row stood among all lines.
    var places: [UInt64] = []
    /// When and where each row stood, if the aggregate asks for that.
    var moments: [Moment] = []
    var bytes = 0
    let texts = Arena(smallest: 512)
  }

  private let slots: [Slot]
  private let keepsMoments: Bool
  var limit: Int
  /// Bytes of a row without its text.
  private let rowBytes: Int
  private var panes: [Pane] = []
  private var bytes = 0
  /// The end of the last pane that lost a row.
  var lostThrough = Int64.min

  /// Room for the rows of a rule: as much as it has, unless `limit` says otherwise.
  package init(_ rule: BoundRule, limit: Int? = nil) {
    slots = rule.plan.carried
    keepsMoments = rule.keepsMoments
    rowBytes = rule.bytesPerRow
    self.limit = limit ?? rule.memory
  }

  var count: Int { panes.reduce(0) { $0 + $1.places.count } }

  /// The end of the oldest pane with rows.
  var firstEnd: Int64? { panes.first?.end }

  /// Whether nothing is missing after `start`.
  func isWhole(after start: Int64) -> Bool { lostThrough <= start }

  /// Keeps a row of the pane that ends at `end`; false when there is no room for it, or was none in its
  /// pane or a later one. `place` is its number among all lines, `columns` are those of `slots`.
  @discardableResult
  package mutating func keep(
    _ row: Int, of columns: [Column], end: Int64, place: UInt64, moment: Moment
  ) -> Bool {
    guard end > lostThrough else { return false }
    let index = pane(endingAt: end)
    let texts = columns.indices.reduce(0) { total, column in
      let cell = columns[column][row]
      return repeats(cell, of: column, in: index) ? total : total + cell.place.count
    }
    guard bytes + rowBytes + texts <= limit else {
      lostThrough = end
      drop(through: end)
      return false
    }
    for column in columns.indices {
      let cell = columns[column][row]
      let known = repeats(cell, of: column, in: index) ? panes[index].columns[column].last : nil
      panes[index].columns[column].append(known ?? panes[index].texts.adopt(cell))
    }
    panes[index].places.append(place)
    if keepsMoments { panes[index].moments.append(moment) }
    panes[index].bytes += rowBytes + texts
    bytes += rowBytes + texts
    return true
  }

  /// Forgets the panes that end at or before `end`.
  mutating func drop(through end: Int64) {
    let leaving = panes.prefix { $0.end <= end }
    bytes -= leaving.reduce(0) { $0 + $1.bytes }
    panes.removeFirst(leaving.count)
  }

  /// Index of a pane, made if need be. Lines mostly come in order, so it is mostly the last one.
  private mutating func pane(endingAt end: Int64) -> Int {
    let index = (panes.lastIndex { $0.end <= end } ?? -1)
    if index >= 0, panes[index].end == end { return index }
    panes.insert(
      Pane(end: end, columns: [[Cell]](repeating: [], count: slots.count)), at: index + 1)
    return index + 1
  }

  /// Whether a text is that of the row before, whose copy then serves both: hosts and levels mostly are.
  private func repeats(_ cell: Cell, of column: Int, in pane: Int) -> Bool {
    guard let last = panes[pane].columns[column].last, cell.place.count > 0 else { return false }
    return last.kind == cell.kind && last.place == cell.place
  }

  /// The rows of the panes that end in (start, end], in the order in which their lines came. The frame
  /// must not outlive these rows, whose text it shows.
  package func frame(
    after start: Int64, through end: Int64
  ) -> (frame: Frame, moments: [Moment]?) {
    let covered = panes.filter { $0.end > start && $0.end <= end }
    let places = covered.flatMap(\.places)
    var columns = [Column](
      repeating: .constant(.null), count: (slots.map(\.index).max() ?? -1) + 1)
    for (index, slot) in slots.enumerated() {
      columns[slot.index] = .cells(covered.flatMap { $0.columns[index] })
    }
    let moments = covered.flatMap(\.moments)
    let frame = Frame(columns: columns, rowCount: places.count, arena: Arena())
    guard zip(places, places.dropFirst()).contains(where: >) else {
      return (frame, keepsMoments ? moments : nil)
    }
    // Late lines stand in older panes than lines that came before them.
    let order = places.indices.sorted { places[$0] < places[$1] }
    return (frame.gathered(order), keepsMoments ? order.map { moments[$0] } : nil)
  }
}

extension BoundRule {
  /// Whether kept rows have to say when and where they stood: what `first` and `last` go by, until a
  /// stage puts the rows into an order of its own.
  var keepsMoments: Bool {
    !plan.reorders && fold.columns.contains { $0.aggregate.readsMoments }
  }

  /// What a kept row counts besides its text: its fields, its place, and its moment if it has one.
  package var bytesPerRow: Int {
    plan.carried.count * MemoryLayout<Cell>.stride + MemoryLayout<UInt64>.stride
      + (keepsMoments ? MemoryLayout<Moment>.stride : 0)
  }

  /// What the rest of the plan makes of the rows in the window at `time`, up to the aggregate.
  func result(of rows: KeptRows, at time: Int64) -> Frame {
    var (frame, moments) = rows.frame(after: time - window, through: time)
    frame.now = time
    plan.runOrdered(plan.ordered.indices, on: &frame)
    return folded(&frame, moments)
  }

  /// Folds the rows that the ordered stages have left.
  package func folded(_ frame: inout Frame, _ moments: [Moment]?) -> Frame {
    var table = GroupTable()
    var partial = Partial(fold)
    let keys = fold.keys.map { frame.column($0) }
    let groups = table.groups(of: keys, rows: frame.live)
    partial.absorb(&frame, rows: frame.live, groups: groups, moments: moments)
    return partial.frame(table)
  }
}
