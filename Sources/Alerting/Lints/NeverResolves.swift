package import QueryLanguage

/// A `resolve` that does not end the alert when all is well again.
package enum NeverResolves: RuleLint {
  package static let page = LintPage(
    "never-resolves", "the alert does not resolve when all is quiet",
    meaning: """
      A value that is a hit is never clear. So `resolve` has to be true of values on the other side of \
      the threshold: below it for `>`, and of 0 as well when no lines count as 0.
      """,
    night: """
      The alert goes on for days after the trouble is over. The next trouble is no new alert, so \
      nobody is told of it.
      """,
    wrong: .monitor(
      """
      query: error
      critical: { alert: "> 5", resolve: "> 3" }
      """),
    right: .monitor(
      """
      query: error
      critical: { alert: "> 5", resolve: "<= 3" }
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    rule.levelPairs.compactMap { written, level in
      let values = rule.values(of: level)
      // What is always a hit has been told of.
      guard let resolve = written.resolve,
        !values.alwaysMeets(level.alert, level.alertBound)
      else { return nil }
      func finding(_ text: String) -> Diagnostic {
        rule.finding(
          "never-resolves", text, at: resolve.span,
          help: "write what is true when all is well, such as '\(written.alert.opposite.text)'")
      }
      var clear = values
      clear.narrow(to: level.resolve, level.resolveBound)
      clear.narrow(to: level.alert.opposite, level.alertBound)
      if clear.isEmpty, !level.emptyIsZero || !level.isClear(0) || level.isHit(0) {
        return finding("no value is clear: '\(resolve.text)' is only true of hits, or never")
      }
      if level.emptyIsZero, !level.isHit(0), !level.isClear(0) {
        return finding("silence does not resolve it: '\(resolve.text)' is not true of 0")
      }
      // Both ask for large values, or both for small ones: what is farthest from trouble is not clear.
      if let direction = level.alert.direction, level.resolve.direction == direction {
        var well = values
        well.narrow(to: level.resolve.opposite, level.resolveBound)
        guard !well.isEmpty else { return nil }
        return finding(
          "values far \(direction == .large ? "below" : "above") the threshold do not resolve it: "
            + "'\(resolve.text)' is not true of them")
      }
      return nil
    }
  }
}

extension CellComparator {
  fileprivate enum Direction { case large, small }

  /// Which values a comparison is true of in the end.
  fileprivate var direction: Direction? {
    switch self {
    case .greater, .greaterOrEqual: .large
    case .less, .lessOrEqual: .small
    case .equal, .notEqual: nil
    }
  }
}
