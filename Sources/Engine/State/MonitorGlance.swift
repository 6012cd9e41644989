package import Alerting

/// How a monitor stands, for somebody who looks at it from outside.
package struct MonitorGlance: Sendable, Hashable {
  package var monitor: String
  /// What the first of its conditions compares, as of the earliest instant that is not decided yet; of
  /// several rows the one farthest past the threshold.
  package var value: Double?
  /// The comparison as written.
  package var comparison: String
  /// How much of its window it has seen, in milliseconds, and how long that is.
  package var seen: Int64
  package var window: Int64
  package var health: MonitorHealth
  /// When a window will have all its lines again, if some are missing.
  package var warmsUntil: Int64?
  /// Groups that it knows.
  package var groups: Int

  package init(
    monitor: String, value: Double?, comparison: String, seen: Int64, window: Int64,
    health: MonitorHealth, warmsUntil: Int64?, groups: Int
  ) {
    self.monitor = monitor
    self.value = value
    self.comparison = comparison
    self.seen = seen
    self.window = window
    self.health = health
    self.warmsUntil = warmsUntil
    self.groups = groups
  }

  package var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("monitor", monitor)
      $0.key("value")
      if let value { $0.number(value) } else { $0.null() }
      $0.member("comparison", comparison)
      $0.key("seen")
      $0.whole(seen)
      $0.key("window")
      $0.whole(window)
      $0.member("health", health.rawValue)
      if let warmsUntil {
        $0.key("warms_until")
        $0.whole(warmsUntil)
      }
      $0.key("groups")
      $0.whole(Int64(groups))
    }
    return writer.text
  }

  package init?(json: String) {
    guard let tree = JSONTree(json), let monitor = tree["monitor"]?.text,
      let comparison = tree["comparison"]?.text, let seen = tree["seen"]?.whole,
      let window = tree["window"]?.whole,
      let health = tree["health"]?.text.flatMap(MonitorHealth.init)
    else { return nil }
    self.init(
      monitor: monitor, value: tree["value"]?.number, comparison: comparison, seen: seen,
      window: window, health: health, warmsUntil: tree["warms_until"]?.whole,
      groups: tree["groups"]?.whole.map { Int($0) } ?? 0)
  }
}

/// What a run says of itself with each commit.
package struct EngineNote: Sendable, Hashable {
  package var process: Int64
  /// Milliseconds since the epoch.
  package var started: Int64
  package var committed: Int64
  /// Why the rules that are on the disk are not the ones that run, and since when.
  package var fault: String?
  package var faultTime: Int64?

  package init(
    process: Int64, started: Int64, committed: Int64, fault: String? = nil, faultTime: Int64? = nil
  ) {
    self.process = process
    self.started = started
    self.committed = committed
    self.fault = fault
    self.faultTime = faultTime
  }

  package var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.key("process")
      $0.whole(process)
      $0.key("started")
      $0.whole(started)
      $0.key("committed")
      $0.whole(committed)
      $0.optional("fault", fault)
      if let faultTime {
        $0.key("fault_time")
        $0.whole(faultTime)
      }
    }
    return writer.text
  }

  package init?(json: String) {
    guard let tree = JSONTree(json), let process = tree["process"]?.whole,
      let started = tree["started"]?.whole, let committed = tree["committed"]?.whole
    else { return nil }
    self.init(
      process: process, started: started, committed: committed, fault: tree["fault"]?.text,
      faultTime: tree["fault_time"]?.whole)
  }
}
