import Actions
import Alerting
import QueryLanguage
import Records
import Testing

/// The guard rails, on a timeline worked out by hand. Times are minutes after the first alert.
@Suite struct GuardLedgerTests {
  private static let minute: Int64 = 60_000

  /// An action on hosts, as a rule file would have it.
  private func action(_ keys: String) throws -> BoundAction {
    let sink = DiagnosticSink()
    let text = "heal: { exec: { command: [/bin/true, '{{ResultsJson.host}}'] }, \(keys) }"
    let source = SourceText(name: "rules.yaml", text: text)
    let node = try #require(YAMLReader.read(source, sink: sink))
    let entry = try #require(node.entry("heal"))
    let action = ActionTable.bind(
      name: "heal", node: entry.value, environment: .placeholders, sink: sink)
    #expect(sink.list.isEmpty, "\(sink.list.map { $0.rendered() })")
    return try #require(action)
  }

  /// A ledger and the rulings on what is asked of it.
  private struct Story {
    let action: BoundAction
    var ledger = GuardLedger()
    var ordinal = 0

    init(_ action: BoundAction) { self.action = action }

    /// The alert of a host fires; the delivery that it asks for.
    mutating func falls(
      sick host: String, monitor: String = "Slow API", at minutes: Double
    ) -> Delivery {
      ordinal += 1
      var alert = SampleAlerts.alert(
        group: GroupKey([("host", .text(host))]), ordinal: ordinal,
        time: SampleAlerts.time + Int64(minutes * 60_000))
      alert.monitor.name = monitor
      alert.transition.monitor = monitor
      let delivery = Delivery(action: action, alert: alert, mode: .live)
      ledger.fell(
        sick: delivery.target.name, by: AlertIdentity(alert.transition), for: action.name,
        at: alert.transition.time)
      return delivery
    }

    mutating func recovers(_ delivery: Delivery) {
      ledger.ended(AlertIdentity(delivery.alert.transition))
    }

    /// `go`, `wait`, `approval` or the rail that blocks; what may go has begun.
    mutating func rule(_ delivery: Delivery, at minutes: Double, approved: Bool = false) -> String {
      let now = SampleAlerts.time + Int64(minutes * 60_000)
      let ruling = ledger.ruling(on: delivery, at: now, isApproved: approved)
      switch ruling {
      case .go:
        ledger.began(
          GuardLedger.Entry(
            key: delivery.key, action: action.name, target: delivery.target.name,
            mode: delivery.mode, alert: AlertIdentity(delivery.alert.transition), began: now))
        ledger.became(.done, delivery.key)
        return "go"
      case .wait: return "wait"
      case .approval: return "approval"
      case .blocked(let block): return block.rail.rawValue
      }
    }
  }

  @Test func `a target is left alone until it has settled and cooled down`() throws {
    var story = Story(try action("targets: ['*'], guard: { cooldown: 30m, settle: 5m }"))
    let first = story.falls(sick: "web-1", at: 0)
    #expect(story.rule(first, at: 0) == "go")
    story.recovers(first)
    #expect(story.rule(story.falls(sick: "web-1", at: 4), at: 4.9) == "settle")
    let other = story.falls(sick: "web-2", at: 4)
    #expect(story.rule(other, at: 4) == "go")
    #expect(story.rule(story.falls(sick: "web-1", at: 6), at: 6) == "cooldown")
    #expect(story.rule(story.falls(sick: "web-1", at: 29), at: 29.99) == "cooldown")
    #expect(story.rule(story.falls(sick: "web-1", at: 30), at: 30) == "go")
  }

  @Test func `it is not done again before the alert that asked for it has ended`() throws {
    var story = Story(try action("targets: ['*'], guard: { cooldown: 0s, settle: 1m }"))
    let first = story.falls(sick: "web-1", at: 0)
    #expect(story.rule(first, at: 0) == "go")
    let other = story.falls(sick: "web-1", monitor: "Errors", at: 20)
    #expect(story.rule(other, at: 20) == "settle")
    story.recovers(first)
    #expect(story.rule(other, at: 21) == "go")
  }

  @Test func `an act of which it is not known whether it helped is waited for`() throws {
    var story = Story(try action("targets: ['*'], guard: { cooldown: 0s, settle: 1m }"))
    let first = story.falls(sick: "web-1", at: 0)
    #expect(story.rule(first, at: 0) == "go")
    story.ledger.became(.unjudged, first.key)
    story.recovers(first)
    let second = story.falls(sick: "web-1", at: 10)
    #expect(story.rule(second, at: 10) == "settle")
    story.ledger.became(.helped, first.key)
    #expect(story.rule(second, at: 10) == "go")
  }

  @Test func `so many an hour and no more`() throws {
    var story = Story(
      try action("targets: ['*'], guard: { cooldown: 0s, settle: 0s, max_per_hour: 2 }"))
    for (minute, ruling) in [(0.0, "go"), (20, "go"), (40, "max_per_hour"), (60, "go")] {
      let delivery = story.falls(sick: "web-\(minute)", at: minute)
      #expect(story.rule(delivery, at: minute) == ruling, "at \(minute)")
    }
  }

  @Test func `with too many sick at once none is touched`() throws {
    var story = Story(try action("targets: ['*'], guard: { max_targets: 2 }"))
    let sick = (1...200).map { story.falls(sick: "web-\($0)", at: Double($0) / 10_000) }
    // They are waited for, so that the first is not touched before the others are known.
    #expect(story.rule(sick[0], at: 0.05) == "wait")
    for delivery in sick { #expect(story.rule(delivery, at: 0.2) == "max_targets") }
    for delivery in sick[2...] { story.recovers(delivery) }
    #expect(story.rule(sick[0], at: 0.3) == "go")
  }

  @Test func `a share is one of all targets that there are`() throws {
    var story = Story(
      try action("targets: [a, b, c, d, e], guard: { max_share: 40% }"))
    let sick = ["a", "b", "c"].map { story.falls(sick: $0, at: 0) }
    #expect(story.rule(sick[0], at: 1) == "max_share")
    story.recovers(sick[2])
    #expect(story.rule(sick[0], at: 1) == "go")
  }

  @Test func `only what is allowed is touched`() throws {
    var story = Story(try action("targets: [db-1, 'web-?']"))
    let rulings = ["web-1", "db-1", "web-10", "db-2", "", "web-\u{301}", "*"].map { host in
      story.rule(story.falls(sick: host, at: 0), at: 0)
    }
    #expect(rulings == ["go", "go", "target", "target", "target", "go", "target"])
  }

  @Test func `at quiet hours nothing is done`() throws {
    // The first alert is at 10:00 UTC.
    var story = Story(try action("targets: ['*'], guard: { quiet: '09:30-10:15' }"))
    let delivery = story.falls(sick: "web-1", at: 0)
    #expect(story.rule(delivery, at: 0) == "quiet")
    #expect(story.rule(delivery, at: 14.99) == "quiet")
    #expect(story.rule(delivery, at: 15) == "go")
  }

  @Test func `what people hold is left alone until they let it go`() throws {
    var story = Story(try action("targets: ['*']"))
    let delivery = story.falls(sick: "web-1", at: 0)
    let end = SampleAlerts.time + 10 * Self.minute
    story.ledger.holds = [.init(action: "other", until: nil, by: "ann", reason: "")]
    #expect(story.rule(story.falls(sick: "web-0", at: 0), at: 0) == "go")
    story.ledger.holds = [.init(action: nil, until: end, by: "ann", reason: "rack move")]
    #expect(story.rule(delivery, at: 9) == "hold")
    #expect(story.rule(delivery, at: 10) == "go")
  }

  @Test func `what does not help is not done for ever`() throws {
    var story = Story(
      try action("targets: ['*'], guard: { cooldown: 0s, settle: 0s, breaker: 2 }"))
    for minute in [0.0, 70, 140] {
      let delivery = story.falls(sick: "web-1", at: minute)
      #expect(story.rule(delivery, at: minute) == (minute == 140 ? "breaker" : "go"))
      story.ledger.became(.unhelpful, delivery.key)
      story.recovers(delivery)
      // Whatever else is forgotten, this is not.
      let rails = story.action.rails
      story.ledger.forget(before: SampleAlerts.time + Int64(minute + 600) * Self.minute) { _ in
        rails
      }
    }
    story.ledger.closed["heal"] = SampleAlerts.time + 150 * Self.minute
    #expect(story.rule(story.falls(sick: "web-1", at: 200), at: 200) == "go")
  }

  @Test func `somebody has to say yes where that is wanted`() throws {
    var story = Story(try action("targets: ['*'], require: approval"))
    let delivery = story.falls(sick: "web-1", at: 0)
    #expect(story.rule(delivery, at: 0) == "approval")
    #expect(story.rule(delivery, at: 1, approved: true) == "go")
  }

  @Test func `a shadow is not in the way of what is live`() throws {
    var story = Story(try action("targets: ['*']"))
    var shadow = story.falls(sick: "web-1", at: 0)
    shadow.mode = .shadow
    #expect(story.rule(shadow, at: 0) == "go")
    let live = story.falls(sick: "web-1", at: 1)
    #expect(story.rule(live, at: 1) == "go")
  }

  @Test func `what is kept rules as before`() throws {
    var story = Story(try action("targets: ['*'], guard: { max_per_hour: 1 }"))
    #expect(story.rule(story.falls(sick: "web-1", at: 0), at: 0) == "go")
    story.ledger = GuardLedger(story.ledger.entries)
    #expect(story.rule(story.falls(sick: "web-2", at: 10), at: 10) == "max_per_hour")
  }
}
