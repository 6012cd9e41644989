import Actions
import Alerting
import Engine
import QueryLanguage
import Records
import TestKit
import Testing

/// An alert and those who hear of it, on a clock that the test moves. Times are minutes.
private struct Stage {
  static let minute: Int64 = 60_000
  var gate = DeliveryGate()
  var now: Int64 = 0
  private var count = 0
  /// What became of deliveries: `12 page a firing: sent`.
  var said: [String] = []
  /// What each action was sent last of each alert, and which deliveries are still open.
  var heard: [String: String] = [:]
  var open: [String: (delivery: Delivery, isHeld: Bool)] = [:]
  var order: [String] = []
  var ended: [String: Int] = [:]
  var firing: [String: String] = [:]
  private let rules: [Rule]
  private let mutes: Mutes

  init(_ text: String) throws {
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: [SourceText(name: "rules.yaml", text: text)], sink: sink)
    mutes = Mutes(binding: set.mutes, zones: ZoneBook(), sink: sink)
    rules = set.rules
    try #require(!sink.hasErrors, "\(sink.list.map { $0.rendered() })")
    gate.use(rules, mutes)
  }

  static func rules(_ more: String = "", inhibit: String = "") -> String {
    """
    monitors:
      - { name: a, query: x, group_by: [host], critical: { alert: "> 1" }\(inhibit) }
      - { name: root, query: x, critical: { alert: "> 1" } }
    \(more)
    """
  }

  static func oneMute(_ from: Int, _ to: Int) -> String {
    "  - { name: m\(from), match: monitor=a, from: \(moment(from)), to: \(moment(to)) }\n"
  }

  static func moment(_ minute: Int) -> String { Timestamp.rfc3339(Int64(minute) * Stage.minute) }

  mutating func step(
    _ monitor: String, _ to: Transition.Step, _ actions: [String] = ["page"], host: String = "h"
  ) {
    let step = transition(monitor, to, host)
    take([(step, actions.map { delivery(step, $0) })])
  }

  mutating func transition(_ monitor: String, _ to: Transition.Step, _ host: String) -> Transition {
    count += 1
    let alert = monitor == "root" ? "root" : "\(monitor)/\(host)"
    firing[alert] = to == .firing ? "\(alert)#\(count)" : nil
    return Transition(
      id: "\(alert)#\(count)", time: now, monitor: monitor, level: .critical, to: to,
      reason: .condition, group: GroupKey(monitor == "root" ? [] : [("host", .text(host))]),
      value: 1, threshold: "> 1", windowStart: 0, windowEnd: now, evidence: [], actions: [])
  }

  func delivery(_ step: Transition, _ action: String) -> Delivery {
    let kind: any Action = action == "heal" ? Sample.Heal() : Sample.Tell()
    return Delivery(
      action: BoundAction(name: action, action: kind),
      alert: AlertContext(monitor: MonitorFacts(name: step.monitor), transition: step),
      mode: .live)
  }

  mutating func take(_ steps: [(Transition, [Delivery])]) {
    for (_, deliveries) in steps {
      for delivery in deliveries {
        open[delivery.key] = (delivery, false)
        order.append(delivery.key)
      }
    }
    note(gate.take(steps.map { (transition: $0.0, deliveries: $0.1) }, at: now))
  }

  mutating func wait(until minute: Int) {
    now = Int64(minute) * Stage.minute
    note(gate.look(at: now))
  }

  /// The program was killed, and another goes on.
  mutating func restart() {
    gate = DeliveryGate()
    gate.use(rules, mutes)
    for (alert, id) in firing {
      let parts = alert.split(separator: "/").map(String.init)
      gate.restore(
        firing: AlertIdentity(
          monitor: parts[0], level: .critical,
          group: GroupKey(parts.count > 1 ? [("host", .text(parts[1]))] : [])), id: id)
    }
    note(gate.restore(order.compactMap { open[$0] }, at: now))
  }

  private mutating func note(_ rulings: [DeliveryGate.Ruling]) {
    for ruling in rulings {
      switch ruling {
      case .send(let delivery): end(delivery, "sent")
      case .gather(let delivery): Issue.record("\(delivery.key) has no group to wait for")
      case .mute(let delivery, let reason): end(delivery, "muted, \(reason)")
      case .hold(let delivery, let cause):
        open[delivery.key] = (delivery, true)
        said.append(line(delivery, "held, \(cause.name)"))
      }
    }
  }

  private mutating func end(_ delivery: Delivery, _ word: String) {
    said.append(line(delivery, word))
    open[delivery.key] = nil
    ended[delivery.key, default: 0] += 1
    let step = delivery.alert.transition
    let alert = step.monitor == "root" ? "root" : "\(step.monitor)/\(step.group.label)"
    if word == "sent" { heard["\(delivery.action.name) \(alert)"] = step.to.rawValue }
  }

  private func line(_ delivery: Delivery, _ word: String) -> String {
    let step = delivery.alert.transition
    return "\(now / Stage.minute) \(delivery.action.name) \(step.monitor) \(step.to): \(word)"
  }
}

@Suite struct DeliveryGateTests {
  @Test func `an alert that still fires when the mute ends is told then`() throws {
    var stage = try Stage(Stage.rules("mutes:\n" + Stage.oneMute(10, 20)))
    stage.wait(until: 12)
    stage.step("a", .firing)
    stage.wait(until: 19)
    stage.wait(until: 20)
    stage.wait(until: 30)
    stage.step("a", .resolved)
    #expect(
      stage.said == [
        "12 page a firing: held, mute 'm10'", "20 page a firing: sent", "30 page a resolved: sent",
      ])
  }

  @Test func `of an alert that is over before the mute nobody hears a word`() throws {
    var stage = try Stage(Stage.rules("mutes:\n" + Stage.oneMute(10, 20)))
    stage.wait(until: 12)
    stage.step("a", .firing)
    stage.wait(until: 14)
    stage.step("a", .resolved)
    stage.wait(until: 30)
    let mute = "mute 'm10' until \(Stage.moment(20))"
    #expect(
      stage.said == [
        "12 page a firing: held, mute 'm10'",
        "14 page a firing: muted, the alert was over first: \(mute)",
        "14 page a resolved: muted, nobody was told that it fired: \(mute)",
      ])
  }

  @Test func `the end of an alert that people know of is told when the mute is over`() throws {
    var stage = try Stage(Stage.rules("mutes:\n" + Stage.oneMute(10, 20)))
    stage.wait(until: 5)
    stage.step("a", .firing)
    stage.wait(until: 12)
    stage.step("a", .resolved)
    stage.wait(until: 14)
    stage.step("a", .firing)
    stage.wait(until: 20)
    #expect(
      stage.said == [
        "5 page a firing: sent", "12 page a resolved: held, mute 'm10'",
        "14 page a firing: held, mute 'm10'", "20 page a resolved: sent", "20 page a firing: sent",
      ])
  }

  @Test func `what heals is muted and not made up for`() throws {
    var stage = try Stage(Stage.rules("mutes:\n" + Stage.oneMute(10, 20)))
    stage.wait(until: 12)
    stage.step("a", .firing, ["heal", "page"])
    stage.wait(until: 20)
    #expect(
      stage.said == [
        "12 heal a firing: muted, mute 'm10' until \(Stage.moment(20))",
        "12 page a firing: held, mute 'm10'", "20 page a firing: sent",
      ])
  }

  @Test func `an alert that fires at the same moment inhibits already`() throws {
    var stage = try Stage(Stage.rules(inhibit: ", inhibit: { when: root }"))
    stage.now = Stage.minute
    let first = stage.transition("a", .firing, "h")
    let second = stage.transition("root", .firing, "")
    stage.take([
      (first, [stage.delivery(first, "page")]), (second, [stage.delivery(second, "page")]),
    ])
    stage.wait(until: 5)
    stage.step("root", .resolved)
    stage.wait(until: 6)
    #expect(
      stage.said == [
        "1 page a firing: held, inhibited by 'root'", "1 page root firing: sent",
        "5 page a firing: sent", "5 page root resolved: sent",
      ])
  }

  @Test func `a silence that somebody ends is over at once`() throws {
    var stage = try Stage(Stage.rules())
    let silence = Silence(
      id: "5", matcher: try AlertMatcher("host=h"), from: 0, until: 60 * Stage.minute,
      author: "ada",
      reason: "")
    stage.gate.use([silence])
    stage.wait(until: 1)
    stage.step("a", .firing)
    #expect(stage.gate.wakes(at: stage.now) == 1_000)
    stage.gate.use([])
    #expect(stage.gate.wakes(at: stage.now) == 0)
    stage.wait(until: 2)
    #expect(stage.said == ["1 page a firing: held, silence 5 of ada", "2 page a firing: sent"])
  }

  @Test func `random alerts, mutes and kills leave people with what is true`() throws {
    for round in 0..<400 {
      let seed = TestSeed.value &+ UInt64(round)
      var random = SplitMix64(seed: seed)
      var mutes = ""
      var quiet: [Range<Int>] = []
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let start = Int.random(in: 1...50, using: &random)
        let end = start + Int.random(in: 1...20, using: &random)
        if !quiet.contains(where: { $0.lowerBound == start }) {
          quiet.append(start..<end)
          mutes += Stage.oneMute(start, end)
        }
      }
      let inhibits = random.oneIn(2)
      var stage = try Stage(
        Stage.rules(
          mutes.isEmpty ? "" : "mutes:\n" + mutes,
          inhibit: inhibits ? ", inhibit: { when: root }" : ""))
      for minute in 1...60 {
        if random.oneIn(4) {
          stage.now = Int64(minute) * Stage.minute
        } else {
          stage.wait(until: minute)
        }
        if random.oneIn(8) { stage.restart() }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          let host = random.pick(["x", "y", "root"])
          let monitor = host == "root" ? "root" : "a"
          let alert = host == "root" ? "root" : "a/\(host)"
          stage.step(
            monitor, stage.firing[alert] == nil ? .firing : .resolved, ["page"], host: host)
        }
        let isQuiet = quiet.contains { $0.contains(minute) }
        let isInhibited = inhibits && stage.firing["root"] != nil
        for line in stage.said
        where line.hasPrefix("\(minute) ") && line.hasSuffix(" a firing: sent") {
          #expect(!isQuiet, "seed \(seed): \(line)")
        }
        stage.wait(until: minute)
        guard !isQuiet, !isInhibited else { continue }
        // Whoever looks now knows what is true.
        for host in ["x", "y"] {
          let heard = stage.heard["page a/host=\(host)"] ?? "resolved"
          let isTrue = stage.firing["a/\(host)"] == nil ? "resolved" : "firing"
          #expect(heard == isTrue, "seed \(seed), minute \(minute): \(stage.said.suffix(12))")
        }
        #expect(stage.open.isEmpty, "seed \(seed), minute \(minute)")
      }
      #expect(stage.ended.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    }
  }
}
