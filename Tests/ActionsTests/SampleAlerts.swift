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
  ]

  static func named(_ name: String) -> AlertContext? {
    switch name {
    case "firing": alert(.critical, .firing)
    case "resolved": alert(.critical, .resolved)
    case "missing": alert(.missingData, .firing, group: GroupKey(), value: nil)
    default: nil
    }
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
