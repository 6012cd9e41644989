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
      guard let slice = stage as? Timeslice, case .fixed(let length, _) = slice.width,
        rule.window % length != 0
      else { return nil }
      let width = DurationText.text(length)
      return rule.finding(
        "uneven-timeslice",
        length > rule.window
          ? "a bucket of \(width) is longer than the window of \(window), so none is ever whole"
          : "the window of \(window) is no multiple of the bucket of \(width)",
        at: slice.span, help: "make the window a multiple of \(width)")
    }
    return rule.placed(found)
  }
}
