/// What the cases of a proof held: a proof in which nothing happens proves nothing.
package struct ProofCoverage: Sendable {
  /// How many cases had it, by its name.
  package private(set) var counts: [String: Int] = [:]

  package init() {}

  package mutating func merge(_ other: ProofCoverage) {
    counts.merge(other.counts, uniquingKeysWith: +)
  }

  /// Everything that must have been met, in the order of the report.
  package static let required: [String] = inputs + keys + transitions + conditions

  /// What fewer than `least` cases had.
  package func missing(least: Int = 1) -> [String] {
    Self.required.filter { counts[$0, default: 0] < least }
  }

  /// A line for each thing and the number of cases that had it; strangers at the end.
  package var report: String {
    let strangers = counts.keys.filter { !Self.required.contains($0) }.sorted()
    return (Self.required + strangers).map { name in
      let count = String(counts[name, default: 0])
      return String(repeating: " ", count: max(0, 7 - count.utf8.count)) + count + "  \(name)\n"
    }.joined()
  }

  mutating func note(_ scene: WatchCase, _ records: [NaiveRecord]) {
    var met: Set<String> = []
    met.formUnion(Self.inputs(of: scene))
    for record in records {
      let monitor = scene.monitors.first { $0.name == record.monitor }!
      met.insert(Self.transition(record, of: monitor))
      guard record.to == .firing else { continue }
      met.formUnion(Self.keys(of: monitor))
      if let level = monitor.levels.first(where: { $0.name.rawValue == record.level }) {
        met.formUnion(Self.keys(of: level))
        if Self.waitedForItsInstant(record, level, of: monitor) { met.insert(Self.waited) }
        if record.reason == .condition { met.insert(Self.condition(level.alert, of: monitor)) }
      }
    }
    for name in met { counts[name, default: 0] += 1 }
  }
}

// Each list of what must be met stands beside what finds it.

extension ProofCoverage {
  private static let inputs = [
    "several sources", "several monitors", "lateness", "drain", "a line out of order",
    "a line too late for a decided instant", "a refused line", "a line without a time",
    "a malformed line", "a time twice", "a line exactly on an instant",
    "a silence longer than the window", "a silence longer than a day",
  ]

  private static func inputs(of scene: WatchCase) -> Set<String> {
    var met: Set<String> = []
    func note(_ name: String, if isMet: Bool) { if isMet { met.insert(name) } }
    let sources = scene.lines
    let admitted = sources.map { naiveAdmitted($0, maxAhead: 5 * NaiveTime.minute) }
    let lateness = scene.files.map(\.lateness).max() ?? 0
    note("several sources", if: scene.files.count > 1)
    note("several monitors", if: scene.monitors.count > 1)
    note("lateness", if: lateness > 0)
    note("drain", if: scene.drain)
    for (lines, arrivals) in zip(sources, admitted) {
      let readable = lines.filter { !$0.isMalformed }
      note("a malformed line", if: readable.count < lines.count)
      note("a line without a time", if: readable.contains { $0.time == nil })
      note("a refused line", if: arrivals.count < readable.count)
    }
    let merged = naiveMerged(admitted)
    guard let begin = merged.first?.time else { return met }
    var largest = begin
    for (before, line) in zip(merged, merged.dropFirst()) {
      note("a line out of order", if: line.time < largest)
      note("a time twice", if: line.time == before.time)
      note("a silence longer than a day", if: line.time - largest > NaiveTime.day)
      largest = max(largest, line.time)
      for monitor in scene.monitors where monitor.filter.keeps(line.line) {
        note("a line exactly on an instant", if: line.time % monitor.step == 0)
        note("a silence longer than the window", if: line.time - before.time > monitor.window)
        // The last instant strictly before the watermark.
        let watermark = largest - lateness
        let decided = NaiveTime.firstMultiple(of: monitor.step, atOrAfter: watermark) - monitor.step
        note(
          "a line too late for a decided instant", if: line.time <= decided && decided >= begin)
      }
    }
    return met
  }

  private static let keys = [
    "no group_by", "group_by of one", "group_by of two", "where behind the aggregate",
    "limit behind the aggregate",
    "dedup before the aggregate", "dedup consecutive before the aggregate",
    "limit before the aggregate", "sort before the aggregate", "now() before the aggregate",
    "rows in a group", "evidence", "at_least", "keep_firing_for", "missing_data", "per_group",
    "critical", "warning", "resolve", "resolution_window", "resolution_window: 0s", "for",
    "no_value: clear", "no_value: keep", "no_value: hit",
  ]

  /// The keys of a monitor that fired.
  private static func keys(of monitor: NaiveMonitor) -> Set<String> {
    var met: Set = [["no group_by", "group_by of one", "group_by of two"][monitor.groupBy.count]]
    if monitor.rowFilter != nil { met.insert("where behind the aggregate") }
    if monitor.rowLimit != nil { met.insert("limit behind the aggregate") }
    for stage in monitor.stages {
      let name: String? =
        switch stage {
        case .dedup(_, _, let consecutive): consecutive ? "dedup consecutive" : "dedup"
        case .limit: "limit"
        case .sort: "sort"
        case .age: "now()"
        case .filter: nil
        }
      if let name { met.insert("\(name) before the aggregate") }
    }
    if case .aggregate(_, let by) = monitor.fold, by.count > monitor.groupBy.count {
      met.insert("rows in a group")
    }
    if monitor.evidence != 20 { met.insert("evidence") }
    if monitor.atLeast != nil { met.insert("at_least") }
    if monitor.keepFiringFor ?? 0 > 0 { met.insert("keep_firing_for") }
    if let silence = monitor.missingData {
      met.insert(silence.perGroup == true ? "per_group" : "missing_data")
    }
    return met
  }

  /// The keys of a level that fired.
  private static func keys(of level: NaiveLevel) -> Set<String> {
    var met: Set = [level.name.rawValue]
    if level.resolve != nil { met.insert("resolve") }
    if let window = level.resolutionWindow {
      met.insert(window == 0 ? "resolution_window: 0s" : "resolution_window")
    }
    if level.holdFor ?? 0 > 0 { met.insert("for") }
    if let noValue = level.noValue { met.insert("no_value: \(noValue)") }
    return met
  }

  private static let waited = "firing at an instant what a line could not tell"

  /// Whether an instant told what lines tell, because the alert was firing when they came.
  private static func waitedForItsInstant(
    _ record: NaiveRecord, _ level: NaiveLevel, of monitor: NaiveMonitor
  ) -> Bool {
    let condition = NaiveCondition(kind: .comparison(level), monitor: monitor)
    return condition.tripsOnLine && record.reason == .condition && record.time == record.windowEnd
      && record.evidence.first.map { ($0.time ?? record.time) < record.windowEnd } ?? false
  }

  private static let transitions = [
    waited,
    "pending condition", "pending no_data", "firing condition", "firing condition on the line",
    "firing no_data", "resolved condition", "resolved no_data", "expired expired",
    "missing_data: firing no_data", "missing_data: resolved condition",
    "missing_data: expired expired",
  ]

  private static func transition(_ record: NaiveRecord, of monitor: NaiveMonitor) -> String {
    let level = record.level == "missing_data" ? "missing_data: " : ""
    let isOnLine = record.time != record.windowEnd
    return "\(level)\(record.to) \(record.reason.rawValue)\(isOnLine ? " on the line" : "")"
  }

  /// What fired because its comparison held.
  private static let conditions =
    [
      "matching lines", "rows", "count", "count of a field", "count_distinct", "sum",
      "sum of a flag", "avg", "min", "max", "pct", "first", "last",
    ].flatMap { subject in NaiveOperator.allCases.map { "\(subject) \($0.rawValue)" } }

  private static func condition(
    _ comparison: NaiveComparison, of monitor: NaiveMonitor
  ) -> String {
    "\(subject(comparison, of: monitor)) \(comparison.comparator.rawValue)"
  }

  private static func subject(_ comparison: NaiveComparison, of monitor: NaiveMonitor) -> String {
    if case .rows = comparison.subject { return "rows" }
    guard let aggregate = monitor.aggregate(of: comparison.subject) else { return "matching lines" }
    return switch aggregate.function {
    case .count: aggregate.field == nil ? "count" : "count of a field"
    case .countDistinct: "count_distinct"
    case .sum: aggregate.flag == nil ? "sum" : "sum of a flag"
    case .pct: "pct"
    case .avg, .min, .max, .first, .last: "\(aggregate.function)"
    }
  }
}
