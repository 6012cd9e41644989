/// What may be said of any query, in a rule or at a terminal, that does not keep it from running.
package enum QueryLints {
  /// In the order in which help lists them.
  package static let pages: [LintPage] = [
    NeverMatches.page, NullComparison.page, nearMiss, nothingToRemove, unknownUnit,
  ]

  private static let nearMiss = LintPage(
    "near-miss", "a field is spelt nearly like one that a stage makes",
    meaning: """
      A line may have a member of any name, so this may be right. But no stage before makes a field of \
      this name, and one makes a field whose name differs in a letter or two.
      """,
    night:
      "The misspelt field is missing on every line: conditions on it are false, groups are empty.",
    wrong: .monitor(
      """
      query: 'error | parse "user=*" as username | where usernme = "root"'
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: 'error | parse "user=*" as username | where username = "root"'
      critical: { alert: "> 5" }
      """))

  private static let nothingToRemove = LintPage(
    "unknown-column", "`fields -` removes a column that is not there",
    meaning: """
      Behind an aggregate only its columns are left, and none has this name. Where such a column is \
      read, in a condition for instance, it is an error with the same code.
      """,
    night: "The column that was to be taken out of the alert is still in it.",
    wrong: .monitor(
      """
      query: 'error | count by host | fields - hots'
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: 'error | count as hits, max(took_ms) as worst by host | fields - worst'
      critical: { alert: "hits > 5" }
      """))

  private static let unknownUnit = LintPage(
    "unknown-unit", "a duration is compared with a number whose unit nobody knows",
    meaning: """
      Logs write plain numbers. `> 3s` can only be compared with them when the unit of the field is \
      known: from its name (`took_ms`), from `units`, or from --unit. In a rule it is an error, at the \
      terminal a warning, and the numbers are taken as milliseconds.
      """,
    night: "A limit in seconds held against milliseconds trips on every line, or on none.",
    wrong: .monitor(
      """
      query: '* | where response_time > 3s'
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: '* | where response_time > 3s'
      units: { response_time: s }
      critical: { alert: "> 5" }
      """),
    isError: true)
}
