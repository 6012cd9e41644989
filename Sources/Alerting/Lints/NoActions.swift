package import QueryLanguage

/// A monitor that tells nobody.
package enum NoActions: RuleLint {
  package static let page = LintPage(
    "no-actions", "the monitor has nobody to tell",
    meaning: """
      It has no `actions`. Its alerts are printed by `run`, and kept, but nothing is sent and nothing \
      is done.
      """,
    night: "It fires, and everybody sleeps.",
    wrong: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: error
      critical: { alert: "> 5" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    guard rule.rule.actions.isEmpty else { return [] }
    return [
      rule.finding(
        "no-actions", "nobody is told of the alerts of this monitor", at: "name",
        help: "name one or more under `actions`")
    ]
  }
}
