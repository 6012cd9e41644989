package import QueryLanguage

/// What a monitor found of one alert at one moment, and how the alert stood after it.
package struct Sighting: Sendable {
  /// Index among the rule's terms.
  package let level: Int
  package let group: GroupKey
  /// The instant, or the largest message time when a line tripped it.
  package let time: Int64
  /// The end of the window that was looked at.
  package let instant: Int64
  package let finding: Alert.Finding
  package let value: Double?
  /// Where the value was expected, for a condition on series.
  package let band: Band?
  /// Afterwards.
  package let alert: Alert
  /// When it is no longer too early to tell.
  package let judgedFrom: Int64
  /// Whether that is because of the group's first line, not of the monitor's.
  package let isYoungGroup: Bool
  /// The newest line of the group, or of all where lines can't be told apart; nil before the first.
  package let lastLine: Int64?
  /// Whether it would have fired, had there not been too many firing already.
  package let isHeldBack: Bool
  /// What it brought about.
  package let decision: Decision?
  /// The line that tripped it; nil at an instant.
  package let line: Moment?
}

/// Where somebody looks closely at a monitor: at some instants, at all groups or a few.
///
/// A monitor with a lens decides what it would without, and keeps what it found on the way. It passes
/// over no instant that the lens is on, though nothing might happen there.
package struct MonitorLens: Sendable {
  package let instants: ClosedRange<Int64>
  /// Nil means all.
  package let groups: [GroupKey]?
  /// In the order in which they were made.
  package fileprivate(set) var sightings: [Sighting] = []
  /// The instants at which nothing was decided, because rows were missing.
  package private(set) var undecided: Set<Int64> = []
  /// The line that is being judged, between two instants.
  var line: Moment?

  package init(on instants: ClosedRange<Int64>, groups: [GroupKey]? = nil) {
    self.instants = instants
    self.groups = groups
  }

  /// Nothing was decided at the instant `time`.
  mutating func note(undecided time: Int64) {
    if instants.contains(time) { undecided.insert(time) }
  }
}

extension Monitor {
  /// Whether the instant `time` may be passed over when nothing can happen there.
  func passesOver(_ time: Int64) -> Bool { skipsInstants && !isSeen(time) }

  private func isSeen(_ time: Int64) -> Bool { lens?.instants.contains(time) == true }

  /// The groups whose values a level gathers for the earliest undecided instant.
  func watch(_ level: Int) -> GroupWatch {
    due.map { isSeen($0.end) } == true ? .all : groups.watch(level)
  }

  /// The groups that a level decides about: those that matter to it, and under a lens all with rows,
  /// about which there is nothing to decide but something to see.
  func judged(_ found: GroupValues, level: Int, at time: Int64) -> [Int] {
    isSeen(time)
      ? groups.judged(found.present, level: level, at: time)
      : groups.judged(found, level: level, at: time)
  }

  /// How far from the instant `end` towards `watermark` nobody looks.
  func unseen(from end: Int64, to watermark: Int64) -> Int64 {
    guard let first = lens?.instants.lowerBound, first > end else { return watermark }
    return min(watermark, first)
  }

  /// The groups of whose silence there is something to decide, and under a lens all that are known.
  mutating func silent(since start: Int64, _ index: Int, at time: Int64) -> [Int] {
    let silent = groups.silent(since: start, index, at: time)
    guard isSeen(time) else { return silent }
    let known = groups.judged(EmptyCollection(), level: index, at: time)
    return silent + Set(known).subtracting(silent).subtracting([0]).sorted()
  }

  /// Keeps what was found of a group, if the lens is on it.
  mutating func note(
    _ finding: Alert.Finding, _ index: Int, _ group: Int, at time: Int64, value: Double?,
    _ windowEnd: Int64, _ band: Band?, _ change: Alert.Change?, _ decision: Decision?
  ) {
    // Never a copy of the lens: what it has kept would be copied with every addition.
    guard lens?.instants.contains(windowEnd) == true else { return }
    let key = groups.key(of: group)
    if let wanted = lens?.groups, !wanted.contains(key) { return }
    let lastLine = groups.lastLine(of: group)
    let start = max(began, groups.firstLine(of: group, index) ?? began)
    let line = lens?.line
    lens?.sightings.append(
      Sighting(
        level: index, group: key, time: time, instant: windowEnd, finding: finding, value: value,
        band: band,
        alert: groups.alert(index, group),
        judgedFrom: start + (index < rule.conditionCount ? rule.window : rule.terms[index].window),
        isYoungGroup: start > began,
        lastLine: lastLine == .min ? nil : lastLine, isHeldBack: change == .waits,
        decision: decision, line: line))
  }
}
