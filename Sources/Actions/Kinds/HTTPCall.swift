import Alerting
import QueryLanguage

/// Calls a URL to change something, and looks at the answer.
///
///     restart-web:
///       http:
///         url: https://admin.internal/restart
///         headers: { Authorization: "Bearer ${env:ADMIN_TOKEN}" }
///         body: '{"host": "{{ResultsJson.host}}"}'
///         target: "{{ResultsJson.host}}"
///         expect: { status: 202, body: accepted }
///       targets: [web-1, web-2]
///
/// A status of 200 to 299 is well unless `expect` says otherwise. What it touches is its `target`, else
/// the alert's group.
package struct HTTPCall: Probing {
  package static let kind = "http"
  package static let duty = Duty.remediation

  private enum Method: String, CaseIterable { case GET, POST, PUT, PATCH, DELETE }

  private let action: String
  private let endpoint: Endpoint
  private let method: Method
  private let headers: HeaderTemplates
  private let body: Template?
  private let targetName: Template?
  private let reading: Reading

  package init?(binding keys: inout ActionKeys) {
    let endpoint = Endpoint(binding: &keys)
    action = keys.action
    headers = HeaderTemplates(binding: &keys)
    body = keys.template("body")
    method = keys.keys.choice("method") ?? (body == nil ? .GET : .POST)
    targetName = keys.template("target")
    reading = keys.expectation("expect")
    guard let endpoint else { return nil }
    self.endpoint = endpoint
  }

  package var takesTargetFromLog: Bool { targetName?.holdsLogText ?? false }

  package func target(for alert: AlertContext) -> ActionTarget? {
    targetName.map {
      ActionTarget($0.rendered(alert, as: .plain).description, isLogText: takesTargetFromLog)
    }
  }

  package func effect(for alert: AlertContext) -> Effect {
    let isJSON = body?.looksLikeJSON ?? false
    var request = endpoint.request(method.rawValue)
    request.reading = reading
    request.headers = headers.rendered(alert)
    request.addHeader("Idempotency-Key", alert.idempotencyKey(of: action))
    if let body {
      request.addHeader("Content-Type", isJSON ? "application/json" : "text/plain; charset=utf-8")
      request.body = body.rendered(alert, as: isJSON ? .json : .plain)
    }
    return .request(request)
  }
}

extension ActionKeys {
  /// `expect: { status: [200, 202], body: "ok|ready" }`; the body is a regular expression.
  fileprivate mutating func expectation(_ key: String) -> Reading {
    guard var own = binder(of: key) else { return .plain }
    var statuses: [ClosedRange<Int>] = []
    for item in own.node("status")?.parts ?? [] {
      if let range = item.text.flatMap(statusRange) {
        statuses.append(range)
      } else {
        own.report(.badStatus(item.found), on: item, help: "write 204, 2xx or a list of them")
      }
    }
    var pattern: BodyPattern?
    if let text = own.filled("body") {
      do {
        pattern = BodyPattern(try Regex(text), text: text)
      } catch {
        own.report(.badPattern(error.reason), at: "body")
      }
    }
    own.finish()
    return .expecting(statuses: statuses.isEmpty ? [200...299] : statuses, body: pattern)
  }

  /// `204` and `2xx`.
  private func statusRange(_ text: String) -> ClosedRange<Int>? {
    if text.lowercased().hasSuffix("xx"), text.count == 3,
      let class_ = text.first?.wholeNumberValue,
      (1...5).contains(class_)
    {
      return class_ * 100...class_ * 100 + 99
    }
    return Int(text).flatMap { (100...599).contains($0) ? $0...$0 : nil }
  }
}

extension Diagnostic.Message {
  fileprivate static func badStatus(_ found: String) -> Self {
    Self("bad-status", "`status` needs a status of HTTP, found \(found)")
  }
  fileprivate static func badPattern(_ reason: String) -> Self {
    Self("bad-regex", "`body` is no regular expression: \(reason)")
  }
}
