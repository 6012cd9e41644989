import Actions
package import Alerting
import QueryLanguage
import Records

/// Why monitors fired at an instant, or why they did not: the log is replayed, by the monitors
/// themselves, and looked at closely around that instant.
///
/// It replays twice, because only the instant itself tells which group is worth following around it;
/// so the log must be there to be read again. Nothing is kept but what the windows hold.
package struct Inquiry {
  /// Which alerts are asked about.
  package enum Question {
    case all
    case groups((GroupKey) -> Bool)
    /// The one that a replay said this of.
    case transition(Transition)
  }

  /// What there is to tell.
  package struct Answer {
    /// One for each monitor that has an answer.
    package var reports: [InstantReport]
    /// Files, or parts of them, that could not be read; the rest was.
    package var failures: [InputFailure]
  }

  /// Why there is nothing to tell.
  package enum Failure: Error {
    /// There are no lines.
    case empty
    /// No line has a time.
    case timeless
    /// The time is not in the log, or farther behind its end than time may go on.
    case outside(log: ClosedRange<Int64>)
    /// The instant looked at no such group; the ones that it looked at, the first few.
    case noGroup(known: [GroupKey])
  }

  /// How many alerts of a monitor are told of.
  package static let mostAlerts = 5

  /// How far time may go on behind the last line, for whoever drains.
  package static let longestDrain: Int64 = 31 * 86_400_000

  private let rules: [BoundRule]
  private let sources: [SourcePlan]
  private let options: FeedOptions
  private let drains: Bool
  private let from: Int64?
  private let to: Int64?

  /// Everything as for the replay that is asked about.
  package init(
    rules: [BoundRule], sources: [SourcePlan], options: FeedOptions, drains: Bool = false,
    from: Int64? = nil, to: Int64? = nil
  ) {
    self.rules = rules
    self.sources = sources
    self.options = options
    self.drains = drains
    self.from = from
    self.to = to
  }

  // What there is.

  /// The first and the last message time of the log.
  package func log() throws -> ClosedRange<Int64> {
    let reader = LogReader()
    let report = try replay([], reader)
    return try known(reader.log, report)
  }

  /// The times of a log, or why there are none.
  private func known(
    _ log: ClosedRange<Int64>?, _ report: ScanReport
  ) throws -> ClosedRange<Int64> {
    if let log { return log }
    if let failure = report.failures.first { throw failure }
    throw report.lines == 0 ? Failure.empty : Failure.timeless
  }

  /// Every transition of the replay, in decision order.
  package func transitions() throws -> [Transition] {
    var list: [Transition] = []
    _ = try replay(rules, nil) { transition in
      var transition = transition
      // They are many, and their lines are read again when one is chosen.
      transition.evidence = []
      list.append(transition)
    }
    return list
  }

  // Why.

  /// What each monitor saw at the first instant at or after `time`.
  package func answer(at time: Int64, about question: Question = .all) throws -> Answer {
    let glance = Glance(at: time)
    let report = try replay(rules, glance)
    let log = try known(glance.log, report)
    // The last lines are in the window of an instant that the log itself does not reach.
    let end = drains ? log.upperBound + Inquiry.longestDrain : log.upperBound
    guard time >= log.lowerBound, time <= rules.map({ $0.instant(atOrAfter: end) }).max() ?? end
    else { throw Failure.outside(log: log) }
    var known: [GroupKey] = []
    let subjects = glance.monitors.compactMap { monitor -> Subject? in
      let all = Inquiry.verdicts(of: monitor)
      for verdict in all where !known.contains(verdict.sighting.group) {
        if known.count < Inquiry.mostAlerts { known.append(verdict.sighting.group) }
      }
      let asked = all.filter { question.wants($0, of: monitor) }
      // Others than those asked about are no answer.
      if asked.isEmpty, !question.isAll { return nil }
      return Subject(
        monitor.rule, question, asked: asked,
        instant: monitor.rule.instant(atOrAfter: time), logEnd: log.upperBound)
    }
    guard !subjects.isEmpty || question.isAll else { throw Failure.noGroup(known: known) }
    let study = Study(subjects, sources)
    _ = try replay(subjects.map(\.rule), study)
    return Answer(
      reports: subjects.indices.map { study.report(on: $0, asked: time) },
      failures: report.failures)
  }

  /// The verdicts on all alerts that an instant looked at, the most serious first.
  private static func verdicts(of monitor: Monitor) -> [Verdict] {
    struct Key: Hashable {
      var level: Int
      var group: GroupKey
    }
    let sightings = Dictionary(grouping: monitor.lens?.sightings ?? []) {
      Key(level: $0.level, group: $0.group)
    }
    return sightings.values.compactMap { Verdict($0, of: monitor.rule) }
      .sorted { $0.precedes($1) }
  }

  private func replay(
    _ rules: [BoundRule], _ observer: (any ReplayObserver)?,
    _ transition: @escaping (Transition) -> Void = { _ in }
  ) throws -> ScanReport {
    var replay = Replay(
      rules: rules, sources: sources, options: options, actions: ActionSet(), drains: drains,
      from: from, to: to)
    replay.observer = observer
    return try replay.run(Replay.Outlet(transition: transition)).report
  }
}

extension Inquiry.Question {
  fileprivate var isAll: Bool { if case .all = self { true } else { false } }
  fileprivate var isTransition: Bool { if case .transition = self { true } else { false } }

  fileprivate func wants(_ verdict: Verdict, of monitor: Monitor) -> Bool {
    switch self {
    case .all: true
    case .groups(let wanted): wanted(verdict.sighting.group)
    case .transition(let transition):
      monitor.rule.rule.name == transition.monitor && verdict.terms.level == transition.level
        && verdict.sighting.group == transition.group
    }
  }
}

/// A monitor on the second look: what the first one found.
struct Subject {
  let rule: BoundRule
  let instant: Int64
  let logEnd: Int64?
  let told: [Verdict]
  let others: Int
  /// What is asked about, or what made the first alert what it is, if it fell in this window.
  let decision: Decision?
  /// The line that brought it about.
  let tipping: Moment?
  let transition: Transition?

  init(
    _ rule: BoundRule, _ question: Inquiry.Question, asked: [Verdict], instant: Int64,
    logEnd: Int64
  ) {
    self.rule = rule
    self.instant = instant
    self.logEnd = logEnd < instant ? logEnd : nil
    told = Array(asked.prefix(Inquiry.mostAlerts))
    others = asked.count - told.count
    let lead = told.first
    let sightings = [lead?.sighting, lead?.trip].compactMap { $0 }
    if case .transition(let wanted) = question {
      transition = wanted
      let found = sightings.first { $0.decision?.transition.id == wanted.id }
      (decision, tipping) = (found?.decision, found?.line)
    } else {
      transition = nil
      let found = sightings.first { $0.decision?.evidence.isEmpty == false }
      (decision, tipping) = (found?.decision, found?.line)
    }
  }

  /// The alert that is followed through time.
  var lead: Verdict? { told.first }

  /// The instants before and after that are worth seeing: a window to either side.
  var around: ClosedRange<Int64> { (instant - rule.window)...(instant + rule.window) }
}
