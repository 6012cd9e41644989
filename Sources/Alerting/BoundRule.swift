package import QueryLanguage
package import Records

/// A rule whose query is bound and whose conditions know their columns: what a `Monitor` runs.
package struct BoundRule: Sendable {
  package let rule: Rule
  /// Always folds: a query without aggregate counts its lines by the group fields.
  package let plan: Plan
  package fileprivate(set) var fold: FoldPlan
  package let window: Int64
  package let every: Int64
  /// The group fields as columns of the result.
  package let groupSlots: [Slot]
  /// The same as keys of the fold; nil when a stage behind the aggregate made one of them.
  package let groupKeys: [Int]?
  package let levels: [BoundLevel]
  /// `outlier` or `anomaly`, which stand alone: there are no levels then.
  package let series: SeriesCondition?
  package let missingData: MissingDataRule?
  /// The terms of every alert that can fire, in the order in which they are decided.
  package let terms: [AlertTerms]
  /// Stands for everything that decides; see `Rule.identity`.
  package internal(set) var identity = ""
  /// How the text of the query came to be what was bound.
  fileprivate let expansion: ParameterExpansion

  /// Bytes that its kept rows may take, when it keeps rows.
  package fileprivate(set) var memory = Configuration.usualMemory

  /// Whether a stage in front of the aggregate looks at other rows or at the time, so that the rows of
  /// the window are kept and judged anew at each instant.
  package var keepsRows: Bool { !plan.isRowWise }

  /// Whether absence can trip an alert, so that groups are remembered beyond the window.
  package var remembersGroups: Bool {
    !groupSlots.isEmpty
      && (hasConditionAboutAbsence || missingData?.perGroup == true)
  }

  /// Whether silence can make it fire, so that the end of the input has something to say.
  package var watchesForAbsence: Bool {
    missingData != nil || levels.contains { $0.isAboutAbsence }
      || series?.isTrippedBySilence == true
  }

  /// How far back lines can matter that came before the start.
  package var reach: Int64 { max(window, missingData?.window ?? 0) }

  /// Whether a line says which group it belongs to, so that each group has lines of its own.
  var tellsGroupsByLine: Bool { !groupSlots.isEmpty && groupKeys != nil }

  /// Whether the lines of a group may make more than one row.
  var hasSeveralRows: Bool { Set(groupKeys ?? []).count < fold.keys.count }

  /// Whether a condition looks at groups it knows that have lost their rows: to absence, or to a stage
  /// that picks among rows.
  func looksAtKnown(_ index: Int) -> Bool {
    isAboutAbsence(index) || !plan.tailOnlyShows || keepsRows
  }

  /// Whether it matters to a condition when a group had its first line.
  func watchesFirstLines(_ index: Int) -> Bool {
    guard levels.indices.contains(index), levels[index].isConfirming else { return true }
    return looksAtKnown(index) || levels[index].noValue == .hit
  }

  /// The first instant at or after `time`.
  package func instant(atOrAfter time: Int64) -> Int64 {
    let rest = time % every
    return rest == 0 ? time : rest > 0 ? time + (every - rest) : time - rest
  }

  /// Whether the first line of a group must be known.
  package var watchesGroupStart: Bool {
    !groupSlots.isEmpty && levels.contains { !$0.isConfirming || $0.noValue == .hit }
  }
}

/// `critical:` or `warning:` with everything settled.
package struct BoundLevel: Sendable {
  package enum Subject: Sendable, Hashable {
    case rows
    case column(Slot)
  }

  package let terms: AlertTerms
  package let subject: Subject
  package let alert: CellComparator
  package let alertBound: Double
  package let resolve: CellComparator
  package let resolveBound: Double
  package let noValue: LevelRule.NoValue
  /// No rows compare as 0: the subject is a count, a sum or the number of rows.
  package let emptyIsZero: Bool
  /// More lines can only confirm the condition, so that it is judged from the start.
  package let isConfirming: Bool
  /// `<`, `<=`, `=`: what absence can make true.
  package let isAboutAbsence: Bool

  package func isHit(_ value: Double) -> Bool { alert.holds(value, alertBound) }

  package func isClear(_ value: Double) -> Bool { resolve.holds(value, resolveBound) }

  /// Whether `value` lies farther past the threshold than `other`.
  package func isFarther(_ value: Double, than other: Double) -> Bool {
    switch alert {
    case .greater, .greaterOrEqual: value > other
    case .less, .lessOrEqual: value < other
    case .equal: false
    case .notEqual: abs(value - alertBound) > abs(other - alertBound)
    }
  }

  /// Whether it trips on the line that makes it true.
  package var tripsOnLine: Bool { isConfirming && terms.firesAtOnce }

  /// Whether an instant with no rows can be a hit.
  package var emptyCanHit: Bool { emptyIsZero ? isHit(0) : noValue == .hit }
}

extension BoundRule {
  /// Settings that rules share: what the configuration and the command line say.
  package struct Context: Sendable {
    /// Field name to unit name.
    package var units: [String: String]
    package var params: [String: String]
    package var zone: Zone
    /// Finds a zone by its name.
    package var zones: @Sendable (String) -> Zone?

    package init(
      units: [String: String] = [:], params: [String: String] = [:], zone: Zone = .utc,
      zones: @escaping @Sendable (String) -> Zone? = { Zone(fixedName: $0) }
    ) {
      self.units = units
      self.params = params
      self.zone = zone
      self.zones = zones
    }
  }

  /// Binds a rule, or says everything that is wrong with its query and conditions, with places in the
  /// rule file.
  package static func bind(_ rule: Rule, _ context: Context) throws(Diagnostics) -> BoundRule {
    var units: [String: Double] = [:]
    for (field, unit) in context.units.merging(rule.units, uniquingKeysWith: { $1 }) {
      units[field.lowercased()] = Durations.factor(ofUnit: unit)
    }
    let settings = Binder.Settings(
      purpose: .monitor, units: units, range: .window(rule.window), zone: context.zone,
      zones: context.zones)
    let (plan, expansion) = try plan(rule, settings, context.params.merging(rule.params) { $1 })
    guard let fold = plan.fold else { preconditionFailure("a monitor's plan always folds") }
    var binding = RuleBinding(
      rule: rule, plan: plan, fold: fold, expansion: expansion, zone: context.zone,
      countsLines: isCounting(plan.query))
    var bound = try binding.bind()
    bound.identity = rule.identity(in: context)
    return bound
  }

  private static func plan(
    _ rule: Rule, _ settings: Binder.Settings, _ params: [String: String]
  ) throws(Diagnostics) -> (Plan, ParameterExpansion) {
    do throws(Diagnostics) {
      let source = SourceText(name: rule.source.name, text: rule.query)
      let expanded = try ParameterExpansion.expand(source, params)
      do throws(Diagnostics) {
        var plan = try Binder.plan(of: expanded.source, settings) { query in
          query.isAggregate ? query : query.counting(by: rule.groupBy)
        }
        plan.warnings = placed(expanded.restored(Diagnostics(plan.warnings)), in: rule).list
        return (plan, expanded)
      } catch {
        throw expanded.restored(error)
      }
    } catch {
      throw placed(error, in: rule)
    }
  }

  /// Findings about the bound query, with their places in the rule file.
  package func placed(_ findings: [Diagnostic]) -> [Diagnostic] {
    BoundRule.placed(expansion.restored(Diagnostics(findings)), in: rule).list
  }

  /// Findings about the query, with their places in the rule file.
  private static func placed(_ findings: Diagnostics, in rule: Rule) -> Diagnostics {
    Diagnostics(
      findings.list.map { diagnostic in
        var moved = diagnostic
        moved.source = rule.source
        moved.span = rule.queryMap.span(of: diagnostic.span)
        return moved
      })
  }
}

/// Whether the aggregate is the one that `counting(by:)` put there, which stands nowhere in the text.
private func isCounting(_ query: Query) -> Bool {
  query.stages.last?.span == Span(0, 0)
}

/// The steps of binding a rule's conditions, which collect their mistakes.
private struct RuleBinding {
  let rule: Rule
  var plan: Plan
  let fold: FoldPlan
  let expansion: ParameterExpansion
  let zone: Zone
  /// Whether the query has no aggregate of its own.
  let countsLines: Bool
  var problems: [Diagnostic] = []

  mutating func bind() throws(Diagnostics) -> BoundRule {
    let groupSlots = rule.groupBy.compactMap { groupSlot($0) }
    let groupKeys = rule.groupBy.compactMap { name in
      plan.result.slot(named: name).flatMap { slot in
        plan.result[slot].isKey && !plan.refolds && isKnownByLine(slot) ? slot.index : nil
      }
    }
    let groupsAreKeys = groupKeys.count == rule.groupBy.count
    let levels = rule.levels.compactMap { level($0, groupsAreKeys) }
    let series = series(groupSlots)
    if let missing = rule.missingData, missing.perGroup, !groupsAreKeys {
      report(
        .groupsOfRows, at: missing.span,
        help: "group by fields of the lines, or remove per_group")
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
    var bound = BoundRule(
      rule: rule, plan: plan, fold: fold, window: rule.window, every: every,
      groupSlots: groupSlots, groupKeys: groupsAreKeys ? groupKeys : nil, levels: levels,
      series: series, missingData: rule.missingData,
      terms: levels.map(\.terms) + (series?.terms ?? []) + [missingTerms].compactMap { $0 },
      expansion: expansion)
    // Of values as far from what they should not be, a record has that of the first row.
    let picksFirst = bound.hasSeveralRows && levels.contains { $0.alert == .notEqual }
    bound.fold.showsOrder = !bound.readsTotals || series != nil || picksFirst
    return bound
  }

  /// Whether the lines themselves say what a key of the fold is.
  private func isKnownByLine(_ key: Slot) -> Bool {
    fold.keys.indices.contains(key.index) && !plan.rewritten.contains(fold.keys[key.index])
  }

  private var every: Int64 { rule.every ?? Rule.defaultEvery(window: rule.window) }

  /// It fires at the first silent instant and resolves at the first that is not.
  private var missingTerms: AlertTerms? {
    rule.missingData.map { missing in
      AlertTerms(
        level: .missingData, alertText: "", resolveText: "", window: missing.window,
        resolutionWindow: 0, quorum: quorum, keepFiring: rule.keepFiring)
    }
  }

  private var quorum: Quorum? {
    rule.atLeast.map { Quorum(hits: $0.hits, span: Int64($0.instants) * every) }
  }

  private mutating func series(_ groupSlots: [Slot]) -> SeriesCondition? {
    var binding = SeriesBinding(
      rule: rule, plan: plan, every: every, groupSlots: groupSlots, quorum: quorum, zone: zone)
    let series = binding.bind()
    problems += binding.problems
    plan.warnings += binding.warnings
    return series
  }

  private mutating func report(_ message: Diagnostic.Message, at span: Span, help: String?) {
    problems.append(Diagnostic(message, at: span, in: rule.source, help: help))
  }

  private mutating func groupSlot(_ name: String) -> Slot? {
    if let slot = plan.result.slot(named: name) { return slot }
    let help =
      Suggestion.didYouMean(name, among: plan.result.names)
      ?? "group the query by it: '... | count by \(name)'"
    report(.groupNotInResult(name), at: rule.groupBySpan, help: help)
    return nil
  }

  private mutating func level(_ written: LevelRule, _ groupsAreKeys: Bool) -> BoundLevel? {
    guard let subject = subject(of: written.alert) else { return nil }
    let resolve: Comparison
    if let own = written.resolve {
      resolve = own
      guard let other = self.subject(of: own), subject == other else {
        if self.problems.isEmpty {
          report(
            .otherSubject, at: own.span, help: "compare the same column as `alert` does")
        }
        return nil
      }
    } else {
      resolve = written.alert.opposite
    }
    let comparator = CellComparator(rawValue: written.alert.comparator.rawValue)!
    guard let bound = number(written.alert, subject), let resolveBound = number(resolve, subject)
    else { return nil }
    let kind = kind(of: subject)
    let terms = AlertTerms(
      level: written.level, alertText: written.alert.text, resolveText: resolve.text,
      window: rule.window, resolutionWindow: written.resolutionWindow ?? rule.window,
      hold: written.hold,
      quorum: quorum, keepFiring: rule.keepFiring)
    return BoundLevel(
      terms: terms, subject: subject, alert: comparator, alertBound: bound,
      resolve: CellComparator(rawValue: resolve.comparator.rawValue)!, resolveBound: resolveBound,
      noValue: written.noValue, emptyIsZero: [.count, .sum, .growingSum].contains(kind),
      isConfirming: groupsAreKeys && isConfirming(comparator, kind),
      isAboutAbsence: [.less, .lessOrEqual, .equal].contains(comparator))
  }

  private func kind(of subject: BoundLevel.Subject) -> AggregateKind {
    switch subject {
    case .rows: .count
    case .column(let slot): plan.result[slot].aggregate ?? .other
    }
  }

  private func isConfirming(_ comparator: CellComparator, _ kind: AggregateKind) -> Bool {
    guard plan.isRowWise, plan.tailOnlyShows else { return false }
    switch kind {
    case .count, .countDistinct, .growingSum, .maximum:
      return comparator == .greater || comparator == .greaterOrEqual
    case .minimum:
      return comparator == .less || comparator == .lessOrEqual
    case .sum, .other:
      // A sum only confirms when nothing negative can come, which no member of a line promises.
      return false
    }
  }

  private mutating func subject(of comparison: Comparison) -> BoundLevel.Subject? {
    switch comparison.subject {
    case .rows:
      return countsLines ? plan.result.slot(named: "_count").map { .column($0) } : .rows
    case .column(let name):
      if let slot = plan.result.slot(named: name) { return .column(slot) }
      report(
        .noColumn(name), at: comparison.span,
        help: Suggestion.didYouMean(name, among: plan.result.names)
          ?? "the columns of the result are \(plan.result.names.joined(separator: ", "))")
      return nil
    case .implied:
      let columns = plan.result.fields.indices.filter { index in
        let field = plan.result.fields[index]
        return !field.isKey && plan.result.slot(named: field.spelling) == Slot(index)
      }
      if columns.count == 1 { return .column(Slot(columns[0])) }
      let names = columns.map { plan.result.fields[$0].spelling }
      report(
        .needsColumn(comparison.text), at: comparison.span,
        help: names.isEmpty
          ? "name a column of the result"
          : "name one of them: "
            + names.map { "'\($0) \(comparison.text)'" }.joined(separator: " or "))
      return nil
    }
  }

  private func isCount(_ subject: BoundLevel.Subject) -> Bool {
    guard case .column(let slot) = subject else { return true }
    return [.count, .countDistinct].contains(plan.result[slot].aggregate)
  }

  /// The bound in the unit of the column it is compared with.
  private mutating func number(
    _ comparison: Comparison, _ subject: BoundLevel.Subject
  ) -> Double? {
    guard let unit = comparison.unit, let factor = Durations.factor(ofUnit: unit) else {
      return comparison.number
    }
    guard case .column(let slot) = subject, let columnUnit = plan.result[slot].unit else {
      report(
        .unitUnknown(comparison.text), at: comparison.span,
        help: isCount(subject)
          ? "it is a number of lines, which has no unit: write "
            + "'\(comparison.comparator.rawValue) \(NumberText.shortest(comparison.number))'"
          : "declare the field with 'units: { field: s }', or compare with a plain number")
      return nil
    }
    return factor == columnUnit ? comparison.number : comparison.number * factor / columnUnit
  }
}

extension [BoundRule] {
  /// The same rules, with so many bytes shared out evenly among those that keep rows. Fixed shares,
  /// because what one monitor decides must not hang on how much another has to keep.
  package func sharing(_ memory: Int) -> [BoundRule] {
    let keepers = count { $0.keepsRows && $0.rule.enabled }
    return map { rule in
      var rule = rule
      rule.memory = memory / Swift.max(1, keepers)
      return rule
    }
  }
}

extension Comparison {
  /// What is true exactly when this is not, written the same way.
  package var opposite: Comparison {
    var result = self
    result.comparator = comparator.opposite
    result.text = text.replacing(
      comparator.rawValue, with: result.comparator.rawValue, maxReplacements: 1)
    return result
  }
}

extension Diagnostic.Message {
  fileprivate static func groupNotInResult(_ name: String) -> Self {
    Self("group-not-in-result", "the query's result has no column '\(name)' to group by")
  }
  fileprivate static let groupsOfRows = Self(
    "group-not-in-lines",
    "`per_group` can't tell to which group a line belongs: a stage behind the aggregate makes it")
  fileprivate static func noColumn(_ name: String) -> Self {
    Self("unknown-column", "the query's result has no column '\(name)'")
  }
  fileprivate static func needsColumn(_ text: String) -> Self {
    Self("ambiguous-comparison", "'\(text)' does not say which column it compares")
  }
  fileprivate static let otherSubject = Self(
    "other-subject", "`resolve` compares something else than `alert`")
  fileprivate static func unitUnknown(_ text: String) -> Self {
    Self("unknown-unit", "'\(text)' has a unit, and that of the column is not known")
  }
}
