import Alerting
import QueryLanguage
import Records

/// An instance of EC2 that a remediation is about: its id, how EC2 is asked, and what is told.
package struct EC2Instance: Sendable {
  private static let version = "2016-11-15"

  private let service: AWSService
  private let id: Template
  private let targets: Targets?

  init?(binding keys: inout ActionKeys) {
    let id = keys.requiredTemplate("instance")
    let place = AWSPlace(binding: &keys)
    guard let id, let service = AWSService("ec2", at: place, reporting: keys) else { return nil }
    self.id = id
    self.service = service
    targets = keys.targets
    guard let written = id.constant, !keys.isUnknown(written) else { return }
    if !EC2Instance.isID(written.revealed.trimmed) {
      keys.report(
        .badInstance(written.description), at: "instance",
        help: "an id is `i-` and 8 to 17 hex digits, such as i-0123456789abcdef0")
    }
  }

  /// Whether the id may come out of a log.
  var isLogText: Bool { id.holdsLogText }

  /// What is touched.
  func target(for alert: AlertContext) -> ActionTarget {
    ActionTarget(name(alert).revealed, isLogText: isLogText)
  }

  /// Whether the instance is one of those that are allowed, by its id or by a tag.
  func mayTouch(_ found: EC2Description, for alert: AlertContext) -> Bool {
    guard let targets else { return !isLogText }
    return targets.allow(name(alert).revealed) || targets.allow(tags: found.tags)
  }

  /// Whether the id is one; text of a log may be anything.
  func hasID(for alert: AlertContext) -> Bool { EC2Instance.isID(name(alert).revealed) }

  /// The question about its state, which comes before anything else.
  func look(for alert: AlertContext) -> Effect { call("DescribeInstances", name(alert)) }

  /// The request for a change.
  func call(_ change: EC2Change, for alert: AlertContext) -> Effect {
    call(change.operation, name(alert))
  }

  /// What EC2 answered to the question; nil when it did not.
  func description(in reply: Reply, for alert: AlertContext) -> EC2Description? {
    EC2Description(reply.body, of: name(alert).revealed)
  }

  /// The record of a change.
  func changed(_ state: String, by change: EC2Change, for alert: AlertContext) -> Deed {
    Deed(
      taken: true, summary: "\(name(alert)) was \(state): \(change.operation)",
      facts: facts(state, change.rawValue, alert, reason: alert.reason))
  }

  /// The record of an instance that was left alone.
  func left(_ state: String?, for alert: AlertContext, because hindrance: String) -> Deed {
    Deed(
      taken: false, summary: "nothing done to \(name(alert)): \(hindrance)",
      facts: facts(
        state ?? "unknown", "none", alert, reason: "\(alert.reason); nothing done: \(hindrance)"))
  }

  private func name(_ alert: AlertContext) -> GuardedText {
    id.rendered(alert, as: .plain).mapped(\.trimmed)
  }

  private func call(_ operation: String, _ id: GuardedText) -> Effect {
    service.query(operation, version: EC2Instance.version, [(name: "InstanceId.1", value: id)])
  }

  private func facts(
    _ state: String, _ taken: String, _ alert: AlertContext, reason: String
  ) -> [Deed.Fact] {
    [
      Deed.Fact("instance_id", name(alert).revealed), Deed.Fact("previous_state", state),
      Deed.Fact("action_taken", taken), Deed.Fact("timestamp_utc", Timestamp.rfc3339(alert.now)),
      Deed.Fact("reason", reason),
    ]
  }

  /// `i-` and 17 hex digits; old ones have 8, and the contract leaves room between.
  private static func isID(_ text: String) -> Bool {
    guard text.hasPrefix("i-") else { return false }
    let digits = text.utf8.dropFirst(2)
    return (8...17).contains(digits.count)
      && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

/// What EC2 says about one instance.
struct EC2Description {
  /// `running`, `stopped` and so on.
  let state: String
  let tags: [(name: String, value: String)]

  /// Nil when the answer to `DescribeInstances` is not about this instance.
  init?(_ body: [UInt8], of id: String) {
    guard let reservations = XMLTree(body)?.first("reservationSet") else { return nil }
    let instances = reservations.children.flatMap { $0["instancesSet"]?.children ?? [] }
    guard let own = instances.first(where: { $0["instanceId"]?.text == id }),
      let state = own["instanceState"]?["name"]?.text
    else { return nil }
    self.state = state
    tags = (own["tagSet"]?.children ?? []).map { item in
      (item["key"]?.text ?? "", item["value"]?.text ?? "")
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func badInstance(_ found: String) -> Self {
    Self("bad-instance", "'\(found)' is not the id of an instance")
  }
}
