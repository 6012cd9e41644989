package import QueryLanguage

/// `evidence: 0`.
package enum NoEvidence: RuleLint {
  package static let page = LintPage(
    "no-evidence", "alerts come without the lines that caused them",
    meaning: "With `evidence: 0` a record names a number and a threshold, and not one line.",
    night: """
      Whoever is woken has to find the lines first, perhaps in a file that was rotated meanwhile. A \
      few lines cost next to nothing.
      """,
    wrong: .monitor(
      """
      query: error
      evidence: 0
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: error
      evidence: 3
      critical: { alert: "> 5" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    guard rule.rule.evidence == 0 else { return [] }
    return [
      rule.finding(
        "no-evidence", "alerts of this monitor show none of the lines that caused them",
        at: "evidence", help: "remove it: 20 is the default")
    ]
  }
}
