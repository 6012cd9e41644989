package import QueryLanguage

/// Buckets that do not fit the window.
package enum UnevenTimeslice: RuleLint {
  package static let page = LintPage(
    "uneven-timeslice", "the buckets of `timeslice` do not fit the window",
    meaning: """
      A window is not a whole number of buckets, so that even at its best instant one of them is cut \
      off; when the bucket is longer than the window, every one is. A cut bucket counts what it has.
      """,
    night: """
      Counts per bucket come out lower than the threshold was meant for, now and then, depending on \
      the minute: the alert is late or missing, and nobody can reproduce why.
      """,
    wrong: .monitor(
      """
      query: 'error | timeslice 15m | count by _timeslice'
      window: 10m
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: 'error | timeslice 5m | count by _timeslice'
      window: 10m
      critical: { alert: "> 5" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    let window = DurationText.text(rule.window)
    let found = rule.plan.query.stages.compactMap { stage -> Diagnostic? in
      // Buckets by their number fit by themselves.
      guard let slice = stage as? Timeslice, case .fixed(let width, _) = slice.width,
        rule.window % width != 0
      else { return nil }
      let text = DurationText.text(width)
      return rule.finding(
        "uneven-timeslice",
        width > rule.window
          ? "a bucket of \(text) is longer than the window of \(window), so none is ever whole"
          : "the window of \(window) is no multiple of the bucket of \(text)",
        at: slice.span, help: "make the window a multiple of \(text)")
    }
    return rule.placed(found)
  }
}
