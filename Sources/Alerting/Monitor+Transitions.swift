import QueryLanguage
import Records

/// From what a moment showed to what is said of it.
extension Monitor {
  mutating func observe(
    _ finding: Alert.Finding, _ index: Int, _ group: Int, at time: Int64, value: Double?,
    windowEnd: Int64, order: (line: UInt64, instant: Int64), _ decisions: inout [Decision]
  ) {
    let level = rule.levels[index]
    var alert = groups.alert(index, group)
    if case .hit = finding, !groups.isFiring(group), groups.firing >= Monitor.firingLimit {
      troubles.suppressed += 1
      owesInstant = true
      return
    }
    var change = alert.observe(
      finding, at: time, resolutionWindow: level.resolutionWindow, window: rule.window)
    if change == nil, order.instant != .max {
      change = alert.expire(at: time, lastLine: groups.lastLine(of: group))
    }
    groups.set(alert, index, group)
    guard let change else { return }
    let key = groups.key(of: group)
    let fires = change == .fires
    let step: Transition.Step = fires ? .firing : change == .expires ? .expired : .resolved
    let transition = Transition(
      id: Transition.identity(
        monitor: rule.rule.name, group: key, level: level.level, to: step, time: time,
        ordinal: alert.ordinal, windowEnd: windowEnd),
      time: time, monitor: rule.rule.name, level: level.level, to: step,
      reason: change == .expires ? .expired : value == nil ? .noData : .condition, group: key,
      value: value, threshold: change == .resolves ? level.resolveText : level.alertText,
      windowStart: windowEnd - rule.window, windowEnd: windowEnd, evidence: [], actions: [])
    let places =
      fires
      ? groups.evidence(of: group, after: windowEnd - rule.window, through: windowEnd) : []
    decisions.append(
      Decision(
        order: DecisionOrder(
          line: order.line, instant: order.instant, monitor: rule.rule.name, level: index,
          group: key.json),
        transition: transition, evidence: places))
  }
}
