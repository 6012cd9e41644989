package import Records

/// Raw rows kept until all are there, for stages that need them at once.
package struct RowStore: Sendable {
  private var columns: [[Cell]]
  private var count = 0
  private let arena = Arena()

  package init(columns: Int) {
    self.columns = [[Cell]](repeating: [], count: columns)
  }

  /// Keeps the live rows, with copies of their text.
  package mutating func append(_ frame: inout Frame) {
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
