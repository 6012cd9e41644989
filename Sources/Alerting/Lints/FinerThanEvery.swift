package import QueryLanguage

/// A duration that is over before the next instant.
package enum FinerThanEvery: RuleLint {
  package static let page = LintPage(
    "finer-than-every", "a duration is shorter than the step of the monitor",
    meaning: """
      `for`, `resolution_window`, `keep_firing_for` and `missing_data.window` are looked at when the \
      monitor decides, which is once per `every`. A shorter duration comes out as one step; a shorter \
      silence is seen only when it happens to be there at that moment.
      """,
    night: """
      The alert comes, or goes, later than the rule says, and times in the records puzzle. An alert of \
      silence comes and goes all night.
      """,
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
    durations(of: rule).filter { $0.length > 0 && $0.length < rule.every }
      .map { key, length in
        let name = key.split(separator: ".").last.map(String.init) ?? key
        let step = DurationText.text(rule.every)
        return rule.finding(
          "finer-than-every",
          "`\(name == "window" ? key : name)` of \(DurationText.text(length)) is shorter than the step "
            + "of \(step) in which the monitor decides",
          at: key,
          help: "write \(name == "window" ? "" : "0s or ")at least \(step), or a shorter `every`")
      }
  }

  private static func durations(of rule: BoundRule) -> [(key: String, length: Int64)] {
    rule.rule.levels.flatMap { level in
      [
        ("\(level.level.rawValue).for", level.hold),
        ("\(level.level.rawValue).resolution_window", level.resolutionWindow ?? 0),
      ]
    } + [
      ("missing_data.window", rule.missingData?.window ?? 0),
      ("keep_firing_for", rule.rule.keepFiring),
    ]
  }
}
