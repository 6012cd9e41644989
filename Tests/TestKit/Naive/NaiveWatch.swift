/// A group is its JSON, in which 200 and "200" differ while 200 and 200.0 do not; `{}` when a monitor
/// is ungrouped.
typealias NaiveGroup = String

/// One monitor watching: the lines it has absorbed and its alerts by level.
struct NaiveWatch {
  let monitor: NaiveMonitor
  /// Time of the first line of the sources.
  let begin: Int64
  private(set) var nextInstant: Int64
  /// The matching lines absorbed so far, in that order. Those that no window to come can hold are
  /// dropped, which changes nothing: instants only ascend.
  private var absorbed: [(arrival: NaiveArrival, group: NaiveGroup)] = []
  private var levels: [NaiveLevelWatch]

  /// "At most 1,000 groups of a monitor fire at once."
  static let firingLimit = 1_000

  init(_ monitor: NaiveMonitor, begin: Int64) {
    self.monitor = monitor
    self.begin = begin
    nextInstant = NaiveTime.firstMultiple(of: monitor.step, atOrAfter: begin)
    levels = NaiveCondition.all(of: monitor).map(NaiveLevelWatch.init)
  }

  /// Takes a line in; a confirming condition trips on it, judged in the window of the first
  /// instant at or after the largest time seen.
  mutating func absorb(_ arrival: NaiveArrival, largest: Int64) -> [NaiveRecord] {
    guard monitor.filter.keeps(arrival.line) else { return [] }
    let group = group(of: arrival.line)
    absorbed.append((arrival, group))
    for i in levels.indices { levels[i].meet(levels[i].condition.group(group), at: arrival.time) }

    let instant = NaiveTime.firstMultiple(of: monitor.step, atOrAfter: largest)
    var records: [NaiveRecord] = []
    for i in levels.indices where levels[i].condition.tripsOnLine {
      guard arrival.time > instant - levels[i].condition.window else { continue }
      let group = levels[i].condition.group(group)
      let lines = window(of: levels[i].condition, endingAt: instant)[group]!
      let mayFire = hasRoom(for: group)
      records += levels[i].trip(on: lines, of: group, mayFire: mayFire, at: largest, instant)
    }
    return records
  }

  /// Decides the next instant: every level, every group it has to look at, by its JSON.
  mutating func decide() -> [NaiveRecord] {
    let instant = nextInstant
    nextInstant += monitor.step
    var records: [NaiveRecord] = []
    for i in levels.indices {
      let condition = levels[i].condition
      let lines = self.window(of: condition, endingAt: instant)
      let rows = self.rows(of: condition, at: instant)
      for group in levels[i].groupsToJudge(at: instant, present: lines.keys) {
        let moment = NaiveMoment(
          instant: instant,
          lines: lines[group, default: []],
          rows: rows[group, default: []],
          group: group,
          begin: begin,
          isEarly: instant - begin < condition.window,
          mayFire: hasRoom(for: group))
        records += levels[i].judge(moment)
      }
      levels[i].forgetGroups(at: instant)
    }
    let longest = levels.map(\.condition.window).max() ?? 0
    absorbed.removeAll { $0.arrival.time <= nextInstant - longest }
    return records
  }

  private func group(of line: NaiveLine) -> NaiveGroup {
    let members = monitor.groupBy.map { "\(naiveJSONString($0)):\(line.value($0).json)" }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// The lines in a condition's window, by its groups.
  private func window(
    of condition: NaiveCondition, endingAt end: Int64
  ) -> [NaiveGroup: [NaiveArrival]] {
    byGroup(lines(of: condition, endingAt: end), condition)
  }

  /// What the stages leave of all the lines in a condition's window, by its groups.
  private func rows(
    of condition: NaiveCondition, at instant: Int64
  ) -> [NaiveGroup: [NaiveArrival]] {
    byGroup(monitor.rows(of: lines(of: condition, endingAt: instant), at: instant), condition)
  }

  private func lines(of condition: NaiveCondition, endingAt end: Int64) -> [NaiveArrival] {
    let start = end - condition.window
    return absorbed.map(\.arrival).filter { $0.time > start && $0.time <= end }
  }

  private func byGroup(
    _ lines: [NaiveArrival], _ condition: NaiveCondition
  ) -> [NaiveGroup: [NaiveArrival]] {
    Dictionary(grouping: lines) { condition.group(group(of: $0.line)) }
  }

  private func hasRoom(for group: NaiveGroup) -> Bool {
    if levels.reduce(0, { $0 + $1.firing.count }) < Self.firingLimit { return true }
    if levels.contains(where: { $0.firing[group] != nil }) { return true }
    return Set(levels.flatMap(\.firing.keys)).count < Self.firingLimit
  }
}
