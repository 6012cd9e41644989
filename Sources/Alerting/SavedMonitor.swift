/// What a monitor knows that its log can't tell again: what a restart begins with. In a commit the
/// lists hold just what changed since the last one.
package struct SavedMonitor: Sendable, Equatable {
  package var name: String
  /// Stands for everything in the rule that decides; with another one the monitor is another.
  package var rule: String
  package var began: Int64
  /// The earliest undecided instant.
  package var due: Int64
  /// The largest time taken in.
  package var largest: Int64
  /// See `Monitor.ledThrough`.
  package var ledThrough: Int64
  /// The end of the last pane that lost a kept row; the minimum when none did.
  package var lostThrough: Int64
  /// See `Monitor.gapThrough`.
  package var gapThrough: Int64
  /// See `Monitor.owesInstant`.
  package var owesInstant: Bool
  /// The newest line of all that match.
  package var lastLine: Int64
  /// What `anomaly` has learned; nil when that did not change.
  package var learned: [SeriesBook.Entry]?
  package var alerts: [SavedAlert]
  package var groups: [SavedGroup]

  package init(
    name: String, rule: String, began: Int64, due: Int64, largest: Int64, ledThrough: Int64,
    lostThrough: Int64 = .min, gapThrough: Int64 = .min, owesInstant: Bool, lastLine: Int64,
    learned: [SeriesBook.Entry]? = nil,
    alerts: [SavedAlert] = [], groups: [SavedGroup] = []
  ) {
    self.name = name
    self.rule = rule
    self.began = began
    self.due = due
    self.largest = largest
    self.ledThrough = ledThrough
    self.lostThrough = lostThrough
    self.gapThrough = gapThrough
    self.owesInstant = owesInstant
    self.lastLine = lastLine
    self.learned = learned
    self.alerts = alerts
    self.groups = groups
  }
}

/// One alert of a monitor, at rest or not.
package struct SavedAlert: Sendable, Hashable {
  package var level: Level
  package var group: GroupKey
  package var isFiring: Bool
  package var ordinal: Int
  package var firedAt: Int64
  package var lastHit: Int64
  package var clearSince: Int64?
  package var pendingSince: Int64?
  package var hits: [Int64]
  /// Where the day began after which an alert of silence expires.
  package var silentSince: Int64?

  package init(
    level: Level, group: GroupKey, isFiring: Bool, ordinal: Int, firedAt: Int64, lastHit: Int64,
    clearSince: Int64?, pendingSince: Int64?, hits: [Int64], silentSince: Int64? = nil
  ) {
    self.level = level
    self.group = group
    self.isFiring = isFiring
    self.ordinal = ordinal
    self.firedAt = firedAt
    self.lastHit = lastHit
    self.clearSince = clearSince
    self.pendingSince = pendingSince
    self.hits = hits
    self.silentSince = silentSince
  }
}

/// When a group of a monitor was seen.
package struct SavedGroup: Sendable, Hashable {
  package var group: GroupKey
  /// The first line since it is known, for each alert that asks for that.
  package var firstLines: [Int64?]
  package var lastLine: Int64
  /// Whether it is known for a day, not only while its window has lines.
  package var isRemembered: Bool
  /// Whether nothing of it matters any more, so that it need not be kept.
  package var isForgotten = false

  package init(group: GroupKey, firstLines: [Int64?], lastLine: Int64, isRemembered: Bool) {
    self.group = group
    self.firstLines = firstLines
    self.lastLine = lastLine
    self.isRemembered = isRemembered
  }
}
