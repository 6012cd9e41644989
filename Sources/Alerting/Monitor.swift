package import QueryLanguage
package import Records

/// A transition as a monitor decides it, before the engine adds the evidence's text and the actions.
package struct Decision: Sendable {
  package var order: DecisionOrder
  package var transition: Transition
  package var evidence: [EvidencePlace]
}

/// Where a decision stands among those of all monitors: instants ascend, lines go by their order, and
/// what one moment decides goes by monitor, level and group.
package struct DecisionOrder: Sendable, Comparable {
  /// Number of the line that brought the decision about, in merged order.
  var line: UInt64
  /// The instant; lines trip behind the instants that they let pass.
  var instant: Int64
  var monitor: String
  var level: Int
  var group: String

  package static func < (left: DecisionOrder, right: DecisionOrder) -> Bool {
    if left.line != right.line { return left.line < right.line }
    if left.instant != right.instant { return left.instant < right.instant }
    if left.monitor != right.monitor {
      return left.monitor.utf8.lexicographicallyPrecedes(right.monitor.utf8)
    }
    if left.level != right.level { return left.level < right.level }
    return left.group.utf8.lexicographicallyPrecedes(right.group.utf8)
  }
}

/// Consecutive lines of one batch on their way into the monitors.
package struct LineRun: Sendable {
  package var batch: Batch
  package var rows: Range<Int>
  /// The rows that have a time of their own or a lent one: neither malformed nor refused.
  package var timed: Selection
  /// Number of the first row in merged order.
  package var firstLine: UInt64
  /// What holds the watermark back: the smallest watermark of the monitor's other sources, and the
  /// largest lateness.
  package var otherWatermark: Int64
  package var lateness: Int64

  package init(
    batch: Batch, rows: Range<Int>, timed: Selection, firstLine: UInt64,
    otherWatermark: Int64 = .max, lateness: Int64 = 0
  ) {
    self.batch = batch
    self.rows = rows
    self.timed = timed
    self.firstLine = firstLine
    self.otherWatermark = otherWatermark
    self.lateness = lateness
  }
}

/// What a monitor could not use, with an example each.
package struct MonitorTroubles: Sendable {
  /// Matching lines that came too late for an instant already decided.
  package var late = 0
  package var firstLate: Moment?
  /// Alerts beyond the limit of groups that may fire at once.
  package var suppressed = 0
  /// Groups beyond `max_groups`.
  package var forgotten = 0
}

/// A rule running: takes lines in order, answers with what they decide. Pure: no clock, no I/O.
///
/// The order of work for a line: it advances the watermark; every instant strictly before the watermark
/// is decided; then the line is absorbed, and may trip a condition that more lines can only confirm.
/// Lines between two instants are absorbed together; only when one of them trips are they walked.
package struct Monitor: Sendable {
  package let rule: BoundRule
  package private(set) var troubles = MonitorTroubles()

  private var panes: Panes
  /// The window of the earliest undecided instant.
  private var due: SlidingTotals?
  /// The window of the first instant at or after the largest time seen, when that is another one.
  private var lead: SlidingTotals?
  private var folds = GroupTable()
  private var groups: AlertGroups
  private var began: Int64 = 0
  private var largestTime = Int64.min
  /// An alert waits for one of the firing ones to end, so the next instant must look again.
  private var owesInstant = false
  /// Set while lines from before the start are taken in, which decide nothing.
  private var isWarming = false

  package static let firingLimit = 1_000

  package init(_ rule: BoundRule) {
    self.rule = rule
    panes = Panes(rule.fold)
    groups = AlertGroups(rule)
  }

  private var every: Int64 { rule.every }

  /// The first instant at or after `time`.
  private func instant(atOrAfter time: Int64) -> Int64 {
    let rest = time % every
    return rest == 0 ? time : rest > 0 ? time + (every - rest) : time - rest
  }

  // The start.

  /// Takes in lines from before the start without deciding anything: those of the window that ends at
  /// `newest`, the largest time among them. The monitor begins at the first of them.
  package mutating func warm(_ frame: inout Frame, _ run: LineRun, newest: Int64) {
    var run = run
    let times = run.batch.times
    run.timed.filter { times[$0] > newest - rule.window }
    if due == nil {
      guard let first = run.timed.restricted(to: run.rows).rows.first else { return }
      began = times[first]
      due = SlidingTotals(rule.fold, width: rule.window, end: instant(atOrAfter: newest))
    }
    isWarming = true
    defer { isWarming = false }
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
  private func nextBorder(_ run: LineRun) -> Int64 {
    guard let due else { return .min }
    let decides = run.otherWatermark > due.end ? due.end + run.lateness : Int64.max
    return min(decides, instant(atOrAfter: largestTime))
  }

  /// A line moved the largest time seen: decides what the watermark has passed.
  private mutating func advance(_ run: LineRun, at row: Int, _ decisions: inout [Decision]) {
    if due == nil { begin(at: run.batch.times[row]) }
    let watermark = min(run.otherWatermark, largestTime - run.lateness)
    let line = run.firstLine + UInt64(row - run.rows.lowerBound)
    decide(before: watermark, line: line, &decisions)
    followLargestTime()
  }

  private mutating func begin(at time: Int64) {
    began = time
    due = SlidingTotals(rule.fold, width: rule.window, end: instant(atOrAfter: time))
  }

  /// Keeps a second window while the watermark lags behind the newest line.
  private mutating func followLargestTime() {
    guard let due else { return }
    let newest = instant(atOrAfter: largestTime)
    guard newest > due.end else {
      lead = nil
      return
    }
    if lead == nil { lead = due }
    lead?.slide(to: newest, over: panes)
  }

  /// Absorbs the matching lines among `rows`, none of which passes an instant.
  private mutating func take(
    _ rows: Range<Int>, of frame: inout Frame, _ run: LineRun, _ decisions: inout [Decision]
  ) {
    guard !rows.isEmpty, let due else { return }
    let before = largestTime
    let times = run.batch.times
    for row in rows where times[row] > largestTime && run.timed[row] { largestTime = times[row] }
    var matching = frame.live.restricted(to: rows)
    matching.formIntersection(run.timed)
    guard !matching.isEmpty else { return }
    let keys = rule.fold.keys.map { frame.column($0) }
    let numbers = folds.groups(of: keys, rows: matching)
    // A group is seen by a line that comes too late for any window, too.
    groups.note(matching, numbers, times, folds)
    let oldest = due.end - rule.window
    let settled = due.end - every
    matching.filter { row in
      let time = times[row]
      if time <= settled, settled >= began, !isWarming {
        troubles.late += 1
        if troubles.firstLate == nil { troubles.firstLate = moment(of: row, run.batch) }
      }
      return time > oldest
    }
    guard !matching.isEmpty else { return }
    let parts = parts(of: matching, numbers, &frame, times)
    for part in parts {
      self.due?.absorbIfCovered(part.partial, part.pane)
      lead?.absorbIfCovered(part.partial, part.pane)
    }
    let tripped = isWarming ? [] : trippedGroups(matching, numbers)
    if tripped.isEmpty {
      matching.forEach { row in noteEvidence(row, numbers[row], run.batch) }
    } else {
      walk(matching, numbers, tripped, &frame, run, largestBefore: before, rows, &decisions)
    }
    for part in parts { panes.update(part.pane) { $0.merge(part.partial) } }
  }

  /// The lines folded by the pane they belong to; mostly there is one.
  private func parts(
    of matching: Selection, _ numbers: [Int32], _ frame: inout Frame, _ times: [Int64]
  ) -> [(pane: Int64, partial: Partial)] {
    var byPane: [(pane: Int64, rows: Selection)] = []
    matching.forEach { row in
      let pane = instant(atOrAfter: times[row])
      if let last = byPane.indices.last, byPane[last].pane == pane {
        byPane[last].rows.insert(row)
        return
      }
      let known = byPane.firstIndex { $0.pane == pane }
      if known == nil { byPane.append((pane, Selection(none: matching.count))) }
      byPane[known ?? byPane.count - 1].rows.insert(row)
    }
    return byPane.sorted { $0.pane < $1.pane }.map { pane, rows in
      var partial = Partial(rule.fold)
      partial.absorb(&frame, rows: rows, groups: numbers)
      return (pane, partial)
    }
  }

  private func moment(of row: Int, _ batch: Batch) -> Moment {
    Moment(
      time: batch.times[row], source: batch.source, generation: batch.generation,
      offset: Int64(batch.offset(of: row)))
  }

  private mutating func noteEvidence(_ row: Int, _ fold: Int32, _ batch: Batch) {
    guard rule.rule.evidence > 0, let due else { return }
    groups.noteEvidence(
      EvidencePlace(moment: moment(of: row, batch), length: Int32(batch.lines.lengths[row])),
      fold: Int(fold), folds, settled: due.end)
  }

  // Tripping on the line.

  /// The window a line may trip: that of the first instant at or after the largest time seen.
  private var current: SlidingTotals? { lead ?? due }

  /// Fold groups whose alert group is not firing and now meets a condition that lines can confirm.
  private mutating func trippedGroups(_ matching: Selection, _ numbers: [Int32]) -> Set<Int32> {
    var tripped: Set<Int32> = []
    guard let current, rule.levels.contains(where: \.isConfirming) else { return tripped }
    let arena = Arena()
    var seen: Set<Int32> = []
    var last: Int32 = -1
    matching.forEach { row in
      let number = numbers[row]
      guard number != last else { return }
      last = number
      guard seen.insert(number).inserted else { return }
      for (index, level) in rule.levels.enumerated() where level.isConfirming {
        let group = groups.number(ofFold: Int(number), folds)
        if !groups.alert(index, group).isFiring,
          let value = confirmedValue(level, current.totals, number, arena), level.isHit(value)
        {
          tripped.insert(number)
        }
      }
    }
    return tripped
  }

  /// What a confirming level compares for one row of the result; for `rows` how many there are.
  private mutating func confirmedValue(
    _ level: BoundLevel, _ totals: Partial, _ fold: Int32, _ arena: Arena
  ) -> Double? {
    switch level.subject {
    case .rows:
      let group = groups.number(ofFold: Int(fold), folds)
      var count = 0
      for member in totals.members
      where totals.count(of: Int(member)) > 0
        && groups.number(ofFold: Int(member), folds) == group
      {
        count += 1
      }
      return Double(count)
    case .column(let slot):
      guard let column = rule.foldColumn(slot) else { return nil }
      return totals.result(column, of: Int(fold), arena)?.number
    }
  }

  /// Goes through the lines one by one to find those that trip, from the state before them.
  private mutating func walk(
    _ matching: Selection, _ numbers: [Int32], _ tripped: Set<Int32>, _ frame: inout Frame,
    _ run: LineRun, largestBefore: Int64, _ rows: Range<Int>, _ decisions: inout [Decision]
  ) {
    guard let current else { return }
    let countsRows = rule.levels.contains { if case .rows = $0.subject { true } else { false } }
    var prior = Partial(rule.fold)
    for pane in panes.between(current.end - rule.window, current.end) {
      prior.merge(pane.partial, only: countsRows ? nil : tripped)
    }
    let arena = Arena()
    let times = run.batch.times
    var largest = largestBefore
    for row in rows {
      if run.timed[row] { largest = max(largest, times[row]) }
      guard matching[row] else { continue }
      noteEvidence(row, numbers[row], run.batch)
      guard countsRows || tripped.contains(numbers[row]),
        current.covers(instant(atOrAfter: times[row]))
      else { continue }
      var single = Selection(none: matching.count)
      single.insert(row)
      prior.absorb(&frame, rows: single, groups: numbers)
      let group = groups.number(ofFold: Int(numbers[row]), folds)
      for (index, level) in rule.levels.enumerated()
      where level.isConfirming && !groups.alert(index, group).isFiring {
        guard let value = confirmedValue(level, prior, numbers[row], arena), level.isHit(value)
        else { continue }
        let line = run.firstLine + UInt64(row - run.rows.lowerBound)
        observe(
          .hit, index, group, at: largest, value: value, windowEnd: current.end,
          order: (line, .max), &decisions)
      }
    }
  }

  // Instants.

  /// Decides every instant strictly before `watermark`.
  private mutating func decide(
    before watermark: Int64, line: UInt64, _ decisions: inout [Decision]
  ) {
    while let end = due?.end, end < watermark {
      if canSkip(end) {
        // Nothing is in the window and nothing can come of that until the next line.
        let next = panes.list.first.map { min($0.end, watermark) } ?? watermark
        let target = max(end + every, instant(atOrAfter: next))
        due?.slide(to: target, over: panes)
      } else {
        decide(end, line: line, &decisions)
        let target = end + every
        due?.slide(to: target, over: panes)
      }
      panes.drop(through: (due?.end ?? end) - rule.window)
      dropUnusedGroups(at: end)
    }
  }

  /// Whether deciding this instant could change nothing: an empty window, no alert, nobody to miss.
  private func canSkip(_ end: Int64) -> Bool {
    guard let due, due.totals.isEmpty, groups.isQuiet, groups.isEmpty else { return false }
    return !rule.groupSlots.isEmpty || !rule.levels.contains(where: \.emptyCanHit)
  }

  /// Group numbers are never used twice; from time to time those that nothing refers to are dropped.
  private mutating func dropUnusedGroups(at time: Int64) {
    let live = panes.list.reduce(0) { $0 + $1.partial.members.count }
    if folds.count > 4_096, folds.count > 4 * live {
      var fresh = GroupTable()
      let old = folds
      let renumber = { (group: Int32) in Int32(fresh.adopt(Int(group), of: old)) }
      due?.renumber(renumber)
      lead?.renumber(renumber)
      panes.renumber(renumber)
      folds = fresh
      groups.forgetFoldNumbers()
    }
    if groups.numbered > 4_096, groups.numbered > 4 * live {
      groups.dropUnused(at: time, window: rule.window)
      groups.forgetFoldNumbers()
    }
  }

  /// Decides the rest when no more lines come: every instant up to and including `end`.
  package mutating func finish(through end: Int64) -> [Decision] {
    var decisions: [Decision] = []
    decide(before: end + 1, line: .max, &decisions)
    return decisions
  }

  /// The largest message time taken in; nil before the first line.
  package var newest: Int64? { due == nil ? nil : largestTime }

  /// How far time has to run on, without lines, until everything open has decided itself.
  package var drainEnd: Int64? {
    newest.map { $0 + 2 * rule.window + (rule.levels.map(\.resolutionWindow).max() ?? 0) }
  }

  /// Time passed without lines: decides the instants before `watermark`.
  package mutating func advance(to watermark: Int64, line: UInt64) -> [Decision] {
    var decisions: [Decision] = []
    decide(before: watermark, line: line, &decisions)
    followLargestTime()
    return decisions
  }

  private mutating func decide(_ time: Int64, line: UInt64, _ decisions: inout [Decision]) {
    guard let due else { return }
    if groups.isQuiet, lead == nil, !owesInstant, !rule.needsInstants { return }
    owesInstant = false
    let found = rule.readsTotals ? totalsByGroup(due.totals) : rowsByGroup(due.totals, at: time)
    for index in rule.levels.indices {
      for group in groups.judged(found[index].present, level: index, at: time) {
        let (finding, value) = finding(index, group, found[index], at: time)
        observe(
          finding, index, group, at: time, value: value, windowEnd: time, order: (line, time),
          &decisions)
      }
    }
    groups.settle(at: time)
  }

  /// What each level compares, straight from the aggregates.
  private mutating func totalsByGroup(_ totals: Partial) -> [GroupValues] {
    let arena = Arena()
    var found = rule.levels.map { _ in GroupValues(groups: groups.numbered) }
    for (local, fold) in totals.members.enumerated() where totals.counts[local] > 0 {
      let group = groups.number(ofFold: Int(fold), folds)
      for (index, level) in rule.levels.enumerated() {
        switch level.subject {
        case .rows:
          found[index].countRow(of: group)
        case .column(let slot):
          guard let column = rule.foldColumn(slot) else { continue }
          let cell = totals.accumulators[column].result(local, arena)
          found[index].note(cell.number, of: group, level)
        }
      }
    }
    for (index, level) in rule.levels.enumerated() { found[index].closeRows(level) }
    return found
  }

  /// The same behind the stages of the tail.
  private mutating func rowsByGroup(_ totals: Partial, at time: Int64) -> [GroupValues] {
    var frame = totals.frame(folds)
    frame.now = time
    rule.plan.runTail(on: &frame)
    let numbers = groups.numbers(of: &frame)
    return rule.levels.map { level in
      var found = GroupValues(groups: groups.numbered)
      switch level.subject {
      case .rows:
        frame.live.forEach { found.countRow(of: numbers[$0]) }
        found.closeRows(level)
      case .column(let slot):
        let column = frame.column(slot)
        frame.live.forEach { found.note(column[$0].number, of: numbers[$0], level) }
      }
      return found
    }
  }

  private func finding(
    _ index: Int, _ group: Int, _ found: GroupValues, at time: Int64
  ) -> (Alert.Finding, Double?) {
    let level = rule.levels[index]
    if !level.isConfirming {
      let start = max(began, groups.firstLine(of: group, level: index) ?? began)
      if time - start < rule.window { return (.neither, nil) }
    }
    if let value = found.farthest(of: group) {
      return (found.isHit(group) ? .hit : found.isClear(group) ? .clear : .neither, value)
    }
    if level.emptyIsZero {
      return (level.isHit(0) ? .hit : level.isClear(0) ? .clear : .neither, 0)
    }
    switch level.noValue {
    case .clear: return (.nothing, nil)
    case .keep: return (.unknown, nil)
    case .hit: return (.hit, nil)
    }
  }

  // Transitions.

  private mutating func observe(
    _ finding: Alert.Finding, _ index: Int, _ group: Int, at time: Int64, value: Double?,
    windowEnd: Int64, order: (line: UInt64, instant: Int64), _ decisions: inout [Decision]
  ) {
    let level = rule.levels[index]
    var alert = groups.alert(index, group)
    if case .hit = finding, !alert.isFiring, groups.firing >= Monitor.firingLimit {
      troubles.suppressed += 1
      owesInstant = true
      return
    }
    var change = alert.observe(
      finding, at: time, resolutionWindow: level.resolutionWindow, window: rule.window)
    if change == nil, order.instant != .max {
      change = alert.expire(at: time, lastLine: groups.lastLine(of: group))
    }
    groups.set(alert, index, group)
    guard let change else { return }
    let key = groups.key(of: group)
    let fires = change == .fires
    let step: Transition.Step = fires ? .firing : change == .expires ? .expired : .resolved
    let transition = Transition(
      id: Transition.identity(
        monitor: rule.rule.name, group: key, level: level.level, to: step, time: time,
        ordinal: alert.ordinal, windowEnd: windowEnd),
      time: time, monitor: rule.rule.name, level: level.level, to: step,
      reason: change == .expires ? .expired : value == nil ? .noData : .condition, group: key,
      value: value, threshold: change == .resolves ? level.resolveText : level.alertText,
      windowStart: windowEnd - rule.window, windowEnd: windowEnd, evidence: [], actions: [])
    let places =
      fires
      ? groups.evidence(of: group, after: windowEnd - rule.window, through: windowEnd) : []
    decisions.append(
      Decision(
        order: DecisionOrder(
          line: order.line, instant: order.instant, monitor: rule.rule.name, level: index,
          group: key.json),
        transition: transition, evidence: places))
  }
}

extension BoundRule {
  /// The aggregate of the fold that a result column shows, when no stage behind it had a hand in that.
  func foldColumn(_ slot: Slot) -> Int? {
    let column = slot.index - fold.keys.count
    return plan.tailOnlyShows && fold.columns.indices.contains(column) ? column : nil
  }

  /// Whether conditions can be read from the aggregates without making result rows.
  var readsTotals: Bool {
    (groupSlots.isEmpty || groupKeys != nil) && plan.tailOnlyShows && !plan.refolds
  }

  /// Whether an instant can find what no line found while nothing fires: absence, or a condition that
  /// is not confirmed line by line.
  var needsInstants: Bool {
    levels.contains { !$0.isConfirming || $0.isAboutAbsence || $0.noValue == .hit }
  }
}

extension SlidingTotals {
  mutating func absorbIfCovered(_ part: Partial, _ pane: Int64) {
    if covers(pane) { absorb(part, pane: pane) }
  }
}
