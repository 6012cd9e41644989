package import Actions
package import Alerting
import QueryLanguage
import Records

/// A run once more, from its journal and the logs that it names: the same monitors, the same lines in
/// the same order, and the clock as it was then.
///
/// Restarts are no more than what they were: monitors go on. That a window was filled again is nothing
/// that may make a difference, so that here it never happened.
package final class JournaledRun {
  /// Where a transition was decided.
  package struct Place: Sendable, Hashable {
    /// The lines that were being taken in; nil when time alone decided.
    package var path: String?
    package var offsets: Range<Int64> = 0..<0
  }

  /// A rule is run as it is, or only where the journal says that it was the same then.
  package enum Scope: Sendable {
    case anyRule, sameRule
  }

  package let ledger = GenerationLedger()
  private let rules: [BoundRule]
  private let actions: ActionSet
  private let scope: Scope
  private let logs: JournaledLogs
  private let pool = ChunkPool()
  private var evaluation: WatchEvaluation?
  private var sources: [SourcePlan] = []
  /// Monitors whose rule was not in force all the time.
  private var paused: [String: Monitor] = [:]
  /// The monitors that are new since the last start, and have to be given what had been read before.
  private var fresh: Set<Int> = []
  private var strict = false
  private var place = Place()

  package init(
    rules: [BoundRule], actions: ActionSet, scope: Scope,
    chunkSize: Int = FeedOptions.usualBatch
  ) {
    self.rules = rules
    self.actions = actions
    self.scope = scope
    logs = JournaledLogs(ledger, chunkSize: chunkSize)
  }

  /// Takes note of an entry, before the first is taken in.
  package func prepare(_ entry: InputEntry) { logs.note(entry) }

  // Beginnings.

  /// A run begins, anew or once more; answers with the names of monitors that did not go on from where
  /// they stood.
  @discardableResult
  package func begin(_ card: RunCard) -> [String] {
    adopt(card.sources.compactMap { $0.plan() })
    strict = card.isStrict
    let active = active(card)
    let old = evaluation
    var deciding = Deciding(active, ledger, actions, live: card.isLive)
    let begun = goOn(&deciding)
    var clocks = LiveClocks(told: sources.map(\.lateness))
    let names = Set(card.sources.map(\.path))
    for (index, source) in sources.enumerated() {
      if !names.contains(source.path) { clocks.ended(index) }
      guard let standing = old?.standings[safe: index], let largest = standing.largest else {
        continue
      }
      clocks.came(index, largest: largest, at: .zero)
    }
    var next = WatchEvaluation(
      deciding, feeds: feeds(active, old), clocks: clocks, began: card.began)
    if let old { next.goOn(from: old) }
    evaluation = next
    return begun
  }

  /// Other rules while it runs.
  private func change(_ card: RunCard) -> [String] {
    guard var next = evaluation else { return begin(card) }
    let active = active(card)
    var deciding = Deciding(active, ledger, actions, live: card.isLive)
    let begun = goOn(&deciding)
    next.deciding = deciding
    next.feeds = feeds(active, next)
    evaluation = next
    return begun
  }

  private func active(_ card: RunCard) -> [BoundRule] {
    rules.filter { rule in
      scope == .anyRule || card.monitors.contains(RunCard.Monitor(rule))
    }
  }

  /// Gives the monitors what they knew; answers with those that knew nothing.
  private func goOn(_ deciding: inout Deciding) -> [String] {
    for monitor in evaluation?.deciding.monitors ?? [] { paused[monitor.rule.rule.name] = monitor }
    fresh = []
    var begun: [String] = []
    for index in deciding.monitors.indices {
      let name = deciding.monitors[index].rule.rule.name
      if let known = paused.removeValue(forKey: name) {
        deciding.monitors[index] = known
      } else {
        fresh.insert(index)
        begun.append(name)
      }
    }
    // What was passed over while it was not in force is missing in its windows.
    let resumed = Set(evaluation?.deciding.monitors.map(\.rule.rule.name) ?? [])
    return begun
      + deciding.monitors.map(\.rule.rule.name).filter {
        evaluation != nil && !begun.contains($0) && !resumed.contains($0)
      }
  }

  /// Sources keep their numbers, so that what monitors remember of lines stays true.
  private func adopt(_ plans: [SourcePlan]) {
    for plan in plans {
      if let index = sources.firstIndex(where: { $0.path == plan.path }) {
        sources[index] = plan
      } else {
        sources.append(plan)
      }
    }
    for (index, source) in sources.enumerated() {
      ledger.note(source.format, of: Int32(index))
    }
  }

  /// What was read of records that are not over stays.
  private func feeds(_ rules: [BoundRule], _ old: WatchEvaluation?) -> [LiveFeed] {
    let (members, heads) = Head.sharing(rules.map(\.plan))
    let wanted = Wanted(members: members, times: true, strict: strict)
    return sources.enumerated().map { index, plan in
      let known = old?.feeds[safe: index]
      let joins = known.map { SourceCard(plan).joins(as: $0.card) } ?? false
      let feed = LiveFeed(
        plan, wanted: wanted, heads: heads, quarantine: nil,
        assembler: joins ? known?.assembler : nil)
      feed.previous = known?.previous
      return feed
    }
  }

  // Monitors.

  package var monitors: [Monitor] { evaluation?.deciding.monitors ?? [] }

  /// The largest message time seen.
  package var newest: Int64? { evaluation?.standings.compactMap(\.largest).max() }

  /// Whether a monitor has not been in force before.
  package func isFresh(_ name: String) -> Bool {
    fresh.contains { monitors[$0].rule.rule.name == name }
  }

  /// Changes a monitor in force.
  package func update(_ name: String, _ body: (inout Monitor) -> Void) {
    guard
      let index = evaluation?.deciding.monitors.firstIndex(where: { $0.rule.rule.name == name })
    else { return }
    body(&evaluation!.deciding.monitors[index])
  }

  // Input.

  /// What came of an entry.
  package struct Intake: Sendable {
    /// Bytes that could not be read.
    package var gone: [JournaledLogs.Gone] = []
    /// Whether the journal itself does not tell all of it.
    package var isIncomplete = false
    /// Monitors that began in the middle, without what had been read before.
    package var begun: [String] = []
  }

  /// Takes in an entry; what it leads to is handed over with its place.
  package func take(
    _ entry: InputEntry, _ emit: (Transition, Place) throws -> Void
  ) throws -> Intake {
    var intake = Intake()
    guard evaluation != nil else { return intake }
    let say = { [self] (transition: Transition) in try emit(transition, place) }
    for step in entry.steps {
      switch step {
      case .read(let stretch):
        do {
          try read(stretch, of: entry.files[stretch.file], say)
        } catch let gone as JournaledLogs.Gone {
          intake.gone.append(gone)
        }
      case .rules(let card): intake.begun += change(card)
      case .dropped: intake.isIncomplete = true
      default: try pass(step, say)
      }
    }
    // Of what is gone the journal still tells how far it had brought time.
    for gone in intake.gone {
      guard let index = sources.firstIndex(where: { $0.path == gone.source }) else { continue }
      evaluation?.clocks.came(index, largest: entry.largest[gone.source], at: .zero)
    }
    for (source, time) in entry.largest {
      guard let index = sources.firstIndex(where: { $0.path == source }) else { continue }
      evaluation?.standings[index].largest = time
    }
    try advance(say)
    for part in evaluation?.release() ?? [] {
      if case .generation(let source, let generation) = part { ledger.forget(source, generation) }
    }
    return intake
  }

  private func read(
    _ stretch: InputEntry.Stretch, of file: InputEntry.File,
    _ emit: (Transition) throws -> Void
  ) throws {
    guard let index = sources.firstIndex(where: { $0.path == file.source }),
      stretch.use != .again || !fresh.isEmpty
    else { return }
    defer { place = Place() }
    guard stretch.closing == nil else {
      place = Place(path: file.source, offsets: stretch.from..<stretch.to)
      try evaluation?.closeJournaled(stretch, of: file.number, from: index, emit)
      return
    }
    try logs.read(
      stretch, of: file, source: Int32(index), maxLine: sources[index].maxLine
    ) { chunk in
      place = Place(path: file.source, offsets: Int64(chunk.offset)..<Int64(chunk.end))
      let read = ReadChunk(chunk: chunk, source: Int32(index), generation: file.number)
      try evaluation?.takeJournaled(read, stretch, fresh: fresh, emit)
    }
  }

  private func pass(
    _ step: InputEntry.Step, _ emit: (Transition) throws -> Void
  ) throws {
    func index(_ path: String) -> Int? { sources.firstIndex { $0.path == path } }
    switch step {
    case .idle(let source, let time):
      if let index = index(source) { evaluation?.clocks.reach(index, time) }
      try advance(emit)
    case .stood(let source, let time):
      if let index = index(source) { evaluation?.clocks.came(index, largest: time, at: .zero) }
    case .began(let time):
      evaluation?.deciding.begin(noLaterThan: time)
    case .ended(let source):
      if let index = index(source) { evaluation?.clocks.ended(index) }
      try advance(emit)
    case .resumed(let source):
      if let index = index(source) { evaluation?.clocks.resumed(index, at: .zero) }
    case .added(let card):
      guard let plan = card.plan() else { return }
      add(plan)
    case .read, .rules, .dropped: break
    }
  }

  private func add(_ plan: SourcePlan) {
    let isKnown = sources.contains { $0.path == plan.path }
    adopt([plan])
    guard var next = evaluation else { return }
    if let index = sources.firstIndex(where: { $0.path == plan.path }), isKnown {
      next.clocks.resumed(index, at: .zero)
    } else if let feed = feeds(next.deciding.monitors.map(\.rule), next).last {
      next.add(plan, feed, at: .zero, now: 0)
    }
    evaluation = next
  }

  /// Time alone decides nothing before the monitors have begun.
  private func advance(_ emit: (Transition) throws -> Void) throws {
    guard evaluation?.deciding.nextInstant != nil else { return }
    try evaluation?.advance(to: .zero, emit)
  }
}

extension WatchEvaluation {
  /// Takes in a chunk as the journal says it was.
  fileprivate mutating func takeJournaled(
    _ read: ReadChunk, _ stretch: InputEntry.Stretch, fresh: Set<Int>,
    _ emit: (Transition) throws -> Void
  ) throws {
    // What an older generation had open was closed before, where the journal says so.
    for part in feeds[Int(read.source)].records(of: LiveChunk(read: read), at: .zero)
    where part.closing == nil {
      try takeJournaled(part, stretch, fresh: fresh, emit)
    }
  }

  /// Takes in the records that were over without a line that says so.
  fileprivate mutating func closeJournaled(
    _ stretch: InputEntry.Stretch, of generation: Int32, from source: Int,
    _ emit: (Transition) throws -> Void
  ) throws {
    guard let closing = stretch.closing,
      let part = feeds[source].close(closing, of: generation)
    else { return }
    try takeJournaled(part, stretch, fresh: [], emit)
  }

  private mutating func takeJournaled(
    _ chunk: LiveChunk, _ stretch: InputEntry.Stretch, fresh: Set<Int>,
    _ emit: (Transition) throws -> Void
  ) throws {
    let source = Int(chunk.read.source)
    var marks = ReadMarks()
    marks.refused = stretch.refused
    if let arrived = stretch.arrived {
      marks.arrivals = [ReadMarks.Arrival(end: .max, time: arrived)]
    }
    // What is read again is behind the lines that came last.
    let previous = feeds[source].previous
    var lines = feeds[source].linesAgain(
      of: chunk, marks,
      near: stretch.recorded ?? stretch.arrived ?? stretch.newest)
    let run = LineRun(
      batch: lines.batch, rows: 0..<lines.batch.count, timed: lines.timed, firstLine: line)
    switch stretch.use {
    case .live:
      _ = try pass(&lines, clocks.front(of: source, at: .zero), emit)
      clocks.came(source, largest: lines.largest, at: .zero)
      retain(lines)
      if deciding.nextInstant != nil { try advance(to: .zero, emit) }
    case .before:
      line += UInt64(lines.batch.count)
      retain(lines)
      deciding.warm(&lines.frames, run, newest: stretch.newest ?? .max)
    case .again:
      line += UInt64(lines.batch.count)
      feeds[source].previous = previous
      for index in fresh {
        deciding.monitors[index].warm(&lines.frames[index], run, newest: stretch.newest ?? .max)
      }
    }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
