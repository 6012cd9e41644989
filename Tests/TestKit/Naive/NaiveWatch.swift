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
  /// The largest time of a line of each group.
  private var lastLines: [NaiveGroup: Int64] = [:]
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
    let group = group(of: arrival.line)
    absorbed.append((arrival, group))
    lastLines[group] = max(lastLines[group] ?? arrival.time, arrival.time)
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
    defer { absorbed.removeAll { $0.arrival.time <= nextInstant - monitor.window } }
    let lines = Dictionary(grouping: window(endingAt: instant), by: \.group)
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

  private func group(of line: NaiveLine) -> NaiveGroup {
    let members = monitor.groupBy.map { "\(naiveJSONString($0)):\(line.value($0).json)" }
    return "{" + members.joined(separator: ",") + "}"
  }

  private func window(endingAt end: Int64) -> [(arrival: NaiveArrival, group: NaiveGroup)] {
    absorbed.filter { $0.arrival.time > end - monitor.window && $0.arrival.time <= end }
  }

  private func hasRoom(for group: NaiveGroup) -> Bool {
    if levels.contains(where: { $0.firing[group] != nil }) { return true }
    return Set(levels.flatMap(\.firing.keys)).count < Self.firingLimit
  }
}
