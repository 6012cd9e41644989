import Alerting
import Engine
import QueryLanguage
import Records
import TestKit
import Testing

@Suite struct MuteTests {
  static let zones = ZoneBook { ZoneFiles.zone(named: $0) }

  /// The mutes of a rule file, and what is said about them.
  static func read(_ text: String) -> (mutes: [Mute], said: String) {
    let sink = DiagnosticSink()
    let file = SourceText(name: "rules.yaml", text: text)
    let set = RuleSet.load(files: [file], sink: sink)
    let mutes = Mutes(binding: set.mutes, zones: zones, sink: sink)
    return (mutes.list, sink.list.map { $0.rendered(showsCode: true) }.joined(separator: "\n"))
  }

  private func mute(_ keys: String) throws -> Mute {
    let read = MuteTests.read("mutes: [{ name: m, \(keys) }]")
    return try #require(read.mutes.first, "\(read.said)")
  }

  private func time(_ text: String) -> Int64 { Timestamp.parse(text, now: 0)! }

  @Test func `one time is from a moment up to another`() throws {
    let mute = try mute("from: 2026-03-02 22:00, to: '2026-03-03 06:00', timezone: Europe/Berlin")
    #expect(mute.end(at: time("2026-03-02T20:59:59.999Z")) == nil)
    #expect(mute.end(at: time("2026-03-02T21:00:00Z")) == time("2026-03-03T05:00:00Z"))
    #expect(mute.end(at: time("2026-03-03T05:00:00Z")) == nil)
    #expect(mute.isOver(at: time("2026-03-03T05:00:00Z")))
    #expect(!mute.isOver(at: time("2026-03-01T05:00:00Z")))
  }

  @Test func `the example of the muting schedule API is on at nine and at five`() throws {
    let mute = try mute(
      """
      timezone: America/Los_Angeles, start: 2023-08-05 00:00, duration: 60m,
      rrule: 'FREQ=DAILY;INTERVAL=1;BYHOUR=9,17'
      """)
    for (moment, isOn) in [
      ("2023-08-05T16:00:00Z", true), ("2023-08-05T16:59:59Z", true),
      ("2023-08-05T17:00:00Z", false), ("2023-08-06T00:30:00Z", true),
      ("2023-08-04T16:30:00Z", false), ("2026-01-01T17:30:00Z", true),
    ] { #expect((mute.end(at: time(moment)) != nil) == isOn, "\(moment)") }
  }

  @Test func `a time that the clocks skip comes an hour later, one that they repeat comes once`()
    throws
  {
    let mute = try mute(
      """
      timezone: Europe/Berlin, start: 2026-01-01 02:30, duration: 20m, rrule: FREQ=DAILY
      """)
    // 29 March: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00.
    for (moment, isOn) in [
      ("2026-03-28T01:30:00Z", true), ("2026-03-29T01:29:59Z", false),
      ("2026-03-29T01:30:00Z", true), ("2026-03-30T00:30:00Z", true),
      ("2026-10-25T00:30:00Z", true), ("2026-10-25T01:30:00Z", false),
      ("2026-10-26T01:30:00Z", true),
    ] { #expect((mute.end(at: time(moment)) != nil) == isOn, "\(moment)") }
  }

  @Test func `a rule that no day fits is known to never occur`() throws {
    let never = try mute(
      "start: 2026-11-17 02:00, duration: 1h, rrule: FREQ=DAILY;INTERVAL=7;BYDAY=MO")
    #expect(never.neverOccurs)
    let rare = try mute(
      "start: 2026-11-17 02:00, duration: 1h, rrule: FREQ=DAILY;INTERVAL=6;BYDAY=MO")
    #expect(!rare.neverOccurs)
    #expect(rare.end(at: time("2026-11-23T02:30:00Z")) != nil)
  }

  @Test func `random rules are on when a look at each minute says so`() throws {
    let rounds = 150
    for round in 0..<rounds {
      let seed = TestSeed.value &+ UInt64(round)
      var random = SplitMix64(seed: seed)
      let (text, naive, length) = randomRule(&random)
      let mute = try mute(text)
      let end = naive.start + 45 * CivilTime.day
      let moments = naive.moments(through: end)
      func isOn(_ time: Int64) -> Bool { moments.contains { $0 <= time && time < $0 + length } }
      var asked = moments.flatMap { [$0 - 1, $0, $0 + length - 1, $0 + length] }
      for _ in 0..<100 {
        asked.append(
          naive.start + Int64.random(in: 0..<45, using: &random) * CivilTime.day
            + Int64.random(in: 0..<CivilTime.day, using: &random))
      }
      for time in asked.shuffled(using: &random).prefix(300) where time < end - 2 * CivilTime.day {
        #expect(
          (mute.end(at: time) != nil) == isOn(time),
          "seed \(seed): \(text) at \(Timestamp.rfc3339(time))")
      }
    }
  }

  private func randomRule(_ random: inout SplitMix64) -> (String, NaiveRecurrence, Int64) {
    let zone = random.pick(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
    // Around the days on which clocks change.
    let near = random.pick(["2026-03-20", "2026-10-15", "2026-03-25", "2026-10-01"])
    let start =
      time("\(near)T00:00:00Z") + Int64.random(in: 0..<30 * 1_440, using: &random) * 60_000
    var naive = NaiveRecurrence(start: start, zone: ZoneFiles.zone(named: zone)!)
    // A beginning that the clocks skip is another beginning.
    let moment = naive.zone.utc(fromLocal: start)
    naive.start = moment + naive.zone.offset(at: moment)
    naive.isWeekly = random.oneIn(2)
    var rule = naive.isWeekly ? "FREQ=WEEKLY" : "FREQ=DAILY"
    if random.oneIn(2) {
      naive.interval = Int.random(in: 1...4, using: &random)
      rule += ";INTERVAL=\(naive.interval)"
    }
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    if random.oneIn(2) {
      let days = (1...7).shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
      naive.days = Set(days)
      rule += ";BYDAY=" + days.map { names[$0 - 1] }.joined(separator: ",")
    }
    if random.oneIn(2) {
      let hours = [0, 1, 2, 3, 12, 23].shuffled(using: &random).prefix(random.pick(1...3))
      naive.hours = Set(hours)
      rule += ";BYHOUR=" + hours.map(String.init).joined(separator: ",")
    }
    if random.oneIn(3) {
      naive.minutes = [0, 30]
      rule += ";BYMINUTE=0,30"
    }
    if random.oneIn(3) {
      naive.weekStart = Int.random(in: 1...7, using: &random)
      rule += ";WKST=\(names[naive.weekStart - 1])"
    }
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      naive.count = Int.random(in: 1...12, using: &random)
      rule += ";COUNT=\(naive.count!)"
    case 1:
      let last = CivilTime(naive.start + Int64.random(in: 1...30, using: &random) * CivilTime.day)
      let day = CivilTime.days(year: last.year, month: last.month, day: last.day)
      naive.until = (day + 1) * CivilTime.day - 1
      rule += ";UNTIL=" + String(last.year * 10_000 + last.month * 100 + last.day)
    default: break
    }
    let length = Int64(random.pick([1, 20, 90, 600, 1_440, 3_000])) * 60_000
    let shown = Timestamp.rfc3339(start).prefix(19).replacing("T", with: " ")
    let keys = """
      timezone: \(zone), start: '\(shown)', duration: \(length / 60_000)m, rrule: '\(rule)'
      """
    return (keys, naive, length)
  }

  @Test(arguments: [
    ("name: m", "no-schedule"), ("from: 2026-01-01, name: m", "missing-key"),
    ("name: m, from: 2026-01-02, to: 2026-01-01", "bad-time"),
    ("name: m, start: 2026-01-02", "missing-key"),
    ("name: m, start: 2026-01-02, duration: 1h, hours: '1:00-2:00'", "two-schedules"),
    ("name: m, start: 2026-01-02, duration: 1h, rrule: FREQ=MONTHLY", "bad-rrule"),
    ("name: m, start: 2026-01-02, duration: 1h, rrule: BYDAY=MO", "bad-rrule"),
    ("name: m, start: 2026-01-02, duration: 1h, rrule: FREQ=DAILY;BYDAY=1MO", "bad-rrule"),
    ("name: m, start: 2026-01-02, duration: 1h, rrule: FREQ=DAILY;BYHOUR=24", "bad-rrule"),
    ("name: m, start: 2026-01-02, duration: 1h, rrule: FREQ=DAILY;FREQ=DAILY", "bad-rrule"),
    (
      "name: m, start: 2026-01-02, duration: 1h, rrule: FREQ=DAILY;COUNT=1;UNTIL=20270101",
      "bad-rrule"
    ),
    ("name: m, start: 2026-01-02, duration: 1h, rrule: FREQ=DAILY;BYMONTH=1", "bad-rrule"),
    ("name: m, hours: '22:00-06:00', match: level=high", "bad-matcher"),
    ("name: m, hours: '22:00-06:00', match: 'host'", "bad-matcher"),
    ("name: m, hours: '22:00-06:00', match: 'host=~\"(\"'", "bad-matcher"),
    ("name: m, hours: '22:00-06:00', monitors: []", "empty-list"),
    ("name: m, hours: '22:00-06:00', timezone: Berlin", "unknown-zone"),
    ("name: m, hours: '22:00-06:00', host: web-1", "unknown-key"),
  ])
  func `what can't be meant is said`(keys: String, code: String) {
    let read = MuteTests.read("mutes: [{ \(keys) }]")
    #expect(read.mutes.isEmpty)
    #expect(read.said.contains("[\(code)]"), "\(read.said)")
  }

  @Test func `two mutes of one name are told apart by nobody`() {
    let read = MuteTests.read(
      """
      mutes:
        - { name: m, hours: "1:00-2:00" }
        - { name: m, hours: "3:00-4:00" }
      """)
    #expect(read.said.contains("[duplicate-name]"), "\(read.said)")
  }
}

@Suite struct AlertMatcherTests {
  private let alert = AlertSubject(
    monitor: "Slow API", level: .critical,
    group: GroupKey([("host", .text("web-1")), ("status", .whole(500)), ("Path", .null)]),
    tags: ["team": "web"])

  @Test(arguments: [
    ("", true), ("monitor=Slow*", true), ("monitor=slow*", false), ("monitor=\"Slow API\"", true),
    ("level=critical", true), ("level!=critical", false), ("level=~\"crit.*\"", true),
    ("host=web-?", true), ("host=web", false), ("host!=web-2 status=500", true),
    ("host=~web", false), ("host=~web-[0-9]", true), ("host!~\"web-\\d\"", false),
    ("tag.team=web", true), ("tag.owner=x", false), ("tag.owner!=x", true), ("tag.owner=", true),
    ("path=", true), ("HOST=web-1", true), ("group.host=web-1", true), ("zone=", true),
    ("host=web-1 level=warning", false),
  ])
  func `each term is held against the whole value`(text: String, isMeant: Bool) throws {
    let matcher = try AlertMatcher(text)
    #expect(matcher.matches(alert) == isMeant)
    // What people are shown means the same.
    #expect(try AlertMatcher(matcher.text).matches(alert) == isMeant, "\(matcher.text)")
  }

  @Test func `a shell parts the terms, so that values may have blanks`() throws {
    let matcher = try AlertMatcher(terms: ["monitor=Slow API", "host=web-1"])
    #expect(matcher.matches(alert))
    #expect(matcher.text == "monitor=\"Slow API\" host=web-1")
  }
}

@Suite struct QuietingTests {
  private func quieting(_ text: String) throws -> Quieting {
    let sink = DiagnosticSink()
    let file = SourceText(name: "rules.yaml", text: text)
    let set = RuleSet.load(files: [file], sink: sink)
    let mutes = Mutes(binding: set.mutes, zones: MuteTests.zones, sink: sink)
    try #require(!sink.hasErrors, "\(sink.list.map { $0.rendered() })")
    var quieting = Quieting()
    quieting.use(set.rules, mutes)
    return quieting
  }

  private func monitor(_ name: String, _ inhibit: String = "") -> String {
    """
      - { name: \(name), query: error, critical: { alert: "> 1" }, group_by: [host]\(inhibit) }

    """
  }

  private func alert(_ monitor: String, _ host: String = "a") -> AlertIdentity {
    AlertIdentity(
      monitor: monitor, level: .critical, group: GroupKey([("host", .text(host))]))
  }

  private func inhibitor(_ quieting: Quieting, _ alert: AlertIdentity) -> String? {
    guard case .inhibition(_, let id) = quieting.cause(alert, at: 0) else { return nil }
    return id
  }

  @Test func `an alert of the same group keeps another quiet while it fires`() throws {
    var quieting = try quieting(
      "monitors:\n" + monitor("db") + monitor("api", ", inhibit: { when: db, equal: [host] }"))
    quieting.note(alert("db", "a"), id: "db-a")
    quieting.note(alert("api", "a"), id: "api-a")
    #expect(inhibitor(quieting, alert("api", "a")) == "db-a")
    #expect(inhibitor(quieting, alert("api", "b")) == nil)
    #expect(inhibitor(quieting, alert("db", "a")) == nil)
  }

  @Test func `a field that one of the groups lacks is no agreement`() throws {
    var quieting = try quieting(
      "monitors:\n" + monitor("db") + monitor("api", ", inhibit: { when: db, equal: [zone] }"))
    quieting.note(alert("db"), id: "db-a")
    #expect(inhibitor(quieting, alert("api")) == nil)
  }

  @Test func `of a chain only the beginning is told`() throws {
    var quieting = try quieting(
      "monitors:\n" + monitor("net") + monitor("db", ", inhibit: { when: net }")
        + monitor("api", ", inhibit: { when: db }"))
    for name in ["net", "db", "api"] { quieting.note(alert(name), id: name) }
    #expect(inhibitor(quieting, alert("net")) == nil)
    #expect(inhibitor(quieting, alert("db")) == "net")
    #expect(inhibitor(quieting, alert("api")) == "db")
  }

  @Test func `of a circle the alert that fired first is told`() throws {
    let rules =
      "monitors:\n" + monitor("x", ", inhibit: { when: z }")
      + monitor("y", ", inhibit: { when: x }") + monitor("z", ", inhibit: { when: y }")
      + monitor("root")
    for order in [["x", "y", "z"], ["z", "x", "y"], ["y", "z", "x"]] {
      var quieting = try quieting(rules)
      for name in order { quieting.note(alert(name), id: name) }
      let told = order.filter { inhibitor(quieting, alert($0)) == nil }
      #expect(told == [order[0]])
    }
  }

  @Test func `no alert inhibits itself, not even with a pattern that means it`() throws {
    var quieting = try quieting(
      "monitors:\n" + monitor("api", ", inhibit: { when: 'monitor=* level=critical' }"))
    quieting.note(alert("api"), id: "api-a")
    #expect(inhibitor(quieting, alert("api")) == nil)
    quieting.note(alert("api", "b"), id: "api-b")
    #expect(inhibitor(quieting, alert("api", "b")) == "api-a")
    #expect(inhibitor(quieting, alert("api", "a")) == nil)
  }

  @Test func `other rules keep what is firing`() throws {
    var quieting = try quieting("monitors:\n" + monitor("db") + monitor("api"))
    quieting.note(alert("db"), id: "db-a")
    let sink = DiagnosticSink()
    let text = "monitors:\n" + monitor("db") + monitor("api", ", inhibit: { when: db }")
    let set = RuleSet.load(files: [SourceText(name: "r", text: text)], sink: sink)
    quieting.use(set.rules, Mutes())
    #expect(inhibitor(quieting, alert("api")) == "db-a")
  }
}
