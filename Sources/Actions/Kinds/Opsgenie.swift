import Alerting
import Records

/// Opens an alert at Opsgenie when an alert fires and closes it when it's over.
///
///     page: { opsgenie: { api_key: "${env:OPSGENIE_KEY}", url: "https://api.eu.opsgenie.com" } }
package struct Opsgenie: Action {
  package static let kind = "opsgenie"
  package static let duty = Duty.notification
  /// Each alert is one there.
  package static let tellsOfSeveral = false

  private static let standard = "https://api.opsgenie.com"

  /// Opsgenie's own limits, in characters.
  private enum Limit {
    static let message = 130
    static let description = 15_000
    static let source = 100
    /// All details together have 8,000.
    static let detail = 900
    static let tag = 50
    static let tags = 20
  }

  package enum Priority: String, Sendable, CaseIterable { case P1, P2, P3, P4, P5 }

  private let action: String
  private let endpoint: Endpoint
  private let apiKey: GuardedText
  private let message: Template?
  private let priority: Priority?
  private let tags: [String]

  package init?(binding keys: inout ActionKeys) {
    let endpoint = Endpoint(binding: &keys, otherwise: Opsgenie.standard)
    action = keys.action
    let apiKey = keys.required("api_key")
    message = keys.template("message")
    priority = keys.keys.choice("priority")
    tags = keys.keys.strings("tags") ?? []
    guard let endpoint, let apiKey else { return nil }
    self.endpoint = endpoint
    self.apiKey = apiKey
  }

  package func effect(for alert: AlertContext) -> Effect {
    let isOver = alert.transition.isOver
    let path = isOver ? "/v2/alerts/\(alert.alertKey)/close?identifierType=alias" : "/v2/alerts"
    let message = message?.rendered(alert, as: .plain) ?? GuardedText(alert.summary)
    let body = GuardedText.json { json, face in
      json.object {
        if isOver {
          $0.member("source", "tripline")
          $0.member("note", Markup.plain.text(alert.headline, atMost: Limit.description))
        } else {
          opening(alert, face(message), in: &$0)
        }
      }
    }
    var request = endpoint.post(body, to: path, key: alert.idempotencyKey(of: action))
    var authorization = GuardedText("GenieKey ")
    authorization.append(apiKey)
    request.headers.append(HTTPRequest.Header("Authorization", authorization))
    return .request(request)
  }

  private func opening(_ alert: AlertContext, _ message: String, in body: inout JSONWriter) {
    body.member("message", Markup.plain.text(message.onOneLine, atMost: Limit.message))
    body.member("alias", alert.alertKey)
    body.member("source", "tripline")
    body.member("entity", Markup.plain.text(alert.place.onOneLine, atMost: Limit.source))
    body.member("priority", (priority ?? alert.transition.level.priority).rawValue)
    if !alert.monitor.description.isEmpty {
      let text = Markup.plain.text(alert.monitor.description, atMost: Limit.description)
      body.member("description", text)
    }
    let own = alert.monitor.tags.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
    body.key("tags")
    body.array {
      for tag in (tags + own).prefix(Limit.tags) {
        $0.string(Markup.plain.text(tag, atMost: Limit.tag))
      }
    }
    body.key("details")
    body.object {
      for detail in alert.details where detail.name != "Description" {
        $0.member(detail.name, Markup.plain.text(detail.value, atMost: Limit.detail))
      }
      if let runbook = alert.runbookLink {
        $0.member("Runbook", Markup.plain.text(runbook, atMost: Limit.detail))
      }
    }
  }
}

extension Level {
  fileprivate var priority: Opsgenie.Priority {
    switch self {
    case .critical: .P1
    case .missingData: .P2
    case .warning: .P3
    }
  }
}
