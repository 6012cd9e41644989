package import Actions
package import Alerting
import QueryLanguage
package import Records

/// Recorded logs through monitors, on the logs' own clock: no side effects, and the same answer
/// however the input is cut.
package struct Replay {
  private let rules: [BoundRule]
  private let sources: [SourcePlan]
  private let options: FeedOptions
  private let actions: ActionSet
  private let live: Bool
  private let drains: Bool
  /// Message times that are looked at; other lines are as if they were not there.
  private let times: Range<Int64>
  /// See `Monitor.skipsInstants`.
  package var skipsInstants = true
  /// What is to be quiet: the transitions are the same, and say of their actions which are.
  package var mutes = Mutes()
  /// Somebody who looks on.
  package var observer: (any ReplayObserver)?

  package init(
    rules: [BoundRule], sources: [SourcePlan], options: FeedOptions, actions: ActionSet,
    live: Bool = false, drains: Bool = false, from: Int64? = nil, to: Int64? = nil
  ) {
    self.rules = rules
    self.sources = sources
    self.options = options
    self.actions = actions
    self.live = live
    self.drains = drains
    times = (from ?? .min)..<(to ?? .max)
  }

  package struct Outlet {
    /// Called for each transition, in decision order.
    package var transition: (Transition) throws -> Void
    package var progress: (ScanReport) -> Void
    package var quarantine: ((Bytes) throws -> Void)?

    package init(
      transition: @escaping (Transition) throws -> Void,
      progress: @escaping (ScanReport) -> Void = { _ in },
      quarantine: ((Bytes) throws -> Void)? = nil
    ) {
      self.transition = transition
      self.progress = progress
      self.quarantine = quarantine
    }
  }

  package struct Outcome: Sendable {
    package var report: ScanReport
    /// For each monitor what it could not use.
    package var troubles: [(monitor: String, troubles: MonitorTroubles)]
    /// Sources in which no line has a time.
    package var timeless: [String]
  }

  package func run(_ outlet: Outlet) throws -> Outcome {
    let pool = ChunkPool()
    let ledger = GenerationLedger()
    for (index, source) in sources.enumerated() {
      ledger.note(source.format, of: Int32(index))
    }
    var (members, heads) = Head.sharing(rules.map(\.plan))
    for (index, rule) in rules.enumerated() where !rule.keepsRows {
      heads[index].fold = rule.fold
    }
    let wanted = Wanted(members: members, times: true, strict: options.strict)
    // Each source works ahead on its own; together they use as many threads as asked for.
    var shared = options
    shared.threads = max(1, options.threads / max(1, sources.count))
    let feeds = sources.enumerated().map { index, plan in
      ReplaySource(
        SourceFeed(
          plan, source: Int32(index), wanted: wanted, heads: heads, options: shared, pool: pool,
          ledger: ledger, quarantine: outlet.quarantine), times: times, observer: observer)
    }
    defer { for feed in feeds { feed.cancel() } }
    var watch = Deciding(rules, ledger, actions, live: live)
    for index in watch.monitors.indices { watch.monitors[index].skipsInstants = skipsInstants }
    for index in watch.monitors.indices { observer?.prepare(&watch.monitors[index]) }
    let plan = PlanReplay(rules.map(\.rule), actions, mutes, live: live)
    let emit = outlet.transition
    var outlet = outlet
    outlet.transition = { try plan.take($0, emit) }
    if try merge(feeds, into: &watch, outlet) {
      try watch.finish(drains: drains, noEarlierThan: observer?.end, outlet.transition)
    }
    try plan.finish(emit)
    observer?.finish(watch.monitors)
    return outcome(feeds, watch)
  }

  /// Takes the lines of all sources by time, ties by the order of the sources. False when an observer
  /// wanted no more of them.
  private func merge(
    _ feeds: [ReplaySource], into watch: inout Deciding, _ outlet: Outlet
  ) throws -> Bool {
    var line: UInt64 = 0
    // Every source has come as far as the merged lines, so the latest one holds the watermark back.
    let lateness = sources.map(\.lateness).max() ?? 0
    while true {
      var first: (time: Int64, index: Int)?
      var second: (time: Int64, index: Int)?
      for (index, feed) in feeds.enumerated() {
        guard let time = try feed.nextTime() else { continue }
        if first == nil || time < first!.time {
          second = first
          first = (time, index)
        } else if second == nil || time < second!.time {
          second = (time, index)
        }
      }
      guard let first, let ready = feeds[first.index].current else { return true }
      let end = runEnd(of: ready, at: first.index, before: second)
      var fed = ready.fed
      let run = LineRun(
        batch: fed.made.batch, rows: ready.row..<end, timed: ready.timed, firstLine: line,
        lateness: lateness)
      observer?.sees(run)
      try watch.absorb(&fed.frames, run, outlet.transition)
      observer?.took(run, fed.frames, &watch.monitors)
      line += UInt64(end - ready.row)
      feeds[first.index].take(through: end)
      if end == ready.timed.count { outlet.progress(report(feeds)) }
      if observer?.wantsMore(watch.monitors) == false { return false }
    }
  }

  /// The end of the run of lines that no other source's next line comes before.
  private func runEnd(
    of ready: ReplaySource.Ready, at index: Int, before other: (time: Int64, index: Int)?
  ) -> Int {
    guard let other else { return ready.timed.count }
    let times = ready.fed.made.batch.times
    var row = ready.row
    while row < ready.timed.count {
      if ready.timed[row],
        times[row] > other.time || (times[row] == other.time && other.index < index)
      {
        break
      }
      row += 1
    }
    return max(row, ready.row + 1)
  }

  private func report(_ feeds: [ReplaySource]) -> ScanReport {
    feeds.reduce(into: ScanReport()) { $0.add($1.report) }
  }

  private func outcome(_ feeds: [ReplaySource], _ watch: Deciding) -> Outcome {
    Outcome(
      report: report(feeds), troubles: watch.troubles,
      timeless: zip(sources, feeds).filter { !$1.hasTimes && $1.report.lines > $1.report.blank }
        .map { $0.0.generations.last ?? "" })
  }
}

/// The monitors of a run, and how their decisions become transitions.
package struct Deciding {
  /// Started and moved on by `Watch` too, which has a clock of its own.
  var monitors: [Monitor]
  private let ledger: GenerationLedger
  var actions: ActionSet
  private let live: Bool
  /// Whether the monitors note what a restart must know.
  var keepsChanges = false

  package init(
    _ rules: [BoundRule], _ ledger: GenerationLedger, _ actions: ActionSet, live: Bool
  ) {
    monitors = rules.map { Monitor($0) }
    self.ledger = ledger
    self.actions = actions
    self.live = live
  }

  package var troubles: [(monitor: String, troubles: MonitorTroubles)] {
    monitors.map { ($0.rule.rule.name, $0.troubles) }
  }

  /// Takes a run of lines into every monitor; `frames` are the run's batch behind their heads.
  package mutating func absorb(
    _ frames: inout [Frame], _ run: LineRun, _ emit: (Transition) throws -> Void
  ) throws {
    var decisions: [Decision] = []
    for index in monitors.indices {
      decisions += monitors[index].absorb(&frames[index], run)
    }
    try publish(decisions, emit)
  }

  /// Time passed without lines.
  package mutating func advance(
    to watermark: Int64, line: UInt64, _ emit: (Transition) throws -> Void
  ) throws {
    var decisions: [Decision] = []
    for index in monitors.indices {
      decisions += monitors[index].advance(to: watermark, line: line)
    }
    try publish(decisions, emit)
  }

  /// Decides up to the largest time seen; with `drains`, until everything open has decided itself.
  /// `noEarlierThan` may name a later end.
  package mutating func finish(
    drains: Bool, noEarlierThan least: Int64? = nil, _ emit: (Transition) throws -> Void
  ) throws {
    var decisions: [Decision] = []
    for index in monitors.indices {
      guard let newest = monitors[index].newest else { continue }
      let end = drains ? monitors[index].drainEnd ?? newest : newest
      decisions += monitors[index].finish(through: max(end, least ?? end))
    }
    try publish(decisions, emit)
  }

  func publish(_ decisions: [Decision], _ emit: (Transition) throws -> Void) throws {
    for decision in decisions.sorted(by: { $0.order < $1.order }) {
      var transition = decision.transition
      transition.evidence = ledger.lines(decision.evidence)
      try emit(planned(transition))
    }
  }

  /// The transition with what it asks of the actions of its monitor.
  func planned(_ transition: Transition) -> Transition {
    var result = transition
    if let monitor = monitors.first(where: { $0.rule.rule.name == transition.monitor }) {
      result.actions = planned(transition, uses: monitor.rule.rule.actions)
    }
    return result
  }

  func planned(_ transition: Transition, uses: [ActionUse]) -> [PlannedAction] {
    ActionPlan.planned(
      for: transition.level, to: transition.to, uses: uses, actions: actions, live: live)
  }
}
