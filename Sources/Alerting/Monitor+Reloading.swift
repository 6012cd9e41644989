/// What becomes of a monitor, and of its alerts, when the rules change while it runs.
extension Monitor {
  /// Goes on with a rule that decides the same, and may say or do other things.
  package mutating func adopt(_ rule: BoundRule) {
    precondition(rule.identity == self.rule.identity, "'\(rule.rule.name)' is another monitor now")
    self.rule = rule
    groups.adopt(rule)
    kept?.limit = rule.memory
  }

  /// The alerts that are firing, by level and group.
  package var firing: [SavedAlert] { groups.firingPlaces.map { groups.saved(alert: $0) } }

  /// The same, and those that were firing once.
  package var fired: [SavedAlert] { groups.firedPlaces.map { groups.saved(alert: $0) } }

  /// Takes over the alerts of what had this name, where it still has such alerts: firing ones go on
  /// until its own condition is clear, and all are counted on.
  package mutating func inherit(_ alerts: [SavedAlert]) {
    for alert in alerts where alert.ordinal > 0 && rule.decides(about: alert) {
      guard let index = rule.terms.firstIndex(where: { $0.level == alert.level }) else { continue }
      var heir = Alert(alert)
      heir.clearSince = nil
      heir.pendingSince = nil
      heir.hits = []
      groups.update(index, groups.number(of: alert.group.fields.map(\.value))) { $0 = heir }
    }
  }

  /// Ends an alert that is firing without asking its condition; nil when there is none.
  package mutating func end(
    _ level: Level, _ group: GroupKey, because reason: Transition.Reason, at time: Int64
  ) -> Transition? {
    guard
      let place = groups.firingPlaces.first(where: { place in
        rule.terms[place.index].level == level && groups.key(of: place.group) == group
      })
    else { return nil }
    let terms = rule.terms[place.index]
    let alert = groups.saved(alert: place)
    groups.update(place.index, place.group) { $0.end() }
    // Its condition may still hold, which the next instant has to find.
    owesInstant = true
    return Transition(
      ending: alert, of: rule.rule.name, because: reason, at: time, threshold: terms.alertText,
      window: terms.window)
  }
}

extension BoundRule {
  /// Whether it has such alerts: of this level, and of groups by the same fields.
  package func decides(about alert: SavedAlert) -> Bool {
    terms.contains { $0.level == alert.level } && alert.group.fields.map(\.name) == rule.groupBy
  }
}

extension Transition {
  /// The end of an alert that no condition decided: it was removed, or a person ended it. `time` is the
  /// largest message time seen; the alert has not begun later than it ended.
  package init(
    ending alert: SavedAlert, of monitor: String, because reason: Reason, at time: Int64,
    threshold: String, window: Int64
  ) {
    let time = max(time, alert.firedAt)
    self.init(
      id: Transition.identity(
        monitor: monitor, group: alert.group, level: alert.level, to: .resolved, time: time,
        ordinal: alert.ordinal, windowEnd: time),
      time: time, monitor: monitor, level: alert.level, to: .resolved, reason: reason,
      group: alert.group, value: nil, threshold: threshold, windowStart: time - window,
      windowEnd: time, evidence: [], actions: [])
  }
}
