import Alerting
import Records

/// All sources of a watch: opened, read as they are written, and told apart by their numbers.
final class Follower {
  let ledger = GenerationLedger()
  let watcher = FileWatcher()
  private let clock: any EngineClock
  private let longestWindow: Int64
  private let chunkSize: Int
  private let pool = ChunkPool()
  private var sources: [any LiveSource] = []
  /// The older generations of each followed file.
  private var histories: [Int: RecordedTail] = [:]
  /// Sources that may have something at hand.
  private var stirred: Set<Int>
  private var ended: Set<Int> = []
  private var lookups: [PatternLookup]
  /// Where what can't be read twice is written down; nil when nothing is kept.
  private let spool: String?
  /// Where an earlier run stood.
  private let saved: [SavedSource]
  /// Whether there may be files that a pattern names and nobody follows, and when to look though
  /// nobody tells.
  private var hasNewNames = true
  private var looksUpAgain: Duration?

  /// `saved` is where an earlier run stood.
  init(
    _ plans: [SourcePlan], _ patterns: [SourcePattern], _ options: FeedOptions,
    longestWindow: Int64, clock: any EngineClock, saved: [SavedSource] = [], spool: String? = nil
  ) throws(InputFailure) {
    self.clock = clock
    self.longestWindow = longestWindow
    chunkSize = options.batchBytes
    stirred = Set(plans.indices)
    lookups = patterns.map { PatternLookup($0) }
    self.saved = saved
    self.spool = spool
    for (index, plan) in plans.enumerated() {
      let saved = saved.first { $0.name == plan.path }
      sources.append(try open(plan, as: index, saved))
    }
    let named = Set(patterns.flatMap { SourcePattern.paths(of: $0.pattern) })
    for (_, tail) in tails { tail.endsWithItsFile = named.contains(tail.path) }
  }

  private func open(
    _ plan: SourcePlan, as index: Int, _ saved: SavedSource? = nil, isNew: Bool = false
  ) throws(InputFailure) -> any LiveSource {
    ledger.note(plan.format, of: Int32(index))
    switch plan.input {
    case .path: break
    case .command(let command):
      return try once(plan, try CommandBytes(command, clock: clock), index, saved)
    case .journal(let journal):
      return try once(plan, try JournalBytes(journal, .new), index, saved)
    }
    switch try SourceKind(of: plan.path) {
    case .pipe:
      return try once(plan, try PipeBytes(plan.path), index, saved)
    case .compressed:
      return RecordedTail(
        plan, follower: index, chunkSize: chunkSize, pool: pool, ledger: ledger)
    case .file:
      let tail = FileTail(
        plan, follower: index, chunkSize: chunkSize, pool: pool, ledger: ledger, watcher: watcher,
        clock: clock, saved: saved, isNew: isNew)
      if plan.generations.count > 1, !tail.isResumed {
        histories[index] = history(of: plan, index, ledger)
      }
      return tail
    }
  }

  /// A source that can be read only once.
  private func once(
    _ plan: SourcePlan, _ bytes: any LiveBytes, _ index: Int, _ saved: SavedSource?
  ) throws(InputFailure) -> any LiveSource {
    guard let spool else {
      return try PipeTail(
        plan, bytes, follower: index, chunkSize: chunkSize, pool: pool, ledger: ledger)
    }
    let log = FollowedLog(
      path: plan.path, source: Int32(index), chunkSize: chunkSize, maxLine: plan.maxLine,
      pool: pool, ledger: ledger)
    return SpooledTail(plan, bytes, in: spool, log: log, clock: clock, saved: saved)
  }

  private func history(
    of plan: SourcePlan, _ index: Int, _ ledger: GenerationLedger?
  ) -> RecordedTail {
    var older = plan
    older.generations.removeLast()
    return RecordedTail(
      older, follower: index, chunkSize: chunkSize, pool: pool, ledger: ledger)
  }

  /// What has to be polled for besides files, and the source it belongs to.
  var pipes: [(index: Int, descriptor: Int32)] {
    sources.enumerated().compactMap { index, source in
      guard !ended.contains(index), let descriptor = source.descriptor else { return nil }
      return (index, descriptor)
    }
  }

  /// When some file has to be looked at though nobody tells of anything.
  var looksAgain: Duration? {
    let open = sources.indices.filter { !ended.contains($0) }
    return (open.map { sources[$0].looksAgain } + [looksUpAgain]).compactMap { $0 }.min()
  }

  private var openTails: [(Int, FileTail)] { tails.filter { !ended.contains($0.0) } }

  /// Whether nothing can come any more.
  var hasEnded: Bool { ended.count == sources.count && lookups.isEmpty }

  // Patterns.

  /// Takes up the files that have come and that a pattern names, each a source of its own.
  func lookUp(
    _ evaluation: inout WatchEvaluation, _ feed: (SourcePlan) -> LiveFeed,
    _ news: (WatchNews) -> Void
  ) throws {
    guard hasNewNames, !lookups.isEmpty else { return }
    hasNewNames = false
    looksUpAgain = nil
    for place in lookups.indices {
      let pattern = lookups[place].pattern
      // Watched first: what comes while it is looked up is then noticed.
      for directory in pattern.directories
      where !watcher.watch(directory: directory, for: -1 - place) {
        looksUpAgain = clock.elapsed + .seconds(1)
      }
      let logs = Set(sources.indices.filter { !ended.contains($0) }.map { sources[$0].plan.path })
      let new = lookups[place].newLogs(besides: logs) { file in
        openTails.contains { $0.1.knows(file) }
      }
      for path in new { try takeUp(pattern.plan(path), &evaluation, feed, news) }
    }
  }

  /// Where an earlier run stood in a log that was not there at the start; what windows held of it is
  /// not read again, because time has gone on.
  private func savedEarlier(_ path: String) -> SavedSource? {
    guard var saved = saved.first(where: { $0.name == path }) else { return nil }
    for index in saved.generations.indices {
      saved.generations[index].needed = saved.generations[index].read
    }
    return saved
  }

  private func takeUp(
    _ plan: SourcePlan, _ evaluation: inout WatchEvaluation, _ feed: (SourcePlan) -> LiveFeed,
    _ news: (WatchNews) -> Void
  ) throws {
    let elapsed = clock.elapsed
    if let index = sources.firstIndex(where: { $0.plan.path == plan.path }) {
      guard sources[index] is FileTail else { return }
      ended.remove(index)
      stirred.insert(index)
      return evaluation.resumed(index, at: elapsed)
    }
    let index = sources.count
    do throws(InputFailure) {
      sources.append(try open(plan, as: index, savedEarlier(plan.path), isNew: true))
    } catch {
      return news(.source(.failed(error)))
    }
    (sources[index] as? FileTail)?.endsWithItsFile = true
    stirred.insert(index)
    evaluation.add(plan, feed(plan), at: elapsed, now: clock.now)
    news(.source(.appeared(path: plan.path)))
  }

  func plan(_ source: Int) -> SourcePlan { sources[source].plan }

  func number(of path: String) -> Int? { sources.firstIndex { $0.plan.path == path } }

  var now: Int64 { clock.now }

  // Before the start.

  /// Hands over, once more, the lines that the windows need and an earlier run has taken in; before
  /// anything else is read. What `order` does not know comes as early as can be, log by log.
  func reread(
    in order: ReadOrder, _ news: (WatchNews) -> Void, _ body: (LiveChunk) throws -> Void
  ) rethrows {
    var logs: [String: Rereading] = [:]
    for source in sources where source.isResumed {
      logs[source.plan.path] = Rereading(source)
    }
    for stop in order.stops { try logs[stop.source]?.read(through: stop, news, body) }
    for source in sources { try logs[source.plan.path]?.readRest(news, body) }
  }

  /// How far each generation of a source was read, for whoever goes on later; none of what can't be
  /// read twice. `needed` answers with the first offset of a generation that is still needed.
  func saved(_ source: Int, needed: (Int32) -> Int64?) -> [SavedGeneration] {
    sources[source].saved(needed: needed)
  }

  /// Takes in what the windows hold at the start, so that what is true already fires at once.
  func warm(_ evaluation: inout WatchEvaluation, _ news: (WatchNews) -> Void) throws {
    let now = clock.now
    var newest: [Int: Int64] = [:]
    let tails = tails.filter { !$0.1.isResumed }
    for (index, tail) in tails { newest[index] = lookBack(tail, index, now) }
    guard let start = newest.values.max() else { return }
    let before = evaluation.report.lines
    for (index, tail) in tails {
      let take = { (chunk: LiveChunk) in
        let path = tail.path(of: chunk.read.generation)
        try evaluation.warm(chunk, path: path, arrival: now, newest: start)
      }
      if let history = histories.removeValue(forKey: index) {
        try drain(history, news, take)
      }
      try drain(tail, while: { tail.hasRecorded }, news, take)
      if let largest = newest[index] {
        evaluation.warmed(index, newest: largest, at: elapsed(atTime: tail.recorded?.time))
      }
    }
    news(.lookedBack(lines: evaluation.report.lines - before, newest: start))
  }

  private var tails: [(Int, FileTail)] {
    sources.enumerated().compactMap { index, source in (source as? FileTail).map { (index, $0) } }
  }

  /// Finds where a file has to be begun, and the largest time in it.
  private func lookBack(_ tail: FileTail, _ index: Int, _ now: Int64) -> Int64? {
    var back = LookBack(tail.plan, window: longestWindow, now: now)
    var start = 0
    if let recorded = tail.recorded {
      start = back.start(in: recorded.place, end: recorded.end, near: recorded.time)
      tail.begin(at: start)
    }
    if start > 0 { histories[index] = nil }
    if histories[index] != nil, back.newest == nil {
      // Nothing in the file yet: how far the log had come is said by the file before.
      drain(history(of: tail.plan, index, nil), { _ in }) { chunk in
        back.note(chunk.read, near: chunk.recorded)
      }
    }
    return back.newest
  }

  private func drain(
    _ source: any LiveSource, while isWanted: () -> Bool = { true }, _ news: (WatchNews) -> Void,
    _ body: (LiveChunk) throws -> Void
  ) rethrows {
    while isWanted() {
      switch source.next() {
      case .chunk(let chunk): try body(chunk)
      case .news(let what): news(.source(what))
      case .nothing, .ended: return
      }
    }
  }

  // From then on.

  /// Takes in at most a chunk of each source that has something; whether there may be more.
  func read(
    into evaluation: inout WatchEvaluation, _ news: (WatchNews) -> Void,
    _ emit: (Transition) throws -> Void
  ) throws -> Bool {
    for index in stirred.sorted() {
      switch next(index) {
      case .chunk(let chunk):
        try evaluation.take(
          chunk, path: sources[index].path(of: chunk.read.generation), arrival: clock.now,
          at: elapsed(atTime: chunk.recorded), emit)
      case .news(let what):
        news(.source(what))
      case .nothing:
        stirred.remove(index)
        evaluation.reachedEnd(index)
      case .ended:
        stirred.remove(index)
        ended.insert(index)
        try evaluation.closeAll(index, arrival: clock.now, emit)
        evaluation.ended(index)
        news(.source(.ended(path: sources[index].plan.generations.last ?? "-")))
      }
    }
    return !stirred.isEmpty
  }

  /// Nobody will ask for these parts any more.
  func letGo(of parts: [Retention.Release]) {
    for part in parts {
      switch part {
      case .bytes(let source, let generation, let end):
        ledger.forget(source, generation, before: end)
      case .generation(let source, let generation):
        ledger.forget(source, generation)
        (sources[Int(source)] as? FileTail)?.forget(generation)
      }
    }
  }

  /// Something may have happened to a source.
  func stir(_ index: Int) {
    // Directories of patterns have negative numbers.
    if index < 0 { return hasNewNames = true }
    if !ended.contains(index) { stirred.insert(index) }
  }

  /// It is time to look at some files of which nobody has told anything.
  func stirDue() {
    let now = clock.elapsed
    if let time = looksUpAgain, time <= now { hasNewNames = true }
    for index in sources.indices {
      if let time = sources[index].looksAgain, time <= now { stir(index) }
    }
  }

  private func next(_ index: Int) -> LiveArrival {
    if let history = histories[index] {
      let arrival = history.next()
      if case .ended = arrival { histories[index] = nil } else { return arrival }
    }
    return sources[index].next()
  }

  /// When it was, on the clock that never goes back; nil and what is yet to come are now.
  func elapsed(atTime time: Int64?) -> Duration {
    let now = clock.now
    return clock.elapsed - .milliseconds(now - min(now, time ?? now))
  }
}
