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
  mutating func trippedGroups(_ matching: Selection, _ numbers: [Int32]) -> Set<Int32> {
    var tripped: Set<Int32> = []
    guard let current, rule.levels.contains(where: \.tripsOnLine) else { return tripped }
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let found = looksAtAllRows ? totalsByGroup(current.totals) : nil
    var seen: Set<Int32> = []
    var last: Int32 = -1
    matching.forEach { row in
      let number = numbers[row]
      guard number != last else { return }
      last = number
      guard seen.insert(number).inserted else { return }
      for (index, level) in rule.levels.enumerated() where level.tripsOnLine {
        let group = groups.number(ofFold: Int(number), folds)
        guard !groups.alert(index, group).isFiring else { continue }
        let isHit =
          found?[index].isHit(group)
          ?? confirmedValue(level, current.totals, number, arena).map(level.isHit) ?? false
        if isHit { tripped.insert(number) }
      }
    }
    return tripped
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
    return totals.members.filter { member in
      totals.count(of: Int(member)) > 0 && groups.number(ofFold: Int(member), folds) == group
    }
  }

  /// Goes through the lines one by one to find those that trip, from the state before them.
  mutating func walk(
    _ matching: Selection, _ numbers: [Int32], _ tripped: Set<Int32>, _ frame: inout Frame,
    _ run: LineRun, largestBefore: Int64, _ rows: Range<Int>, _ decisions: inout [Decision]
  ) {
    guard let current else { return }
    let countsRows = rule.levels.contains { if case .rows = $0.subject { true } else { false } }
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
      noteEvidence(row, numbers[row], run.batch)
      guard needsAll || tripped.contains(numbers[row]),
        current.covers(instant(atOrAfter: times[row]))
      else { continue }
      var single = Selection(none: matching.count)
      single.insert(row)
      prior.absorb(&frame, rows: single, groups: numbers)
      let group = groups.number(ofFold: Int(numbers[row]), folds)
      for (index, level) in rule.levels.enumerated()
      where level.tripsOnLine && !groups.alert(index, group).isFiring {
        guard let value = confirmedValue(level, prior, numbers[row], arena), level.isHit(value)
        else { continue }
        let line = run.firstLine + UInt64(row - run.rows.lowerBound)
        observe(
          .hit, index, group, at: largest, value: value, windowEnd: current.end,
          order: (line, .max), &decisions)
      }
    }
  }
}
