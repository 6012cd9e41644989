import Alerting
import QueryLanguage

/// Writes a line on standard error, for whoever collects what the program says.
///
///     note: { log: { format: json } }
package struct Log: Action {
  package static let kind = "log"
  package static let duty = Duty.notification

  package enum Format: String, Sendable, CaseIterable { case text, json }

  private let format: Format
  private let text: Template?

  package init?(binding keys: inout ActionKeys) {
    format = keys.keys.choice("format") ?? .text
    text = keys.template("text")
    if format == .json, text != nil {
      keys.report(.textAsJSON, at: "text", help: "leave one of the two out")
    }
  }

  package func effect(for alert: AlertContext) -> Effect {
    switch format {
    case .text: .say(text?.rendered(alert, as: .plain).mapped(Log.line) ?? Log.line(of: alert))
    case .json: .say(GuardedText(String(decoding: alert.json(), as: UTF8.self)))
    }
  }

  private static func line(of alert: AlertContext) -> GuardedText {
    GuardedText(line("tripline: " + alert.summary))
  }

  /// What nobody's terminal obeys, on one line.
  private static func line(_ text: String) -> String { Markup.plain.text(text.onOneLine) }
}

extension Diagnostic.Message {
  fileprivate static let textAsJSON = Self(
    "bad-format", "`text` is a line of text, and `format` asks for the record as JSON")
}
