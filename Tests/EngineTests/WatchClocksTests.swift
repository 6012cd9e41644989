import Engine
import Testing

/// Followed sources and their time, drawn. Above the rule stands what comes: `:7` is a line whose time
/// is second 7, `x` the end of the source, `?` that there is more to read already. Below stands the
/// watermark as it should be then, `-` while there is none. Sources are idle after three seconds.
@Suite struct WatchClocksTests {
  /// What is drawn, column by column.
  private func expect(
    _ drawing: String, location: SourceLocation = #_sourceLocation
  ) {
    let rows = drawing.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let sources = rows.filter { !["clock", "watermark"].contains($0[0]) }.map { $0.dropFirst() }
    guard let clock = rows.first(where: { $0[0] == "clock" })?.dropFirst(),
      let expected = rows.first(where: { $0[0] == "watermark" })?.dropFirst()
    else { return }
    var clocks = LiveClocks(
      idleAfter: sources.map { _ in 3_000 }, elapsed: .zero, now: WatchClocksTests.start)
    var seen: [String] = []
    for (column, second) in clock.enumerated() {
      let elapsed = Duration.seconds(Int(second) ?? 0)
      for (source, row) in sources.enumerated() {
        let cell = row[row.startIndex + column]
        if cell.hasPrefix(":") {
          let second = Int64(cell.filter(\.isNumber)) ?? 0
          let time = second * 1_000 + WatchClocksTests.start
          clocks.came(source, largest: time, at: elapsed)
        }
        if cell == "x" {
          clocks.ended(source)
        } else if !cell.hasSuffix("?") {
          clocks.reachedEnd(source)
        }
      }
      let watermark = clocks.advance(to: elapsed)
      seen.append(
        watermark == .min ? "-" : String((watermark - WatchClocksTests.start) / 1_000))
    }
    #expect(seen == Array(expected), sourceLocation: location)
  }

  private static let start: Int64 = 1_748_768_400_000

  @Test func `an idle source goes on with the clock from its largest time`() {
    expect(
      """
      clock      0   1   2   3   4   5   6   7   8
      app        :0  :1  :2  .   .   .   .   .   .
      watermark  0   1   2   2   2   5   6   7   8
      """)
  }

  @Test func `a log that lags behind keeps its lag while it is silent`() {
    expect(
      """
      clock      60  61  62  63  64  65
      app        :10 .   .   .   .   .
      watermark  10  10  10  13  14  15
      """)
  }

  @Test func `time never goes back when a line comes that is older than the clock`() {
    expect(
      """
      clock      0   1   2   3   4   5   6   7   8   9
      app        :0  .   .   .   :1  .   .   .   .   .
      watermark  0   0   0   3   3   3   3   4   5   6
      """)
  }

  @Test func `an older line does not take the largest time back`() {
    expect(
      """
      clock      0   1   2   3   4   5
      app        :9  :2  .   .   .   .
      watermark  9   9   9   9   12  13
      """)
  }

  @Test func `the slowest source holds the watermark until it is idle`() {
    expect(
      """
      clock      0   1   2   3   4   5   6
      one        :0  :1  :2  :3  :4  :5  :6
      two        :0  .   .   .   .   .   .
      watermark  0   0   0   3   4   5   6
      """)
  }

  @Test func `a source that never says anything begins with the program`() {
    expect(
      """
      clock      0   1   2   3   4   5
      one        :0  :1  :2  :3  :4  :5
      two        .   .   .   .   .   .
      watermark  -   -   -   3   4   5
      """)
  }

  @Test func `a source that is still being read is not idle`() {
    expect(
      """
      clock      10  11  12  13  14  15  16
      app        :2? ?   ?   ?   ?   .   .
      watermark  2   2   2   2   2   7   8
      """)
  }

  @Test func `a source that has ended holds nobody up`() {
    expect(
      """
      clock      0   1   2   3   4   5   6
      one        :0  x   x   x   x   x   x
      two        :0  :1  :2  :3  .   .   .
      watermark  0   1   2   3   3   3   6
      """)
  }

  @Test func `when all have ended the newest of them leads on`() {
    expect(
      """
      clock      0   1   2   3   4   5   6
      one        :0  x   x   x   x   x   x
      two        :0  :1  :2  x   x   x   x
      watermark  0   1   2   3   4   5   6
      """)
  }

  @Test func `it says when an instant will have passed`() {
    var clocks = LiveClocks(idleAfter: [3_000, 3_000], elapsed: .zero, now: 0)
    clocks.came(0, largest: 1_000, at: .seconds(1))
    clocks.came(1, largest: 4_000, at: .seconds(4))
    #expect(clocks.passes(10_000, after: .seconds(4)) == nil)
    clocks.reachedEnd(0)
    clocks.reachedEnd(1)
    // Both have to be beyond it: one millisecond after, because an instant passes strictly.
    #expect(clocks.passes(10_000, after: .seconds(4)) == .milliseconds(10_001))
    // Not before both are idle.
    #expect(clocks.passes(2_000, after: .seconds(4)) == .seconds(4))
    #expect(clocks.passes(4_000, after: .seconds(4)) == .seconds(7))
    for milliseconds in [10_000, 10_001] {
      let watermark = clocks.advance(to: .milliseconds(milliseconds))
      #expect((watermark > 10_000) == (milliseconds == 10_001))
    }
  }
}
