import QueryLanguage
package import Records

/// What a monitor needs to go on after a restart: what it remembers is written down and given back,
/// what its windows hold is read again from the log.
extension Monitor {
  /// Notes from now on what a restart must know.
  package mutating func keepChanges() {
    if groups.changes == nil { groups.changes = GroupChanges() }
  }

  /// What is to be written down now; nil before the monitor began.
  package func changes() -> SavedMonitor? {
    guard let end = due?.end else { return nil }
    let changes = groups.changes ?? GroupChanges()
    return SavedMonitor(
      name: rule.rule.name, rule: rule.identity, began: began, due: end, largest: largestTime,
      ledThrough: ledThrough, lostThrough: kept?.lostThrough ?? .min, gapThrough: gapThrough,
      owesInstant: owesInstant,
      lastLine: groups.seen.last(of: 0),
      learned: rule.series?.learns == true ? learned : nil,
      alerts: changes.alerts.map { groups.saved(alert: $0) },
      groups: changes.gone
        + changes.groups.union(changes.alerts.map(\.group)).subtracting([0])
        .map { groups.saved(group: $0) })
  }

  /// The changes are written down.
  package mutating func changesAreKept() {
    guard let settled = groups.changes?.settled else { return }
    groups.changes = GroupChanges()
    groups.changes?.settled = settled
  }

  /// Takes back what was written down; the windows are empty until the log is read `again`.
  package mutating func restore(_ saved: SavedMonitor) {
    began = saved.began
    largestTime = saved.largest
    ledThrough = saved.ledThrough
    owesInstant = saved.owesInstant
    noteGap(through: saved.gapThrough)
    kept?.lostThrough = saved.lostThrough
    due = SlidingTotals(rule.fold, width: rule.window, end: saved.due)
    let newest = instant(atOrAfter: saved.largest)
    if newest > saved.due { lead = SlidingTotals(rule.fold, width: rule.window, end: newest) }
    groups.restore(saved)
    if let learned = saved.learned { restore(learned: learned) }
  }

  /// Takes in lines that it had taken in before the restart; decides nothing.
  package mutating func again(_ frame: inout Frame, _ run: LineRun) {
    guard let end = due?.end else { return }
    var run = run
    let times = run.batch.times
    let largest = largestTime
    run.timed.filter { times[$0] > end - rule.window && times[$0] <= largest }
    intake = .again
    defer { intake = .live }
    var decisions: [Decision] = []
    take(run.rows, of: &frame, run, &decisions)
  }
}
