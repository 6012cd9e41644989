/// The values of the `group_by` fields; empty when a monitor is ungrouped.
typealias NaiveGroup = [NaiveValue]

/// One monitor watching: the lines it has absorbed, all of them, and its alerts by level.
struct NaiveWatch {
  let monitor: NaiveMonitor
  /// Time of the first line of the sources.
  let begin: Int64
  private(set) var nextInstant: Int64
  /// Every matching line absorbed so far, in the order of absorption, with its group.
  private var absorbed: [(arrival: NaiveArrival, group: NaiveGroup)] = []
  private var levels: [NaiveLevelWatch]

  /// "At most 1,000 groups of a monitor fire at once."
  static let firingLimit = 1_000

  init(_ monitor: NaiveMonitor, begin: Int64) {
    self.monitor = monitor
    self.begin = begin
    nextInstant = NaiveTime.firstMultiple(of: monitor.step, atOrAfter: begin)
    levels = NaiveLevel.Name.allCases.flatMap { name in
      monitor.levels.filter { $0.name == name }.map { NaiveLevelWatch($0, of: monitor) }
    }
  }

  /// Takes a line in; a confirming condition trips on it, judged in the window of the first
  /// instant at or after the largest time seen.
  mutating func absorb(_ arrival: NaiveArrival, largest: Int64) -> [NaiveRecord] {
    guard monitor.filter.keeps(arrival.line) else { return [] }
    let group = monitor.groupBy.map { arrival.line.value($0) }
    absorbed.append((arrival, group))
    for i in levels.indices { levels[i].meet(group, at: arrival.time) }

    let instant = NaiveTime.firstMultiple(of: monitor.step, atOrAfter: largest)
    guard arrival.time > instant - monitor.window else { return [] }
    let lines = window(endingAt: instant).filter { $0.group == group }.map(\.arrival)
    var records: [NaiveRecord] = []
    for i in levels.indices {
      let mayFire = hasRoom(for: group)
      records += levels[i].trip(on: lines, of: group, mayFire: mayFire, at: largest, instant)
    }
    return records
  }

  /// Decides the next instant: every level, every group it has to look at, by its JSON.
  mutating func decide() -> [NaiveRecord] {
    let instant = nextInstant
    nextInstant += monitor.step
    let lines = Dictionary(grouping: window(endingAt: instant), by: \.group)
    let lastLines = Dictionary(
      absorbed.map { ($0.group, $0.arrival.time) }, uniquingKeysWith: { max($0, $1) })
    var records: [NaiveRecord] = []
    for i in levels.indices {
      for group in levels[i].groupsToJudge(at: instant, present: lines.keys, lastLines: lastLines) {
        let moment = NaiveMoment(
          instant: instant,
          lines: lines[group, default: []].map(\.arrival),
          group: group,
          lastLine: lastLines[group],
          isEarly: instant - begin < monitor.window,
          mayFire: hasRoom(for: group))
        records += levels[i].judge(moment)
      }
      levels[i].forgetGroups(at: instant, lastLines: lastLines)
    }
    return records
  }

  private func window(endingAt end: Int64) -> [(arrival: NaiveArrival, group: NaiveGroup)] {
    absorbed.filter { $0.arrival.time > end - monitor.window && $0.arrival.time <= end }
  }

  private func hasRoom(for group: NaiveGroup) -> Bool {
    if levels.contains(where: { $0.firing[group] != nil }) { return true }
    return Set(levels.flatMap(\.firing.keys)).count < Self.firingLimit
  }
}
