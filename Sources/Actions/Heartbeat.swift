package import Alerting
import QueryLanguage

/// A sign of life for somebody who raises the alarm when it stops: `heartbeat` in `tripline.yaml`.
///
///     heartbeat: { every: 1m, url: "${env:HEARTBEAT_URL}" }
package struct Heartbeat: Sendable {
  package let every: Duration
  package let request: HTTPRequest
  /// How long one may take.
  package let timeout: Duration
  package let redaction: Redaction

  package enum Method: String, Sendable, CaseIterable { case GET, POST }

  /// Binds the section; nil when something was reported that keeps it from working.
  package init?(binding node: ConfigNode, environment: ActionEnvironment, sink: DiagnosticSink) {
    let own = DiagnosticSink()
    defer { for finding in own.list { sink.report(finding) } }
    guard
      var keys = ActionKeys(
        node, as: "`heartbeat`", action: "heartbeat", environment: environment, sink: own)
    else { return nil }
    let endpoint = Endpoint(binding: &keys)
    let every = keys.keys.duration("every") ?? 60_000
    let timeout = keys.keys.duration("timeout") ?? 10_000
    let method: Method = keys.keys.choice("method") ?? .GET
    if every < 1_000 { keys.report(.tooOften, at: "every", help: "write 1s or more") }
    if timeout <= 0 { keys.report(.noTime, at: "timeout") }
    keys.keys.finish()
    guard let endpoint, !own.hasErrors else { return nil }
    self.every = .milliseconds(every)
    self.timeout = .milliseconds(timeout)
    request = endpoint.request(method.rawValue)
    redaction = keys.redaction
  }
}

extension Diagnostic.Message {
  fileprivate static let tooOften = Self("bad-heartbeat", "a heart that beats this often is a load")
  fileprivate static let noTime = Self("bad-timeout", "`timeout` leaves no time at all")
}
