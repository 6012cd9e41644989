import Foundation

/// Lines, instants and what must come of them in one picture:
///
///     time      |    |    |    |    |
///     lines     x x xx              x
///     critical         F       R
///
/// A column is a second (or `column`), and `|` marks the instants, the first at ten o'clock. A row of
/// lines is named after their host, `lines` have none, and `tick` are lines that match nothing: they
/// only show how late it is. `x` is a line, a digit a line with that `rt`,
/// and a letter a line that comes at that place with another time, given at the end: `d=3`. Levels are
/// `critical`, `warning` and `missing`, with a host for each group that has alerts; `P` is pending, `F`
/// firing, `R` resolved, `E` expired.
package struct TimelineDrawing {
  private struct Line {
    var place: Int
    var time: Int64
    var host: String?
    var rt: Int?
  }

  /// 2026-03-01T10:00:00Z, a multiple of every window that is drawn.
  private static let start: Int64 = 1_772_359_200_000

  private let column: Int64
  private var lines: [Line] = []
  /// The rows of levels as they are drawn, by name.
  package private(set) var expected: [String: String] = [:]
  private let ruler: String

  package init(_ text: String, column: Int64 = 1_000) {
    self.column = column
    let rows = text.split(separator: "\n").map(String.init)
    let start = rows[0].firstIndex(of: "|")!.utf16Offset(in: rows[0])
    ruler = String(rows[0].dropFirst(start))
    for row in rows.dropFirst() {
      let name = row.prefix(start).trimmingCharacters(in: .whitespaces)
      let marks = String(row.dropFirst(start))
      if ["critical", "warning", "missing"].contains(name.split(separator: " ")[0]) {
        expected[name] = marks.trimmedEnd
      } else {
        add(marks, host: name == "lines" ? nil : name)
      }
    }
    expected = expected.filter { !$0.value.isEmpty }
    lines.sort { $0.place < $1.place }
  }

  private mutating func add(_ row: String, host: String?) {
    var marks = row
    var legend: [Character: Int64] = [:]
    for match in row.matches(of: /([a-z])=(\d+)/) {
      legend[Character(String(match.1))] = Int64(match.2)!
    }
    if let first = row.firstMatch(of: /[a-z]=\d/) {
      marks = String(row[..<first.range.lowerBound])
    }
    for (place, mark) in marks.enumerated() where mark != " " {
      let time = mark == "x" || mark.isNumber ? Int64(place) : legend[mark]!
      lines.append(
        Line(place: place, time: Self.start + time * column, host: host, rt: mark.wholeNumberValue))
    }
  }

  /// The time of a column.
  package func time(of place: Int64) -> Int64 { Self.start + place * column }

  /// The lines, in the order of their places: `{"timestamp":…,"host":…,"rt":…}`.
  package var log: [UInt8] {
    let texts = lines.map { line in
      let members =
        [#""timestamp":"\#(NaiveTime.text(line.time))""#]
        + (line.host.map { [#""host":"\#($0)""#] } ?? [])
        + (line.rt.map { [#""rt":\#($0)"#] } ?? [])
      return "{" + members.joined(separator: ",") + "}\n"
    }
    return Array(texts.joined().utf8)
  }

  /// The rows that these records draw, as `expected` has them.
  package func rows(of records: [String]) -> [String: String] {
    var rows: [String: [Character]] = [:]
    for record in records {
      let object = try? JSONSerialization.jsonObject(with: Data(record.utf8))
      let members = object as! [String: Any]
      let level = (members["level"] as! String).replacing("missing_data", with: "missing")
      let host = (members["group"] as? [String: Any])?["host"].map { " \($0)" } ?? ""
      let place = Int((NaiveTime.parse(members["time"] as! String)! - Self.start) / column)
      var row = rows[level + host] ?? []
      while row.count <= place { row.append(" ") }
      let mark = Character((members["to"] as! String).prefix(1).uppercased())
      row[place] = row[place] == " " ? mark : "*"
      rows[level + host] = row
    }
    return rows.mapValues { String($0) }
  }

  /// What is drawn with these rows, to show a difference.
  package func picture(_ rows: [String: String]) -> String {
    let width = max(10, (rows.keys.map(\.count).max() ?? 0) + 2)
    func row(_ name: String, _ marks: String) -> String {
      name.padding(toLength: width, withPad: " ", startingAt: 0) + marks
    }
    return ([row("time", ruler)] + rows.sorted { $0.key < $1.key }.map { row($0, $1) })
      .joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
