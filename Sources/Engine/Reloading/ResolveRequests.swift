package import Alerting
import Glibc

/// A person's wish that an alert ends, though nobody has decided that.
package struct ResolveRequest: Sendable, Hashable {
  package var monitor: String
  package var level: Level
  package var group: GroupKey
  /// Which of the alerts of this monitor, level and group; a later one is not meant.
  package var ordinal: Int

  package init(monitor: String, level: Level, group: GroupKey, ordinal: Int) {
    self.monitor = monitor
    self.level = level
    self.group = group
    self.ordinal = ordinal
  }

  package var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("monitor", monitor)
      $0.member("level", level.rawValue)
      $0.member("group", group.json)
      $0.key("ordinal")
      $0.whole(Int64(ordinal))
    }
    return writer.text
  }

  package init?(json: [UInt8]) {
    guard let tree = JSONTree(json), let monitor = tree["monitor"]?.text,
      let level = tree["level"]?.text.flatMap(Level.init),
      let group = tree["group"]?.text.flatMap(GroupKey.init(json:)),
      let ordinal = tree["ordinal"]?.whole
    else { return nil }
    self.init(monitor: monitor, level: level, group: group, ordinal: Int(ordinal))
  }
}

/// The directory, beside the state, in which wishes are left for the run that has the state: one
/// writes the database, so that nobody waits for anybody.
package struct ResolveRequests {
  private let folder: RequestFolder

  /// Of the state in this directory.
  package init(of state: String) { folder = RequestFolder("\(state)/requests") }

  /// Leaves a wish, as a whole or not at all. `id` is that of the alert.
  package func leave(_ request: ResolveRequest, as id: String) throws(StateFailure) {
    try folder.leave(request.json, as: id)
  }

  /// The wishes that were left, with the names of their files.
  func pending() -> [(file: String, request: ResolveRequest?)] {
    folder.pending().map { ($0.name, ResolveRequest(json: $0.text)) }
  }

  /// A wish was granted, or means nothing any more.
  func remove(_ file: String) { folder.remove(file) }

  /// Has `watcher` tell when a wish is left.
  func watch(by watcher: FileWatcher) { folder.watch(by: watcher) }
}

extension WatchEvaluation {
  /// Ends the alert that is meant; nil when it is not firing any more.
  mutating func end(_ request: ResolveRequest) -> Transition? {
    guard
      let index = deciding.monitors.firstIndex(where: { $0.rule.rule.name == request.monitor }),
      deciding.monitors[index].firing.contains(where: { alert in
        alert.level == request.level && alert.group == request.group
          && alert.ordinal == request.ordinal
      })
    else { return nil }
    return deciding.end(index, request.level, request.group, because: .manual, at: newest)
  }
}
