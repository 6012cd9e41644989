package import Records

/// A table that is redrawn in place while its query runs: each `draw` returns what to send to the
/// screen to replace the frame before.
package struct LiveTable: Sendable {
  private let columns: [String]
  /// Must be interactive; may change between frames, as windows do.
  package var terminal: Terminal
  private var widths: [Int] = []
  private var height = 0

  package init(_ columns: [String], terminal: Terminal) {
    self.columns = columns
    self.terminal = terminal
  }

  /// The next frame: as many rows as fit, the number of those that don't, and `status`, plain text,
  /// below.
  package mutating func draw(_ rows: [[Value]], status: String = "") -> String {
    // A line that filled the last column would lose its end to the code that clears its rest.
    var terminal = terminal
    terminal.columns -= 1
    let layout = TableLayout(columns, rows: rows, terminal: terminal, atLeast: widths)
    widths = layout.naturalWidths
    var below: [String] = layout.footer.map { [$0] } ?? []
    if !status.isEmpty {
      below.append(terminal.palette.paint(status.cut(to: terminal.columns), .quiet))
    }
    var lines = layout.header
    // The cursor rests on the line after the frame, so that line is taken too.
    let room = max(0, terminal.rows - 1 - lines.count - below.count)
    if rows.count <= room {
      lines += rows.map(layout.line)
    } else {
      lines += rows.prefix(max(0, room - 1)).map(layout.line)
      let more = "… \((rows.count - max(0, room - 1)).counted("more row"))"
      if room > 0 { lines.append(terminal.palette.paint(more, .quiet)) }
    }
    lines += below
    let frame = home + lines.map { $0 + Screen.clearLine + "\n" }.joined() + Screen.clearBelow
    height = lines.count
    return frame
  }

  /// Removes the last frame, to make room for the final table.
  package mutating func erase() -> String {
    defer { height = 0 }
    return height == 0 ? "" : home + Screen.clearBelow
  }

  private var home: String { height == 0 ? "" : Screen.up(height) }
}

/// The escape sequences that redrawing needs. Lines are overwritten and only their rest is cleared:
/// clearing first would flicker.
enum Screen {
  static let clearLine = "\u{1B}[K"
  static let clearBelow = "\u{1B}[J"
  static func up(_ lines: Int) -> String { "\r\u{1B}[\(lines)A" }
}

/// Says when it is time to draw again.
package struct Throttle: Sendable {
  private let interval: Duration
  private var next: Duration

  /// - Parameter after: nothing is due before this time.
  package init(every interval: Duration, after: Duration = .zero) {
    self.interval = interval
    next = after
  }

  /// Twenty frames a second, the rate of a live table.
  package static var frames: Throttle { Throttle(every: .milliseconds(50)) }

  /// Whether something is due `now`, a time since any fixed moment; if so, the next is an interval
  /// later.
  package mutating func isDue(_ now: Duration) -> Bool {
    guard now >= next else { return false }
    next = now + interval
    return true
  }
}
