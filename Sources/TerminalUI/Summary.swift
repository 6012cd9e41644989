import Records

/// The closing words of a run: how much was read, how fast, and what was wrong with it.
package struct Summary: Sendable {
  /// Lines that could not be used as they were; only what happened is said.
  package struct Trouble: Sendable, Hashable {
    package var count: Int
    /// What they were: `malformed`, `late`, `without a time`.
    package var what: String
    /// Where the first one stands; see `place`.
    package var first: String?

    package init(_ count: Int, _ what: String, first: String? = nil) {
      self.count = count
      self.what = what
      self.first = first
    }
  }

  package var lines: Int
  package var bytes: Int
  package var elapsed: Duration
  package var troubles: [Trouble]

  package init(lines: Int, bytes: Int, elapsed: Duration, troubles: [Trouble] = []) {
    self.lines = lines
    self.bytes = bytes
    self.elapsed = elapsed
    self.troubles = troubles
  }

  /// `app.log:17, byte 4,210`.
  package static func place(file: String, line: Int, offset: Int) -> String {
    "\(file.displaySafe()):\(line), byte \(offset.grouped)"
  }

  package func text(_ palette: Palette = .plain) -> String {
    var result = "\(lines.counted("line")), \(bytes.byteText) in \(elapsed.readable)"
    if elapsed.seconds > 0, bytes > 0 {
      result += " (\((Double(bytes) / elapsed.seconds).scaled("B/s")))"
    }
    result = palette.paint(result, .quiet)
    for trouble in troubles where trouble.count > 0 {
      let first = trouble.first.map { " (first: \($0))" } ?? ""
      result += "; " + palette.paint("\(trouble.count.grouped) \(trouble.what)", .warning) + first
    }
    return result
  }
}
