import Alerting

/// Appends the transition record to a file, one line each; behind a remediation what it did, too.
///
///     journal: { file: { path: /var/log/tripline/alerts.ndjson } }
package struct File: Action {
  package static let kind = "file"
  package static let duty = Duty.notification

  private let path: GuardedText

  package init?(binding keys: inout ActionKeys) {
    guard let path = keys.required("path") else { return nil }
    self.path = path
  }

  package func effect(for alert: AlertContext) -> Effect {
    .append(
      FileLine(path: path, line: alert.deed == nil ? alert.transition.json() : alert.json()))
  }
}
