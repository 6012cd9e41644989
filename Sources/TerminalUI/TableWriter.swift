package import Records

/// `-o table`: aligned columns under an underlined header, numbers to the right, null left blank.
///
/// Widths come from the first rows; those after them are written as they arrive, so that a large
/// result needs no memory.
package struct TableWriter: ResultWriter {
  private static let sampleSize = 1_000

  private let terminal: Terminal
  private var columns: [String] = []
  private var sample: [[Value]] = []
  private var layout: TableLayout?

  package init(terminal: Terminal) { self.terminal = terminal }

  package mutating func begin(_ columns: [String], into text: inout [UInt8]) {
    self.columns = columns
  }

  package mutating func row(_ values: [Value], into text: inout [UInt8]) {
    if let layout {
      append(layout.line(values), to: &text)
    } else {
      sample.append(values)
      if sample.count == Self.sampleSize { layOut(into: &text) }
    }
  }

  package mutating func end(into text: inout [UInt8]) {
    if layout == nil { layOut(into: &text) }
    if let footer = layout?.footer { append(footer, to: &text) }
  }

  private mutating func layOut(into text: inout [UInt8]) {
    let layout = TableLayout(columns, rows: sample, terminal: terminal)
    if !columns.isEmpty { for line in layout.header { append(line, to: &text) } }
    for row in sample { append(layout.line(row), to: &text) }
    sample = []
    self.layout = layout
  }

  private func append(_ line: String, to text: inout [UInt8]) {
    text.append(contentsOf: line.utf8)
    text.append(UInt8(ascii: "\n"))
  }
}
