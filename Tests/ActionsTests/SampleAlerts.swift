import Actions
import Alerting
import Records

/// The alerts that the stories of `Fixtures/actions` are about.
enum SampleAlerts {
  /// 2026-03-02T10:00:00Z.
  static let time: Int64 = 1_772_445_600_000

  static let environment = [
    "PAGER_URL": "https://pager.example/hook/s3cr3t-path",
    "TOKEN": "t0p\"s3cr3t",
    "NAME": "alerts",
    "CHAT_URL": "https://chat.example/hook/s3cr3t-path",
    "KEY": "s3cr3t-key-0123456789",
    "INSTANCE_ID": "i-0123456789abcdef0",
    "SNS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:ops",
  ]

  static func named(_ name: String) -> AlertContext? {
    switch name {
    case "firing": alert(.critical, .firing)
    case "resolved": alert(.critical, .resolved)
    case "missing": alert(.missingData, .firing, group: GroupKey(), value: nil)
    case "hostile": hostile
    case "deed": remedied
    default: nil
    }
  }

  /// An alert about a log that somebody writes to who wants to be seen: with mentions, links, markup,
  /// the ends of lines, tags and blocks, and text that runs backwards.
  private static var hostile: AlertContext {
    let text = "<!channel> @everyone <@1> *b* `c` [x](https://evil.example) </b>\u{202E}&"
    var alert = alert(.warning, .firing, group: GroupKey([("host.name", .text(text))]))
    alert.monitor.alertName = nil
    alert.monitor.description = ""
    alert.monitor.runbook = "https://runbooks.example/slow-api?a=1&b=2"
    let lines = [
      "end ```\n<script>alert(1)</script> ``` \u{07}@here", String(repeating: "long ", count: 200),
    ]
    alert.transition.evidence = lines.map {
      EvidenceLine(file: "app.log", generation: "f00d", offset: 0, line: $0)
    }
    return alert
  }

  /// What a notification is asked for when a remediation has been done.
  private static var remedied: AlertContext {
    var alert = alert(.critical, .firing)
    let deed = Deed(
      taken: true, summary: "i-0123456789abcdef0 was running: RebootInstances",
      facts: [
        Deed.Fact("instance_id", "i-0123456789abcdef0"), Deed.Fact("previous_state", "running"),
        Deed.Fact("action_taken", "reboot"),
        Deed.Fact("timestamp_utc", "2026-03-02T10:00:01.000Z"),
        Deed.Fact("reason", "Slow API is critical: 7, compared: slow_calls >= 5"),
      ])
    alert.cause = Cause(action: "reboot-web", branch: .then, deed: deed)
    return alert
  }

  static func alert(
    _ level: Level = .critical, _ step: Transition.Step = .firing,
    group: GroupKey = GroupKey([("host", .text("web \"1\"")), ("code", .whole(500))]),
    value: Double? = 7, ordinal: Int = 1, time: Int64 = time
  ) -> AlertContext {
    var monitor = MonitorFacts(name: "Slow API")
    monitor.description = "Too many slow \"responses\""
    monitor.query = "_sourceCategory=* | where response_time > 3s"
    monitor.runbook = "docs/runbooks/slow-api.md"
    monitor.playbook = "Look at {{AlertGroup}}, then {{Playbook}}."
    monitor.alertName = "{{Name}} / {{AlertName}}{{Level}}"
    monitor.tags = ["Team": "web"]
    let reason: Transition.Reason = level == .missingData ? .noData : .condition
    let id = Transition.identity(
      monitor: monitor.name, group: group, level: level, to: step, time: time, ordinal: ordinal,
      windowEnd: time + 500)
    let lines = [
      EvidenceLine(file: "app.log", generation: "f00d", offset: 120, line: "{\"path\":\"/api\"}"),
      EvidenceLine(file: "app.log", generation: "f00d", offset: 40, line: "tab\there"),
    ]
    return AlertContext(
      monitor: monitor,
      transition: Transition(
        id: id, time: time, monitor: monitor.name, level: level, to: step, reason: reason,
        group: group, value: value, threshold: level == .missingData ? "" : "slow_calls >= 5",
        windowStart: time - 599_500, windowEnd: time + 500,
        evidence: step == .firing && level == .critical ? lines : [], actions: []))
  }
}
