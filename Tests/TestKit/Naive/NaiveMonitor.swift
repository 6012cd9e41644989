/// A monitor as the referee sees it: what a rule file says, already understood.
package struct NaiveMonitor: Sendable {
  /// What becomes of the matching lines of a window.
  package enum Fold: Sendable {
    /// A query without aggregate: its rows are the lines.
    case matches
    /// One row for each combination of values of `by`, one row in all when `by` is empty.
    case aggregate([NaiveAggregate], by: [String])
  }

  /// `| where column > number` after the aggregate.
  package struct RowFilter: Sendable {
    package var column: String
    package var comparator: NaiveOperator
    package var number: Double

    package init(_ column: String, _ comparator: NaiveOperator, _ number: Double) {
      self.column = column
      self.comparator = comparator
      self.number = number
    }
  }

  package var name: String
  package var window: Int64
  /// Nil takes the default of the window.
  package var every: Int64?
  package var groupBy: [String]
  package var filter: NaiveFilter
  package var stages: [NaiveStage]
  package var fold: Fold
  package var rowFilter: RowFilter?
  /// `limit` behind the aggregate; only of monitors without groups, whose rows are all of the result.
  package var rowLimit: Int?
  package var levels: [NaiveLevel]
  package var missingData: NaiveMissingData?
  package var atLeast: NaiveAtLeast?
  /// Nil is no time.
  package var keepFiringFor: Int64?
  package var evidence: Int

  package init(
    name: String = "m", window: Int64, every: Int64? = nil, groupBy: [String] = [],
    filter: NaiveFilter = .everything, stages: [NaiveStage] = [], fold: Fold = .matches,
    rowFilter: RowFilter? = nil,
    levels: [NaiveLevel], missingData: NaiveMissingData? = nil, evidence: Int = 20
  ) {
    self.name = name
    self.window = window
    self.every = every
    self.groupBy = groupBy
    self.filter = filter
    self.stages = stages
    self.fold = fold
    self.rowFilter = rowFilter
    self.levels = levels
    self.missingData = missingData
    self.evidence = evidence
  }

  /// The distance between two instants: as written, or the smallest whole number of seconds that
  /// divides the window and lies between a sixtieth and a tenth of it; one second when none does.
  package var step: Int64 {
    if let every { return every }
    let candidates = (1...).lazy.map { $0 * NaiveTime.second }.prefix { $0 * 10 <= window }
    return candidates.first { window % $0 == 0 && $0 * 60 >= window } ?? NaiveTime.second
  }

  /// The aggregate that a comparison looks at; nil when it looks at rows or matching lines.
  package func aggregate(of subject: NaiveComparison.Subject) -> NaiveAggregate? {
    guard case .aggregate(let aggregates, _) = fold else { return nil }
    switch subject {
    case .rows: return nil
    case .implied:
      precondition(aggregates.count == 1, "with several columns a comparison needs a name")
      return aggregates[0]
    case .column(let name): return aggregates.first { $0.name == name }!
    }
  }

  /// Whether more lines can only make the condition truer, so that it trips on the line.
  package func isConfirming(_ alert: NaiveComparison) -> Bool {
    guard rowFilter == nil, rowLimit == nil, stages.isEmpty else { return false }
    if case (.matches, .column) = (fold, alert.subject) { return false }
    let isUpward = alert.comparator == .greater || alert.comparator == .greaterOrEqual
    let isDownward = alert.comparator == .less || alert.comparator == .lessOrEqual
    switch aggregate(of: alert.subject)?.function {
    case nil, .count, .countDistinct, .max: return isUpward
    case .min: return isDownward
    // A field of an open log may be negative: only the sum of a flag can be provably safe.
    case .sum: return isUpward && aggregate(of: alert.subject)!.flag?.isNonNegative == true
    case .avg, .pct, .first, .last: return false
    }
  }
}

/// `critical:` or `warning:` of a monitor.
package struct NaiveLevel: Sendable {
  /// In the order in which levels are decided.
  package enum Name: String, CaseIterable, Sendable { case critical, warning }
  package enum NoValue: String, CaseIterable, Sendable { case clear, keep, hit }

  package var name: Name
  package var alert: NaiveComparison
  /// Nil is the opposite of `alert`.
  package var resolve: NaiveComparison?
  /// Nil is the monitor's window.
  package var resolutionWindow: Int64?
  /// `for:` how long hits must have lasted; nil is no time.
  package var holdFor: Int64?
  /// Nil is `clear`.
  package var noValue: NoValue?

  package init(
    _ name: Name = .critical, _ alert: NaiveComparison, resolve: NaiveComparison? = nil,
    resolutionWindow: Int64? = nil, holdFor: Int64? = nil, noValue: NoValue? = nil
  ) {
    self.name = name
    self.alert = alert
    self.resolve = resolve
    self.resolutionWindow = resolutionWindow
    self.holdFor = holdFor
    self.noValue = noValue
  }

  /// The comparison that clears the alert.
  package var clearing: NaiveComparison {
    resolve
      ?? NaiveComparison(alert.subject, alert.comparator.opposite, alert.number)
  }

  /// Whether absence can trip it, so that its groups are remembered beyond the window.
  package var remembersGroups: Bool {
    [.less, .lessOrEqual, .equal].contains(alert.comparator)
  }
}

/// `missing_data:` of a monitor: no line of its query in a window.
package struct NaiveMissingData: Sendable {
  package var window: Int64
  /// Whether each group that is known may be missing; nil is no.
  package var perGroup: Bool?

  package init(window: Int64, perGroup: Bool? = nil) {
    self.window = window
    self.perGroup = perGroup
  }
}

/// `at_least: 3 of 5`: how many of the last instants must satisfy the condition.
package struct NaiveAtLeast: Sendable {
  package var hits: Int
  package var instants: Int

  package init(_ hits: Int, of instants: Int) {
    self.hits = hits
    self.instants = instants
  }
}

/// `slow > 5`: what a level compares.
package struct NaiveComparison: Sendable {
  package enum Subject: Sendable {
    /// The only aggregate column, or the number of matching lines.
    case implied
    case rows
    case column(String)
  }

  package var subject: Subject
  package var comparator: NaiveOperator
  package var number: Double

  package init(_ subject: Subject, _ comparator: NaiveOperator, _ number: Double) {
    self.subject = subject
    self.comparator = comparator
    self.number = number
  }

  package init(_ comparator: NaiveOperator, _ number: Double) {
    self.init(.implied, comparator, number)
  }

  /// The comparison as a rule file writes it.
  package var text: String {
    let comparison = "\(comparator.rawValue) \(naiveNumberText(number))"
    return switch subject {
    case .implied: comparison
    case .rows: "rows \(comparison)"
    case .column(let name): "\(name) \(comparison)"
    }
  }

  package func holds(for value: Double) -> Bool { comparator.holds(value, number) }

  /// Of the values of several rows the one farthest past the threshold, the first of equals.
  package func farthest(of values: [Double]) -> Double? {
    switch comparator {
    case .greater, .greaterOrEqual: values.max()
    case .less, .lessOrEqual: values.min()
    case .equal: values.first(where: holds) ?? values.first
    case .notEqual:
      values.map { abs($0 - number) }.max().flatMap { distance in
        values.first { abs($0 - number) == distance }
      }
    }
  }
}
