/// What an instant looks like for one group.
struct NaiveMoment {
  var instant: Int64
  /// The group's lines in the window, in the order of absorption.
  var lines: [NaiveArrival]
  var group: NaiveGroup
  /// The largest time of a line of the group; nil when it never had one.
  var lastLine: Int64?
  /// Whether no whole window has passed since the monitor began.
  var isEarly: Bool
  var mayFire: Bool
}

/// One level of a monitor: which of its groups are known and which of its alerts are firing.
struct NaiveLevelWatch {
  struct Alert {
    var ordinal: Int
    var firingTime: Int64
    var lastHit: Int64
    var clearSince: Int64?
  }

  /// What a level says of an instant.
  enum Verdict {
    case hit(Double?)
    case clear(Double)
    case clearForNoValue
    /// Neither hit nor clear; `breaksRun` ends a run of clear instants.
    case neither(breaksRun: Bool)
  }

  let level: NaiveLevel
  let monitor: NaiveMonitor
  private(set) var firing: [NaiveGroup: Alert] = [:]
  /// Groups that are known, each with the time of its first line.
  private var firstLines: [NaiveGroup: Int64] = [:]
  private var ordinals: [NaiveGroup: Int] = [:]

  init(_ level: NaiveLevel, of monitor: NaiveMonitor) {
    self.level = level
    self.monitor = monitor
  }

  // MARK: Groups

  /// A line of the group was absorbed.
  mutating func meet(_ group: NaiveGroup, at time: Int64) {
    if firstLines[group] == nil { firstLines[group] = time }
  }

  func groupsToJudge(
    at instant: Int64, present: some Sequence<NaiveGroup>, lastLines: [NaiveGroup: Int64]
  ) -> [NaiveGroup] {
    if monitor.groupBy.isEmpty { return ["{}"] }
    var groups = Set(present).union(firing.keys)
    if level.remembersGroups {
      groups.formUnion(firstLines.keys.filter { lastLines[$0]! > instant - NaiveTime.day })
    }
    return groups.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// After an instant: a group without an alert and without a line in the last window (24 hours,
  /// where absence can trip) is a new group when it returns.
  mutating func forgetGroups(at instant: Int64, lastLines: [NaiveGroup: Int64]) {
    let memory = level.remembersGroups ? NaiveTime.day : monitor.window
    firstLines = firstLines.filter { group, _ in
      firing[group] != nil || lastLines[group]! > instant - memory
    }
  }

  // MARK: Deciding

  /// Fires a confirming condition that holds for `lines`, the window of T* at this moment.
  mutating func trip(
    on lines: [NaiveArrival], of group: NaiveGroup, mayFire: Bool, at time: Int64,
    _ instant: Int64
  ) -> [NaiveRecord] {
    guard monitor.isConfirming(level.alert), firing[group] == nil, mayFire else { return [] }
    let values = monitor.values(level.alert, over: lines)
    guard values.contains(where: level.alert.holds) else { return [] }
    let value = level.alert.farthest(of: values)
    return [fire(group, value: value, .condition, at: time, lines, instant)]
  }

  /// Decides an instant for one group: an alert that is not firing may fire, one that is may
  /// resolve or expire.
  mutating func judge(_ moment: NaiveMoment) -> [NaiveRecord] {
    let verdict = verdict(moment)
    guard firing[moment.group] != nil else {
      guard case .hit(let value) = verdict, moment.mayFire else { return [] }
      let reason: NaiveRecord.Reason = value == nil ? .noData : .condition
      return [
        fire(moment.group, value: value, reason, at: moment.instant, moment.lines, moment.instant)
      ]
    }
    return resolve(moment, verdict).map { [$0] } ?? []
  }

  private func verdict(_ moment: NaiveMoment) -> Verdict {
    if isTooEarlyToTell(moment) { return .neither(breaksRun: true) }
    let values = monitor.values(level.alert, over: moment.lines)
    if values.isEmpty {
      switch level.noValue ?? .clear {
      case .clear: return .clearForNoValue
      case .keep: return .neither(breaksRun: false)
      case .hit: return .hit(nil)
      }
    }
    let value = level.alert.farthest(of: values)!
    if values.contains(where: level.alert.holds) { return .hit(value) }
    let clearing = monitor.values(level.clearing, over: moment.lines)
    let isClear = !clearing.isEmpty && clearing.allSatisfy(level.clearing.holds)
    return isClear ? .clear(value) : .neither(breaksRun: true)
  }

  private func isTooEarlyToTell(_ moment: NaiveMoment) -> Bool {
    if monitor.isConfirming(level.alert) { return false }
    if moment.isEarly { return true }
    if monitor.groupBy.isEmpty { return false }
    return moment.instant - firstLines[moment.group]! < monitor.window
  }

  private mutating func fire(
    _ group: NaiveGroup, value: Double?, _ reason: NaiveRecord.Reason, at time: Int64,
    _ lines: [NaiveArrival], _ instant: Int64
  ) -> NaiveRecord {
    let ordinal = ordinals[group, default: 0] + 1
    ordinals[group] = ordinal
    firing[group] = Alert(ordinal: ordinal, firingTime: time, lastHit: time)
    let newest = lines.sorted { NaiveArrival.isOlder($1, $0) }.prefix(monitor.evidence)
    return NaiveRecord(
      time: time, monitor: monitor.name, level: level.name.rawValue, to: .firing, reason: reason,
      group: group, value: value, threshold: level.alert.text,
      windowStart: instant - monitor.window, windowEnd: instant, evidence: newest.map(\.line),
      ordinal: ordinal)
  }

  private mutating func resolve(_ moment: NaiveMoment, _ verdict: Verdict) -> NaiveRecord? {
    var alert = firing[moment.group]!
    let instant = moment.instant
    var isResolved = false
    var value: Double?
    var reason = NaiveRecord.Reason.condition
    switch verdict {
    case .hit(let hit):
      value = hit
      alert.lastHit = instant
      alert.clearSince = nil
    case .clear(let clear):
      value = clear
      alert.clearSince = alert.clearSince ?? instant
      let isLongEnough =
        instant - alert.clearSince! >= level.resolutionWindow ?? monitor.window
      isResolved = isLongEnough && instant >= alert.firingTime
    case .clearForNoValue:
      reason = .noData
      alert.clearSince = alert.clearSince ?? instant
      isResolved = instant - alert.lastHit >= monitor.window
    case .neither(let breaksRun):
      value = level.alert.farthest(of: monitor.values(level.alert, over: moment.lines))
      if breaksRun { alert.clearSince = nil }
    }
    firing[moment.group] = alert

    var step = NaiveRecord.Step.resolved
    if !isResolved {
      // A day without a line of the group ends its alert, whatever the condition says.
      let quietSince = max(alert.firingTime, moment.lastLine ?? alert.firingTime)
      guard instant - quietSince >= NaiveTime.day else { return nil }
      (step, reason) = (.expired, .expired)
    }
    firing[moment.group] = nil
    return NaiveRecord(
      time: instant, monitor: monitor.name, level: level.name.rawValue, to: step, reason: reason,
      group: moment.group, value: value,
      threshold: step == .resolved ? level.clearing.text : level.alert.text,
      windowStart: instant - monitor.window, windowEnd: instant, evidence: [],
      ordinal: alert.ordinal)
  }
}
