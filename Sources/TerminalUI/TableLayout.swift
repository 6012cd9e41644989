import QueryLanguage
import Records

/// How wide each column of a table is and which columns are shown, decided from a sample of rows.
struct TableLayout {
  private struct Column {
    var name: String
    var index: Int
    var width: Int
    var isRight: Bool
  }

  private var shown: [Column] = []
  private var hidden: [String] = []
  private let terminal: Terminal

  /// The widths before fitting, for the next frame of a live table: columns that only grow are
  /// easier to read than columns that breathe.
  private(set) var naturalWidths: [Int]

  /// - Parameter atLeast: widths of an earlier layout of the same columns.
  init(_ columns: [String], rows: [[Value]], terminal: Terminal, atLeast: [Int] = []) {
    self.terminal = terminal
    var all = columns.enumerated().map { index, name in
      let name = name.displaySafe()
      return Column(name: name, index: index, width: name.displayWidth, isRight: false)
    }
    for index in all.indices {
      let isTime = Self.isTime(columns[index])
      var numbers = 0
      var others = 0
      for row in rows {
        if row[index].isNumber { numbers += 1 } else if row[index] != .null { others += 1 }
        let width = Self.text(of: row[index], isTime: isTime).displayWidth
        all[index].width = max(all[index].width, width)
      }
      all[index].isRight = numbers > 0 && others == 0 && !isTime
      if atLeast.count == all.count { all[index].width = max(all[index].width, atLeast[index]) }
    }
    naturalWidths = all.map(\.width)
    shown = all
    if let width = terminal.width { fit(into: width) }
  }

  /// Cuts text columns to one common width; where even that does not fit, leaves out the last
  /// columns, which the footer names.
  private mutating func fit(into width: Int) {
    let narrowest = 12
    func least(_ column: Column) -> Int {
      column.isRight || isTime(column) ? column.width : min(column.width, narrowest)
    }
    var needed = 0
    var count = 0
    for column in shown {
      let next = needed + (count > 0 ? Self.gap : 0) + least(column)
      if count > 0, next > width { break }
      needed = next
      count += 1
    }
    hidden = shown[count...].map(\.name)
    shown.removeSubrange(count...)

    var spare = width - needed
    var caps = shown.map(least)
    while spare > 0 {
      // Widen the narrowest of those that want more, a column at a time: an even water level.
      let wanting = shown.indices.filter { caps[$0] < shown[$0].width }
      guard let next = wanting.min(by: { caps[$0] < caps[$1] }) else { break }
      caps[next] += 1
      spare -= 1
    }
    for index in shown.indices { shown[index].width = min(caps[index], width) }
  }

  /// The names and the rule under them.
  var header: [String] {
    let palette = terminal.palette
    let names = shown.map { column in
      let name = column.name.cut(to: column.width)
      return pad(palette.paint(name, .strong), like: name, in: column)
    }
    let rule = shown.map { palette.paint(String(repeating: "─", count: $0.width), .quiet) }
    return [joined(names), joined(rule)]
  }

  func line(_ row: [Value]) -> String {
    joined(
      shown.map { column in
        let value = row[column.index]
        if value == .null, terminal.palette.isColoured, column.width > 0 {
          return pad(terminal.palette.paint("·", .quiet), like: "·", in: column)
        }
        var text = Self.text(of: value, isTime: isTime(column))
        if terminal.width != nil { text = text.cut(to: column.width) }
        return pad(text, like: text, in: column)
      })
  }

  /// What the screen was too narrow for; nil when everything is shown.
  var footer: String? {
    guard !hidden.isEmpty, let width = terminal.width else { return nil }
    let names = hidden.joined(separator: ", ")
    let text = "+ \(hidden.count.counted("column")) too wide for the screen: \(names)"
    return terminal.palette.paint(text.cut(to: width), .quiet)
  }

  private static let gap = 2

  private func joined(_ cells: [String]) -> String {
    cells.joined(separator: String(repeating: " ", count: Self.gap)).trimmedRight
  }

  /// Pads a cell by the width of what it shows, since colour codes take no room.
  private func pad(_ cell: String, like text: String, in column: Column) -> String {
    let blanks = String(repeating: " ", count: max(0, column.width - text.displayWidth))
    return column.isRight ? blanks + cell : cell + blanks
  }

  private func isTime(_ column: Column) -> Bool { Self.isTime(column.name) }

  /// The built-in fields that hold epoch milliseconds, which nobody can read.
  private static func isTime(_ name: String) -> Bool {
    ["_timeslice", "_messagetime", "_receipttime", "_searchabletime"].contains(name.lowercased())
  }

  private static func text(of value: Value, isTime: Bool) -> String {
    switch value {
    case .null: ""
    case .bool(let flag): flag ? "true" : "false"
    case .whole(let number): isTime ? Moment.stamp(number) : String(number)
    case .number(let number):
      isTime ? Int64(exactly: number).map(Moment.stamp) ?? number.readable : number.readable
    case .text(let string): string.displaySafe()
    }
  }
}

extension Value {
  fileprivate var isNumber: Bool {
    switch self {
    case .whole, .number: true
    default: false
    }
  }
}
