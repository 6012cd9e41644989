import QueryLanguage
import Records

/// One alert of one group.
struct AlertPlace: Hashable, Sendable {
  var index: Int
  var group: Int
}

/// The groups and alerts of which something changed that the log can't tell again.
///
/// What a window holds is read again after a restart. So a group is written down when it is first seen,
/// when the window has lost its last line, and when it is forgotten.
struct GroupChanges: Sendable {
  var alerts: Set<AlertPlace> = []
  var groups: Set<Int> = []
  /// Groups that have no number any more.
  var gone: [SavedGroup] = []
  /// Groups whose last line is not newer were looked at before.
  var settled = Int64.min

  /// The same for groups that got other numbers, or have none any more.
  func renumbered(_ number: (Int) -> Int?, _ saved: (Int) -> SavedGroup) -> GroupChanges {
    var result = self
    result.groups = []
    for group in groups {
      if let moved = number(group) {
        result.groups.insert(moved)
      } else {
        result.gone.append(saved(group))
      }
    }
    result.alerts = Set(
      alerts.compactMap { place in
        number(place.group).map { AlertPlace(index: place.index, group: $0) }
      })
    return result
  }
}

extension AlertGroups {
  func saved(group: Int) -> SavedGroup {
    var saved = SavedGroup(
      group: key(of: group),
      firstLines: seen.firsts(of: group).map { $0 == GroupTimes.never ? nil : $0 },
      lastLine: seen.last(of: group), isRemembered: isRemembered[group])
    // An alert expires a day after the last line, be its group known otherwise or not.
    saved.isForgotten =
      !saved.isRemembered && saved.firstLines.allSatisfy { $0 == nil }
      && !rule.terms.indices.contains { alert($0, group).isActive }
    return saved
  }

  func saved(alert place: AlertPlace) -> SavedAlert {
    SavedAlert(
      rule.terms[place.index].level, key(of: place.group), alert(place.index, place.group))
  }

  mutating func restore(_ saved: SavedMonitor) {
    seen.note(saved.lastLine, of: 0)
    for one in saved.groups {
      let group = number(of: one.group.fields.map(\.value))
      seen.note(one.lastLine, of: group)
      isRemembered[group] = one.isRemembered
      if one.isRemembered { remembered += 1 }
      for (watcher, first) in one.firstLines.prefix(watchers.count).enumerated() {
        seen.setFirst(of: group, watcher, to: first ?? GroupTimes.never)
      }
    }
    for one in saved.alerts {
      guard let index = rule.terms.firstIndex(where: { $0.level == one.level }) else { continue }
      let group = number(of: one.group.fields.map(\.value))
      update(index, group) { $0 = Alert(one) }
    }
  }

  /// Notes when groups were seen, by lines that were taken in before a restart: what else they meant
  /// was written down then.
  mutating func noteAgain(_ rows: Selection, _ numbers: [Int32], _ times: [Int64], due: Int64) {
    rows.forEach { row in
      let number = Int(numbers[row])
      let time = times[row]
      if time > due {
        ahead.note(number, at: time, pane: rule.instant(atOrAfter: time))
      } else {
        seen.note(time, of: 0)
        if number > 0 { seen.note(time, of: number) }
      }
    }
  }
}

extension Alert {
  init(_ saved: SavedAlert) {
    self.init()
    isFiring = saved.isFiring
    ordinal = saved.ordinal
    firedAt = saved.firedAt
    lastHit = saved.lastHit
    clearSince = saved.clearSince
    pendingSince = saved.pendingSince
    hits = saved.hits
    silentSince = saved.silentSince
  }
}

extension SavedAlert {
  init(_ level: Level, _ group: GroupKey, _ alert: Alert) {
    self.init(
      level: level, group: group, isFiring: alert.isFiring, ordinal: alert.ordinal,
      firedAt: alert.firedAt, lastHit: alert.lastHit, clearSince: alert.clearSince,
      pendingSince: alert.pendingSince, hits: alert.hits, silentSince: alert.silentSince)
  }
}
