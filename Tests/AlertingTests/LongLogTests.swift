import TestKit
import Testing

/// Logs that are longer than those of the random cases: long enough for what a monitor keeps of lines
/// to be thinned out and to be dropped.
@Suite struct LongLogTests {
  @Test(arguments: [UInt64(1), 2])
  func `evidence is right where most lines have been forgotten`(_ seed: UInt64) throws {
    // 1,500 lines a window, of which three a group can be shown.
    try check(hosts: 4, evidence: 3, lines: 9_000, gap: 40, jitter: 9_000, seed)
  }

  @Test(arguments: [UInt64(4)])
  func `evidence is right when a log is many times as long as its window`(
    _ seed: UInt64
  ) throws {
    // 600 lines a window, fewer than the groups can show.
    try check(hosts: 60, evidence: 20, lines: 9_500, gap: 100, jitter: 700, seed)
  }

  /// Holds the product against the referee: hosts that are slow in every other minute and a half, with times
  /// that stray by up to `jitter`.
  private func check(
    hosts: Int, evidence: Int, lines count: Int, gap: Int64, jitter: Int64, _ seed: UInt64
  ) throws {
    var random = SplitMix64(seed: seed)
    let start: Int64 = 1_772_359_200_000
    let lines = (0..<count).map { index in
      let now = start + Int64(index) * gap
      let time = now - (random.oneIn(3) ? Int64.random(in: 0...jitter, using: &random) : 0)
      let isSlow = now / 90_000 % 2 == 0
      let rt = Int.random(in: isSlow ? 3...9 : 0...3, using: &random)
      let host = Int.random(in: 0..<hosts, using: &random)
      return #"{"timestamp":\#(time),"host":"h\#(host)","rt":\#(rt)}"#
    }
    let scene = WatchCase(
      monitors: [
        NaiveMonitor(
          window: 60_000, every: 10_000, groupBy: ["host"],
          fold: .aggregate([NaiveAggregate(.avg, "rt", as: "mean")], by: ["host"]),
          levels: [NaiveLevel(.critical, NaiveComparison(.greater, 3.6), resolutionWindow: 0)],
          evidence: evidence)
      ],
      files: [WatchCase.File(name: "log.ndjson", lines: lines, lateness: jitter / 2)], drain: false)
    let expected = scene.transitions
    let records = try ProductReplay.records(
      yaml: scene.yaml, files: scene.files.map { ($0.name, $0.bytes) },
      options: {
        var options = ProductReplay.Options()
        options.latenesses = scene.files.map(\.lateness)
        return options
      }())
    #expect(expected.count > 10, "seed \(seed)")
    #expect(records.count == expected.count, "seed \(seed)")
    for (ours, theirs) in zip(records, expected) where ours != theirs {
      Issue.record("seed \(seed)\n  is        \(ours)\n  should be \(theirs)")
      return
    }
  }
}
