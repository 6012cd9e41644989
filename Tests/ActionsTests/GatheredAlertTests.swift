import Actions
import Alerting
import Records
import Testing

/// One notification about several alerts, as it reads.
@Suite struct GatheredAlertTests {
  private func alert(
    _ host: String, _ to: Transition.Step = .firing, _ level: Level = .critical
  ) -> AlertContext {
    var monitor = MonitorFacts(name: "slow")
    monitor.alertName = "Slow {{ResultsJson.host}}"
    let transition = Transition(
      id: host, time: 1_772_445_600_000, monitor: "slow", level: level, to: to,
      reason: .condition, group: GroupKey([("host", .text(host))]), value: 7, threshold: "> 5",
      windowStart: 0, windowEnd: 1, evidence: [], actions: [])
    return AlertContext(monitor: monitor, transition: transition)
  }

  private func gathered(_ alerts: [AlertContext]) throws -> AlertContext {
    try #require(AlertContext(gathering: alerts))
  }

  @Test func `it is that of the worst alert that fires`() throws {
    let alert = try gathered([
      alert("a", .resolved), alert("b", .firing, .warning), alert("c\nd"), alert("e"),
    ])
    #expect(alert.transition.id == "c\nd")
    #expect(alert.title == "Slow c\nd and 3 more")
    #expect(
      alert.digest() == [
        "firing critical Slow c d host=c d: 7 (> 5)", "resolved critical Slow a host=a: 7 (> 5)",
        "firing warning Slow b host=b: 7 (> 5)", "firing critical Slow e host=e: 7 (> 5)",
      ])
    #expect(
      alert.digest(limit: 1) == ["firing critical Slow c d host=c d: 7 (> 5)", "and 3 more"])
  }

  @Test func `variables count and list`() throws {
    let alert = try gathered([alert("a"), alert("b")])
    func rendered(_ text: String, as encoding: Template.Encoding) -> String {
      Template(plain: text).rendered(alert, as: encoding).revealed
    }
    #expect(
      rendered("{{Name}}|{{AlertName}}|{{AlertCount}}", as: .plain)
        == "slow and 1 more|Slow a and 1 more|2")
    #expect(
      rendered("{{Alerts}}", as: .plain)
        == "firing critical Slow a host=a: 7 (> 5)\nfiring critical Slow b host=b: 7 (> 5)")
    let tree = JSONTree(rendered(#"{"n":{{AlertCount}},"alerts":{{AlertsJson}}}"#, as: .json))
    #expect(tree?["n"]?.whole == 2)
    #expect(tree?["alerts"]?.elements.compactMap { $0["id"]?.text } == ["a", "b"])
  }

  @Test func `the default body has the alerts as an array, and one alert has none`() throws {
    let body = JSONTree(try gathered([alert("a"), alert("b")]).json())
    #expect(body?["alerts"]?.elements.compactMap { $0["name"]?.text } == ["Slow a", "Slow b"])
    #expect(body?["name"]?.text == "Slow a and 1 more")
    let single = JSONTree(try gathered([alert("a")]).json())
    #expect(single?["alerts"] == nil)
    #expect(single?["name"]?.text == "Slow a")
  }

  @Test func `a notification that repeats has a key of its own`() {
    var again = Delivery(
      action: BoundAction(name: "page", action: NoAction()), alert: alert("a"), mode: .live)
    #expect(again.key == "a-page")
    again.alert.repetition = 2
    #expect(again.key == "a~2-page")
  }
}

private struct NoAction: Action {
  static let kind = "none"
  static let duty = Duty.notification
  init() {}
  init?(binding keys: inout ActionKeys) { nil }
  func effect(for alert: AlertContext) -> Effect {
    .append(FileLine(path: GuardedText("/none"), line: []))
  }
}
