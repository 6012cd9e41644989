import Alerting
import QueryLanguage
import Records

/// Keeps an Alertmanager told of what is firing: once when an alert fires, again every `refresh` while
/// it does, and when it's over.
///
///     page:
///       alertmanager:
///         url: [https://alerts-1.example.com, https://alerts-2.example.com]
///         labels: { team: web }
///
/// Of several that know each other it's enough that one is told. The group's fields, the monitor's
/// tags and `labels` become labels, by names that Prometheus allows.
package struct Alertmanager: Refreshing {
  package static let kind = "alertmanager"
  package static let duty = Duty.notification

  /// Four times the refresh, as Prometheus has it: two may be lost.
  private static let patience: Int64 = 4

  private let endpoints: [Endpoint]
  private let labels: [(name: String, value: Template)]
  private let annotations: [(name: String, value: Template)]
  private let interval: Int64

  package var refresh: Duration { .milliseconds(interval) }

  package init?(binding keys: inout ActionKeys) {
    endpoints = Endpoint.several(binding: &keys)
    labels = keys.templateMap("labels")
    annotations = keys.templateMap("annotations")
    interval = keys.keys.duration("refresh") ?? 60_000
    for label in labels + annotations where label.name != LabelSet.name(label.name) {
      keys.report(
        .badLabel(label.name),
        at: labels.contains { $0.name == label.name } ? "labels" : "annotations",
        help: "letters, digits and _, no digit first")
    }
    if interval < 1_000 { keys.report(.shortRefresh, at: "refresh", help: "write 1s or more") }
    if endpoints.isEmpty { return nil }
  }

  package func effect(for alert: AlertContext) -> Effect { effect(refreshing: [alert]) }

  package func effect(refreshing alerts: [AlertContext]) -> Effect {
    let body = GuardedText.json { json, face in
      json.array { json in
        for alert in alerts { json.object { content(alert, in: &$0, face) } }
      }
    }
    let requests = endpoints.map { endpoint in
      var request = endpoint.request(to: "/api/v2/alerts")
      request.body = body
      request.addHeader("Content-Type", "application/json")
      return request
    }
    return requests.count == 1 ? .request(requests[0]) : .anyRequest(requests)
  }

  private func content(
    _ alert: AlertContext, in json: inout JSONWriter, _ face: (GuardedText) -> String
  ) {
    let transition = alert.transition
    json.key("labels")
    json.object { json in
      for label in labelSet(of: alert, face).sorted { json.member(label.name, label.value) }
    }
    json.key("annotations")
    json.object {
      for annotation in annotationSet(of: alert, face).sorted {
        $0.member(annotation.name, annotation.value)
      }
    }
    if transition.isOver {
      // Never later than now: an end that is to come would leave it firing until then.
      json.member("endsAt", Timestamp.rfc3339(min(transition.time, alert.now)))
    } else {
      json.member("startsAt", Timestamp.rfc3339(transition.time))
      let end = alert.now + Alertmanager.patience * interval
      json.member("endsAt", Timestamp.rfc3339(end))
    }
  }

  private func annotationSet(
    of alert: AlertContext, _ face: (GuardedText) -> String
  ) -> LabelSet {
    var set = LabelSet()
    for note in annotations { set.add(note.name, face(note.value.rendered(alert, as: .plain))) }
    set.add("summary", Markup.plain.text(alert.summary, atMost: 1_000))
    set.add("description", alert.monitor.description)
    set.add("runbook_url", alert.monitor.runbook ?? "")
    set.add("evidence", alert.evidenceText)
    return set
  }

  /// What tells one alert from another.
  private func labelSet(of alert: AlertContext, _ face: (GuardedText) -> String) -> LabelSet {
    var set = LabelSet()
    set.add("alertname", alert.monitor.name)
    set.add("severity", alert.transition.level.rawValue)
    for label in labels { set.add(label.name, face(label.value.rendered(alert, as: .plain))) }
    for field in alert.transition.group.fields { set.add(field.name, field.value.plainText) }
    for tag in alert.monitor.tags.sorted(by: { $0.key < $1.key }) { set.add(tag.key, tag.value) }
    return set
  }
}

/// Labels or annotations by names that Prometheus allows; of two with one name the first stays.
private struct LabelSet {
  private var values: [String: String] = [:]

  var sorted: [(name: String, value: String)] {
    values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Adds a label unless there is one of that name; an empty value is none at all there.
  mutating func add(_ name: String, _ value: String) {
    let name = LabelSet.name(name)
    guard values[name] == nil, !value.isEmpty else { return }
    values[name] = value
  }

  /// `http.status` is `http_status`, `2xx` is `_2xx`.
  static func name(_ text: String) -> String {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    let bytes = text.utf8.map { byte -> UInt8 in
      let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      return isLetter || isDigit(byte) ? byte : UInt8(ascii: "_")
    }
    let name = String(decoding: bytes, as: UTF8.self)
    return bytes.first.map(isDigit) ?? true ? "_" + name : name
  }
}

extension Diagnostic.Message {
  fileprivate static func badLabel(_ name: String) -> Self {
    Self("bad-label", "'\(name)' can't be the name of a label or annotation")
  }
  fileprivate static let shortRefresh = Self(
    "bad-refresh", "a `refresh` this short would never let Alertmanager rest")
}
