import Alerting
import Records

/// Posts to a Discord channel through a webhook.
///
///     tell-team: { discord: { url: "${env:DISCORD_URL}" } }
///
/// `text` is the message above the details; it may use Discord's markup, the log may not. Nobody is
/// ever mentioned.
package struct Discord: Action {
  package static let kind = "discord"
  package static let duty = Duty.notification

  /// Discord's own limits, in characters; those of an embed together are 6,000.
  private enum Limit {
    static let content = 2_000
    static let title = 256
    static let description = 3_000
    static let value = 256
    static let fields = 8
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
    let text = self.text?.rendered(alert, as: .markup(.markdown)).mapped {
      Markup.plain.text($0, atMost: Limit.content)
    }
    let body = GuardedText.json { json, face in
      json.object {
        if let text { $0.member("content", face(text)) }
        $0.key("allowed_mentions")
        $0.raw(#"{"parse":[]}"#)
        $0.key("embeds")
        $0.array { $0.object { embed(alert, in: &$0) } }
      }
    }
    return .request(endpoint.post(body, key: alert.idempotencyKey(of: action)))
  }

  private func embed(_ alert: AlertContext, in embed: inout JSONWriter) {
    embed.member("title", Markup.markdown.text(alert.headline, atMost: Limit.title))
    if let runbook = alert.runbookLink { embed.member("url", runbook) }
    embed.key("color")
    embed.whole(Int64(AlertColour(alert.transition).number))
    embed.member("timestamp", Timestamp.rfc3339(alert.transition.time))
    let description = description(of: alert)
    if !description.isEmpty { embed.member("description", description) }
    embed.key("fields")
    embed.array {
      for fact in alert.facts.prefix(Limit.fields) {
        $0.object {
          $0.member("name", fact.name)
          $0.member("value", Markup.markdown.text(fact.value, atMost: Limit.value))
        }
      }
    }
  }

  private func description(of alert: AlertContext) -> String {
    let words = Markup.markdown.text(alert.monitor.description, atMost: Limit.description / 2)
    let lines = alert.evidenceText
    let block = lines.isEmpty ? "" : Markup.markdown.block(lines, atMost: Limit.description / 2)
    return [words, block].filter { !$0.isEmpty }.joined(separator: "\n")
  }
}
