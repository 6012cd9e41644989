import Alerting
import Records

/// Opens an incident at PagerDuty when an alert fires and resolves it when it's over: Events API v2.
///
///     page: { pagerduty: { routing_key: "${env:PAGERDUTY_KEY}" } }
package struct PagerDuty: Action {
  package static let kind = "pagerduty"
  package static let duty = Duty.notification

  private static let standard = "https://events.pagerduty.com/v2/enqueue"
  /// PagerDuty's own limit, in characters.
  private static let summaryLimit = 1_024

  private let action: String
  private let endpoint: Endpoint
  private let routingKey: GuardedText
  private let summary: Template?
  private let source: Template?
  private let severity: Severity?

  package enum Severity: String, Sendable, CaseIterable { case critical, error, warning, info }

  package init?(binding keys: inout ActionKeys) {
    let endpoint = Endpoint(binding: &keys, otherwise: PagerDuty.standard)
    action = keys.action
    let routingKey = keys.required("routing_key")
    summary = keys.template("summary")
    source = keys.template("source")
    severity = keys.keys.choice("severity")
    guard let endpoint, let routingKey else { return nil }
    self.endpoint = endpoint
    self.routingKey = routingKey
  }

  package func effect(for alert: AlertContext) -> Effect {
    let body = GuardedText.json { json, face in
      json.object {
        $0.member("routing_key", face(routingKey))
        $0.member("event_action", alert.transition.isOver ? "resolve" : "trigger")
        $0.member("dedup_key", alert.alertKey)
        guard !alert.transition.isOver else { return }
        $0.member("client", "tripline")
        $0.key("payload")
        $0.object { payload(alert, in: &$0, face) }
        guard let runbook = alert.runbookLink else { return }
        $0.key("links")
        $0.array {
          $0.object {
            $0.member("href", runbook)
            $0.member("text", "Runbook")
          }
        }
      }
    }
    return .request(endpoint.post(body, key: alert.idempotencyKey(of: action)))
  }

  private func payload(
    _ alert: AlertContext, in payload: inout JSONWriter, _ face: (GuardedText) -> String
  ) {
    let summary = summary?.rendered(alert, as: .plain) ?? GuardedText(alert.summary)
    let source = source?.rendered(alert, as: .plain) ?? GuardedText(alert.place)
    let severity = severity ?? alert.transition.level.severity
    payload.member("summary", Markup.plain.text(face(summary), atMost: PagerDuty.summaryLimit))
    payload.member("source", Markup.plain.text(face(source), atMost: PagerDuty.summaryLimit))
    payload.member("severity", severity.rawValue)
    payload.member("timestamp", Timestamp.rfc3339(alert.transition.time))
    payload.member("class", alert.monitor.name)
    payload.key("custom_details")
    payload.object {
      for detail in alert.details { $0.member(detail.name, detail.value) }
    }
  }
}

extension AlertContext {
  /// Where it happened, as far as the alert says: its group, else its monitor.
  var place: String {
    transition.group.fields.isEmpty ? monitor.name : transition.group.label
  }

  /// The facts and what the author and the log say, each of a bounded length.
  var details: [(name: String, value: String)] {
    var details = facts
    if !monitor.description.isEmpty { details.append(("Description", monitor.description)) }
    if !evidenceText.isEmpty { details.append(("Evidence", evidenceText)) }
    return details.map { ($0.name, Markup.plain.text($0.value, atMost: 8_000)) }
  }
}

extension Level {
  fileprivate var severity: PagerDuty.Severity {
    switch self {
    case .critical: .critical
    case .warning: .warning
    case .missingData: .error
    }
  }
}
