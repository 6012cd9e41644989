import Alerting
import QueryLanguage

/// Writes a line to a log of Amazon CloudWatch Logs, at the time of the transition.
///
///     audit: { aws.logs: { group: /ops/tripline, stream: web } }
///
/// Without `message` the line is the transition record and what the remediation before it did. A
/// stream that is missing is created, a group is not.
package struct CloudWatchLogs: Action {
  package static let kind = "aws.logs"
  package static let duty = Duty.notification

  /// What the service takes as one line; it counts some bytes for itself.
  private static let limit = 256 * 1_024 - 26
  private static let missing = "ResourceNotFoundException"
  private static let present = "ResourceAlreadyExistsException"

  private let service: AWSService
  private let group: GuardedText
  private let stream: GuardedText
  private let create: Bool
  private let message: Template?

  package init?(binding keys: inout ActionKeys) {
    let group = keys.required("group")?.mapped(\.trimmed)
    stream = keys.fixed("stream")?.mapped(\.trimmed) ?? GuardedText("tripline")
    create = keys.keys.bool("create") ?? true
    message = keys.template("message")
    let place = AWSPlace(binding: &keys)
    let isNamed = !stream.revealed.isEmpty && !stream.revealed.contains { ":*".contains($0) }
    if !isNamed, !keys.isUnknown(stream) {
      keys.report(
        .badStream(stream.description), at: "stream", help: "colons and stars are not allowed")
    }
    guard let group,
      let service = AWSService("logs", id: "cloudwatch_logs", at: place, reporting: keys)
    else { return nil }
    self.service = service
    self.group = group
  }

  package func effect(for alert: AlertContext) -> Effect {
    put(alert, allowing: create ? [CloudWatchLogs.missing] : [])
  }

  /// Writes; where there is no stream yet, creates it and writes again.
  package func step(for alert: AlertContext, after replies: [Reply]) -> Step {
    switch replies.count {
    case 0: .act(effect(for: alert))
    case 1 where replies[0].code == CloudWatchLogs.missing: .act(createStream())
    case 2: .act(put(alert, allowing: []))
    default: .end(Deed(taken: true, summary: replies.last?.summary ?? ""))
    }
  }

  private func put(_ alert: AlertContext, allowing allowed: [String]) -> Effect {
    let line = line(for: alert)
    let body = both { face in
      var writer = JSONWriter()
      writer.object {
        $0.member("logGroupName", face(group))
        $0.member("logStreamName", face(stream))
        $0.key("logEvents")
        $0.array {
          $0.object {
            $0.key("timestamp")
            $0.whole(alert.transition.time)
            $0.member("message", face(line))
          }
        }
      }
      return writer.text
    }
    return service.json(
      "PutLogEvents", of: "Logs_20140328", body: body, allowing: allowed)
  }

  private func createStream() -> Effect {
    let body = both { face in
      var writer = JSONWriter()
      writer.object {
        $0.member("logGroupName", face(group))
        $0.member("logStreamName", face(stream))
      }
      return writer.text
    }
    return service.json(
      "CreateLogStream", of: "Logs_20140328", body: body, allowing: [CloudWatchLogs.present])
  }

  private func line(for alert: AlertContext) -> GuardedText {
    guard let message else {
      return GuardedText(String(decoding: alert.json(within: CloudWatchLogs.limit), as: UTF8.self))
    }
    let text = message.rendered(alert, as: message.looksLikeJSON ? .json : .plain)
    return text.mapped { $0.cut(toBytes: CloudWatchLogs.limit) }
  }

  /// A text made of guarded ones, as it is and as it may be seen.
  private func both(_ write: ((GuardedText) -> String) -> String) -> GuardedText {
    GuardedText(revealed: write(\.revealed), shown: write(\.description))
  }
}

extension Diagnostic.Message {
  fileprivate static func badStream(_ found: String) -> Self {
    Self("bad-stream", "'\(found)' can't be the name of a log stream")
  }
}
