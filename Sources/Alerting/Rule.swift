package import QueryLanguage

/// `> 5`, `slow_calls >= 0.5`, `%"error ratio" > 1`, `rows > 3`: what a level compares.
package struct Comparison: Sendable, Hashable {
  package enum Operator: String, Sendable, CaseIterable {
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case notEqual = "!="
    case greater = ">"
    case less = "<"
    case equal = "="
  }
  package enum Subject: Sendable, Hashable {
    /// No name: the only aggregate column, or the number of matching lines.
    case implied
    /// The number of result rows.
    case rows
    case column(String)
  }

  package var subject: Subject
  package var comparator: Operator
  /// The number as written; with `unit`, still in that unit.
  package var number: Double
  /// `ms`, `s`, `m`, `h`, `d`, `us`, `ns`, `w`, or nil.
  package var unit: String?
  /// The comparison as the person wrote it, blanks trimmed.
  package var text: String
  package var span: Span

  package init(
    subject: Subject, comparator: Operator, number: Double, unit: String?, text: String, span: Span
  ) {
    self.subject = subject
    self.comparator = comparator
    self.number = number
    self.unit = unit
    self.text = text
    self.span = span
  }
}

/// `critical:` or `warning:` of a monitor.
package struct LevelRule: Sendable {
  package enum NoValue: String, Sendable, CaseIterable { case clear, keep, hit }

  package var level: Level
  package var alert: Comparison
  /// Nil means the opposite of `alert`.
  package var resolve: Comparison?
  /// Nil means the monitor's window.
  package var resolutionWindow: Int64?
  /// `for`: how long the condition must hold.
  package var hold: Int64
  package var noValue: NoValue

  package init(
    level: Level, alert: Comparison, resolve: Comparison? = nil, resolutionWindow: Int64? = nil,
    hold: Int64 = 0, noValue: NoValue = .clear
  ) {
    self.level = level
    self.alert = alert
    self.resolve = resolve
    self.resolutionWindow = resolutionWindow
    self.hold = hold
    self.noValue = noValue
  }
}

/// `missing_data:`: how long there may be no line.
package struct MissingDataRule: Sendable {
  package var window: Int64
  /// Whether each group is missed by itself.
  package var perGroup: Bool
  package var span: Span

  package init(window: Int64, perGroup: Bool, span: Span) {
    self.window = window
    self.perGroup = perGroup
    self.span = span
  }
}

/// `at_least: 3 of 5`: how many hits among how many instants make one.
package struct AtLeast: Sendable, Hashable {
  package var hits: Int
  package var instants: Int

  package init(hits: Int, instants: Int) {
    self.hits = hits
    self.instants = instants
  }
}

/// The six occasions an action can be asked for.
package enum Occasion: String, Sendable, CaseIterable {
  case critical
  case resolvedCritical = "resolved_critical"
  case warning
  case resolvedWarning = "resolved_warning"
  case missingData = "missing_data"
  case resolvedMissingData = "resolved_missing_data"
}

/// `actions: [page-oncall, {name: reboot, on: [critical]}]`: one use of a named action.
package struct ActionUse: Sendable {
  package var name: String
  package var on: Set<Occasion>?
  package var span: Span

  package init(name: String, on: Set<Occasion>?, span: Span) {
    self.name = name
    self.on = on
    self.span = span
  }
}

/// A monitor as written in a rule file, checked on its own; its query is not bound yet.
/// All durations are milliseconds.
package struct Rule: Sendable {
  package var name: String
  package var description: String
  package var query: String
  /// Where each byte of `query` stands in `source`, so that carets point into the rule file.
  package var queryMap: QueryMap
  package var window: Int64
  /// Nil means the default of the window; see `Rule.defaultEvery`.
  package var every: Int64?
  package var groupBy: [String]
  package var groupBySpan: Span
  package var levels: [LevelRule]
  package var missingData: MissingDataRule?
  package var outlier: OutlierRule?
  package var anomaly: AnomalyRule?
  package var atLeast: AtLeast?
  /// `keep_firing_for`: how long after its last hit an alert does not resolve.
  package var keepFiring: Int64
  package var maxGroups: Int
  package var evidence: Int
  /// Field (as written) to unit.
  package var units: [String: String]
  package var params: [String: String]
  package var runbook: String?
  package var playbook: String?
  package var alertName: String?
  package var tags: [String: String]
  package var enabled: Bool
  package var actions: [ActionUse]
  /// Alerts that keep those of this monitor quiet.
  package var inhibitions: [Inhibition]
  /// How often to tell again of an alert that keeps firing; nil for never.
  package var repeatEvery: Int64?
  package var source: SourceText
  package var span: Span
  /// Where the values of the keys stand that were written, those of a block as `critical.for`.
  package var places: [String: Span]

  package init(
    name: String, query: String, queryMap: QueryMap, window: Int64, source: SourceText, span: Span
  ) {
    self.name = name
    self.query = query
    self.queryMap = queryMap
    self.window = window
    self.source = source
    self.span = span
    description = ""
    groupBy = []
    groupBySpan = span
    levels = []
    keepFiring = 0
    maxGroups = 100_000
    evidence = 20
    units = [:]
    params = [:]
    tags = [:]
    enabled = true
    actions = []
    inhibitions = []
    places = [:]
  }

  /// The smallest whole number of seconds that divides the window and lies between window / 60 and
  /// window / 10; one second when there is none.
  package static func defaultEvery(window: Int64) -> Int64 {
    var seconds = max(1, (window + 59_999) / 60_000)
    while seconds * 10_000 <= window {
      if window % (seconds * 1_000) == 0 { return seconds * 1_000 }
      seconds += 1
    }
    return 1_000
  }
}

/// Maps offsets of a query's text to spans of the file it stands in.
package struct QueryMap: Sendable {
  /// For each byte of the query (and one past its end) its offset in the file.
  package var offsets: [Int]

  package init(offsets: [Int]) { self.offsets = offsets }

  package func span(of span: Span) -> Span {
    guard !offsets.isEmpty else { return span }
    let last = offsets.count - 1
    let lower = offsets[min(span.lower, last)]
    let upper = span.upper > span.lower ? offsets[min(span.upper - 1, last)] + 1 : lower
    return Span(lower, max(lower, upper))
  }
}
