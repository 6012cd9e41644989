import Alerting
import TestKit
import Testing

/// Nothing is written down in vain: without any one piece of what a monitor keeps, some restart goes
/// another way. That with all of them none does is what `Proof` holds. What random cases need once in
/// hundreds or thousands has a case of its own.
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

  /// When the logs of these cases begin: a multiple of 12 hours.
  private static let start = 1_772_452_800_000

  private func line(at seconds: Int, _ message: String, path: String = "/") -> String {
    let time = Self.start + seconds * 1_000
    return #"{"timestamp":\#(time),"msg":"\#(message)","path":"\#(path)"}"# + "\n"
  }

  /// So many lines each minute; `beat` says which minutes are beats.
  private func log(
    _ minutes: Int, beats isBeat: (Int) -> Bool = { _ in true }, lines: (Int) -> Int = { _ in 2 }
  ) -> [UInt8] {
    let text = (0..<minutes).map { minute in
      (0..<lines(minute)).map { number in
        line(at: minute * 60 + number, isBeat(minute) ? "beat" : "other")
      }.joined()
    }
    return Array(text.joined().utf8)
  }

  /// Whether some restart goes another way without a piece; with it, none may.
  private func needs(
    _ rules: String, _ log: [UInt8], lateness: Int64 = 0, batchBytes: Int = 500,
    forgetting forget: @escaping ProductReplay.Forgetting
  ) throws -> Bool {
    var way = ProductReplay.Options(batchBytes: batchBytes)
    way.latenesses = [lateness]
    let calm = try ProductReplay.records(yaml: rules, files: [("app.log", log)], options: way)
    #expect(!calm.isEmpty)
    for round in 0..<10 {
      var way = way
      way.restarts = TestSeed.value &+ UInt64(round)
      let restarted = try ProductReplay.records(
        yaml: rules, files: [("app.log", log)], options: way)
      #expect(restarted == calm)
      way.forget = forget
      let forgetful = try ProductReplay.records(
        yaml: rules, files: [("app.log", log)], options: way)
      if forgetful != calm { return true }
    }
    return false
  }

  @Test func `an alert of silence needs the time since when it is silent`() throws {
    let rules = """
      monitors:
        - name: silence
          query: beat
          missing_data: { window: 5m }
      """
    let log = log(26 * 60) { $0 < 10 }
    #expect(try needs(rules, log) { saved in saved.changeAlerts { $0.silentSince = nil } })
  }

  @Test func `an alert that does not resolve needs the newest line`() throws {
    let rules = """
      monitors:
        - name: beats
          query: beat
          window: 5m
          critical: { alert: "> 0", resolution_window: 3d }
      """
    // The day begins with the last beat, long after the alert.
    let log = log(27 * 60) { $0 < 90 }
    #expect(try needs(rules, log) { $0.lastLine = 0 })
  }

  @Test func `an alert that expires needs the time at which it fired`() throws {
    let rules = """
      monitors:
        - name: quiet
          query: beat
          window: 1h
          critical: { alert: "< 1" }
      """
    // The day begins with the firing, an hour after the last beat.
    let log = log(26 * 60) { $0 < 90 }
    #expect(try needs(rules, log) { saved in saved.changeAlerts { $0.firedAt = 0 } })
  }

  @Test func `an alert that holds when it expires needs to be looked at again`() throws {
    let rules = """
      monitors:
        - name: burst
          query: beat
          window: 2d
          every: 2h
          critical: { alert: "> 5" }
      """
    // It expires a day after the last beat, while the window still holds them.
    let log = log(30 * 60) { $0 < 10 }
    #expect(try needs(rules, log) { $0.owesInstant = false })
  }

  @Test func `a row that became a hit while its alert fired needs the newest window`() throws {
    let rules = """
      monitors:
        - name: pages
          query: beat | count by path
          window: 1m
          every: 1m
          critical: { alert: "_count > 2", resolution_window: 0s }
      """
    // Of each five minutes: /a fires in the first, the second is empty. /b becomes a hit in the third
    // before the second is decided, which ends the alert of /a. The next line, be it of another row,
    // finds that /b is a hit that was not said.
    let log = stride(from: 0, to: 3_000, by: 300).map { base in
      (0..<3).map { line(at: base + 30 + $0, "beat", path: "/a") }.joined()
        + line(at: base + 61, "other")
        + (0..<3).map { line(at: base + 122 + $0, "beat", path: "/b") }.joined()
        + line(at: base + 150, "other") + line(at: base + 155, "beat", path: "/c")
    }
    let bytes = Array(log.joined().utf8)
    #expect(try needs(rules, bytes, lateness: 20_000, batchBytes: 1) { $0.ledThrough = .min })
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
