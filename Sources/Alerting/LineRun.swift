package import Records

/// Consecutive lines of one batch on their way into the monitors.
package struct LineRun: Sendable {
  package var batch: Batch
  package var rows: Range<Int>
  /// The rows that have a time of their own or a lent one: neither malformed nor refused.
  package var timed: Selection
  /// Number of the first row in merged order.
  package var firstLine: UInt64
  /// What holds the watermark back: the smallest watermark of the monitor's other sources, and the
  /// largest lateness.
  package var otherWatermark: Int64
  package var lateness: Int64

  package init(
    batch: Batch, rows: Range<Int>, timed: Selection, firstLine: UInt64,
    otherWatermark: Int64 = .max, lateness: Int64 = 0
  ) {
    self.batch = batch
    self.rows = rows
    self.timed = timed
    self.firstLine = firstLine
    self.otherWatermark = otherWatermark
    self.lateness = lateness
  }
}
