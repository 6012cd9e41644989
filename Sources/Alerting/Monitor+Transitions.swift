import QueryLanguage
import Records

/// From what a moment showed to what is said of it.
extension Monitor {
  mutating func observe(
    _ finding: Alert.Finding, _ index: Int, _ group: Int, at time: Int64, value: Double?,
    windowEnd: Int64, order: (line: UInt64, instant: Int64), band: Band? = nil,
    _ decisions: inout [Decision]
  ) {
    let terms = rule.terms[index]
    let mayFire = groups.mayFire(group)
    let lastLine = max(began, groups.lastLine(of: group))
    let (change, ordinal) = groups.update(index, group) { alert in
      var change = alert.observe(finding, at: time, terms, mayFire: mayFire)
      if change == .fires, terms.level == .missingData { alert.noteSilence(since: lastLine) }
      if change == nil, order.instant != .max {
        change = alert.expire(at: time, lastLine: lastLine, terms)
      }
      return (change, alert.ordinal)
    }
    var made: Decision?
    // Whatever is found of any group passes here, so that a lens sees what is decided, as it is decided.
    defer {
      if lens != nil {
        note(finding, index, group, at: time, value: value, windowEnd, band, change, made)
      }
    }
    guard let change else { return }
    guard let step = change.step else {
      // It is a hit at every instant, and one alert.
      if heldBack.insert(AlertPlace(index: index, group: group)).inserted {
        troubles.suppressed += 1
      }
      owesInstant = true
      return
    }
    // What has expired may still hold.
    if step == .expired { owesInstant = true }
    let key = groups.key(of: group)
    let start = windowEnd - terms.window
    let transition = Transition(
      id: Transition.identity(
        monitor: rule.rule.name, group: key, level: terms.level, to: step, time: time,
        ordinal: step == .pending ? ordinal + 1 : ordinal, windowEnd: windowEnd),
      time: time, monitor: rule.rule.name, level: terms.level, to: step,
      reason: reason(of: step, terms.level, value), group: key,
      value: value, threshold: threshold(of: step, terms, band),
      windowStart: start, windowEnd: windowEnd, evidence: [], actions: [])
    let isOnset = step == .pending || step == .firing
    let decision = Decision(
      order: DecisionOrder(
        line: order.line, instant: order.instant, monitor: rule.rule.name, level: index,
        group: key.json),
      transition: transition,
      evidence: isOnset ? groups.evidence(of: group, after: start, through: windowEnd) : [])
    made = decision
    decisions.append(decision)
  }

  /// What was compared, as written; of a band with its numbers, which nobody has written.
  private func threshold(of step: Transition.Step, _ terms: AlertTerms, _ band: Band?) -> String {
    let isOver = step == .resolved
    guard let band, let name = rule.series?.name else {
      return isOver ? terms.resolveText : terms.alertText
    }
    return band.text(name, inside: isOver)
  }

  private func reason(
    of step: Transition.Step, _ level: Level, _ value: Double?
  ) -> Transition.Reason {
    if step == .expired { return .expired }
    // Missing data never has a value; it resolves because there is data.
    let hasData = level == .missingData ? step == .resolved : value != nil
    return hasData ? .condition : .noData
  }
}

extension Alert.Change {
  /// How a record calls it; nil for what is not recorded.
  fileprivate var step: Transition.Step? {
    switch self {
    case .pends: .pending
    case .fires: .firing
    case .resolves: .resolved
    case .expires: .expired
    case .waits: nil
    }
  }
}
