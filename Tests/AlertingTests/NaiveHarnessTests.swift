import TestKit
import Testing

/// The harness: random cases are the same everywhere, meet every rule, and shrink.
@Suite struct NaiveHarnessTests {
  @Test func `a seed gives the same case every time`() {
    let (one, same) = (WatchCase.random(seed: 7), WatchCase.random(seed: 7))
    #expect(one.report == same.report)
    #expect(one.transitions == same.transitions)
    #expect(one.report != WatchCase.random(seed: 8).report)
  }

  @Test func `a monitor never depends on which others are loaded`() {
    for seed in 0..<15 as Range<UInt64> {
      let together = WatchCase.random(seed: seed)
      for monitor in together.monitors {
        var alone = together
        alone.monitors = [monitor]
        let part = together.transitions.filter { $0.contains(#""monitor":"\#(monitor.name)""#) }
        #expect(alone.transitions == part, "seed \(seed)")
      }
    }
  }

  @Test func `a product that agrees passes`() {
    let watchCase = WatchCase.random(seed: 3)
    let answer = watchCase.transitions
    #expect(comparing(watchCase) { _ in answer } == nil)
  }

  @Test func `a product that says nothing is caught with a small case`() throws {
    let mismatch = try #require(comparing(seed: 1, rounds: 20) { _ in [] })
    #expect(mismatch.actual.isEmpty)
    #expect(!mismatch.expected.isEmpty)
    #expect(mismatch.smallest.monitors.count == 1)
    #expect(mismatch.smallest.monitors[0].levels.count <= 1)
    #expect(mismatch.smallest.files.map(\.lines.count).reduce(0, +) <= 15, "\(mismatch)")
    #expect(mismatch.description.contains("--- rules.yaml\nmonitors:\n"))
  }

  @Test func `a product that throws is caught`() throws {
    struct Broken: Error {}
    let mismatch = try #require(
      comparing(seed: 1, rounds: 1) { _ throws in throw Broken() })
    #expect(mismatch.actual == ["the product failed: Broken()"])
  }
}
