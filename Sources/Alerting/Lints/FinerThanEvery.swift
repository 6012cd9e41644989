package import QueryLanguage

/// A `for` or a `resolution_window` that is over before the next instant.
package enum FinerThanEvery: RuleLint {
  package static let page = LintPage(
    "finer-than-every", "a duration is shorter than the step of the monitor",
    meaning: """
      `for` and `resolution_window` are looked at when the monitor decides, which is once per \
      `every`. A shorter duration comes out as one step.
      """,
    night: "The alert comes, or goes, later than the rule says, and times in the records puzzle.",
    wrong: .monitor(
      """
      query: error
      window: 10m
      every: 1m
      critical: { alert: "> 5", resolution_window: 10s }
      """),
    right: .monitor(
      """
      query: error
      window: 10m
      every: 10s
      critical: { alert: "> 5", resolution_window: 10s }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    rule.rule.levels.flatMap { level in
      [("for", level.hold), ("resolution_window", level.resolutionWindow ?? 0)]
        .filter { $0.1 > 0 && $0.1 < rule.every }
        .map { key, duration in
          rule.finding(
            "finer-than-every",
            "`\(key)` of \(DurationText.text(duration)) is shorter than the step of "
              + "\(DurationText.text(rule.every)) in which the monitor decides",
            at: "\(level.level.rawValue).\(key)",
            help: "write 0s or at least \(DurationText.text(rule.every)), or a shorter `every`")
        }
    }
  }
}
