package import Alerting
import Records

/// One `{{Name}}`: its names, and its value for an alert.
package struct TemplateVariable: Sendable {
  package enum Content: Sendable, Hashable {
    case text(String)
    /// JSON text: a number or an array.
    case json(String)
    case none
  }

  /// The name to use first; the others are kept for payloads written for the original.
  package let names: [String]
  package let content: @Sendable (AlertContext) -> Content

  /// Whether the value may be text that came out of a log, which whoever writes to the log chooses.
  var holdsLogText: Bool {
    names.contains { name in
      [
        "AlertGroup", "AlertName", "Alerts", "AlertsJson", "Playbook", "ResultsJson",
        "AggregateResultsJson", "Remediation",
      ].contains(name)
        || ["resultsjson.", "remediation."].contains { name.lowercased().hasPrefix($0) }
    }
  }

  init(_ names: String..., content: @escaping @Sendable (AlertContext) -> Content) {
    self.names = names
    self.content = content
  }

  /// Every variable, in the order in which help lists them.
  package static let all: [TemplateVariable] = [
    TemplateVariable("Name", "SearchName") { alert in
      // A message about several alerts must not look like one about one.
      let more = alert.others.isEmpty ? "" : " and \(alert.others.count) more"
      return .text(alert.monitor.name + more)
    },
    TemplateVariable("AlertName") { .text($0.title) },
    TemplateVariable("Description", "SearchDescription") { .text($0.monitor.description) },
    TemplateVariable("Query", "SearchQuery") { .text($0.monitor.query) },
    TemplateVariable("Runbook") { .text($0.monitor.runbook ?? "") },
    TemplateVariable("Playbook") { .text($0.playbook) },
    TemplateVariable("Id", "AlertID") { .text($0.transition.id) },
    TemplateVariable("MonitorType") { _ in .text("Logs") },
    TemplateVariable("DetectionMethod") { alert in
      let isSilence = alert.transition.level == .missingData
      return .text(isSilence ? "LogsMissingDataCondition" : alert.monitor.detectionMethod)
    },
    TemplateVariable("Level") { .text($0.transition.level.rawValue) },
    TemplateVariable("To") { .text($0.transition.to.rawValue) },
    TemplateVariable("Reason") { .text($0.transition.reason.rawValue) },
    TemplateVariable("AlertStatus") { .text($0.transition.isOver ? "Resolved" : "Active") },
    TemplateVariable("TriggerType") { .text($0.transition.triggerType) },
    TemplateVariable("TriggerValue") { alert in
      alert.transition.value.map { .json(NumberText.shortest($0)) } ?? .none
    },
    TemplateVariable("TriggerCondition", "AlertCondition") {
      .text($0.transition.triggerCondition)
    },
    TemplateVariable("AlertThreshold") { .text($0.transition.threshold) },
    TemplateVariable("Time") { .text(Timestamp.rfc3339($0.transition.time)) },
    TemplateVariable("TriggerTime", "FireTime") { .text(ClockText.text($0.transition.time)) },
    TemplateVariable("TriggerTimeRange", "TimeRange") {
      .text(
        ClockText.text($0.transition.windowStart) + " to "
          + ClockText.text($0.transition.windowEnd))
    },
    TemplateVariable("TriggerTimeStart") { .json(String($0.transition.windowStart)) },
    TemplateVariable("TriggerTimeEnd") { .json(String($0.transition.windowEnd)) },
    TemplateVariable("AlertGroup") { .text($0.transition.group.label) },
    TemplateVariable("ResultsJson", "ResultJson", "RawResultsJson") {
      .json($0.transition.evidenceJSON)
    },
    TemplateVariable("AggregateResultsJson") { .json($0.transition.rowJSON) },
    TemplateVariable("NumRawResults") { .json(String($0.transition.evidence.count)) },
    TemplateVariable("NumQueryResults") { .json($0.transition.value == nil ? "0" : "1") },
    TemplateVariable("AlertCount") { .json(String($0.all.count)) },
    TemplateVariable("Alerts") { .text($0.digest().joined(separator: "\n")) },
    TemplateVariable("AlertsJson") { alert in
      var writer = JSONWriter()
      alert.writeAlerts(to: &writer)
      return .json(writer.text)
    },
    TemplateVariable("Repetition") { .json(String($0.repetition)) },
    TemplateVariable("Remediation") { $0.deed.map { .text($0.summary) } ?? .none },
    TemplateVariable("Late") { alert in
      alert.lateness.map { .text(DurationText.text($0)) } ?? .none
    },
  ]

  /// Names of the original that have no value here: known, so that payloads written for it load
  /// with a warning, and empty.
  package static let unfilled = [
    "QueryURL", "TriggerQueryURL", "SearchQueryUrl", "AlertResponseURL", "SourceURL",
    "SloDashboardUrl", "AlertSource",
  ]

  private static let byName: [String: TemplateVariable] = {
    var table: [String: TemplateVariable] = [:]
    for variable in all {
      for name in variable.names { table[name.lowercased()] = variable }
    }
    return table
  }()

  /// The variable of a name, whatever its case. `ResultsJson.host` is a field of the alert, of which
  /// `row` says in which of its lines, `Tags.team` a tag of the monitor.
  package static func named(_ name: String, row: Int = 0) -> TemplateVariable? {
    if let variable = byName[name.lowercased()] { return variable }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    let member = String(name[name.index(after: dot)...])
    switch name[..<dot].lowercased() {
    case "remediation":
      return TemplateVariable(name) { alert in alert.deed?[member].map { .text($0) } ?? .none }
    case "tags":
      return TemplateVariable(name) { alert in
        let key = member.lowercased()
        return .text(alert.monitor.tags.first { $0.key.lowercased() == key }?.value ?? "")
      }
    case "resultsjson", "resultjson", "results":
      return TemplateVariable(name) { $0.transition.content(ofField: member, row: row) }
    default: return nil
    }
  }
}

extension Transition {
  /// Whether the alert ended with this step.
  package var isOver: Bool { to == .resolved || to == .expired }

  fileprivate var triggerType: String { (isOver ? "Resolved" : "") + level.title }

  /// `Greater than 5 in the last 10m`, `slow_calls is Greater than 5 in the last 10m`.
  fileprivate var triggerCondition: String {
    let range = " in the last " + DurationText.text(windowEnd - windowStart)
    if level == .missingData { return "No data" + range }
    for (symbol, words) in comparators {
      guard let place = threshold.firstRange(of: symbol) else { continue }
      let subject = String(threshold[..<place.lowerBound]).trimmed
      let limit = String(threshold[place.upperBound...]).trimmed
      return (subject.isEmpty ? "" : subject + " is ") + words + " " + limit + range
    }
    return threshold + range
  }

  fileprivate var evidenceJSON: String {
    var writer = JSONWriter()
    writer.array {
      for line in evidence { $0.string(line.line) }
    }
    return writer.text
  }
}

/// Longer symbols first: `>=` begins with `>`.
private let comparators = [
  (">=", "Greater than or equal to"), ("<=", "Less than or equal to"), ("!=", "Not equal to"),
  (">", "Greater than"), ("<", "Less than"), ("=", "Equal to"),
]

extension Level {
  fileprivate var title: String {
    switch self {
    case .critical: "Critical"
    case .warning: "Warning"
    case .missingData: "MissingData"
    }
  }
}

extension GroupKey {
  /// `host=web-1, path=/api`; empty when ungrouped.
  package var label: String {
    fields.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: ", ")
  }
}

extension Value {
  /// The value as people read it, without quotes.
  package var plainText: String {
    switch self {
    case .null: "null"
    case .bool(let flag): String(flag)
    case .whole(let number): String(number)
    case .number(let number): NumberText.shortest(number)
    case .text(let text): text
    }
  }
}

/// Times as the original's payloads show them: `07/13/2021 03:21:32 PM UTC`.
private enum ClockText {
  static func text(_ milliseconds: Int64) -> String {
    let civil = CivilTime(milliseconds)
    let date = [civil.month, civil.day, civil.year].map(padded).joined(separator: "/")
    let hour = civil.hour % 12 == 0 ? 12 : civil.hour % 12
    let time = [hour, civil.minute, civil.second].map(padded).joined(separator: ":")
    return "\(date) \(time) \(civil.hour < 12 ? "AM" : "PM") UTC"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
