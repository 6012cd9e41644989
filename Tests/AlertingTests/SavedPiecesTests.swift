import Alerting
import TestKit
import Testing

/// Nothing is written down in vain: without any one piece of what a monitor keeps, some restart goes
/// another way. That with all of them none does is what `Proof` holds. `lastLine` has a
/// case of its own; `ledThrough`, `owesInstant` and `firedAt` are not among them, as what they decide
/// comes up once in hundreds or thousands of random cases.
@Suite struct SavedPiecesTests {
  private static let pieces: [String: ProductReplay.Forgetting] = [
    "when the monitor began": { $0.began = $0.largest },
    "the next instant": { $0.due += 3_600_000 },
    "the largest time": { $0.largest = $0.began },
    "all alerts": { $0.alerts = [] },
    "that an alert fires": { monitor in monitor.changeAlerts { $0.isFiring = false } },
    "how many alerts there were": { monitor in monitor.changeAlerts { $0.ordinal = 0 } },
    "the last hit": { monitor in monitor.changeAlerts { $0.lastHit = 0 } },
    "since when it is clear": { monitor in monitor.changeAlerts { $0.clearSince = nil } },
    "since when it is pending": { monitor in monitor.changeAlerts { $0.pendingSince = nil } },
    "the hits of `at_least`": { monitor in monitor.changeAlerts { $0.hits = [] } },
    "all groups": { $0.groups = [] },
    "the first lines of groups": { monitor in
      monitor.changeGroups { $0.firstLines = $0.firstLines.map { _ in nil } }
    },
    "the last lines of groups": { monitor in monitor.changeGroups { $0.lastLine = 0 } },
    "that a group is remembered": { monitor in monitor.changeGroups { $0.isRemembered = false } },
  ]

  @Test(arguments: pieces.keys.sorted())
  func `a restart without one piece decides something else`(_ name: String) throws {
    let forget = try #require(Self.pieces[name])
    for round in 0..<150 {
      let seed = TestSeed.value &+ UInt64(round)
      let scene = WatchCase.random(seed: seed)
      var way = ProductReplay.Options()
      way.restarts = seed
      let whole = try scene.records(reading: way)
      way.forget = forget
      if try scene.records(reading: way) != whole { return }
    }
    Issue.record("no restart needed it")
  }

  /// So many lines each minute; `beat` says which minutes are beats.
  private func log(
    _ minutes: Int, beats isBeat: (Int) -> Bool = { _ in true }, lines: (Int) -> Int = { _ in 2 }
  ) -> [UInt8] {
    let text = (0..<minutes).map { minute in
      (0..<lines(minute)).map { number in
        let time = 1_772_445_600_000 + minute * 60_000 + number * 1_000
        return #"{"timestamp":\#(time),"msg":"\#(isBeat(minute) ? "beat" : "other")"}"# + "\n"
      }.joined()
    }
    return Array(text.joined().utf8)
  }

  private func needs(
    _ rules: String, _ log: [UInt8], forgetting forget: @escaping ProductReplay.Forgetting
  ) throws -> Bool {
    var way = ProductReplay.Options(batchBytes: 500)
    let calm = try ProductReplay.records(yaml: rules, files: [("app.log", log)], options: way)
    #expect(!calm.isEmpty)
    way.restarts = TestSeed.value
    let restarted = try ProductReplay.records(yaml: rules, files: [("app.log", log)], options: way)
    #expect(restarted == calm)
    way.forget = forget
    return try ProductReplay.records(yaml: rules, files: [("app.log", log)], options: way) != calm
  }

  @Test func `an alert of silence needs the newest line`() throws {
    let rules = """
      monitors:
        - name: silence
          query: beat
          missing_data: { window: 5m }
      """
    let log = log(26 * 60) { $0 < 10 }
    #expect(try needs(rules, log) { $0.lastLine = 0 })
  }

  @Test func `an anomaly needs what was learned`() throws {
    let rules = """
      monitors:
        - name: busy
          query: beat | timeslice 1m | count by _timeslice
          window: 10m
          every: 1m
          anomaly: { learn: 30m, critical: { min_count: 1 } }
      """
    let log = log(300, lines: { 10 + $0 % 3 + ($0 == 250 ? 40 : 0) })
    #expect(try needs(rules, log) { $0.learned = nil })
  }
}

extension SavedMonitor {
  fileprivate mutating func changeAlerts(_ change: (inout SavedAlert) -> Void) {
    for index in alerts.indices { change(&alerts[index]) }
  }

  fileprivate mutating func changeGroups(_ change: (inout SavedGroup) -> Void) {
    for index in groups.indices { change(&groups[index]) }
  }
}
