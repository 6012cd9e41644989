import Alerting
import QueryLanguage

/// Sends the alert to a URL.
///
///     page-oncall:
///       webhook:
///         url: "${env:PAGER_URL}"
///         headers: { Authorization: "Bearer ${env:PAGER_TOKEN}" }
///         body: '{"text": "{{Name}} {{TriggerType}}: {{TriggerValue}}"}'
///
/// A body that begins with `{` or `[` is JSON: values are escaped there. Without `body` the whole
/// transition record is sent; without `resolved_body` the same body tells that it's over. With
/// `secret` each attempt is signed as Standard Webhooks has it.
package struct Webhook: Action {
  package static let kind = "webhook"
  package static let duty = Duty.notification

  package enum Method: String, Sendable, CaseIterable { case GET, POST, PUT, PATCH, DELETE }

  private let action: String
  private let endpoint: Endpoint
  private let method: Method
  private let headers: HeaderTemplates
  private let body: Template?
  private let resolvedBody: Template?
  private let signingKey: GuardedText?

  package init?(binding keys: inout ActionKeys) {
    let endpoint = Endpoint(binding: &keys)
    action = keys.action
    method = keys.keys.choice("method") ?? .POST
    headers = HeaderTemplates(binding: &keys)
    body = keys.template("body")
    resolvedBody = keys.template("resolved_body")
    signingKey = keys.fixed("secret")
    guard let endpoint else { return nil }
    self.endpoint = endpoint
  }

  package func effect(for alert: AlertContext) -> Effect {
    let template = alert.transition.isOver ? resolvedBody ?? body : body
    let isJSON = template?.looksLikeJSON ?? true
    let key = alert.idempotencyKey(of: action)
    var request = endpoint.request(method.rawValue)
    request.signing = signingKey.map { .standardWebhooks(id: key, key: $0) }
    request.headers = headers.rendered(alert)
    request.addHeader("Idempotency-Key", key)
    if method != .GET {
      request.addHeader("Content-Type", isJSON ? "application/json" : "text/plain; charset=utf-8")
      request.body =
        template?.rendered(alert, as: isJSON ? .json : .plain)
        ?? GuardedText(String(decoding: alert.json(), as: UTF8.self))
    }
    return .request(request)
  }
}
