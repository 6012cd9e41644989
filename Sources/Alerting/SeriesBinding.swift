import QueryLanguage
import Records

/// Binds `outlier` or `anomaly` to the columns of a query's result, and collects mistakes.
struct SeriesBinding {
  let rule: Rule
  let plan: Plan
  let every: Int64
  let groupSlots: [Slot]
  let quorum: Quorum?
  let zone: Zone
  private(set) var problems: [Diagnostic] = []
  /// What may never be what its author wants.
  private(set) var warnings: [Diagnostic] = []

  init(
    rule: Rule, plan: Plan, every: Int64, groupSlots: [Slot], quorum: Quorum?, zone: Zone
  ) {
    self.rule = rule
    self.plan = plan
    self.every = every
    self.groupSlots = groupSlots
    self.quorum = quorum
    self.zone = zone
  }

  /// Nil when the rule has neither, or when something was reported.
  mutating func bind() -> SeriesCondition? {
    if let outlier = rule.outlier { return bind(outlier) }
    return rule.anomaly.flatMap { bind($0) }
  }

  private mutating func bind(_ outlier: OutlierRule) -> SeriesCondition? {
    guard let column = column(outlier.field, at: outlier.span, block: "outlier") else {
      return nil
    }
    guard let slices = sliceColumn else {
      let keys = (["_timeslice"] + rule.groupBy).joined(separator: ", ")
      report(
        .noTimeSeries, at: outlier.span,
        help: "cut time into slices and group by them: '... | timeslice 1m | count by \(keys)'")
      return nil
    }
    guard !groupsBySlices(slices, at: outlier.span) else { return nil }
    for level in outlier.levels { checkWindow(level, slices.slices.width) }
    let name = plan.result[column].spelling
    let levels = outlier.levels.map { level in
      warnOfShifts(level)
      return OutlierLevel(
        terms: terms(level.level) { inside in
          Band.text(
            .outlier, outlier.direction, factor: level.threshold, of: name, inside: inside)
        },
        window: level.window, consecutive: level.consecutive, threshold: level.threshold)
    }
    return condition(.outlier(levels), outlier.direction, column, slices)
  }

  private mutating func bind(_ anomaly: AnomalyRule) -> SeriesCondition? {
    guard let column = column(anomaly.field, at: anomaly.span, block: "anomaly") else {
      return nil
    }
    let slices = sliceColumn
    if let slices {
      guard !groupsBySlices(slices, at: anomaly.span) else { return nil }
      checkWindow(anomaly, slices.slices.width)
    }
    guard problems.isEmpty else { return nil }
    let step = slices?.slices.width ?? every
    let range = anomaly.range ?? rule.window
    let needed = Int64(anomaly.minCount) * step
    if needed > range {
      report(
        .shortRange(anomaly.minCount, step, range), at: anomaly.span,
        help: "write range: \(DurationText.text(needed)), or a smaller `min_count`")
    }
    let factor = AnomalyLevel.factor(sensitivity: anomaly.sensitivity)
    let name = plan.result[column].spelling
    let level = AnomalyLevel(
      terms: terms(.critical) { inside in
        Band.text(.anomaly, anomaly.direction, factor: factor, of: name, inside: inside)
      },
      factor: factor, minCount: anomaly.minCount, range: range,
      habit: SeasonalBaseline.Habit(
        step: step, learn: anomaly.learn, zone: zone,
        isCount: plan.result[column].aggregate == .count))
    return condition(.anomaly(level), anomaly.direction, column, slices)
  }

  private func condition(
    _ detector: SeriesCondition.Detector, _ direction: Direction, _ column: Slot,
    _ slices: SeriesCondition.SliceColumn?
  ) -> SeriesCondition {
    let others = plan.result.fields.indices.map { Slot($0) }.filter { slot in
      plan.result[slot].isKey && slot != slices?.slot && !groupSlots.contains(slot)
    }
    let groupsAreKeys =
      groupSlots.isEmpty || !plan.refolds && groupSlots.allSatisfy { plan.result[$0].isKey }
    let kind = plan.result[column].aggregate
    return SeriesCondition(
      detector: detector, direction: direction, column: column,
      name: plan.result[column].spelling, sliceColumn: slices, keys: groupSlots + others,
      hasSeriesPerGroup: others.isEmpty && groupsAreKeys,
      emptyIsZero: kind == .count || kind == .sum || kind == .growingSum)
  }

  private func terms(_ level: Level, _ text: (_ inside: Bool) -> String) -> AlertTerms {
    AlertTerms(
      level: level, alertText: text(false), resolveText: text(true), window: rule.window,
      resolutionWindow: rule.window, quorum: quorum, keepFiring: rule.keepFiring)
  }

  // Columns.

  private var sliceColumn: SeriesCondition.SliceColumn? {
    for (index, field) in plan.result.fields.enumerated() {
      if field.isKey, let slices = field.slices {
        return SeriesCondition.SliceColumn(slot: Slot(index), slices: slices)
      }
    }
    return nil
  }

  private mutating func groupsBySlices(
    _ slices: SeriesCondition.SliceColumn, at span: Span
  ) -> Bool {
    guard groupSlots.contains(slices.slot) else { return false }
    report(
      .groupsOfSlices(plan.result[slices.slot].spelling), at: rule.groupBySpan,
      help: "remove it from `group_by`")
    return true
  }

  private mutating func column(_ field: WrittenField?, at span: Span, block: String) -> Slot? {
    let columns = plan.result.names.filter { name in
      plan.result.slot(named: name).map { !plan.result[$0].isKey } ?? false
    }
    guard let field else {
      if columns.count == 1 { return plan.result.slot(named: columns[0]) }
      report(
        .needsField(block), at: span,
        help: columns.isEmpty
          ? "add an aggregate to the query, such as 'count'"
          : "add one of: " + columns.map { "'field: \($0)'" }.joined(separator: ", "))
      return nil
    }
    guard let slot = plan.result.slot(named: field.name) else {
      report(
        .noColumn(field.name), at: field.span,
        help: Suggestion.didYouMean(field.name, among: columns)
          ?? "the columns to choose from are \(columns.joined(separator: ", "))")
      return nil
    }
    guard !plan.result[slot].isKey else {
      report(
        .isKey(field.name), at: field.span,
        help: "the columns to choose from are \(columns.joined(separator: ", "))")
      return nil
    }
    return slot
  }

  // The window.

  /// The slices that a window must have at least: the points that are judged and those before them,
  /// the slice that its edge cuts, and the one that is not over yet.
  private func slicesNeeded(_ level: OutlierRule.Level, _ width: Int64, every: Int64) -> Int64 {
    // Of the slices that end between two instants each may end a run.
    let fresh = max(1, (every + width - 1) / width)
    return Int64(level.window + level.consecutive) + fresh
  }

  private mutating func checkWindow(_ level: OutlierRule.Level, _ width: Int64) {
    let needed = slicesNeeded(level, width, every: every)
    guard rule.window / width < needed else { return }
    let nearest = nearestWindow { window, every in
      window / width >= slicesNeeded(level, width, every: every)
    }
    report(
      .shortWindow(rule.window, needed, width), at: level.span,
      help: nearest.map { "write window: \(DurationText.text($0)), or smaller numbers here" })
  }

  private mutating func checkWindow(_ anomaly: AnomalyRule, _ width: Int64) {
    guard rule.window < width + every else { return }
    let nearest = nearestWindow { window, every in window >= width + every }
    report(
      .shortWindow(rule.window, 2, width), at: anomaly.span,
      help: nearest.map { "write window: \(DurationText.text($0))" })
  }

  /// The shortest window in whole slices that holds enough; `every` has to divide it.
  private func nearestWindow(_ holds: (_ window: Int64, _ every: Int64) -> Bool) -> Int64? {
    guard let width = sliceColumn?.slices.width else { return nil }
    var window = rule.window / width * width + width
    for _ in 0..<20_000 {
      let every = rule.every ?? Rule.defaultEvery(window: window)
      if window % every == 0, holds(window, every) { return window }
      window += width
    }
    return nil
  }

  /// Each outlier is among the points before the next one. After a lasting shift by any amount the
  /// last of C points has C - 1 shifted ones before it, and is then sqrt(N / (C - 1) - 1) sigmas out
  /// at the most.
  private mutating func warnOfShifts(_ level: OutlierRule.Level) {
    let before = Double(level.consecutive - 1)
    let needed = before * (level.threshold * level.threshold + 1)
    guard before > 0, Double(level.window) <= needed, needed < 10_000 else { return }
    var diagnostic = Diagnostic(
      .neverLasts(level.consecutive, level.window), at: level.span, in: rule.source,
      help: "write window: \(Int(needed) + 1), or a smaller `consecutive`")
    diagnostic.severity = .warning
    warnings.append(diagnostic)
  }

  private mutating func report(_ message: Diagnostic.Message, at span: Span, help: String?) {
    problems.append(Diagnostic(message, at: span, in: rule.source, help: help))
  }
}

extension Diagnostic.Message {
  fileprivate static let noTimeSeries = Self(
    "no-time-series", "`outlier` compares points in time, and this query has no slices of time")
  fileprivate static func groupsOfSlices(_ name: String) -> Self {
    Self("group-of-slices", "a group of one '\(name)' would have a single point in time")
  }
  fileprivate static func needsField(_ block: String) -> Self {
    Self("ambiguous-comparison", "`\(block)` does not say which column it looks at")
  }
  fileprivate static func noColumn(_ name: String) -> Self {
    Self("unknown-column", "the query's result has no column '\(name)'")
  }
  fileprivate static func isKey(_ name: String) -> Self {
    Self("no-number", "the rows are grouped by '\(name)', which is no number of theirs")
  }
  fileprivate static func shortWindow(_ window: Int64, _ needed: Int64, _ width: Int64) -> Self {
    Self(
      "short-window",
      "the window of \(DurationText.text(window)) is too short: \(needed) slices of "
        + "\(DurationText.text(width)) have to fit in")
  }
  fileprivate static func shortRange(_ count: Int, _ step: Int64, _ range: Int64) -> Self {
    Self(
      "short-window",
      "there are never \(count) points, one every \(DurationText.text(step)), within "
        + DurationText.text(range))
  }
  fileprivate static func neverLasts(_ consecutive: Int, _ window: Int) -> Self {
    Self(
      "never-lasts",
      "a lasting shift would not be seen: the \(consecutive) points in a row are among the "
        + "\(window) they are compared with")
  }
}
