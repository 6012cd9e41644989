/// Which alert: the same from its beginning to its end, and for the next one of its monitor, level and
/// group too. At most one of them fires at a time.
package struct AlertIdentity: Sendable, Hashable {
  package var monitor: String
  package var level: Level
  package var group: GroupKey

  package init(monitor: String, level: Level, group: GroupKey) {
    self.monitor = monitor
    self.level = level
    self.group = group
  }

  package init(_ transition: Transition) {
    self.init(monitor: transition.monitor, level: transition.level, group: transition.group)
  }
}
