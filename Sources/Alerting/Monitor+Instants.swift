import QueryLanguage
import Records

/// What is decided at instants: everything that lines alone can't confirm, and every resolving.
extension Monitor {
  /// Decides every instant strictly before `watermark`.
  mutating func decide(
    before watermark: Int64, line: UInt64, _ decisions: inout [Decision]
  ) {
    while let end = due?.end, end < watermark {
      var next = end + every
      if let idle = idleTime(from: end, to: unseen(from: end, to: watermark)) {
        next = max(next, instant(atOrAfter: idle))
      } else {
        decide(end, line: line, &decisions)
      }
      due?.slide(to: next, over: panes)
      groups.reach(next)
      panes.drop(through: next - rule.window)
      dropKeptRows(before: next)
      settleGap(before: next)
      dropUnusedGroups(at: end)
    }
  }

  /// How long it stays so that deciding could change nothing: an empty window, no alert under way,
  /// nobody to miss. Nil when that is not so at `end`.
  func idleTime(from end: Int64, to watermark: Int64) -> Int64? {
    guard passesOver(end), let due, due.totals.isEmpty, holdsNoRows, groups.isQuiet, groups.isEmpty
    else {
      return nil
    }
    if rule.series?.learns == true { return nil }
    if rule.groupSlots.isEmpty, rule.levels.contains(where: \.emptyCanHit) { return nil }
    let idle = (panes.list.first?.end ?? kept?.firstEnd).map { min($0, watermark) } ?? watermark
    guard let silence = silenceEnd else { return idle }
    return silence <= end ? nil : min(idle, silence)
  }

  /// Group numbers are never used twice; from time to time those that nothing refers to are dropped.
  mutating func dropUnusedGroups(at time: Int64) {
    let live = panes.list.reduce(kept?.count ?? 0) { $0 + $1.partial.groupCount }
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
      groups.dropUnused(at: time)
      heldBack = []
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
    newest.map { newest in
      let resolution = rule.terms.map(\.resolutionWindow).max() ?? 0
      let patience = rule.terms.map { max($0.hold, $0.keepFiring) }.max() ?? 0
      let silence = rule.missingData?.window ?? 0
      let memory = rule.series?.memory ?? 0
      return newest + 2 * rule.window + max(resolution, patience, silence, memory)
    }
  }

  /// Time passed without lines: decides the instants before `watermark`.
  package mutating func advance(to watermark: Int64, line: UInt64) -> [Decision] {
    var decisions: [Decision] = []
    decide(before: watermark, line: line, &decisions)
    settleLead()
    return decisions
  }

  mutating func decide(_ time: Int64, line: UInt64, _ decisions: inout [Decision]) {
    guard due != nil else { return }
    // A line of the window `lead` told of nothing that was firing then, and may have been ended since by
    // an instant before that window's.
    let isLed = time <= ledThrough
    if passesOver(time), groups.isQuiet, !isLed, !owesInstant, !rule.needsInstants { return }
    owesInstant = false
    guard isWhole(at: time), rule.series == nil || !isMissingLines(at: time) else {
      lens?.note(undecided: time)
      groups.breakRuns(at: time)
      return groups.settle(at: time)
    }
    due?.arrange(over: panes)
    if let series = rule.series { decideSeries(series, at: time, line: line, &decisions) }
    let found =
      rule.levels.isEmpty
      ? [] : rule.readsTotals ? due.map { totalsByGroup($0.totals) } ?? [] : rowsByGroup(at: time)
    for index in rule.levels.indices {
      let judged = judged(found[index], level: index, at: time)
      for group in groups.inDecisionOrder(judged) {
        let (finding, value) = finding(index, group, found[index], at: time)
        observe(
          finding, index, group, at: time, value: value, windowEnd: time, order: (line, time),
          &decisions)
      }
    }
    decideSilence(at: time, line: line, &decisions)
    groups.settle(at: time)
    troubles.forgotten = groups.beyondLimit
  }

  /// What each level compares, straight from the aggregates.
  mutating func totalsByGroup(_ totals: Partial) -> [GroupValues] {
    rule.levels.indices.map { index in
      let level = rule.levels[index]
      var found = GroupValues(watching: watch(index))
      switch level.subject {
      case .rows:
        totals.forEachGroup { fold, _ in found.countRow(of: groups.number(ofFold: Int(fold), folds))
        }
        found.closeRows(level)
      case .column(let slot):
        guard let column = rule.foldColumn(slot) else { break }
        totals.forEachNumber(column) { fold, number in
          found.note(number, level) { groups.number(ofFold: Int(fold), folds) }
        }
      }
      return found
    }
  }

  /// The same behind the stages of the tail.
  mutating func rowsByGroup(at time: Int64) -> [GroupValues] {
    var frame = result(at: time)
    defer { withExtendedLifetime(frame.arena) {} }
    let numbers = groups.numbers(of: &frame)
    return rule.levels.indices.map { index in
      let level = rule.levels[index]
      var found = GroupValues(watching: watch(index))
      switch level.subject {
      case .rows:
        frame.live.forEach { found.countRow(of: numbers[$0]) }
        found.closeRows(level)
      case .column(let slot):
        let column = frame.column(slot)
        frame.live.forEach { row in found.note(column[row].number, level) { numbers[row] } }
      }
      return found
    }
  }

  func finding(
    _ index: Int, _ group: Int, _ found: GroupValues, at time: Int64
  ) -> (Alert.Finding, Double?) {
    let level = rule.levels[index]
    if isMissingLines(at: time), !(level.isConfirming && found.isHit(group)) {
      return (.early, found.farthest(of: group))
    }
    let start = max(began, groups.firstLine(of: group, index) ?? began)
    let isEarly = time - start < rule.window
    if isEarly, !level.isConfirming { return (.early, nil) }
    if let value = found.farthest(of: group) {
      return (found.isHit(group) ? .hit : found.isClear(group) ? .clear : .neither, value)
    }
    // What remembers groups for a day says nothing of those that it has forgotten.
    if level.isAboutAbsence, groups.isForgotten(group, index, at: time) { return (.neither, nil) }
    if level.emptyIsZero {
      return (level.isHit(0) ? .hit : level.isClear(0) ? .clear : .neither, 0)
    }
    switch level.noValue {
    case .clear: return (.nothing, nil)
    case .keep: return (.unknown, nil)
    // The next line may take that away, whatever the condition.
    case .hit: return (isEarly ? .early : .hit, nil)
    }
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
    !keepsRows && (groupSlots.isEmpty || groupKeys != nil) && plan.tailOnlyShows && !plan.refolds
  }

  /// Whether an instant can find what no line found while nothing fires: absence, or a condition that
  /// does not trip on the line.
  var needsInstants: Bool {
    missingData != nil || series != nil
      || levels.contains { !$0.tripsOnLine || $0.isAboutAbsence || $0.emptyCanHit }
  }
}
