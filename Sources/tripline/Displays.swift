package import Records
import TerminalUI

/// Shows the table of a running aggregate in place, and leaves the final one behind. Only for an
/// interactive screen; elsewhere the result is written once, at the end.
package struct LiveDisplay {
  private let console: Console
  private let columns: [String]
  private let start = ContinuousClock.now
  private var table: LiveTable
  private var throttle = Throttle.frames

  package init(_ columns: [String], on console: Console) {
    self.console = console
    self.columns = columns
    table = LiveTable(columns, terminal: console.screen)
  }

  /// Draws a frame if one is due; `rows` is only called then.
  ///
  /// - Parameter status: a plain line for below the table, such as the one of `Progress`.
  package mutating func update(_ rows: () -> [[Value]], status: String) throws {
    guard throttle.isDue(ContinuousClock.now - start) else { return }
    table.terminal = console.currentScreen
    try console.output.write(table.draw(rows(), status: status))
    try console.output.flush()
  }

  /// Replaces the last frame by the whole result.
  package mutating func finish(_ rows: [[Value]]) throws {
    var writer = TableWriter(terminal: console.currentScreen)
    try console.output.write(table.erase())
    try console.output.write { $0 += writer.text(of: columns, rows) }
    try console.output.flush()
  }
}

/// Shows on stderr how far a reading has come, where someone is there to see it.
package struct ProgressDisplay {
  private let console: Console
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var progress: Progress

  package init(on console: Console) {
    self.console = console
    isShown = console.showsProgress
    progress = Progress(terminal: console.errors)
  }

  /// Says where the reading stands; cheap enough to be called for every batch.
  package mutating func update(bytes: Int, of total: Int?, lines: Int) {
    guard isShown else { return }
    let elapsed = ContinuousClock.now - start
    let state = Progress.State(bytes: bytes, total: total, lines: lines, elapsed: elapsed)
    if let text = progress.update(state) { console.send(text) }
  }

  /// Removes the line, at the end or to make room for other words.
  package mutating func erase() {
    let text = progress.erase()
    if !text.isEmpty { console.send(text) }
  }
}
