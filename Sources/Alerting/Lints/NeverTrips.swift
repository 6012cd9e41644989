package import QueryLanguage

/// A condition that no log can make true.
package enum NeverTrips: RuleLint {
  package static let page = LintPage(
    "never-trips", "no log can make the condition true",
    meaning: """
      The threshold lies outside of what the compared number can be: a count is whole and never below \
      0, `limit` bounds the number of rows, and a `where` behind the aggregate leaves only some values.
      """,
    night: "The monitor looks fine in every list, and nobody is ever told of anything.",
    wrong: .monitor(
      """
      query: 'error | count by host | top 5 host by _count'
      critical: { alert: "rows > 5" }
      """),
    right: .monitor(
      """
      query: 'error | count by host'
      critical: { alert: "rows > 5" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    rule.levelPairs.compactMap { written, level in
      let values = rule.values(of: level)
      // A query without a result has been told of.
      guard !values.isEmpty, !values.mayMeet(level.alert, level.alertBound), !level.emptyCanHit
      else { return nil }
      let known = values.words.map { ": \(rule.subjectWords(level)) is always \($0)" }
      return rule.finding(
        "never-trips", "'\(written.alert.text)' can't become true" + (known ?? ""),
        at: written.alert.span, help: "compare with a number that can be met")
    }
  }
}
