import Alerting
import QueryLanguage
import Records

/// Counts what becomes of the lines of one window while a replay passes it: the stages of the query
/// are the monitor's own, run one by one.
struct WindowCounter {
  private let rule: BoundRule
  private let memberMap: [Int]
  private let window: ClosedRange<Int64>
  private let end: Int64
  private let group: GroupKey?
  private let place: (Int, Batch) -> SeenLine
  private(set) var census: WindowCensus
  private var largest = Int64.min
  /// Of each source its batch under way behind each stage: several sources are read by turns.
  private var staged: [Int32: Staged] = [:]
  private var folds = GroupTable()
  private var totals: Partial
  /// The rows of a monitor that judges them anew at each instant.
  private var kept: KeptRows?

  /// A batch with the rows that each stage left.
  private struct Staged {
    let batch: Batch
    var frame: Frame
    /// One more than there are stages: first what comes in.
    var live: [Selection]
    /// The rows of the group in question, behind all stages.
    var ours: Selection
  }

  /// `group` is the one whose lines are looked at for values; nil means all lines.
  init(
    _ rule: BoundRule, memberMap: [Int], instant: Int64, group: GroupKey?,
    place: @escaping (Int, Batch) -> SeenLine
  ) {
    self.rule = rule
    self.memberMap = memberMap
    window = (instant - rule.window + 1)...instant
    end = instant
    self.group = group
    self.place = place
    totals = Partial(rule.fold)
    kept = rule.keepsRows ? KeptRows(rule, limit: .max) : nil
    let steps = Explanation(rule.plan).steps.filter { $0.phase == .head }
    census = WindowCensus(
      stages: steps.map { WindowCensus.Stage($0.text) },
      arguments: rule.fold.columns.map { column in
        // Behind stages that pick among rows, lines don't say what an aggregate reads.
        rule.keepsRows
          ? nil : column.argument.map { WindowCensus.Argument(rule.plan.fields[$0].spelling) }
      })
  }

  mutating func count(_ run: LineRun) {
    let place = place
    let times = run.batch.times
    var inside = Selection(none: run.batch.count)
    for row in run.rows where run.timed[row] {
      largest = max(largest, times[row])
      guard window.contains(times[row]) else { continue }
      // A line moves the watermark first, which may decide the instant before the line is taken.
      if largest - run.lateness > end {
        census.late.note(place(row, run.batch))
      } else {
        inside.insert(row)
      }
    }
    guard !inside.isEmpty else { return }
    census.lines += inside.population
    stage(run.batch)
    count(inside, of: run.batch, run)
  }

  /// A malformed or refused line belongs where it stands: to the time of the lines around it.
  private func isInside(_ row: Int, of batch: Batch) -> Bool {
    let before = batch.times[..<row].last { $0 != Batch.untimed }
    let near = before ?? batch.times[row...].dropFirst().first { $0 != Batch.untimed }
    return near.map(window.contains) ?? false
  }

  mutating func note(malformed row: Int, of batch: Batch) {
    let place = place
    if isInside(row, of: batch) { census.malformed.note(place(row, batch)) }
  }

  mutating func note(refused row: Int, of batch: Batch) {
    let place = place
    if isInside(row, of: batch) { census.refused.note(place(row, batch)) }
  }

  /// Takes a batch through the stages, once.
  private mutating func stage(_ batch: Batch) {
    if staged[batch.source]?.batch === batch { return }
    var all = Selection(all: batch.count)
    all.filter { batch.times[$0] != Batch.untimed }
    var live = [all]
    var done = 0
    var frame = rule.plan.frame(on: batch, live: all, memberMap: memberMap, now: end)
    for (reach, phase) in zip(rule.plan.reaches, [.head] + rule.plan.phases) where phase == .head {
      rule.plan.runHead(done..<reach.head, on: &frame)
      done = reach.head
      live.append(frame.live)
    }
    // What is left makes arguments of aggregates and drops nothing.
    rule.plan.runHead(done..<rule.plan.head.count, on: &frame)
    staged[batch.source] = Staged(
      batch: batch, frame: frame, live: live, ours: ours(of: &frame))
  }

  private func ours(of frame: inout Frame) -> Selection {
    guard let group, let keys = rule.groupKeys, !keys.isEmpty else { return frame.live }
    var table = GroupTable()
    let wanted = Int32(table.group(of: group.fields.map(\.value)))
    let numbers = table.groups(of: keys.map { frame.column(rule.fold.keys[$0]) }, rows: frame.live)
    var ours = frame.live
    ours.filter { numbers[$0] == wanted }
    return ours
  }

  private mutating func count(_ inside: Selection, of batch: Batch, _ run: LineRun) {
    let place = place
    guard var rows = staged.removeValue(forKey: batch.source) else { return }
    for index in census.stages.indices {
      var kept = rows.live[index + 1]
      kept.formIntersection(inside)
      var dropped = rows.live[index]
      dropped.formIntersection(inside)
      dropped.subtract(kept)
      if let first = kept.first {
        census.stages[index].kept.note(place(first, batch), times: kept.population)
      }
      if let first = dropped.first {
        census.stages[index].dropped.note(place(first, batch), times: dropped.population)
      }
    }
    var ours = rows.ours
    ours.formIntersection(inside)
    for (index, column) in rule.fold.columns.enumerated() {
      guard let argument = column.argument, !ours.isEmpty, kept == nil else { continue }
      let cells = rows.frame.column(argument)
      census.arguments[index]?.lines += ours.population
      ours.forEach { row in
        if cells[row].isNull {
          census.arguments[index]?.missing.note(place(row, batch))
        } else if cells[row].number == nil {
          census.arguments[index]?.notNumeric.note(place(row, batch))
        }
      }
    }
    var matching = rows.frame.live
    matching.formIntersection(inside)
    if kept != nil {
      keep(matching, of: &rows.frame, run)
    } else if !matching.isEmpty {
      let keys = rule.fold.keys.map { rows.frame.column($0) }
      let numbers = folds.groups(of: keys, rows: matching)
      totals.absorb(&rows.frame, rows: matching, groups: numbers)
    }
    staged[batch.source] = rows
  }

  private mutating func keep(_ rows: Selection, of frame: inout Frame, _ run: LineRun) {
    let columns = rule.plan.carried.map { frame.column($0) }
    rows.forEach { row in
      let moment = Moment(
        time: run.batch.times[row], source: run.batch.source, generation: run.batch.generation,
        offset: Int64(run.batch.offset(of: row)))
      kept?.keep(
        row, of: columns, end: rule.instant(atOrAfter: moment.time),
        place: run.firstLine + UInt64(row - run.rows.lowerBound), moment: moment)
    }
  }

  /// The counts, with what the stages behind the lines made of them.
  func finished() -> WindowCensus {
    var result = census
    let steps = Explanation(rule.plan).steps
    var frame = totals.frame(folds)
    if let kept {
      var (rows, moments) = kept.frame(after: end - rule.window, through: end)
      rows.now = end
      var done = 0
      for (index, step) in steps.enumerated() where step.phase == .ordered {
        let reach = rule.plan.reaches[index].ordered
        rule.plan.runOrdered(done..<reach, on: &rows)
        done = reach
        result.results.append(WindowCensus.ResultStage(step.text, rows: rows.live.population))
      }
      // What is left makes arguments of aggregates and drops nothing.
      rule.plan.runOrdered(done..<rule.plan.ordered.count, on: &rows)
      frame = rule.folded(&rows, moments)
    }
    frame.now = end
    var done = 0
    for (index, step) in steps.enumerated() where step.phase == .fold || step.phase == .tail {
      let reach = rule.plan.reaches[index].tail
      rule.plan.runTail(done..<reach, on: &frame)
      done = reach
      result.results.append(WindowCensus.ResultStage(step.text, rows: frame.live.population))
    }
    return result
  }
}

extension Selection {
  fileprivate var first: Int? { rows.first }
}
