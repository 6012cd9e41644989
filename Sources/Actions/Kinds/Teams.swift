import Alerting

/// Posts an Adaptive Card to Microsoft Teams through the URL of a workflow.
///
///     tell-team: { teams: { url: "${env:TEAMS_URL}" } }
///
/// All texts are runs, which know no markup: nothing that a log says can link or mention.
package struct Teams: Action {
  package static let kind = "teams"
  package static let duty = Duty.notification

  /// Teams takes 28 KB for a whole card; a character may be three bytes.
  private enum Limit {
    static let words = 1_500
    static let fact = 400
    static let evidence = 2_500
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
    let text = self.text?.rendered(alert, as: .plain)
    let body = GuardedText.json { json, face in
      json.object {
        $0.member("type", "message")
        $0.key("attachments")
        $0.array {
          $0.object {
            $0.member("contentType", "application/vnd.microsoft.card.adaptive")
            $0.key("content")
            $0.object { card(alert, text.map(face), in: &$0) }
          }
        }
      }
    }
    return .request(endpoint.post(body, key: alert.idempotencyKey(of: action)))
  }

  private func card(_ alert: AlertContext, _ text: String?, in card: inout JSONWriter) {
    card.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
    card.member("type", "AdaptiveCard")
    card.member("version", "1.4")
    card.key("body")
    card.array { body in
      body.object {
        $0.member("type", "Container")
        $0.member("style", AlertColour(alert.transition).style)
        $0.key("items")
        $0.array {
          $0.block([Run(text ?? alert.summary, atMost: Limit.words, isBold: true)])
          if !alert.monitor.description.isEmpty {
            $0.block([Run(alert.monitor.description, atMost: Limit.words)])
          }
        }
      }
      for fact in alert.facts {
        body.block([
          Run(fact.name + ": ", atMost: Limit.fact, isBold: true),
          Run(fact.value, atMost: Limit.fact),
        ])
      }
      if !alert.evidenceText.isEmpty {
        body.block([Run(alert.evidenceText, atMost: Limit.evidence, isCode: true)])
      }
    }
    guard let runbook = alert.runbookLink else { return }
    card.key("actions")
    card.array {
      $0.object {
        $0.member("type", "Action.OpenUrl")
        $0.member("title", "Runbook")
        $0.member("url", runbook)
      }
    }
  }

  /// A stretch of text in one style.
  fileprivate struct Run {
    var text: String
    var isBold = false
    var isCode = false

    init(_ text: String, atMost limit: Int, isBold: Bool = false, isCode: Bool = false) {
      self.text = Markup.plain.text(text, atMost: limit)
      self.isBold = isBold
      self.isCode = isCode
    }
  }
}

extension AlertColour {
  /// The names that Adaptive Cards have for them.
  fileprivate var style: String {
    switch self {
    case .critical: "attention"
    case .warning: "warning"
    case .missingData: "accent"
    case .over: "good"
    }
  }
}

extension JSONWriter {
  fileprivate mutating func block(_ runs: [Teams.Run]) {
    object {
      $0.member("type", "RichTextBlock")
      $0.key("inlines")
      $0.array {
        for run in runs {
          $0.object {
            $0.member("type", "TextRun")
            $0.member("text", run.text)
            if run.isBold { $0.member("weight", "Bolder") }
            if run.isCode { $0.member("fontType", "Monospace") }
          }
        }
      }
    }
  }
}
