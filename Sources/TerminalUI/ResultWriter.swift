package import Records

/// Writes the rows of a result as text: `begin` once, `row` for each, `end` once.
///
/// Text is appended to a buffer that the caller drains when it likes, so a writer never blocks and
/// never fails.
package protocol ResultWriter {
  mutating func begin(_ columns: [String], into text: inout [UInt8])
  /// `values` must be in the order of the columns.
  mutating func row(_ values: [Value], into text: inout [UInt8])
  mutating func end(into text: inout [UInt8])
}

/// `-o FORMAT`.
package enum ResultFormat: String, Sendable, CaseIterable {
  case table, json, ndjson, csv

  package func writer(for terminal: Terminal) -> any ResultWriter {
    switch self {
    case .table: TableWriter(terminal: terminal)
    case .json: JSONWriter(layout: .array)
    case .ndjson: JSONWriter(layout: .lines)
    case .csv: CSVWriter()
    }
  }
}

extension ResultWriter {
  /// The whole of a result at once.
  package mutating func text(of columns: [String], _ rows: some Sequence<[Value]>) -> [UInt8] {
    var text: [UInt8] = []
    begin(columns, into: &text)
    for row in rows { self.row(row, into: &text) }
    end(into: &text)
    return text
  }
}

/// Matching lines as they are, for a query that ends in messages: `grep` with a better memory.
package struct LineWriter: Sendable {
  private let isScreen: Bool

  package init(terminal: Terminal) { isScreen = terminal.isInteractive }

  /// Appends one line. A screen gets it harmless, a pipe gets its very bytes.
  package func line(_ bytes: some Collection<UInt8>, into text: inout [UInt8]) {
    if isScreen, bytes.contains(where: { $0 < 0x20 || $0 >= 0x7F }) {
      let safe = String(decoding: bytes, as: UTF8.self).displaySafe(keepingTabs: true)
      text.append(contentsOf: safe.utf8)
    } else {
      text.append(contentsOf: bytes)
    }
    text.append(UInt8(ascii: "\n"))
  }
}
