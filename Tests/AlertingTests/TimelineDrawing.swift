import Foundation
import Testing
import TestKit

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
struct TimelineDrawing {
  struct Line {
    var place: Int
    var time: Int64
    var host: String?
    var rt: Int?
  }

  let column: Int64
  private(set) var lines: [Line] = []
  private(set) var expected: [String: String] = [:]
  private let ruler: String

  init(_ text: String, column: Int64 = 1_000) {
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
        Line(place: place, time: ten + time * column, host: host, rt: mark.wholeNumberValue))
    }
  }

  var log: [UInt8] {
    Array(
      lines.map { line in
        TestLine.text(
          Double(line.time - ten) / 1_000, host: line.host, rt: line.rt.map(String.init)) + "\n"
      }.joined().utf8)
  }

  /// The rows that these records draw.
  func rows(of records: [String]) -> [String: String] {
    var rows: [String: [Character]] = [:]
    for record in records {
      let members = members(of: record)
      let level = (members["level"] as! String).replacing("missing_data", with: "missing")
      let host = (members["group"] as? [String: Any])?["host"].map { " \($0)" } ?? ""
      let place = Int((NaiveTime.parse(members["time"] as! String)! - ten) / column)
      var row = rows[level + host] ?? []
      while row.count <= place { row.append(" ") }
      let mark = Character((members["to"] as! String).prefix(1).uppercased())
      row[place] = row[place] == " " ? mark : "*"
      rows[level + host] = row
    }
    return rows.mapValues { String($0) }
  }

  func picture(_ rows: [String: String]) -> String {
    let width = max(10, (rows.keys.map(\.count).max() ?? 0) + 2)
    func row(_ name: String, _ marks: String) -> String {
      name.padding(toLength: width, withPad: " ", startingAt: 0) + marks
    }
    return ([row("time", ruler)] + rows.sorted { $0.key < $1.key }.map { row($0, $1) })
      .joined(separator: "\n")
  }
}

private enum TestLine {
  static func text(_ seconds: Double, host: String?, rt: String?) -> String {
    line(seconds, host: host, rt: rt)
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}

/// Replays what is drawn through a monitor of ten seconds that looks every five, unless `rule` says
/// otherwise, and expects what is drawn. Returns the records as `story` tells them.
@discardableResult
func timeline(
  _ rule: String, _ drawing: String, column: Int64 = 1_000, drain: Bool = false,
  lateness: Int64 = 0, sourceLocation: SourceLocation = #_sourceLocation
) throws -> [String] {
  let drawing = TimelineDrawing(drawing, column: column)
  var keys = rule.split(separator: "\n").map(String.init)
  for (key, value) in [
    ("every", "5s"), ("window", "10s"), ("query", #"'* | where host != "tick"'"#),
  ]
  where !keys.contains(where: { $0.hasPrefix("\(key):") }) {
    keys.insert("\(key): \(value)", at: 0)
  }
  let yaml = "monitors:\n  - name: m\n" + keys.map { "    \($0)\n" }.joined()
  var options = ProductReplay.Options(drain: drain)
  options.latenesses = [lateness]
  let files = [(name: "log", bytes: drawing.log)]
  let records = try ProductReplay.records(yaml: yaml, files: files, options: options)
  let rows = drawing.rows(of: records)
  #expect(
    rows == drawing.expected,
    "wanted\n\(drawing.picture(drawing.expected))\ngot\n\(drawing.picture(rows))",
    sourceLocation: sourceLocation)
  options.skipsInstants = false
  let patient = try ProductReplay.records(yaml: yaml, files: files, options: options)
  #expect(patient == records, "deciding every instant differs", sourceLocation: sourceLocation)
  return records.map(tale)
}
