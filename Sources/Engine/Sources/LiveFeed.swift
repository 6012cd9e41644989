import QueryLanguage
import Records

/// Turns the chunks of one followed source into batches behind the heads of all queries, and settles
/// what their lines' times are.
///
/// A line without a time has that of its arrival; one that was there before the start, which nobody
/// saw arrive, that of the line before. Lines too far ahead of their arrival are refused.
final class LiveFeed {
  /// A batch whose times are settled.
  struct Lines {
    var batch: Batch
    /// One for each head, in their order.
    var frames: [Frame]
    /// Rows that have a time and are not refused.
    var timed: Selection
    /// The largest time in them.
    var largest: Int64?
    /// Offsets of those that are refused.
    var refused: [Int64] = []
    /// Whether some have no time of their own.
    var hasUntimed = false
    /// The time of the line before them; nil when none had one.
    var previous: Int64?
  }

  private let plan: SourcePlan
  private var heads: [Head]
  private var maker: BatchMaker
  private let quarantine: ((Bytes) throws -> Void)?
  /// The time of the last line: its own, or that of its arrival.
  var previous: Int64?
  /// Puts records together; nil when each line is one.
  let assembler: RecordAssembler?
  /// Records that may go on, and when the last lines came.
  var open: [OpenRecord] = []
  var lastArrival = Duration.zero
  /// The path that stands for the log.
  var path: String { plan.path }
  /// How long a record waits for lines that may belong to it.
  var patience: Duration { .milliseconds(plan.idleAfter) }

  /// `assembler` has what is open already.
  init(
    _ plan: SourcePlan, wanted: Wanted, heads: [Head], quarantine: ((Bytes) throws -> Void)?,
    assembler: RecordAssembler? = nil
  ) {
    self.assembler = plan.format.isPlain ? nil : assembler ?? RecordAssembler(plan.format)
    self.plan = plan
    self.heads = heads
    self.quarantine = quarantine
    maker = BatchMaker(plan, wanted)
  }

  /// Makes frames for the queries of another feed of the same source from now on, and goes on where it
  /// stands.
  func adopt(_ other: LiveFeed) {
    heads = other.heads
    maker = other.maker
  }

  var lendsTimes: Bool { plan.lendsTimes }
  var card: SourceCard { SourceCard(plan) }

  /// `arrival` is the time of the read; what could not be used is noted in `report`.
  func lines(
    of chunk: LiveChunk, path: String, arrival: Int64, report: inout ScanReport
  ) throws -> Lines {
    var made = maker.make(chunk.read, previous: previous, near: chunk.recorded ?? arrival)
    report.note(made, path: path)
    for place in chunk.tooLong { report.tooLong.note(at: place) }
    if let quarantine {
      for row in made.malformed { try quarantine(made.batch.line(row)) }
    }
    if chunk.recorded == nil, !made.untimed.isEmpty {
      var times = made.batch.times
      for row in made.untimed { times[row] = arrival }
      made.batch = made.batch.with(times: times)
    }
    let batch = made.batch
    func place(_ row: Int) -> LinePlacement {
      LinePlacement(path: path, line: batch.lineNumber(of: row), offset: batch.offset(of: row))
    }
    var timed = made.messages
    var largest: Int64?
    var refused: [Int] = []
    timed.filter { row in
      let time = batch.times[row]
      guard time != Batch.untimed else { return false }
      guard time <= arrival + plan.maxAhead else {
        refused.append(row)
        return false
      }
      largest = max(largest ?? time, time)
      return true
    }
    report.refused.note(refused.count, at: refused.first.map(place))
    let before = previous
    if chunk.recorded == nil, made.untimed.last == batch.count - 1 {
      previous = arrival
    } else {
      noteTime(made, timed, refusing: !refused.isEmpty)
    }
    let frames = frames(of: batch, timed)
    for frame in frames where !frame.limited.isEmpty {
      report.regexLimit.note(frame.limited.count, at: frame.limited.first.map(place))
    }
    return Lines(
      batch: batch, frames: frames, timed: timed, largest: largest,
      refused: refused.map { Int64(batch.offset(of: $0)) }, hasUntimed: !made.untimed.isEmpty,
      previous: before)
  }

  /// Notes the time of the last line, for lines that have none, or only half of one.
  private func noteTime(_ made: MadeBatch, _ timed: Selection, refusing: Bool) {
    guard refusing else { return previous = made.lastTime ?? previous }
    let untimed = Set(made.untimed)
    let last = timed.rows.last { !untimed.contains($0) }
    previous = last.map { made.batch.times[$0] } ?? previous
  }

  /// Lines that were taken in before a restart: what they can't tell any more is in the marks.
  func linesAgain(of chunk: LiveChunk, _ marks: ReadMarks, near: Int64?) -> Lines {
    let before = previous
    var made = maker.make(chunk.read, previous: previous, near: near)
    if !made.untimed.isEmpty {
      var times = made.batch.times
      for row in made.untimed {
        let stream = made.batch.chunk.records?.origins[row].stream ?? .none
        times[row] =
          marks.arrival(of: Int64(made.batch.closing(of: row)), stream) ?? times[row]
      }
      made.batch = made.batch.with(times: times)
    }
    let batch = made.batch
    let refused = Set(marks.refused)
    var timed = made.messages
    timed.filter { row in
      batch.times[row] != Batch.untimed && !refused.contains(Int64(batch.offset(of: row)))
    }
    if let last = made.untimed.last, last == batch.count - 1,
      let arrived = marks.arrival(
        of: Int64(batch.closing(of: last)), batch.chunk.records?.origins[last].stream ?? .none)
    {
      previous = arrived
    } else {
      noteTime(made, timed, refusing: !refused.isEmpty)
    }
    let largest = timed.rows.map { batch.times[$0] }.max()
    return Lines(
      batch: batch, frames: frames(of: batch, timed), timed: timed, largest: largest,
      previous: before)
  }

  private func frames(of batch: Batch, _ timed: Selection) -> [Frame] {
    heads.map { $0.plan.runHead(on: batch, live: timed, memberMap: $0.memberMap) }
  }
}
