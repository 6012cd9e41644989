/// The values of one field over the rows of a frame.
@usableFromInline
package enum Column: Sendable {
  /// The same value on every row: metadata, literals.
  case constant(Cell)
  case cells([Cell])

  @inlinable
  package subscript(row: Int) -> Cell {
    switch self {
    case .constant(let cell): return cell
    case .cells(let cells): return cells[row]
    }
  }

  /// One cell a row, ready to be changed row by row.
  package func spread(over rows: Int) -> [Cell] {
    switch self {
    case .constant(let cell): return [Cell](repeating: cell, count: rows)
    case .cells(let cells): return cells
    }
  }
}
