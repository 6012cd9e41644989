package import QueryLanguage

/// `avg(x) < 5` that says nothing when there are no lines.
package enum SilentValue: RuleLint {
  package static let page = LintPage(
    "silent-value", "no lines at all would read as healthy",
    meaning: """
      The condition waits for a small value, and without lines an average, a percentile or a \
      smallest value has none. Unless `no_value` says otherwise that is clear, not a hit. And groups \
      that fall silent are only remembered for `<`, `<=`, `=` and `missing_data`: for any other \
      comparison `no_value: hit` is about lines without the field, not about silence.
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
    return smallValues(in: rule) + silentGroups(in: rule)
  }

  /// `no_value: hit` of groups that nobody remembers when they have fallen silent.
  private static func silentGroups(in rule: BoundRule) -> [Diagnostic] {
    rule.levelPairs.compactMap { written, level in
      guard !rule.rule.groupBy.isEmpty, written.noValue == .hit, !level.isAboutAbsence else {
        return nil
      }
      return rule.finding(
        "silent-value",
        "a group that falls silent is forgotten with its last line in the window, and `no_value: hit` "
          + "does not see that it has gone",
        at: "\(written.level.rawValue).no_value",
        help: "watch for silence by missing_data: { window: 10m, per_group: true }")
    }
  }

  private static func smallValues(in rule: BoundRule) -> [Diagnostic] {
    rule.levelPairs.compactMap { written, level in
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
