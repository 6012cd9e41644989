import Alerting
import QueryLanguage
import Records

/// The monitors of a watch on their way through time: lines as they come, and the clock in between.
///
/// Nothing here waits or reads: `Watch` brings lines, says how late it is, and asks when to come back.
struct WatchEvaluation {
  var clocks: LiveClocks
  private(set) var report = ScanReport()
  var deciding: Deciding
  var feeds: [LiveFeed]
  var began: Int64
  private var longestWindow: Int64
  private var retention = Retention()
  /// How far each source has come.
  var standings: [SourceStanding]
  /// Monitors that go on from where an earlier run stood.
  var restored: Set<Int> = []
  /// Sources that were read to their end, for now.
  private var atRest: Set<Int> = []
  /// Lines so far, in the order in which they came.
  var line: UInt64 = 0
  /// What the journal will tell; nil where no state is kept.
  var history: InputHistory?
  /// What became of every byte; nil where no state is kept.
  var accounts: ByteAccounts?

  /// `began` is the start of the program.
  init(_ deciding: Deciding, feeds: [LiveFeed], clocks: LiveClocks, began: Int64) {
    self.deciding = deciding
    self.feeds = feeds
    self.clocks = clocks
    self.began = began
    standings = feeds.map { _ in SourceStanding() }
    longestWindow = deciding.monitors.map(\.rule.window).max() ?? 0
  }

  /// Goes on where another one stood, which had the first of these sources.
  mutating func goOn(from other: WatchEvaluation) {
    line = other.line
    retention = other.retention
    standings.replaceSubrange(other.standings.indices, with: other.standings)
  }

  mutating func noteLongestWindow() {
    longestWindow = deciding.monitors.map(\.rule.window).max() ?? 0
  }

  /// What is held of a source for windows and evidence.
  func parts(of source: Int32) -> [Retention.Part] { retention.parts(of: source) }

  /// The time of the line before all that; nil when none had one.
  func previous(of source: Int32) -> Int64? { retention.previous(of: source) }

  mutating func extend(_ source: Int32, backTo offset: Int64) {
    retention.extend(source, backTo: offset)
  }

  var troubles: [(monitor: String, troubles: MonitorTroubles)] { deciding.troubles }

  // Lines.

  /// Takes in lines from before the start, which decide nothing; `newest` is the largest time in them.
  mutating func warm(_ chunk: LiveChunk, path: String, arrival: Int64, newest: Int64) throws {
    let source = Int(chunk.read.source)
    for part in feeds[source].records(of: chunk, at: feeds[source].lastArrival) {
      var lines = try feeds[source].lines(
        of: part, path: path, arrival: arrival, report: &report)
      let run = LineRun(
        batch: lines.batch, rows: 0..<lines.batch.count, timed: lines.timed, firstLine: line)
      line += UInt64(lines.batch.count)
      retain(lines)
      standings[source].note(lines, now: arrival, recorded: part.recorded ?? arrival)
      history?.before(part, lines, arrival: arrival, newest: newest)
      accounts?.note(part, lines, late: [], isBefore: true)
      deciding.warm(&lines.frames, run, newest: newest)
    }
  }

  /// Notes how far a source has come whose lines have been taken in before the start.
  mutating func warmed(_ source: Int, newest: Int64?, at elapsed: Duration) {
    clocks.came(source, largest: newest, at: elapsed)
    history?.stood(source, at: newest)
    feeds[source].arrived(at: elapsed)
  }

  /// Takes lines in. Each moves the watermark; every instant before that is decided; then it counts.
  mutating func take(
    _ chunk: LiveChunk, path: String, arrival: Int64, at elapsed: Duration,
    _ emit: (Transition) throws -> Void
  ) throws {
    let source = Int(chunk.read.source)
    atRest.remove(source)
    for part in feeds[source].records(of: chunk, at: elapsed) {
      try take(records: part, path: path, arrival: arrival, at: elapsed, emit)
    }
  }

  /// Takes in what is whole.
  private mutating func take(
    records chunk: LiveChunk, path: String, arrival: Int64, at elapsed: Duration,
    _ emit: (Transition) throws -> Void
  ) throws {
    let source = Int(chunk.read.source)
    var chunk = chunk
    if feeds[source].lendsTimes { chunk.recorded = chunk.recorded ?? arrival }
    var lines = try feeds[source].lines(
      of: chunk, path: path, arrival: arrival, report: &report)
    standings[source].note(lines, now: arrival, recorded: chunk.recorded)
    let front = clocks.front(of: source, at: elapsed)
    if let largest = lines.largest,
      deciding.nextInstant ?? .min < front.watermark(at: max(front.own, largest))
    {
      history?.settle(source, front, through: largest, clocks, at: elapsed)
    }
    let late = try pass(&lines, front, emit)
    clocks.came(source, largest: lines.largest, at: elapsed)
    retain(lines)
    history?.came(source, largest: lines.largest)
    history?.advance()
    history?.read(chunk, lines, arrival: arrival)
    accounts?.note(chunk, lines, late: late, isBefore: false)
  }

  /// Takes in lines at the front that time has reached; answers with the rows that came too late for
  /// an instant that was decided.
  mutating func pass(
    _ lines: inout LiveFeed.Lines, _ front: LiveClocks.Front, _ emit: (Transition) throws -> Void
  ) throws -> [Int] {
    var own = front.own
    var start = 0
    var late: [Int] = []
    var next = deciding.nextInstant
    var settled = accounts == nil ? Int64.min : deciding.settled
    for row in 0..<lines.batch.count where lines.timed[row] {
      let time = lines.batch.times[row]
      if time <= settled { late.append(row) }
      if next == nil {
        deciding.begin(noLaterThan: min(time, began))
        next = deciding.nextInstant
      }
      own = max(own, time)
      let watermark = front.watermark(at: own)
      guard let instant = next, instant < watermark else { continue }
      try absorb(start..<row, &lines, emit)
      try deciding.advance(to: watermark, line: line, emit)
      start = row
      next = deciding.nextInstant
      if accounts != nil { settled = deciding.settled }
    }
    try absorb(start..<lines.batch.count, &lines, emit)
    return late
  }

  /// Rows that pass no undecided instant.
  private mutating func absorb(
    _ rows: Range<Int>, _ lines: inout LiveFeed.Lines, _ emit: (Transition) throws -> Void
  ) throws {
    guard !rows.isEmpty else { return }
    // The watermark is moved here, where all sources are known; lines alone must not.
    let run = LineRun(
      batch: lines.batch, rows: rows, timed: lines.timed, firstLine: line, otherWatermark: .min)
    line += UInt64(rows.count)
    try deciding.absorb(&lines.frames, run, emit)
  }

  mutating func retain(_ lines: LiveFeed.Lines) {
    let chunk = lines.batch.chunk
    retention.note(
      lines.batch.source, lines.batch.generation, from: Int64(chunk.offset),
      begins: chunk.records?.begins.map(Int64.init) ?? [], to: Int64(chunk.end),
      largest: lines.largest, previous: lines.previous)
  }

  // Records that may go on.

  /// When the first of them has waited long enough.
  var closesAt: Duration? { atRest.compactMap { feeds[$0].closesAt }.min() }

  /// Takes in those that have waited long enough in sources that were read to their end.
  mutating func closeIdle(
    at elapsed: Duration, arrival: Int64, _ emit: (Transition) throws -> Void
  ) throws {
    for source in atRest.sorted() {
      for (chunk, closing) in feeds[source].closeIdle(at: elapsed) {
        var closing = closing
        closing.time = arrival
        standings[source].marks[chunk.read.generation, default: ReadMarks()].closings
          .append(closing)
        // It came with its last line, not now.
        try take(
          records: chunk, path: feeds[source].path, arrival: arrival,
          at: feeds[source].lastArrival, emit)
      }
    }
  }

  /// Takes in all of a source that has ended.
  mutating func closeAll(
    _ source: Int, arrival: Int64, _ emit: (Transition) throws -> Void
  ) throws {
    for chunk in feeds[source].closeAll() {
      try take(
        records: chunk, path: feeds[source].path, arrival: arrival,
        at: feeds[source].lastArrival, emit)
    }
  }

  /// Parts of the logs that no window will show any more.
  mutating func release() -> [Retention.Release] {
    guard let next = deciding.nextInstant else { return [] }
    return retention.release(through: next - longestWindow)
  }

  /// How far back the evidence and the windows of a generation may reach, as an offset; nil when they
  /// need nothing of it any more.
  func needed(_ source: Int32, _ generation: Int32) -> Int64? {
    let open = feeds[Int(source)].openFrom(generation)
    return [retention.needed(source, generation), open].compactMap { $0 }.min()
  }

  /// For each stream from where on a generation is needed; none where each line is a record.
  func begins(_ source: Int32, _ generation: Int32) -> [Int64] {
    retention.begins(source, generation) ?? feeds[Int(source)].begins(generation)
  }

  /// One more source, with the next number.
  mutating func add(_ plan: SourcePlan, _ feed: LiveFeed, at elapsed: Duration, now: Int64) {
    feeds.append(feed)
    standings.append(SourceStanding())
    clocks.add(idleAfter: plan.idleAfter, lateness: plan.lateness, at: elapsed, now: now)
    history?.added(plan)
    accounts?.added(plan)
  }

  // Time.

  mutating func reachedEnd(_ source: Int) {
    clocks.reachedEnd(source)
    atRest.insert(source)
  }

  mutating func ended(_ source: Int) {
    clocks.ended(source)
    history?.ended(source)
  }

  mutating func resumed(_ source: Int, at elapsed: Duration) {
    clocks.resumed(source, at: elapsed)
    history?.resumed(source)
  }

  /// Lets the time pass without lines.
  mutating func advance(to elapsed: Duration, _ emit: (Transition) throws -> Void) throws {
    let watermark = clocks.advance(to: elapsed)
    guard watermark != .min else { return }
    if deciding.nextInstant == nil { history?.began(at: min(began, watermark)) }
    // Also those that have come later, and of which no line has.
    deciding.begin(noLaterThan: min(began, watermark))
    guard let next = deciding.nextInstant, next < watermark else { return }
    history?.settle(clocks, at: elapsed)
    try deciding.advance(to: watermark, line: line, emit)
  }

  /// When the next instant will have passed if nothing comes; nil when only lines can bring that about.
  func wakes(after elapsed: Duration) -> Duration? {
    guard let next = deciding.nextInstant else { return clocks.passes(.min, after: elapsed) }
    return clocks.passes(next, after: elapsed)
  }

  /// How far time has to run on, without lines, until the monitors that watch for absence have decided
  /// or, when none does, all of them.
  var drainEnd: Int64? {
    let absent = deciding.monitors.filter { $0.rule.watchesForAbsence }
    return (absent.isEmpty ? deciding.monitors : absent).compactMap(\.drainEnd).max()
  }
}

extension Deciding {
  /// The earliest instant that some monitor has not decided yet; nil before they began.
  var nextInstant: Int64? { monitors.compactMap(\.nextInstant).min() }

  /// The latest instant that some monitor has decided; the minimum before the first.
  var settled: Int64 { monitors.compactMap(\.settled).max() ?? .min }

  mutating func warm(_ frames: inout [Frame], _ run: LineRun, newest: Int64) {
    for index in monitors.indices { monitors[index].warm(&frames[index], run, newest: newest) }
  }

  mutating func begin(noLaterThan time: Int64) {
    for index in monitors.indices { monitors[index].begin(noLaterThan: time) }
  }
}
