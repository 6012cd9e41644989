import QueryLanguage

/// How far a long reading has come: one line on stderr, rewritten in place, gone at the end.
package struct Progress: Sendable {
  /// What is known at one moment.
  package struct State: Sendable, Hashable {
    package var bytes: Int
    /// Nil when the end is not known, as with stdin.
    package var total: Int?
    package var lines: Int
    package var elapsed: Duration

    package init(bytes: Int, total: Int?, lines: Int, elapsed: Duration) {
      self.bytes = bytes
      self.total = total
      self.lines = lines
      self.elapsed = elapsed
    }
  }

  private let terminal: Terminal
  /// Work that is over within a second needs no progress.
  private var throttle = Throttle(every: .milliseconds(100), after: .seconds(1))
  private var isShown = false

  package init(terminal: Terminal) { self.terminal = terminal }

  /// What to write now, or nil when it is too early for the first or the next line.
  package mutating func update(_ state: State) -> String? {
    guard throttle.isDue(state.elapsed) else { return nil }
    isShown = true
    return "\r" + Self.line(state, terminal: terminal) + Screen.clearLine
  }

  /// What removes the line, so that other words can be written; empty when there is none.
  package mutating func erase() -> String {
    defer { isShown = false }
    return isShown ? "\r" + Screen.clearLine : ""
  }

  /// The line itself: `━━━━━━────  62 %  1.3 GB of 2.1 GB  410 MB/s  3.1 M lines/s  2.0 s left`.
  package static func line(_ state: State, terminal: Terminal) -> String {
    let palette = terminal.palette
    let seconds = max(state.elapsed.seconds, 1e-9)
    // Plain and painted, most useful first: what does not fit is left out from the end.
    var parts: [(plain: String, painted: String)] = []
    if let total = state.total, total > 0 {
      let share = min(1, Double(state.bytes) / Double(total))
      let done = Int(share * 20)
      let (full, rest) = (
        String(repeating: "━", count: done), String(repeating: "─", count: 20 - done)
      )
      parts.append((full + rest, palette.paint(full, .accent) + palette.paint(rest, .quiet)))
      let percent = "\(Int(share * 100)) %".padded(to: 5, right: true)
      parts.append((percent, palette.paint(percent, .strong)))
      let size = "\(state.bytes.byteText) of \(total.byteText)"
      parts.append((size, size))
    } else {
      parts.append((state.bytes.byteText, state.bytes.byteText))
    }
    var rest = [
      (Double(state.bytes) / seconds).scaled("B/s"),
      (Double(state.lines) / seconds).scaled("") + " lines/s",
    ]
    if let total = state.total, state.bytes > 0, state.bytes < total {
      let left = seconds / Double(state.bytes) * Double(total - state.bytes)
      rest.append("\(Moment.span(Int64(min(left, 1e9).rounded(.up)) * 1_000)) left")
    }
    parts += rest.map { ($0, palette.paint($0, .quiet)) }

    var line = ""
    var width = 0
    for part in parts {
      let next = width + (width > 0 ? 2 : 0) + part.plain.displayWidth
      // The last column stays free: a cursor that wraps would leave lines behind.
      if let limit = terminal.width, next >= limit { break }
      line += (width > 0 ? "  " : "") + part.painted
      width = next
    }
    return line
  }
}
