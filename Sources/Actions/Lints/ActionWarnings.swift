package import QueryLanguage

extension ActionLints {
  /// What is said of actions when they are bound.
  package static let warnings: [LintPage] = [
    unknownVariable, unfilledVariable, unclosedTemplate, liveNotification,
  ]

  /// Mistakes that people make often. No comment makes them acceptable.
  package static let mistakes: [LintPage] = [noTargets, verifyTooSoon]

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

  private static let noTargets = LintPage(
    "no-targets",
    "what a remediation acts on comes out of the log, and nothing says what is allowed",
    meaning: """
      Whoever can write a line to the log chooses what is acted on. `targets` lists what may be: names, \
      patterns such as "web-*", or tags for kinds that know them.
      """,
    night: "Nothing: a rule with this mistake does not load.",
    wrong: .file(remedy("")),
    right: .file(remedy("\n    targets: [\"web-*\"]")), isError: true)

  private static let verifyTooSoon = LintPage(
    "verify-too-soon", "`verify` wants an alert to resolve faster than it can",
    meaning: """
      What tripped an alert has to leave the window, and then the condition has to stay clear for the \
      resolution window. Only after that can it have helped. A probe may decide sooner.
      """,
    night: "Nothing: a rule with this mistake does not load.",
    wrong: .file(remedy("\n    targets: [\"web-*\"]\n    verify: { within: 5m }")),
    right: .file(remedy("\n    targets: [\"web-*\"]\n    verify: { within: 20m }")), isError: true)

  private static func remedy(_ keys: String) -> String {
    """
    monitors:
      - name: example
        query: error | json "host"
        group_by: [host]
        critical: { alert: "> 5" }
        actions: [restart]
    actions:
      restart:
        exec: { command: [restart-host, "{{ResultsJson.host}}"] }
        guard: { max_targets: 2 }\(keys)
    """
  }

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
