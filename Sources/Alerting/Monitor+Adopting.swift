import QueryLanguage

/// What somebody else knows of a monitor's alerts, where its own lines can't tell.
extension Monitor {
  /// Goes on as if this alert had fired, or ended, as is said; what its runs of hits and of clear
  /// instants measure stays.
  package mutating func adopt(
    _ level: Level, _ group: GroupKey, firing: (at: Int64, ordinal: Int)?, ordinal: Int
  ) {
    groups.adopt(level, group, firing: firing?.at, ordinal: firing?.ordinal ?? ordinal)
  }

  /// For how long something that is not known can matter to it, beyond the last time at which it may
  /// have happened; nil when it matters for ever.
  package var forgetsWithin: Int64? {
    guard rule.series?.learns != true else { return nil }
    let terms = rule.terms.map {
      max($0.resolutionWindow, $0.hold, $0.keepFiring, $0.quorum?.span ?? 0)
    }
    let remembersGroups = rule.remembersGroups || rule.watchesGroupStart
    return rule.reach + (terms.max() ?? 0) + (rule.series?.memory ?? 0)
      + (remembersGroups ? AlertGroups.memory : 0)
  }
}

extension AlertGroups {
  fileprivate mutating func adopt(
    _ level: Level, _ group: GroupKey, firing: Int64?, ordinal: Int
  ) {
    guard let index = rule.terms.firstIndex(where: { $0.level == level }) else { return }
    update(index, number(of: group.fields.map(\.value))) { alert in
      alert.isFiring = firing != nil
      alert.ordinal = ordinal
      // A hit that nobody was told of was none; it may lie ahead, where a line has made it one.
      guard let firing else {
        alert.clearSince = nil
        alert.lastHit = 0
        return
      }
      alert.lastHit = alert.firedAt == firing ? max(alert.lastHit, firing) : firing
      alert.firedAt = firing
      alert.pendingSince = nil
    }
  }
}
