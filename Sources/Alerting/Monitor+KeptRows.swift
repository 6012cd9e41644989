import QueryLanguage
import Records

/// Rules whose plan looks at other rows, or at the time, in front of the aggregate: nothing is folded
/// when lines come; the rows of the window are kept, and judged at each instant.
extension Monitor {
  /// Takes in matching lines that some undecided window holds.
  mutating func keep(
    _ matching: Selection, _ members: [Int32], _ frame: inout Frame, _ run: LineRun
  ) {
    let columns = rule.plan.carried.map { frame.column($0) }
    let times = run.batch.times
    groups.noteEvidence(matching, members, run.batch)
    matching.forEach { row in
      let moment = Moment(of: row, run.batch)
      let end = instant(atOrAfter: times[row])
      let place = run.firstLine + UInt64(row - run.rows.lowerBound)
      let isKept = kept?.keep(row, of: columns, end: end, place: place, moment: moment)
      guard isKept == false else { return }
      troubles.unkept += 1
      if troubles.firstUnkept == nil { troubles.firstUnkept = moment }
    }
    if let end = due?.end { groups.trimEvidence(due: end) }
    noteHealth()
  }

  /// The result of the window at `time`, from what was folded or from its rows.
  func result(at time: Int64) -> Frame {
    var frame =
      kept.map { rule.result(of: $0, at: time) } ?? due?.totals.frame(folds)
      ?? Partial(rule.fold).frame(folds)
    frame.now = time
    rule.plan.runTail(on: &frame)
    return frame
  }

  /// Whether the window of the instant `time` has all its rows.
  func isWhole(at time: Int64) -> Bool { kept?.isWhole(after: time - rule.window) ?? true }

  /// Whether no window to come has rows yet.
  var holdsNoRows: Bool { kept?.firstEnd.map { end in due.map { end > $0.end } ?? true } ?? true }

  /// Forgets the rows that are in no window from the instant `next` on.
  mutating func dropKeptRows(before next: Int64) {
    guard kept != nil else { return }
    kept?.drop(through: next - rule.window)
    noteHealth()
  }

  /// Says whether the next instant can be decided.
  private mutating func noteHealth() {
    guard let end = due?.end else { return }
    if !isWhole(at: end) {
      troubles.health = .overflow
    } else if troubles.health == .overflow {
      troubles.health = .ok
    }
  }
}
