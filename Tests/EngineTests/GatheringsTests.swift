import Actions
import Alerting
import Engine
import QueryLanguage
import Records
import TestKit
import Testing

@Suite struct GatheringsTests {
  private func delivery(
    _ id: String, host: String = "a", _ gathering: Gathering, to: Transition.Step = .firing,
    level: Level = .warning, named name: String = "page"
  ) -> Delivery {
    var delivery = Sample.delivery(id, of: Sample.Tell(), named: name)
    delivery.action.gathering = gathering
    delivery.alert.transition.group = GroupKey([("host", .text(host))])
    delivery.alert.transition.to = to
    delivery.alert.transition.level = level
    return delivery
  }

  private func gathering(by: [String] = []) -> Gathering {
    Gathering(group: Gathering.Group(by: by, wait: .seconds(30), interval: .seconds(300)))
  }

  @Test func `the first of a group waits for others, and the next of it for the interval`() {
    var gatherings = Gatherings()
    let terms = gathering()
    gatherings.gather(delivery("1", terms), at: .seconds(0))
    gatherings.gather(delivery("2", terms), at: .seconds(20))
    #expect(gatherings.wakes == .seconds(30))
    #expect(gatherings.takeDue(at: .seconds(29)).isEmpty)
    #expect(gatherings.takeDue(at: .seconds(30)).map { $0.map(\.key) } == [["1-page", "2-page"]])
    gatherings.gather(delivery("3", terms), at: .seconds(40))
    #expect(gatherings.wakes == .seconds(330))
    #expect(gatherings.takeDue(at: .seconds(330)).map { $0.map(\.key) } == [["3-page"]])
    // Long after that nobody remembers.
    #expect(gatherings.takeDue(at: .seconds(900)).isEmpty)
    gatherings.gather(delivery("4", terms), at: .seconds(900))
    #expect(gatherings.wakes == .seconds(930))
  }

  @Test func `alerts that differ in a field wait for themselves`() {
    var gatherings = Gatherings()
    let terms = gathering(by: ["host"])
    gatherings.gather(delivery("1", host: "a", terms), at: .zero)
    gatherings.gather(delivery("2", host: "b", terms), at: .zero)
    gatherings.gather(delivery("3", host: "a", terms), at: .zero)
    let due = gatherings.takeDue(at: .seconds(30)).map { $0.map(\.key) }
    #expect(Set(due) == [["1-page", "3-page"], ["2-page"]])
  }

  @Test func `one notification is that of the worst alert that fires, and carries the others`() {
    var gatherings = Gatherings()
    let terms = gathering()
    let sent = gatherings.carry(
      [
        delivery("1", terms, to: .resolved, level: .critical), delivery("2", terms),
        delivery("3", terms, level: .critical), delivery("4", terms, level: .critical),
      ], at: .zero)
    #expect(sent.map(\.key) == ["3-page"])
    #expect(sent.first?.keys == ["3-page", "1-page", "2-page", "4-page"])
  }

  @Test func `the rest of a stormy minute is one notification`() {
    var gatherings = Gatherings()
    let terms = Gathering(storm: 3)
    var sent: [String] = []
    for number in 1...10 {
      sent += gatherings.carry([delivery("\(number)", terms)], at: .seconds(number)).map(\.key)
    }
    #expect(sent == ["1-page", "2-page", "3-page"])
    #expect(gatherings.wakes == .seconds(61))
    #expect(gatherings.takeRest(at: .seconds(60)).isEmpty)
    let rest = gatherings.takeRest(at: .seconds(61))
    #expect(rest.map { $0.keys.count } == [7])
    // The digest counts, and the next minute begins with it.
    sent = (11...13).flatMap { number in
      gatherings.carry([delivery("\(number)", terms)], at: .seconds(62)).map(\.key)
    }
    #expect(sent == ["11-page", "12-page"])
    #expect(gatherings.takeRest(at: .seconds(200)).map(\.keys) == [["13-page"]])
  }

  @Test func `what goes in comes out once, whatever the time and the groups`() {
    for round in 0..<200 {
      let seed = TestSeed.value &+ UInt64(round)
      var random = SplitMix64(seed: seed)
      let kinds = [
        gathering(), gathering(by: ["host"]), Gathering(storm: 2),
        Gathering(
          group: Gathering.Group(by: ["host"], wait: .seconds(5), interval: .seconds(20)), storm: 1),
      ]
      var gatherings = Gatherings()
      var (went, came): ([String], [String]) = ([], [])
      var now = Duration.zero
      func out(_ deliveries: [Delivery]) { came += deliveries.flatMap(\.keys) }
      for number in 0..<60 {
        now += .seconds(Int.random(in: 0...15, using: &random))
        let kind = random.pick(kinds.indices)
        let delivery = delivery(
          "\(number)", host: random.pick(["a", "b"]), kinds[kind], named: "act\(kind)")
        went.append(delivery.key)
        if kinds[kind].group == nil {
          out(gatherings.carry([delivery], at: now))
        } else {
          gatherings.gather(delivery, at: now)
        }
        if let wakes = gatherings.wakes, wakes <= now {
          for due in gatherings.takeDue(at: now) { out(gatherings.carry(due, at: now)) }
          out(gatherings.takeRest(at: now))
          #expect(gatherings.wakes.map { $0 > now } ?? true, "seed \(seed)")
        }
      }
      for due in gatherings.takeDue(at: now, isEnd: true) {
        out(gatherings.carry(due, at: now))
      }
      out(gatherings.takeRest(at: now, isEnd: true))
      #expect(came.sorted() == went.sorted(), "seed \(seed)")
    }
  }
}

@Suite struct RepetitionsTests {
  private func rule(every: Int64?) throws -> [Rule] {
    let sink = DiagnosticSink()
    let key = every.map { "repeat_every: \($0)m" } ?? "repeat_every: off"
    let text = "monitors: [{ name: m, query: x, critical: { alert: '> 0' }, \(key) }]"
    let set = RuleSet.load(files: [.init(name: "r.yaml", text: text)], sink: sink)
    try #require(!sink.hasErrors, "\(sink.list.map { $0.rendered() })")
    return set.rules
  }

  private let fired = Sample.delivery("1", of: Sample.Tell()).alert.transition
  private let minute: Int64 = 60_000

  @Test func `an alert is told again at each multiple, also by another run`() throws {
    var repetitions = Repetitions()
    repetitions.use(try rule(every: 10))
    repetitions.note(fired, at: fired.time)
    #expect(repetitions.due(at: fired.time + 10 * minute - 1).isEmpty)
    #expect(repetitions.due(at: fired.time + 10 * minute).map(\.number) == [1])
    #expect(repetitions.due(at: fired.time + 11 * minute).isEmpty)
    #expect(repetitions.due(at: fired.time + 35 * minute).map(\.number) == [3])
    var other = Repetitions()
    other.use(try rule(every: 10))
    other.note(fired, at: fired.time + 36 * minute)
    #expect(other.due(at: fired.time + 39 * minute).isEmpty)
    #expect(other.due(at: fired.time + 40 * minute).map(\.number) == [4])
    var end = fired
    end.to = .resolved
    other.note(end, at: fired.time + 41 * minute)
    #expect(other.due(at: fired.time + 80 * minute).isEmpty)
    #expect(other.wakes(at: fired.time) == nil)
  }

  @Test func `off is never`() throws {
    var repetitions = Repetitions()
    repetitions.use(try rule(every: nil))
    repetitions.note(fired, at: fired.time)
    #expect(repetitions.wakes(at: fired.time) == nil)
  }
}
