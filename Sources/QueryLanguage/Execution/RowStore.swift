package import Records

/// Raw rows kept until all are there, for stages that need them at once.
package struct RowStore: Sendable {
  private var columns: [[Cell]]
  private var count = 0
  private let arena = Arena()
  private let limit: Int
  private var bytes = 0
  /// Whether there were rows for which there was no room; then none is kept any more.
  package private(set) var isFull = false

  /// Room for rows of so many `columns` that their cells and texts take `limit` bytes at most.
  package init(columns: Int, limit: Int) {
    self.columns = [[Cell]](repeating: [], count: columns)
    self.limit = limit
  }

  /// Keeps the live rows, with copies of their text.
  package mutating func append(_ frame: inout Frame) {
    for index in columns.indices {
      let column = frame.column(Slot(index))
      frame.live.forEach { bytes += MemoryLayout<Cell>.stride + column[$0].place.count }
    }
    isFull = isFull || bytes > limit
    guard !isFull else { return }
    for index in columns.indices {
      let column = frame.column(Slot(index))
      frame.live.forEach { columns[index].append(arena.adopt(column[$0])) }
    }
    count += frame.live.population
  }

  package var frame: Frame {
    Frame(columns: columns.map { .cells($0) }, rowCount: count, arena: arena)
  }
}
