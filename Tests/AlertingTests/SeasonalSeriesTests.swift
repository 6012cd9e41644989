import Alerting
import Records
import TestKit
import Testing

@Suite struct SeasonalSeriesTests {
  private func level() throws -> AnomalyLevel {
    let rules = try ProductReplay.rules(
      """
      monitors:
        - name: m
          query: "* | timeslice 1m | count by _timeslice, host"
          anomaly: { learn: 2h, critical: { min_count: 5 } }
      """)
    guard case .anomaly(let level) = rules[0].series?.detector else {
      throw Missing()
    }
    return level
  }

  private struct Missing: Error {}

  /// Levels that shift, so that there are anomalies and rivals in what is stored.
  @Test func `a snapshot of a series goes on as the series would have`() throws {
    let level = try level()
    var random = SplitMix64(seed: TestSeed.value)
    var series = SeasonalSeries(level)
    var size = 10
    var time = ten
    for _ in 0..<4_000 {
      if random.oneIn(300) { size = random.pick([10, 40, 200]) }
      let value = Double(size + Int.random(in: 0...5, using: &random))
      let point = SeriesPoint(start: time, end: time + 60_000, value: value)
      var restored = try #require(SeasonalSeries(snapshot: series.snapshot(), level))
      restored.take(point, level, .both)
      series.take(point, level, .both)
      guard restored == series else {
        Issue.record("seed \(TestSeed.value), \(NaiveTime.text(time))")
        return
      }
      time += 60_000 * (random.oneIn(100) ? 30 : 1)
    }
  }

  @Test func `a book holds its series by the values of their keys`() throws {
    let level = try level()
    let entries = [Value.text("a"), .null, .whole(7), .number(0.5), .bool(true)].enumerated().map {
      index, key in
      var series = SeasonalSeries(level)
      for minute in 0..<Int64(index * 100) {
        let start = ten + minute * 60_000
        series.take(SeriesPoint(start: start, end: start + 60_000, value: 3), level, .up)
      }
      return SeriesBook.Entry(keys: [key], numbers: series.snapshot())
    }
    #expect(SeriesBook(snapshot: entries, level).snapshot() == entries)
    let broken = SeriesBook.Entry(keys: [.text("b")], numbers: [1, 2, 3])
    #expect(SeriesBook(snapshot: [broken] + entries, level).snapshot() == entries)
  }

  @Test func `the sensitivity says how many spreads are far`() {
    let factors = [0.1, 0.3, 0.5, 0.75, 1].map(AnomalyLevel.factor(sensitivity:))
    for (factor, expected) in zip(factors, [6, 4.75, 3.5, 2.75, 2]) {
      #expect(abs(factor - expected) < 1e-12)
    }
  }
}
