/// What an instant looks like for one group.
struct NaiveMoment {
  var instant: Int64
  /// The group's lines in the window, in the order of absorption.
  var lines: [NaiveArrival]
  /// What the stages before the aggregate leave of them.
  var rows: [NaiveArrival]
  var group: NaiveGroup
  /// The beginning of the monitor, and whether no whole window has passed since.
  var begin: Int64
  var isEarly: Bool
  var mayFire: Bool
}

/// One level of a monitor: which of its groups are known, which alerts are pending or firing.
struct NaiveLevelWatch {
  struct Alert {
    var ordinal: Int
    var firingTime: Int64
    var lastHit: Int64
    var clearSince: Int64?
    /// Of an alert of silence, where the day begins after which it expires.
    var silentSince: Int64?
  }

  let condition: NaiveCondition
  let monitor: NaiveMonitor
  private(set) var firing: [NaiveGroup: Alert] = [:]
  /// The first instant of each unbroken run of hits that has not lasted long enough yet.
  private var pending: [NaiveGroup: Int64] = [:]
  /// The instants that satisfied the condition, for `at_least`; those long past are dropped.
  private var satisfied: [NaiveGroup: [Int64]] = [:]
  private var presences: [NaiveGroup: NaivePresence] = [:]
  private var ordinals: [NaiveGroup: Int] = [:]

  init(_ condition: NaiveCondition) {
    self.condition = condition
    monitor = condition.monitor
  }

  // MARK: Groups

  /// A line of the group was absorbed.
  mutating func meet(_ group: NaiveGroup, at time: Int64) {
    if presences[group]?.meet(at: time) == nil { presences[group] = NaivePresence(first: time) }
  }

  mutating func groupsToJudge(
    at instant: Int64, present: some Sequence<NaiveGroup>
  ) -> [NaiveGroup] {
    for group in presences.keys { presences[group]!.reach(instant) }
    if !condition.isGrouped { return ["{}"] }
    let known = presences.filter { isRemembered($0.value, at: instant) }.keys
    let groups = Set(present).union(firing.keys).union(pending.keys).union(known)
    return groups.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// After an instant: a group without an alert, pending or firing, and without a line in the time
  /// for which groups are remembered is a new group when it returns.
  mutating func forgetGroups(at instant: Int64) {
    for (group, presence) in presences
    where firing[group] == nil && pending[group] == nil && !isRemembered(presence, at: instant) {
      presences[group] = presence.remembered
    }
  }

  private func isRemembered(_ presence: NaivePresence, at instant: Int64) -> Bool {
    presence.last.map { $0 > instant - condition.memory } ?? false
  }

  // MARK: Deciding

  /// Fires a confirming condition that holds for `lines`, the window of T* at this moment.
  mutating func trip(
    on lines: [NaiveArrival], of group: NaiveGroup, mayFire: Bool, at time: Int64,
    _ instant: Int64
  ) -> [NaiveRecord] {
    guard condition.tripsOnLine, firing[group] == nil, mayFire else { return [] }
    let verdict = condition.verdict(lines: lines, rows: lines)
    guard verdict.isHit, let value = verdict.value else { return [] }
    return [fire(group, value: value, at: time, lines, instant)]
  }

  /// Decides an instant for one group: an alert that is not firing may become pending or fire, one
  /// that is may resolve or expire.
  mutating func judge(_ moment: NaiveMoment) -> [NaiveRecord] {
    let verdict = verdict(moment)
    let group = moment.group
    if firing[group] != nil { return resolve(moment, verdict).map { [$0] } ?? [] }
    switch verdict.kind {
    case .hit:
      let isNew = pending[group] == nil
      let hasLasted = moment.instant - (pending[group] ?? moment.instant) >= condition.holdFor
      if hasLasted && moment.mayFire {
        pending[group] = nil
        let record = fire(
          group, value: verdict.value, at: moment.instant, moment.lines, moment.instant)
        if case .missingData = condition.kind {
          // A silence of a day that had passed before it fired is no reason to end it at once.
          let last = lastLine(moment)
          let hadADay = moment.instant - last >= NaiveTime.day
          firing[group]!.silentSince = hadADay ? moment.instant : last
        }
        return [record]
      }
      guard isNew, condition.holdFor > 0 else { return [] }
      pending[group] = moment.instant
      return [
        alert(
          .pending, group, value: verdict.value, at: moment.instant, moment.lines, moment.instant)
      ]
    case .neither(breaksRun: false):
      return []
    case .clear, .clearForNoValue, .neither(breaksRun: true):
      pending[group] = nil
      return []
    }
  }

  private mutating func verdict(_ moment: NaiveMoment) -> NaiveVerdict {
    var verdict = condition.verdict(lines: moment.lines, rows: moment.rows)
    // A hit for want of a value is one that the next line may take away.
    let isSafe = condition.isSafeEarly && !(verdict.isHit && verdict.value == nil)
    if !isSafe, isTooEarlyToTell(moment) {
      return NaiveVerdict(.neither(breaksRun: true), verdict.value)
    }
    if condition.memory == NaiveTime.day, isForgotten(moment) {
      verdict = NaiveVerdict(.neither(breaksRun: true), nil)
    }
    guard let atLeast = monitor.atLeast else { return verdict }
    // The instants from the oldest of the last M to this one.
    let oldest = moment.instant - Int64(atLeast.instants - 1) * monitor.step
    var hits = satisfied[moment.group, default: []].filter { $0 >= oldest }
    if verdict.isHit { hits.append(moment.instant) }
    satisfied[moment.group] = hits
    if hits.count >= atLeast.hits { return NaiveVerdict(.hit, verdict.value) }
    return verdict.isHit ? NaiveVerdict(.neither(breaksRun: true), verdict.value) : verdict
  }

  /// Whether a group is only there because it is pending: nobody knows it any more.
  private func isForgotten(_ moment: NaiveMoment) -> Bool {
    guard condition.isGrouped, moment.lines.isEmpty, firing[moment.group] == nil else {
      return false
    }
    return presences[moment.group].map { !isRemembered($0, at: moment.instant) } ?? true
  }

  private func isTooEarlyToTell(_ moment: NaiveMoment) -> Bool {
    if moment.isEarly { return true }
    if !condition.isGrouped { return false }
    return moment.instant - presences[moment.group]!.first < condition.window
  }

  private mutating func fire(
    _ group: NaiveGroup, value: Double?, at time: Int64, _ lines: [NaiveArrival], _ instant: Int64
  ) -> NaiveRecord {
    let record = alert(.firing, group, value: value, at: time, lines, instant)
    ordinals[group] = record.ordinal
    firing[group] = Alert(ordinal: record.ordinal, firingTime: time, lastHit: time)
    return record
  }

  /// The record of an alert that fires or will: a pending counts as the alert to come.
  private func alert(
    _ step: NaiveRecord.Step, _ group: NaiveGroup, value: Double?, at time: Int64,
    _ lines: [NaiveArrival], _ instant: Int64
  ) -> NaiveRecord {
    let newest = lines.sorted { NaiveArrival.isOlder($1, $0) }.prefix(monitor.evidence)
    return NaiveRecord(
      time: time, monitor: monitor.name, level: condition.name, to: step,
      reason: value == nil ? .noData : .condition, group: group, value: value,
      threshold: condition.alertText, windowStart: instant - condition.window, windowEnd: instant,
      evidence: newest.map(\.line), ordinal: ordinals[group, default: 0] + 1)
  }

  private mutating func resolve(_ moment: NaiveMoment, _ verdict: NaiveVerdict) -> NaiveRecord? {
    var alert = firing[moment.group]!
    let instant = moment.instant
    var isResolved = false
    var reason = NaiveRecord.Reason.condition
    switch verdict.kind {
    case .hit:
      // An alert that tripped on a line may be ahead of the instants that are decided.
      alert.lastHit = max(alert.lastHit, instant)
      alert.clearSince = nil
    case .clear:
      alert.clearSince = alert.clearSince ?? instant
      let isLongEnough = instant - alert.clearSince! >= condition.resolutionWindow
      isResolved = isLongEnough && instant >= alert.firingTime
    case .clearForNoValue:
      reason = .noData
      alert.clearSince = alert.clearSince ?? instant
      isResolved = instant - alert.lastHit >= condition.window
    case .neither(let breaksRun):
      if breaksRun { alert.clearSince = nil }
    }
    firing[moment.group] = alert

    var step = NaiveRecord.Step.resolved
    if !isResolved || instant - alert.lastHit < monitor.keepFiringFor ?? 0 {
      // A day without a line of the group ends its alert, whatever the condition says.
      guard instant - quietSince(alert, moment) >= NaiveTime.day else { return nil }
      (step, reason) = (.expired, .expired)
    }
    firing[moment.group] = nil
    return NaiveRecord(
      time: instant, monitor: monitor.name, level: condition.name, to: step, reason: reason,
      group: moment.group, value: verdict.value,
      threshold: step == .resolved ? condition.clearingText : condition.alertText,
      windowStart: instant - condition.window, windowEnd: instant, evidence: [],
      ordinal: alert.ordinal)
  }

  /// Where the day begins after which a firing alert expires.
  private func quietSince(_ alert: Alert, _ moment: NaiveMoment) -> Int64 {
    max(alert.silentSince ?? alert.firingTime, lastLine(moment))
  }

  private func lastLine(_ moment: NaiveMoment) -> Int64 {
    max(presences[moment.group]?.last ?? moment.begin, moment.begin)
  }
}
