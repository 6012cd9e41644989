package import QueryLanguage

/// Pages of mistakes that people make often. No comment makes them acceptable.
package enum MistakePages {
  package static let all: [LintPage] = [badEvery, unknownKey, unknownAction]

  private static let badEvery = LintPage(
    "bad-every", "`every` does not divide the window",
    meaning: """
      The window is kept in pieces as long as `every`, so it has to be a whole number of them. Without \
      `every` a step of whole seconds is chosen; a window that has none needs one written down.
      """,
    night: "Nothing: a rule with this mistake does not load.",
    wrong: .monitor(
      """
      query: error
      window: 10m
      every: 7s
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: error
      window: 10m
      every: 6s
      critical: { alert: "> 5" }
      """), isError: true)

  private static let unknownKey = LintPage(
    "unknown-key", "a key that means nothing here",
    meaning: """
      Every key is either acted on or refused: one that is passed over in silence would be a promise \
      that nobody keeps. Names that other monitors use are answered with the one that is meant.
      """,
    night: "Nothing: a rule with this mistake does not load.",
    wrong: .monitor(
      """
      query: error
      timeRange: 15m
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: error
      window: 15m
      critical: { alert: "> 5" }
      """), isError: true)

  private static let unknownAction = LintPage(
    "unknown-action", "a monitor names an action that is not defined",
    meaning: """
      Actions are found by their names in all the rule files that are loaded together. Either the \
      name has a slip in it, or the file with the action was not named.
      """,
    night: "Nothing: a rule with this mistake does not load.",
    wrong: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tel]
      actions:
        tell: { file: { path: alerts.ndjson } }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
      actions:
        tell: { file: { path: alerts.ndjson } }
      """), isError: true)
}
