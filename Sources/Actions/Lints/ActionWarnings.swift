package import QueryLanguage

extension ActionLints {
  /// What is said of actions when they are bound.
  package static let warnings: [LintPage] = [
    unknownVariable, unfilledVariable, unclosedTemplate, liveNotification,
  ]

  private static let unknownVariable = LintPage(
    "unknown-variable", "a text has a {{Variable}} that nobody knows",
    meaning: """
      Nothing will ever stand in its place. The variables are those of the alert, such as {{Name}}, \
      {{TriggerValue}} and {{AlertGroup}}; a field of the group is {{ResultsJson.host}}.
      """,
    night: "The message has a hole where the one thing should be that everybody wants to know.",
    wrong: .file(example("{{Nmae}} fires")),
    right: .file(example("{{Name}} fires")))

  private static let unfilledVariable = LintPage(
    "unfilled-variable", "a text has a {{Variable}} that is always empty here",
    meaning: """
      It is a variable of Sumo Logic's payloads. It loads, so that a payload need not be rewritten at \
      once, and nothing stands in its place.
      """,
    night: "The link in the message leads nowhere.",
    wrong: .file(example("{{Name}} fires: {{QueryURL}}")),
    right: .file(example("{{Name}} fires: {{Query}}")))

  private static let unclosedTemplate = LintPage(
    "unclosed-template", "a {{ or ${env: never closes",
    meaning: "What begins there is no variable, so the text is sent as it stands.",
    night: "The message says '{{Name' and everybody wonders which monitor that was.",
    wrong: .file(example("{{Name fires")),
    right: .file(example("{{Name}} fires")))

  private static let liveNotification = LintPage(
    "live-notification", "`live` on an action that is always performed",
    meaning: """
      `live: true` lets a remediation act without --live. To tell somebody is no remediation: it is \
      always done, whatever `live` says.
      """,
    night: "With `live: false` somebody may believe that the pager is off. It is not.",
    wrong: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
      actions:
        tell: { webhook: { url: "${env:CHAT_URL}" }, live: false }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
      actions:
        tell: { webhook: { url: "${env:CHAT_URL}" } }
      """))

  private static func example(_ text: String) -> String {
    """
    monitors:
      - name: example
        query: error
        critical: { alert: "> 5" }
        actions: [tell]
    actions:
      tell: { webhook: { url: "${env:CHAT_URL}", body: "\(text)" } }
    """
  }
}
