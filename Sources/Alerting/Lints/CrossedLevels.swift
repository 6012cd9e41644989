package import QueryLanguage

/// A warning that comes later than the critical alert.
package enum CrossedLevels: RuleLint {
  package static let page = LintPage(
    "crossed-levels", "the warning needs more than the critical level",
    meaning: """
      Both levels compare the same number in the same direction, and the threshold of `warning` lies \
      beyond that of `critical`. Probably the two are mixed up.
      """,
    night: "People are woken by what should have been a hint in the morning.",
    wrong: .monitor(
      """
      query: error
      critical: { alert: "> 5" }
      warning: { alert: "> 50" }
      """),
    right: .monitor(
      """
      query: error
      critical: { alert: "> 50" }
      warning: { alert: "> 5" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    let levels = rule.levelPairs
    guard let critical = levels.first(where: { $0.written.level == .critical }),
      let warning = levels.first(where: { $0.written.level == .warning }),
      critical.bound.subject == warning.bound.subject, critical.bound.alert == warning.bound.alert,
      critical.written.hold <= warning.written.hold,
      warning.bound.isBeyond(critical.bound)
    else { return [] }
    return [
      rule.finding(
        "crossed-levels",
        "the warning '\(warning.written.alert.text)' comes later than the critical "
          + "'\(critical.written.alert.text)'",
        at: warning.written.alert.span, help: "swap the two")
    ]
  }
}

extension BoundLevel {
  /// Whether its threshold lies farther out than another's.
  fileprivate func isBeyond(_ other: BoundLevel) -> Bool {
    switch alert {
    case .greater, .greaterOrEqual: alertBound > other.alertBound
    case .less, .lessOrEqual: alertBound < other.alertBound
    case .equal, .notEqual: false
    }
  }
}
