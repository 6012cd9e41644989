import Alerting

/// Posts to a Slack channel through an incoming webhook.
///
///     tell-team: { slack: { url: "${env:SLACK_URL}" } }
///
/// `text` replaces the line above the details; it may use Slack's own markup, the log may not.
package struct Slack: Action {
  package static let kind = "slack"
  package static let duty = Duty.notification

  /// Slack's own limits, in characters.
  private enum Limit {
    static let text = 30_000
    static let section = 3_000
    static let field = 2_000
    static let fields = 10
  }

  private let action: String
  private let endpoint: Endpoint
  private let text: Template?

  package init?(binding keys: inout ActionKeys) {
    let endpoint = Endpoint(binding: &keys)
    action = keys.action
    text = keys.template("text")
    guard let endpoint else { return nil }
    self.endpoint = endpoint
  }

  package func effect(for alert: AlertContext) -> Effect {
    let text =
      self.text?.rendered(alert, as: .markup(.slack)).mapped {
        Markup.plain.text($0, atMost: Limit.text)
      }
      ?? GuardedText(Markup.slack.text(alert.summary, atMost: Limit.section))
    let body = GuardedText.json { json, face in
      json.object {
        $0.member("text", face(text))
        $0.key("attachments")
        $0.array {
          $0.object { attachment in
            attachment.member("color", AlertColour(alert.transition).hex)
            attachment.key("blocks")
            attachment.array { details(of: alert, in: &$0) }
          }
        }
      }
    }
    return .request(endpoint.post(body, key: alert.idempotencyKey(of: action)))
  }

  private func details(of alert: AlertContext, in blocks: inout JSONWriter) {
    if !alert.monitor.description.isEmpty {
      blocks.section {
        $0.text(Markup.slack.text(alert.monitor.description, atMost: Limit.section))
      }
    }
    blocks.section { section in
      section.key("fields")
      section.array { fields in
        for fact in alert.facts.prefix(Limit.fields) {
          let value = Markup.slack.text(fact.value, atMost: Limit.field - 40)
          fields.mrkdwn("*\(fact.name)*\n\(value)")
        }
      }
    }
    if !alert.evidenceText.isEmpty {
      blocks.section {
        $0.text(Markup.slack.block(alert.evidenceText, atMost: Limit.section))
      }
    }
    guard let runbook = alert.runbookLink else { return }
    blocks.section { $0.text("<\(Markup.slack.text(runbook))|Runbook>") }
  }
}

extension JSONWriter {
  fileprivate mutating func section(_ members: (inout JSONWriter) -> Void) {
    object {
      $0.member("type", "section")
      members(&$0)
    }
  }

  fileprivate mutating func text(_ text: String) {
    key("text")
    mrkdwn(text)
  }

  fileprivate mutating func mrkdwn(_ text: String) {
    object {
      $0.member("type", "mrkdwn")
      $0.member("text", text)
    }
  }
}
