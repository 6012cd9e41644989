import TestKit
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

  /// A few lines between silences: while lateness holds instants back, an alert may end that kept a line
  /// from tripping.
  @Test func `sparse logs with lateness come to the same however instants are looked at`() throws {
    for round in 0..<400 {
      let seed = TestSeed.value &+ UInt64(round)
      var random = SplitMix64(seed: seed)
      var time = 1_772_359_200_000
      var log = ""
      for _ in 0..<Int.random(in: 2...5, using: &random) {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          time += Int.random(in: 0...3_000, using: &random)
          let message = random.pick(["error", "error", "fine"])
          log += #"{"timestamp":\#(time),"msg":"\#(message)"}"# + "\n"
        }
        time += Int.random(in: 1_000...60_000, using: &random)
      }
      let yaml = """
        monitors:
          - name: m
            query: error
            every: 5s
            window: \(random.pick(["10s", "15s", "30s"]))
            critical: { alert: "> \(random.pick([0, 0, 1]))" }
        """
      var options = ProductReplay.Options(drain: true)
      options.latenesses = [random.pick([500, 1_000, 3_000, 8_000])]
      let files = [(name: "log", bytes: Array(log.utf8))]
      let quick = try ProductReplay.records(yaml: yaml, files: files, options: options)
      options.skipsInstants = false
      let patient = try ProductReplay.records(yaml: yaml, files: files, options: options)
      try #require(quick == patient, "seed \(seed): \(yaml)\n\(log)")
    }
  }
}
