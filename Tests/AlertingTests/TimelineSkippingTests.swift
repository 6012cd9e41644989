import Testing

/// Instants at which nothing can happen are passed over. Timelines are all replayed both ways; so are
/// the random cases of `Proof`.
@Suite struct TimelineSkippingTests {
  /// Ten days between two lines, a column an hour: missed at 1, expired at 24; missed again at 25 for a
  /// day of its own, expired at 49, and so on every 25 hours.
  @Test func `a long silence is told day by day`() throws {
    var row = [Character](repeating: " ", count: 241)
    for hour in [1] + stride(from: 25, through: 240, by: 25) { row[hour] = "F" }
    for hour in stride(from: 24, through: 240, by: 25) { row[hour] = "E" }
    try timeline(
      """
      every: 1h
      window: 10h
      missing_data: { window: 1h }
      """,
      """
      time      |
      lines     x
      tick       d d=240
      missing   \(String(row))
      """, column: 3_600_000)
  }
}
