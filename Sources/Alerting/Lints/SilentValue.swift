package import QueryLanguage

/// `avg(x) < 5` that says nothing when there are no lines.
package enum SilentValue: RuleLint {
  package static let page = LintPage(
    "silent-value", "no lines at all would read as healthy",
    meaning: """
      The condition waits for a small value, and without lines an average, a percentile or a \
      smallest value has none. Unless `no_value` says otherwise that is clear, not a hit.
      """,
    night: """
      The service dies, its log stops, and the monitor resolves: the lowest throughput of all goes \
      unnoticed.
      """,
    wrong: .monitor(
      """
      query: '* | avg(requests_per_second) as rps'
      critical: { alert: "< 5" }
      """),
    right: .monitor(
      """
      query: '* | avg(requests_per_second) as rps'
      critical: { alert: "< 5", no_value: hit }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    guard rule.missingData == nil else { return [] }
    return rule.levelPairs.compactMap { written, level in
      let isSmall = level.alert == .less || level.alert == .lessOrEqual
      let name = written.level.rawValue
      guard isSmall, !level.emptyIsZero, rule.rule.places["\(name).no_value"] == nil else {
        return nil
      }
      return rule.finding(
        "silent-value",
        "without lines \(rule.subjectWords(level)) has no value, and '\(written.alert.text)' is clear",
        at: written.alert.span,
        help: "write no_value: hit or keep (or clear, if that is meant), or watch `missing_data`")
    }
  }
}
