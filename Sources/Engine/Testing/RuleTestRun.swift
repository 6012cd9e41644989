package import Actions
package import Alerting
import Glibc
import QueryLanguage
package import Records

/// Runs tests through the production engine: the same feed, the same monitors and the same plan of
/// actions as `replay`, on the clock of the lines.
package struct RuleTestRun {
  private let rules: [BoundRule]
  private let actions: ActionSet
  private let mutes: Mutes
  private let options: FeedOptions
  private let zone: Zone
  /// The directory that the paths of the test file are relative to, with its slash; empty for here.
  private let base: String

  package init(
    rules: [BoundRule], actions: ActionSet, mutes: Mutes = Mutes(), options: FeedOptions,
    zone: Zone, base: String
  ) {
    self.rules = rules
    self.actions = actions
    self.mutes = mutes
    self.options = options
    self.zone = zone
    self.base = base
  }

  /// What a test did.
  package struct Result: Sendable {
    package let transitions: [Transition]
    package let match: ExpectationMatch
    /// What was wrong with the lines: a test whose lines nobody could read proves nothing.
    package let report: ScanReport
    package let troubles: [(monitor: String, troubles: MonitorTroubles)]
    /// Logs in which no line has a time.
    package let timeless: [String]

    package var passes: Bool { match.passes && timeless.isEmpty }
  }

  /// Throws a `Diagnostic` when the lines of the test can't be had.
  package func run(_ test: RuleTest) throws -> Result {
    var logs: [PreparedLog] = []
    for log in test.logs {
      logs.append(
        try PreparedLog(log, base: base, zone: zone, start: test.firstStart))
    }
    var replay = Replay(
      rules: rules, sources: logs.map(\.plan), options: options, actions: actions, live: test.live,
      drains: test.drains)
    replay.mutes = mutes
    var transitions: [Transition] = []
    let outcome = try replay.run(
      Replay.Outlet(transition: { transition in
        var transition = transition
        for index in transition.evidence.indices {
          let file = transition.evidence[index].file
          if let log = logs.first(where: { $0.plan.path == file }) {
            transition.evidence[index].file = log.label
          }
        }
        transitions.append(transition)
      }))
    var report = outcome.report
    report.name { path in logs.first { $0.names[path] != nil }?.names[path] ?? path }
    if let failure = report.failures.first {
      throw Diagnostic(.unreadable(failure.description), at: test.nameSpan, in: test.source)
    }
    return Result(
      transitions: transitions, match: ExpectationMatch(test, transitions), report: report,
      troubles: outcome.troubles,
      timeless: outcome.timeless.map { path in
        logs.first { $0.plan.path == path }?.label ?? path
      })
  }
}

extension RuleTest {
  /// The first moment that its generated lines speak of.
  fileprivate var firstStart: Int64? {
    logs.flatMap(\.pieces).compactMap { piece in
      if case .lines(let lines) = piece { lines.start } else { nil }
    }.min()
  }
}

/// A log of a test as a source that the engine reads like any other: written lines stand in files
/// without a name.
private final class PreparedLog {
  private(set) var plan: SourcePlan
  /// What stands in evidence for the log.
  let label: String
  /// What the paths of the plan are called in messages.
  private(set) var names: [String: String] = [:]
  private var spools: [Spool] = []

  init(
    _ log: TestLog, base: String, zone: Zone, start: Int64?
  ) throws {
    var generations: [String] = []
    for piece in log.pieces {
      switch piece {
      case .file(let path, _):
        let full = path.hasPrefix("/") ? path : base + path
        generations.append(full)
        names[full] = full
      case .lines(let lines):
        let spool = try Spool()
        let bytes = lines.bytes
        try bytes.withUnsafeBytes { try spool.append($0) }
        // Times that leave out the year are read as near to the file's own time: let that be the
        // test's, not today's.
        let seconds = (start ?? 0) / 1_000
        let times = [timespec](repeating: timespec(tv_sec: Int(seconds), tv_nsec: 0), count: 2)
        futimens(spool.descriptor, times)
        let path = "/proc/self/fd/\(spool.descriptor)"
        generations.append(path)
        names[path] = log.source.name
        spools.append(spool)
      }
    }
    if log.pieces.count == 1, case .file(let path, _) = log.pieces[0] {
      label = path
    } else {
      label = log.source.name
    }
    let source = log.source
    plan = SourcePlan(
      generations: generations,
      facts: SourceFacts(category: source.category, host: source.host, name: label),
      timeField: source.timeField, timeFormat: source.timeFormat, zone: source.zone ?? zone,
      maxAhead: source.maxAhead)
  }
}

extension ScanReport {
  /// Calls the files something else.
  fileprivate mutating func name(_ name: (String) -> String) {
    for path in [
      \ScanReport.malformed, \ScanReport.tooLong, \ScanReport.untimed, \ScanReport.refused,
      \ScanReport.regexLimit,
    ] {
      if let first = self[keyPath: path].first {
        self[keyPath: path].first?.path = name(first.path)
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unreadable(_ reason: String) -> Self { Self("test-input", reason) }
}
