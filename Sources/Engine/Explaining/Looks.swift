import Alerting
import QueryLanguage
import Records

/// Notes from when to when the lines are.
final class LogReader: ReplayObserver {
  private(set) var log: ClosedRange<Int64>?

  func sees(_ run: LineRun) {
    for row in run.rows where run.timed[row] {
      let time = run.batch.times[row]
      let known = log ?? time...time
      if log == nil || time > known.upperBound {
        log = known.lowerBound...max(time, known.upperBound)
      }
    }
  }
}

/// The first look: every alert of every monitor, at one instant.
final class Glance: ReplayObserver {
  private let time: Int64
  private let reader = LogReader()
  private(set) var monitors: [Monitor] = []
  private(set) var end: Int64?

  init(at time: Int64) { self.time = time }

  var log: ClosedRange<Int64>? { reader.log }

  func prepare(_ monitor: inout Monitor) {
    let instant = monitor.rule.instant(atOrAfter: time)
    monitor.lens = MonitorLens(on: instant...instant)
    end = max(end ?? instant, instant)
  }

  func sees(_ run: LineRun) { reader.sees(run) }

  func wantsMore(_ monitors: [Monitor]) -> Bool { monitors.haveNot(decided: end) }

  func finish(_ monitors: [Monitor]) { self.monitors = monitors }
}

/// The second look: of each monitor one alert, for a window to either side, and all lines of the
/// window.
final class Study: ReplayObserver {
  private let subjects: [Subject]
  private let sources: [SourcePlan]
  private var counters: [WindowCounter] = []
  private var monitors: [Monitor] = []
  private var prepared = 0
  /// Lines to look up, and those found.
  private let wanted: Set<Moment>
  private var found: [Moment: SeenLine] = [:]
  private var latest: Batch?

  init(_ subjects: [Subject], _ sources: [SourcePlan]) {
    self.subjects = subjects
    self.sources = sources
    wanted = Set(
      subjects.flatMap { subject in
        (subject.decision?.evidence ?? []).map(\.moment) + [subject.tipping].compactMap { $0 }
      })
    let heads = Head.sharing(subjects.map(\.rule.plan)).heads
    counters = zip(subjects, heads).map { subject, head in
      WindowCounter(
        subject.rule, memberMap: head.memberMap, instant: subject.instant,
        group: subject.lead?.sighting.group
      ) { row, batch in Study.line(row, batch, sources) }
    }
  }

  var end: Int64? { subjects.map(\.instant).max() }

  func prepare(_ monitor: inout Monitor) {
    let subject = subjects[prepared]
    prepared += 1
    monitor.lens = MonitorLens(
      on: subject.around, groups: [subject.lead?.sighting.group].compactMap { $0 })
  }

  func sees(_ run: LineRun) {
    for index in counters.indices { counters[index].count(run) }
    if !wanted.isEmpty, latest !== run.batch {
      latest = run.batch
      look(in: run.batch)
    }
  }

  func sees(malformed row: Int, of batch: Batch) {
    for index in counters.indices { counters[index].note(malformed: row, of: batch) }
  }

  func sees(refused row: Int, of batch: Batch) {
    for index in counters.indices { counters[index].note(refused: row, of: batch) }
  }

  func wantsMore(_ monitors: [Monitor]) -> Bool {
    monitors.haveNot(decided: subjects.map(\.around.upperBound).max())
  }

  func finish(_ monitors: [Monitor]) { self.monitors = monitors }

  /// Keeps the lines that somebody wants to read, while they are here.
  private func look(in batch: Batch) {
    // A record may have begun in front of the chunk that ends it.
    let offsets = (batch.chunk.records?.openFrom ?? batch.chunk.offset)..<batch.chunk.end
    let here = wanted.filter { moment in
      moment.source == batch.source && moment.generation == batch.generation
        && offsets.contains(Int(moment.offset))
    }
    guard !here.isEmpty else { return }
    let byOffset = Dictionary(uniqueKeysWithValues: here.map { (Int($0.offset), $0) })
    for row in 0..<batch.count {
      if let moment = byOffset[batch.offset(of: row)] {
        found[moment] = Study.line(row, batch, sources)
      }
    }
  }

  private static func line(_ row: Int, _ batch: Batch, _ sources: [SourcePlan]) -> SeenLine {
    SeenLine(
      file: sources[Int(batch.source)].generations[Int(batch.generation)],
      line: batch.lineNumber(of: row), offset: batch.offset(of: row),
      text: batch.line(row).string)
  }

  /// What became of a subject.
  func report(on index: Int, asked: Int64) -> InstantReport {
    let subject = subjects[index]
    var report = InstantReport(
      rule: subject.rule, asked: asked, instant: subject.instant, logEnd: subject.logEnd,
      verdicts: subject.told, others: subject.others,
      history: subject.lead.map { monitors[index].history(of: $0) } ?? [],
      census: counters[index].finished())
    report.evidence = (subject.decision?.evidence ?? []).reversed().compactMap { found[$0.moment] }
    report.tipping = subject.tipping.flatMap { found[$0] }
    report.lacksRows = monitors[index].lens?.undecided.contains(subject.instant) ?? false
    report.transition = subject.transition
    return report
  }
}

extension [Monitor] {
  /// Whether some instant up to `end` may still be to decide.
  fileprivate func haveNot(decided end: Int64?) -> Bool {
    guard let end else { return true }
    return contains { $0.nextInstant.map { $0 <= end } ?? true }
  }
}
