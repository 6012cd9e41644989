import QueryLanguage

/// A few rows under their names, each column as wide as it needs to be, some cells in colour.
package struct AlignedColumns: Sendable {
  package struct Cell: Sendable, ExpressibleByStringInterpolation {
    package var text: String
    package var style: Palette.Style?
    package var isRight = false

    package init(_ text: String, _ style: Palette.Style? = nil, isRight: Bool = false) {
      self.text = text
      self.style = style
      self.isRight = isRight
    }

    package init(stringLiteral text: String) { self.init(text) }
  }

  private let names: [String]
  private var rows: [[Cell]] = []

  package init(_ names: [String]) { self.names = names }

  package mutating func add(_ cells: [Cell]) { rows.append(cells) }

  package var isEmpty: Bool { rows.isEmpty }

  /// The lines; what a screen is too narrow for is cut, the last column first.
  package func lines(for terminal: Terminal, indent: Int = 2) -> [String] {
    var widths = names.map(\.displayWidth)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], cell.text.displaySafe().displayWidth)
      }
    }
    if let width = terminal.width {
      for column in widths.indices.reversed() {
        let excess = indent + widths.reduce(0) { $0 + $1 + 2 } - 2 - width
        if excess > 0 { widths[column] = max(min(widths[column], 8), widths[column] - excess) }
      }
    }
    let palette = terminal.palette
    let head = names.map { Cell($0, .quiet) }
    return ([head] + rows).map { row in
      let cells = row.enumerated().map { column, cell in
        let shown = cell.text.displaySafe()
        let text = terminal.width == nil ? shown : shown.cut(to: widths[column])
        let blanks = String(repeating: " ", count: max(0, widths[column] - text.displayWidth))
        let painted = cell.style.map { palette.paint(text, $0) } ?? text
        let isRight = cell.isRight || (rows.first?[column].isRight ?? false)
        return isRight ? blanks + painted : painted + blanks
      }
      return (String(repeating: " ", count: indent) + cells.joined(separator: "  ")).trimmedRight
    }
  }
}
