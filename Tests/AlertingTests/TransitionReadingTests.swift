import Alerting
import Records
import TestKit
import Testing

/// A record that was written is read as what it was.
@Suite struct TransitionReadingTests {
  @Test func `reading undoes writing`() throws {
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<300 {
      let transition = self.transition(using: &random)
      let written = transition.json()
      let text = String(decoding: written, as: UTF8.self)
      let read = try #require(Transition(json: written), "seed \(TestSeed.value): \(text)")
      #expect(String(decoding: read.json(), as: UTF8.self) == text, "seed \(TestSeed.value)")
      #expect(read.evidence == transition.evidence && read.actions == transition.actions)
    }
  }

  @Test(arguments: ["", "{}", "[1]", "{\"id\":\"a\"}", "{\"id\":", "nonsense"])
  func `what is no record is none`(_ text: String) {
    #expect(Transition(json: Array(text.utf8)) == nil)
  }

  private func transition(using random: inout SplitMix64) -> Transition {
    let time = Int64.random(in: 0...4_000_000_000_000, using: &random)
    return Transition(
      id: text(using: &random), time: time, monitor: text(using: &random),
      level: random.pick(Level.allCases),
      to: random.pick([.pending, .firing, .resolved, .expired]),
      reason: random.pick([.condition, .noData, .manual, .expired, .removed]),
      group: GroupKey(
        (0..<Int.random(in: 0...2, using: &random)).map { ("f\($0)", value(using: &random)) }),
      value: random.pick([nil, 0, -1.5, 1e300, Double(time)]), threshold: text(using: &random),
      windowStart: time - 600_000, windowEnd: time,
      evidence: (0..<Int.random(in: 0...2, using: &random)).map { _ in
        EvidenceLine(
          file: text(using: &random), generation: "0f", offset: time, line: text(using: &random))
      },
      actions: (0..<Int.random(in: 0...2, using: &random)).map { _ in
        PlannedAction(
          name: text(using: &random), kind: "exec", mode: random.pick([.live, .shadow]))
      })
  }

  private func value(using random: inout SplitMix64) -> Value {
    random.pick([
      .null, .bool(true), .bool(false), .whole(.max), .whole(-7), .number(0.1), .number(1e-300),
      .text(text(using: &random)),
    ])
  }

  private func text(using random: inout SplitMix64) -> String {
    let pieces = [
      "a", "\"", "\\", "\n", "\u{0}", "\u{7F}", "\u{85}", "é", "🙂", "\u{2028}", "\u{FEFF}", "{",
      "]",
    ]
    return (0..<Int.random(in: 0...6, using: &random)).map { _ in random.pick(pieces) }.joined()
  }
}
