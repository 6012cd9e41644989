import QueryLanguage

/// What is told of `outlier` and `anomaly`: what is compared with what.
extension RuleExplanation.LevelPart {
  static func parts(of series: SeriesCondition, in rule: BoundRule) -> [Self] {
    switch series.detector {
    case .outlier(let levels):
      levels.map { level in
        let row = level.consecutive > 1 ? ", \(level.consecutive) points in a row" : ""
        return part(
          level.terms, "\(level.terms.alertText) of the \(level.window) points before\(row)",
          demands: [series.origin(in: rule)], series, rule)
      }
    case .anomaly(let level):
      [
        part(
          level.terms,
          "\(level.terms.alertText), \(level.minCount) of the points within "
            + DurationText.text(level.range),
          demands: [
            series.origin(in: rule),
            "usual is the median of that hour of that weekday, else of that hour of any day, "
              + "else a moving average",
            "learns for \(DurationText.text(level.habit.learn)) before it judges, and keeps at "
              + "most \(SeasonalBaseline.mostPoints(level.habit)) points a series",
          ], series, rule)
      ]
    }
  }

  private static func part(
    _ terms: AlertTerms, _ alert: String, demands: [String], _ series: SeriesCondition,
    _ rule: BoundRule
  ) -> Self {
    Self(
      level: terms.level, alert: alert, resolve: "no such points",
      resolutionWindow: terms.resolutionWindow, demands: demands + terms.demands(of: rule.rule),
      onlyAtInstants: series.sliceColumn == nil
        ? "the value of an instant is a point" : "a slice is a point when it is over",
      withoutValue: series.emptyIsZero ? "a point of 0" : "no point",
      waitsForWindow: true)
  }
}

extension SeriesCondition {
  /// Where the points come from.
  fileprivate func origin(in rule: BoundRule) -> String {
    let names = keys.map { rule.plan.result[$0].spelling }
    let whose = names.isEmpty ? "" : ", for each \(names.joined(separator: ", "))"
    guard let slices = sliceColumn?.slices else {
      return "a point is \(name) at each instant, over the window\(whose)"
    }
    return "a point is \(name) of a slice of \(DurationText.text(slices.width))\(whose)"
  }
}
