package import QueryLanguage

/// A condition that every log makes true, an empty one too.
package enum AlwaysTrips: RuleLint {
  package static let page = LintPage(
    "always-trips", "every log makes the condition true",
    meaning: """
      Whatever the compared number comes to be, the condition is true, and so it is when there are no \
      lines at all. Mostly `>` was meant in place of `>=`.
      """,
    night: "It fires at once and never resolves; after a week nobody reads its alerts any more.",
    wrong: .monitor(
      """
      query: 'error | count'
      critical: { alert: ">= 0" }
      """),
    right: .monitor(
      """
      query: 'error | count'
      critical: { alert: "> 0" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    rule.levelPairs.compactMap { written, level in
      let values = rule.values(of: level)
      guard !values.isEmpty, values.alwaysMeets(level.alert, level.alertBound), level.emptyCanHit
      else { return nil }
      let known = values.words.map { ": \(rule.subjectWords(level)) is always \($0)" }
      return rule.finding(
        "always-trips",
        "'\(written.alert.text)' is always true"
          + (known ?? ""),
        at: written.alert.span, help: "compare with a number that a quiet log does not meet")
    }
  }
}
