package import QueryLanguage
package import Records

/// What a monitor could not use, with an example each.
package struct MonitorTroubles: Sendable {
  /// Matching lines that came too late for an instant already decided.
  package var late = 0
  package var firstLate: Moment?
  /// Alerts beyond the limit of groups that may fire at once.
  package var suppressed = 0
  /// Matching lines whose rows found no room in the monitor's memory.
  package var unkept = 0
  package var firstUnkept: Moment?
  /// Groups beyond `max_groups`.
  package var forgotten = 0
  /// Series beyond `max_groups`, of which nothing was learned.
  package var unlearned = 0
  package var health = MonitorHealth.ok
}

/// A rule running: takes lines in order, answers with what they decide. Pure: no clock, no I/O.
///
/// The order of work for a line: it advances the watermark; every instant strictly before the watermark
/// is decided; then the line is absorbed, and may trip a condition that more lines can only confirm.
/// Lines between two instants are absorbed together; only when one of them trips are they walked.
package struct Monitor: Sendable {
  package internal(set) var rule: BoundRule
  package internal(set) var troubles = MonitorTroubles()

  var panes: Panes
  /// The window of the earliest undecided instant.
  var due: SlidingTotals?
  /// The window of the first instant at or after the largest time seen, when that is another one.
  var lead: SlidingTotals?
  /// The end of the newest window that was ever `lead`.
  var ledThrough = Int64.min
  /// The rows of the window, of a rule that judges them anew at each instant; others need none.
  var kept: KeptRows?
  var folds = GroupTable()
  /// The alerts that the limit of those firing was seen to hold back.
  var heldBack: Set<AlertPlace> = []
  /// How many rows of batches have come.
  var arrived: UInt64 = 0
  var groups: AlertGroups
  /// What `anomaly` has learned.
  var book = SeriesBook()
  package internal(set) var began: Int64 = 0
  var largestTime = Int64.min
  /// Something may hold that was not said, so that the next instant must look: an alert that waits for
  /// one of the firing ones to end, that has expired, or that was true before the start.
  var owesInstant = false
  var intake = Intake.live
  /// Lines up to this time may be missing; see `noteGap`.
  var gapThrough = Int64.min
  /// Whether instants at which nothing can happen are passed over. It only saves time: tests decide
  /// every instant to see that nothing changes.
  package var skipsInstants = true
  /// Where somebody looks closely; nil, which costs nothing, but for whoever asks why.
  package var lens: MonitorLens?

  package static let firingLimit = 1_000

  /// What lines are to a monitor that takes them in.
  enum Intake {
    /// They may decide something.
    case live
    /// They are from before the start.
    case before
    /// They were taken in before a restart.
    case again
  }

  package init(_ rule: BoundRule) {
    self.rule = rule
    panes = Panes(rule.fold)
    kept = rule.keepsRows ? KeptRows(rule) : nil
    groups = AlertGroups(rule)
    if rule.series?.learns == true { troubles.health = .learning }
  }

  var every: Int64 { rule.every }

  func instant(atOrAfter time: Int64) -> Int64 { rule.instant(atOrAfter: time) }

  // The start.

  /// Takes in lines from before the start without deciding anything: those that
  /// `newest`, the largest time among them. The monitor begins at the first of them.
  package mutating func warm(_ frame: inout Frame, _ run: LineRun, newest: Int64) {
    var run = run
    let times = run.batch.times
    run.timed.filter { times[$0] > newest - rule.reach }
    if due == nil {
      guard let first = run.timed.restricted(to: run.rows).rows.first else { return }
      began = times[first]
      due = SlidingTotals(rule.fold, width: rule.window, end: instant(atOrAfter: newest))
    }
    intake = .before
    defer { intake = .live }
    // What the warm-up made true was confirmed by no line; the first instant must look.
    owesInstant = true
    var decisions: [Decision] = []
    take(run.rows, of: &frame, run, &decisions)
  }

  /// Begins without a line, if no line came before.
  package mutating func begin(noLaterThan time: Int64) {
    guard due == nil else { return }
    largestTime = time
    begin(at: time)
  }

  /// The earliest instant that is still undecided; nil before the monitor began.
  package var nextInstant: Int64? { due?.end }

  /// The last instant that is decided; nil before the first.
  package var settled: Int64? {
    due.flatMap { $0.end - every >= began ? $0.end - every : nil }
  }

  // Lines.

  /// Takes in a run of lines; `frame` is the run's batch behind the head of this rule's query.
  package mutating func absorb(_ frame: inout Frame, _ run: LineRun) -> [Decision] {
    var decisions: [Decision] = []
    let times = run.batch.times
    var segment = run.rows.lowerBound
    var border = due == nil ? Int64.min : nextBorder(run)
    var row = run.rows.lowerBound
    while row < run.rows.upperBound {
      let time = times[row]
      if time > border, run.timed[row] {
        take(segment..<row, of: &frame, run, &decisions)
        segment = row
        largestTime = max(largestTime, time)
        advance(run, at: row, &decisions)
        border = nextBorder(run)
      }
      row += 1
    }
    take(segment..<run.rows.upperBound, of: &frame, run, &decisions)
    return decisions
  }

  /// The time up to which lines change neither what is decided nor which window they may trip.
  func nextBorder(_ run: LineRun) -> Int64 {
    guard let end = due?.end else { return .min }
    let decides = run.otherWatermark > end ? end + run.lateness : Int64.max
    return min(decides, instant(atOrAfter: largestTime))
  }

  /// A line moved the largest time seen: decides what the watermark has passed.
  mutating func advance(_ run: LineRun, at row: Int, _ decisions: inout [Decision]) {
    if due == nil { begin(at: run.batch.times[row]) }
    let watermark = min(run.otherWatermark, largestTime - run.lateness)
    let line = run.firstLine + UInt64(row - run.rows.lowerBound)
    // Before anything is decided, while the panes that it leaves behind are still there.
    let newest = instant(atOrAfter: largestTime)
    lead?.slide(to: newest, over: panes)
    decide(before: watermark, line: line, &decisions)
    settleLead()
  }

  mutating func begin(at time: Int64) {
    began = time
    due = SlidingTotals(rule.fold, width: rule.window, end: instant(atOrAfter: time))
  }

  /// Keeps a second window exactly while the watermark lags behind the newest line.
  mutating func settleLead() {
    guard let end = due?.end else { return }
    let newest = instant(atOrAfter: largestTime)
    guard newest > end else {
      lead = nil
      return
    }
    ledThrough = newest
    if lead == nil {
      lead = due
      lead?.slide(to: newest, over: panes)
    }
  }

  /// Absorbs the matching lines among `rows`, none of which passes an instant.
  mutating func take(
    _ rows: Range<Int>, of frame: inout Frame, _ run: LineRun, _ decisions: inout [Decision]
  ) {
    // Only the end: a copy of the totals would have them copied when they change.
    guard !rows.isEmpty, let end = due?.end else { return }
    let before = largestTime
    let times = run.batch.times
    for row in rows where times[row] > largestTime && run.timed[row] { largestTime = times[row] }
    var matching = frame.live.restricted(to: rows)
    matching.formIntersection(run.timed)
    guard !matching.isEmpty else { return }
    let keys = rule.fold.keys.map { frame.column($0) }
    let numbers = folds.groups(of: keys, rows: matching)
    let members = groups.numbers(matching, ofFolds: numbers, folds)
    // A group is seen by a line that comes too late for any window, too.
    if intake == .again {
      groups.noteAgain(matching, members, times, due: end)
    } else {
      groups.note(matching, members, times, due: end)
    }
    let oldest = end - rule.window
    let settled = end - every
    let firstDecided = instant(atOrAfter: began)
    matching.filter { row in
      let time = times[row]
      // Older than the first window that was decided is too late for none.
      if time <= settled, settled >= began, time > firstDecided - rule.window, intake == .live {
        troubles.late += 1
        if troubles.firstLate == nil { troubles.firstLate = Moment(of: row, run.batch) }
      }
      return time > oldest
    }
    guard !matching.isEmpty else { return }
    guard kept == nil else { return keep(matching, members, &frame, run) }
    // Later batches have larger numbers, and so have later rows of this one.
    let input = FoldInput(&frame, rows: matching, groups: numbers, rule.fold, arrival: arrived)
    arrived += UInt64(run.batch.count)
    let parts = parts(of: matching, times)
    for part in parts {
      due?.absorbIfCovered(input, part.rows, pane: part.pane)
      lead?.absorbIfCovered(input, part.rows, pane: part.pane)
    }
    let tripped = intake == .live ? trippedGroups(matching, input) : []
    if tripped.isEmpty {
      groups.noteEvidence(matching, members, run.batch)
    } else {
      walk(matching, members, input, tripped, run, largestBefore: before, rows, &decisions)
    }
    groups.trimEvidence(due: end)
    for part in parts { panes.update(part.pane) { $0.absorb(input, rows: part.rows) } }
  }

  /// The lines by the pane they belong to, oldest first; mostly there is one.
  func parts(of matching: Selection, _ times: [Int64]) -> [(pane: Int64, rows: Selection)] {
    var oldest = Int64.max
    var newest = Int64.min
    matching.forEach { row in
      oldest = min(oldest, times[row])
      newest = max(newest, times[row])
    }
    let last = instant(atOrAfter: newest)
    if instant(atOrAfter: oldest) == last { return [(last, matching)] }
    var parts: [(pane: Int64, rows: Selection)] = []
    matching.forEach { row in
      let pane = instant(atOrAfter: times[row])
      let known = parts.lastIndex { $0.pane == pane }
      if known == nil { parts.append((pane, Selection(none: matching.count))) }
      parts[known ?? parts.count - 1].rows.insert(row)
    }
    return parts.sorted { $0.pane < $1.pane }
  }
}

extension SlidingTotals {
  mutating func absorbIfCovered(_ input: FoldInput, _ rows: Selection, pane: Int64) {
    if covers(pane) { absorb(input, rows, pane: pane) }
  }
}
