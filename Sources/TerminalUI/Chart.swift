import QueryLanguage

/// A value over time as a few rows of bars, with the threshold drawn through them.
///
///     18 │            ▃▅█▆
///        │         ▂▅█████▇▃
///    > 5 │─────────██████████──
///      0 │   ▂▂▃▅▅▇██████████▇▅
///        └──────────┴──────────
///    hit            ▲▲▲▲▲▲▲▲▲
///         10:05:00  10:15:00  10:25:00
package struct Chart: Sendable {
  package struct Point: Sendable {
    package var time: Int64
    package var value: Double?
    package var isHit: Bool

    package init(time: Int64, value: Double?, isHit: Bool) {
      self.time = time
      self.value = value
      self.isHit = isHit
    }
  }

  /// Oldest first.
  private let points: [Point]
  private let threshold: (value: Double, text: String)?
  /// Whether small values are the bad ones.
  private let fallsToHit: Bool
  /// The time that is marked.
  private let marked: Int64

  package init(
    _ points: [Point], threshold: (value: Double, text: String)?, fallsToHit: Bool, marked: Int64
  ) {
    self.points = points
    self.threshold = threshold
    self.fallsToHit = fallsToHit
    self.marked = marked
  }

  /// The rows of bars; below them stand the axis, the hits and the times.
  package static let height = 6

  /// The lines of the chart, none wider than `width` as far as that is possible; empty when there is
  /// no value to show.
  package func lines(width: Int, in terminal: Terminal) -> [String] {
    let values = points.compactMap(\.value).filter(\.isFinite)
    guard !values.isEmpty else { return [] }
    let bound = threshold?.value ?? values[0]
    let low = min(0, values.min()!, bound)
    let top = max(values.max()!, bound)
    let scale = Scale(low: low, high: top > low ? top : low + 1)
    let labels = self.labels(scale)
    let margin = labels.map(\.displayWidth).max() ?? 0
    let columns = columns(room: max(8, width - margin - 3))
    let glyphs = terminal.isUnicode ? Glyphs.blocks : Glyphs.ascii
    let palette = terminal.palette
    func row(_ label: String, _ edge: String, _ body: String) -> String {
      (palette.paint(label.padded(to: margin, right: true), .quiet) + " "
        + palette.paint(edge, .quiet) + body).trimmedRight
    }
    var lines = (0..<Chart.height).map { line in
      row(labels[line], glyphs.edge, bars(line, columns, scale, glyphs, palette))
    }
    let axis = columns.map { $0.holds(marked) ? glyphs.notch : glyphs.axis }.joined()
    lines.append(row("", glyphs.corner, palette.paint(axis, .quiet)))
    if columns.contains(where: \.isHit) {
      let hits = columns.map { $0.isHit ? glyphs.hit : " " }.joined()
      lines.append(row("hit", " ", palette.paint(hits.trimmedRight, .critical)))
    }
    lines.append(row("", " ", palette.paint(times(columns), .quiet)))
    return lines
  }

  // Columns.

  /// One character across: one point, a part of one, or several of which the worst is shown.
  private struct Column {
    var times: ClosedRange<Int64>
    var value: Double?
    var isHit: Bool
    var isFirstOfPoint: Bool

    func holds(_ time: Int64) -> Bool { isFirstOfPoint && times.contains(time) }
  }

  private func columns(room: Int) -> [Column] {
    if points.count <= room {
      let breadth = min(3, room / points.count)
      return points.flatMap { point in
        (0..<breadth).map {
          Column(
            times: point.time...point.time, value: point.value, isHit: point.isHit,
            isFirstOfPoint: $0 == 0)
        }
      }
    }
    return (0..<room).map { column in
      let part = points[(column * points.count / room)..<((column + 1) * points.count / room)]
      let values = part.compactMap(\.value)
      return Column(
        times: part.first!.time...part.last!.time,
        value: fallsToHit ? values.min() : values.max(), isHit: part.contains(where: \.isHit),
        isFirstOfPoint: true)
    }
  }

  // Rows.

  private struct Scale {
    let low: Double
    let high: Double

    /// Eighths of a row from the bottom; what is more than nothing shows.
    func height(_ value: Double) -> Int {
      let whole = Double(Chart.height * 8)
      let height = Int(((min(max(value, low), high) - low) / (high - low) * whole).rounded())
      return value > low ? max(1, height) : height
    }

    /// The row, from the top, through which a level is drawn.
    func row(_ value: Double) -> Int {
      Chart.height - 1 - min(Chart.height - 1, height(value) / 8)
    }
  }

  private func labels(_ scale: Scale) -> [String] {
    var labels = [String](repeating: "", count: Chart.height)
    labels[0] = scale.high.readable
    labels[Chart.height - 1] = scale.low.readable
    if let threshold { labels[scale.row(threshold.value)] = threshold.text }
    return labels
  }

  private func bars(
    _ line: Int, _ columns: [Column], _ scale: Scale, _ glyphs: Glyphs, _ palette: Palette
  ) -> String {
    let isThreshold = threshold.map { scale.row($0.value) } == line
    var text = ""
    var run = ""
    var style: Palette.Style?
    func finish() {
      text += style.map { palette.paint(run, $0) } ?? run
      run = ""
    }
    for column in columns {
      let filled = column.value.map(scale.height) ?? 0
      let part = min(8, max(0, filled - (Chart.height - 1 - line) * 8))
      let isBar = part > 0
      let next: Palette.Style? = isBar ? (column.isHit ? .critical : .accent) : .quiet
      if next != style {
        finish()
        style = next
      }
      run += isBar ? glyphs.bar(part) : isThreshold ? glyphs.threshold : " "
    }
    finish()
    return text.trimmedRight
  }

  /// The time that is marked below its column, and the first and the last as far as there is room.
  private func times(_ columns: [Column]) -> String {
    var line = [Character](repeating: " ", count: max(columns.count, 8))
    func write(_ time: Int64, at start: Int) {
      let text = Array(Moment.clock(time))
      let place = max(0, min(start, line.count - text.count))
      let around = max(0, place - 1)..<min(line.count, place + text.count + 1)
      guard text.count <= line.count, line[around].allSatisfy({ $0 == " " }) else { return }
      line.replaceSubrange(place..<(place + text.count), with: text)
    }
    if let index = columns.firstIndex(where: { $0.holds(marked) }) { write(marked, at: index) }
    if let first = columns.first { write(first.times.lowerBound, at: 0) }
    if let last = columns.last { write(last.times.upperBound, at: line.count) }
    return String(line).trimmedRight
  }

  /// What the parts are drawn with.
  private struct Glyphs {
    let edge: String
    let corner: String
    let axis: String
    let notch: String
    let threshold: String
    let hit: String
    /// From one eighth to the whole.
    let eighths: [String]

    func bar(_ part: Int) -> String { eighths[part - 1] }

    static let blocks = Glyphs(
      edge: "│", corner: "└", axis: "─", notch: "┴", threshold: "─", hit: "▲",
      eighths: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"])
    static let ascii = Glyphs(
      edge: "|", corner: "+", axis: "-", notch: "^", threshold: "-", hit: "!",
      eighths: [".", ".", ".", ":", ":", ":", "#", "#"])
  }
}
