import Actions
import Alerting
import QueryLanguage
import Records

/// tripline watching itself: what goes wrong becomes a line, and the monitors that ask for such lines
/// judge them.
///
/// They have a time of their own, so that no other monitor decides otherwise because they are there;
/// and what happens to them, or to what they ask for, makes no line, so that one line never brings
/// about another.
final class HealthWatch {
  private let inbox: HealthInbox
  /// Rung when something came from another thread.
  var bell: Doorbell { inbox.bell }
  private let clock: any EngineClock
  private let ledger = GenerationLedger()
  private let log: HealthLog
  private var evaluation: WatchEvaluation
  private var last = Int64.min
  private var looked: Duration?
  private var counts: [HealthRecord.Event: HealthCount] = [:]
  private var known: [String: MonitorHealth] = [:]
  /// Told of each record, with the line that it is.
  private let noted: (String) -> Void

  init(
    _ rules: [BoundRule], _ actions: ActionSet, live: Bool, clock: any EngineClock,
    inbox: HealthInbox, noted: @escaping (String) -> Void
  ) {
    self.clock = clock
    self.inbox = inbox
    self.noted = noted
    log = HealthLog(ledger)
    let (wanted, heads) = HealthWatch.heads(rules)
    evaluation = WatchEvaluation(
      Deciding(rules, ledger, actions, live: live),
      feeds: [LiveFeed(log.plan, wanted: wanted, heads: heads, quarantine: nil)],
      clocks: LiveClocks(idleAfter: [0], elapsed: clock.elapsed, now: clock.now),
      began: clock.now)
    evaluation.reachedEnd(0)
    inbox.leaveOut(rules.map(\.rule.name))
  }

  private static func heads(_ rules: [BoundRule]) -> (Wanted, [Head]) {
    let (members, heads) = Head.sharing(rules.map(\.plan))
    return (Wanted(members: members, times: true), heads)
  }

  // Records.

  func note(_ record: HealthRecord) {
    // Never older than what is decided already, whatever somebody does to the clock of the machine.
    last = max(clock.now, last, evaluation.clocks.watermark)
    let line = record.json(at: last)
    if !evaluation.deciding.monitors.isEmpty { log.append(line) }
    noted(line)
  }

  /// Looks at what is only counted: each event at once, and then at most once a minute. While there
  /// is much to read that is not at each step.
  func look(at evaluation: WatchEvaluation, isAtRest: Bool) {
    let now = clock.elapsed
    guard isAtRest || looked.map({ now - $0 >= .seconds(1) }) ?? true else { return }
    looked = now
    let (report, troubles) = (evaluation.report, evaluation.troubles)
    count(.linesMalformed, report.malformed, "could not be read as JSON")
    count(.linesTooLong, report.tooLong, "were too long")
    count(.linesRefused, report.refused, "were refused: their times are too far ahead")
    let late = troubles.reduce(0) { $0 + $1.troubles.late }
    count(.linesLate, late, "matched a monitor and came too late for it")
    for (monitor, troubles) in troubles {
      let before = known.updateValue(troubles.health, forKey: monitor)
      guard troubles.health != before ?? .ok else { continue }
      let isBad = troubles.health == .overflow || troubles.health == .warming
      var record = HealthRecord(
        .monitorHealth, isBad ? .warning : .info,
        "'\(monitor)' is \(troubles.health.rawValue), was \((before ?? .ok).rawValue)")
      record.monitor = monitor
      record.health = troubles.health
      note(record)
    }
  }

  private func count(
    _ event: HealthRecord.Event, _ trouble: ScanReport.Trouble, _ words: String
  ) {
    count(event, trouble.count, words, trouble.first)
  }

  private func count(
    _ event: HealthRecord.Event, _ total: Int, _ words: String, _ first: LinePlacement? = nil
  ) {
    guard total > counts[event]?.said ?? 0 else { return }
    let new = counts[event, default: HealthCount()].take(total, at: clock.elapsed)
    guard let new else { return }
    let place = first.map { "; the first ever was \($0.path):\($0.line)" } ?? ""
    var record = HealthRecord(event, .warning, "\(new) lines \(words)\(place)")
    record.count = new
    record.source = first?.path
    note(record)
  }

  // Time.

  /// Lets its monitors see what came, and time pass.
  func step(_ emit: (Transition) throws -> Void) throws {
    inbox.take().forEach(note)
    guard !evaluation.deciding.monitors.isEmpty else { return }
    while case .chunk(let chunk) = log.next() {
      try evaluation.take(
        chunk, path: HealthLog.category, arrival: clock.now, at: clock.elapsed, emit)
      evaluation.reachedEnd(0)
    }
    try evaluation.advance(to: clock.elapsed, emit)
    for part in evaluation.release() {
      if case .bytes(let source, let generation, let end) = part {
        ledger.forget(source, generation, before: end)
      }
    }
  }

  /// When there is something to do though nothing happens.
  func wakes(after elapsed: Duration) -> Duration? {
    let counted = counts.values.compactMap(\.wakes).min()
    guard !evaluation.deciding.monitors.isEmpty else { return counted }
    return [counted, evaluation.wakes(after: elapsed)].compactMap { $0 }.min()
  }

  // Rules and state.

  /// Other rules; see `WatchEvaluation.adopt`.
  func adopt(_ rules: [BoundRule], _ actions: ActionSet) -> RuleChanges {
    let (wanted, heads) = HealthWatch.heads(rules)
    inbox.leaveOut(rules.map(\.rule.name))
    return evaluation.adopt(
      rules, actions,
      feed: { _ in LiveFeed(log.plan, wanted: wanted, heads: heads, quarantine: nil) },
      Recollection(ledger, chunkSize: 16 << 10), plan: { _ in log.plan })
  }

  func endRemoved(_ rules: [BoundRule]) -> [Transition] { evaluation.endRemoved(rules) }

  func end(_ request: ResolveRequest) -> Transition? { evaluation.end(request) }

  /// Goes on where an earlier run stood; `lines` are the records that it had made. Those that it made
  /// last may have been seen by nobody: they are still to come.
  func restore(_ monitors: [SavedMonitor], lines: [String]) {
    evaluation.restore(StateStore.Content(monitors: monitors), sources: [], moment: { _ in .zero })
    guard !evaluation.deciding.monitors.isEmpty else { return }
    let own = Set(evaluation.deciding.monitors.map(\.rule.rule.name))
    let seen = monitors.filter { own.contains($0.name) }.map(\.largest).max() ?? .max
    let coming = lines.firstIndex { (HealthRecord.time(of: $0) ?? .min) > seen } ?? lines.endIndex
    lines[..<coming].forEach(log.append)
    while case .chunk(let chunk) = log.next() { evaluation.again(chunk) }
    lines[coming...].forEach(log.append)
  }

  var monitors: [Monitor] { evaluation.deciding.monitors }

  var changedMonitors: [SavedMonitor] { evaluation.changedMonitors }

  func changesAreKept() { evaluation.changesAreKept() }

  var troubles: [(monitor: String, troubles: MonitorTroubles)] { evaluation.troubles }
}

extension BoundRule {
  /// Whether it asks for health records, and for nothing else.
  package var asksForHealth: Bool { plan.query.scope.asks(for: HealthLog.category) }
}

extension Scope {
  /// Whether only lines of this category can match.
  fileprivate func asks(for category: String) -> Bool {
    switch self {
    case .field(let name, let value):
      name.key == "_sourcecategory" && value.lowercased() == category
    case .all(let scopes): scopes.contains { $0.asks(for: category) }
    case .any(let scopes): !scopes.isEmpty && scopes.allSatisfy { $0.asks(for: category) }
    case .everything, .not, .word, .phrase: false
    }
  }
}
