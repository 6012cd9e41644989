import QueryLanguage
import Records

/// Conditions that more lines can only confirm trip on the line that makes them true.
extension Monitor {
  /// The window a line may trip: that of the first instant at or after the largest time seen.
  var current: SlidingTotals? { lead ?? due }

  /// Whether a line may find that another row of its group is a hit that was not said: one that came
  /// while the alert was firing, which instants decided late have ended since, or that found no place
  /// among those firing.
  private var looksAtAllRows: Bool {
    guard rule.hasSeveralRows, let due else { return false }
    // Also when no instant is late any more: the last that was may have been decided by this line.
    return due.end <= ledThrough || owesInstant
  }

  /// Fold groups whose alert group is not firing and now meets a condition that lines trip.
  mutating func trippedGroups(_ matching: Selection, _ input: FoldInput) -> Set<Int32> {
    var tripped: Set<Int32> = []
    guard let current, rule.levels.contains(where: \.tripsOnLine) else { return tripped }
    let found = countsRows || looksAtAllRows ? totalsByGroup(current.totals) : nil
    for (index, level) in rule.levels.enumerated() where level.tripsOnLine {
      var hits = matching
      if let found {
        hits.filter { row in
          found[index].isHit(groups.number(ofFold: Int(input.groups[row]), folds))
        }
      } else if case .column(let slot) = level.subject, let column = rule.foldColumn(slot) {
        current.totals.filter(&hits, input.groups, by: column, level.isHit)
      }
      hits.forEach { row in
        let fold = input.groups[row]
        let group = groups.number(ofFold: Int(fold), folds)
        if !groups.alert(index, group).isFiring { tripped.insert(fold) }
      }
    }
    return tripped
  }

  /// Whether a level compares how many rows the result has.
  private var countsRows: Bool {
    rule.levels.contains { if case .rows = $0.subject { true } else { false } }
  }

  /// What a level that trips on the line compares: the row of the result that a line belongs to, or
  /// of all rows of its group the farthest, or how many there are.
  mutating func confirmedValue(
    _ level: BoundLevel, _ totals: Partial, _ fold: Int32, _ arena: Arena
  ) -> Double? {
    switch level.subject {
    case .rows:
      return Double(rows(of: fold, in: totals).count)
    case .column(let slot):
      guard let column = rule.foldColumn(slot) else { return nil }
      guard looksAtAllRows else { return totals.result(column, of: Int(fold), arena)?.number }
      let values = rows(of: fold, in: totals).compactMap {
        totals.result(column, of: Int($0), arena)?.number
      }
      return values.reduce(nil) { farthest, value in
        farthest.map { level.isFarther(value, than: $0) ? value : $0 } ?? value
      }
    }
  }

  /// The rows that belong to the same alert group as one of them.
  private mutating func rows(of fold: Int32, in totals: Partial) -> [Int32] {
    let group = groups.number(ofFold: Int(fold), folds)
    var rows: [Int32] = []
    totals.forEachGroup { fold, _ in
      if groups.number(ofFold: Int(fold), folds) == group { rows.append(fold) }
    }
    return rows
  }

  /// Goes through the lines one by one to find those that trip, from the state before them.
  mutating func walk(
    _ matching: Selection, _ members: [Int32], _ input: FoldInput, _ tripped: Set<Int32>,
    _ run: LineRun,
    largestBefore: Int64, _ rows: Range<Int>, _ decisions: inout [Decision]
  ) {
    guard let current else { return }
    let needsAll = countsRows || looksAtAllRows
    var prior = Partial(rule.fold)
    for pane in panes.between(current.end - rule.window, current.end) {
      prior.merge(pane.partial, only: needsAll ? nil : tripped)
    }
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let times = run.batch.times
    var largest = largestBefore
    for row in rows {
      if run.timed[row] { largest = max(largest, times[row]) }
      guard matching[row] else { continue }
      let fold = input.groups[row]
      let group = Int(members[row])
      groups.noteEvidence(EvidencePlace(of: row, run.batch), of: group)
      guard needsAll || tripped.contains(fold), current.covers(instant(atOrAfter: times[row]))
      else { continue }
      prior.absorb(input.single(row), rows: Selection(all: 1))
      for (index, level) in rule.levels.enumerated()
      where level.tripsOnLine && !groups.alert(index, group).isFiring {
        guard let value = confirmedValue(level, prior, fold, arena), level.isHit(value)
        else { continue }
        let line = run.firstLine + UInt64(row - run.rows.lowerBound)
        lens?.line = Moment(of: row, run.batch)
        defer { lens?.line = nil }
        observe(
          .hit, index, group, at: largest, value: value, windowEnd: current.end,
          order: (line, .max), &decisions)
      }
    }
  }
}
