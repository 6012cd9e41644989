import Alerting
import QueryLanguage

/// Publishes to a topic of Amazon SNS.
///
///     tell-ops: { aws.sns: { topic: "${env:SNS_TOPIC_ARN}", subject: "{{Name}} {{TriggerType}}" } }
///
/// Without `message` it is what the remediation before it did, as JSON with exactly its facts; where
/// the alert itself asks, the transition record and what a person needs.
package struct SNS: Action {
  package static let kind = "aws.sns"
  package static let duty = Duty.notification

  /// What SNS takes as a message; the rest of the request does not count.
  private static let limit = 256 * 1_024
  /// Longer subjects, and those of other characters, are refused.
  private static let subjectLimit = 99

  private let action: String
  private let service: AWSService
  private let topic: GuardedText
  private let subject: Template
  private let message: Template?

  package init?(binding keys: inout ActionKeys) {
    let topic = keys.required("topic")?.mapped(\.trimmed)
    action = keys.action
    subject = keys.template("subject") ?? Template(plain: "{{Name}} {{TriggerType}}")
    message = keys.template("message")
    let place = AWSPlace(binding: &keys)
    guard let topic else { return nil }
    guard keys.isUnknown(topic) || ARN(topic.revealed)?.service == "sns" else {
      keys.report(
        .badTopic(topic.description), at: "topic",
        help: "write its ARN: arn:aws:sns:eu-west-1:123456789012:NAME")
      return nil
    }
    guard let service = AWSService("sns", at: place, of: topic, reporting: keys) else { return nil }
    self.service = service
    self.topic = topic
  }

  package func effect(for alert: AlertContext) -> Effect {
    var parameters = [(name: "TopicArn", value: topic)]
    let subject = subject.rendered(alert, as: .header).mapped { $0.asSubject(SNS.subjectLimit) }
    if !subject.revealed.isEmpty { parameters.append((name: "Subject", value: subject)) }
    parameters.append((name: "Message", value: body(for: alert)))
    if topic.revealed.hasSuffix(".fifo") {
      // In order for each monitor; what is sent again is recognised.
      let key = alert.idempotencyKey(of: action)
      parameters += [
        (name: "MessageGroupId", value: digest(alert.monitor.name)),
        (name: "MessageDeduplicationId", value: digest(key)),
      ]
    }
    return service.query("Publish", version: "2010-03-31", parameters)
  }

  private func body(for alert: AlertContext) -> GuardedText {
    if let message {
      let text = message.rendered(alert, as: message.looksLikeJSON ? .json : .plain)
      return text.mapped { $0.cut(toBytes: SNS.limit) }
    }
    if let deed = alert.deed, !deed.facts.isEmpty { return GuardedText(deed.json) }
    return GuardedText(String(decoding: alert.json(within: SNS.limit), as: UTF8.self))
  }

  private func digest(_ text: String) -> GuardedText { GuardedText(Digest.full(Array(text.utf8))) }
}

extension AlertContext {
  /// The record in at most so many bytes: its oldest lines of evidence go when they don't fit.
  func json(within limit: Int) -> [UInt8] {
    var context = self
    var bytes = context.json()
    while bytes.count > limit, !context.transition.evidence.isEmpty {
      // The newest stand first.
      context.transition.evidence.removeLast((context.transition.evidence.count + 1) / 2)
      bytes = context.json()
    }
    return bytes
  }
}

extension String {
  /// In printable ASCII, beginning with no blank, and not too long.
  fileprivate func asSubject(_ limit: Int) -> String {
    let ascii = unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" }
    return String(ascii.prefix(limit)).trimmed
  }

  /// The beginning of the text, whole characters in at most so many bytes.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end > startIndex, UTF8.isContinuation(utf8[end]) { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}

extension Diagnostic.Message {
  fileprivate static func badTopic(_ found: String) -> Self {
    Self("bad-topic", "'\(found)' is not the ARN of a topic")
  }
}
