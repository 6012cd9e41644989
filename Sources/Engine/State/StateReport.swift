package import Actions
package import Alerting
import Glibc

/// How a run with state stands, seen from outside, be it running or not.
package struct StateReport: Sendable {
  /// A log as far as it was read.
  package struct Source: Sendable {
    package var name: String
    /// The offset up to which its newest file was read, and the size that has now; nil for what is
    /// no file.
    package var position: Int64?
    package var size: Int64?
    /// Bytes that are there and were not read.
    package var behind: Int64?
    /// The largest message time seen.
    package var newest: Int64?
    package var lines: Int64
  }

  package struct Monitor: Sendable {
    package var glance: MonitorGlance
    package var firing: [Level: Int]
    package var pending: Int
  }

  package var directory: String
  /// The process that has the state now.
  package var process: Int?
  /// What the last run said of itself.
  package var note: EngineNote?
  package var sources: [Source]
  package var monitors: [Monitor]
  package var alerts: [AlertStory]
  package var deliveries: DeliveryCounts
  /// Those that were left, on or over.
  package var silences: [Silence]
  /// What remediation is to leave alone, now or until some time ago.
  package var holds: [GuardLedger.Hold]

  /// Looks at the state in a directory; nothing is changed, and nobody has to wait.
  package init(of directory: String) throws(StateFailure) {
    self.directory = directory
    let store = try StateStore(readingIn: directory, checks: false)
    process = StateDirectory.holder(of: directory)
    note = try store.engineNote()
    sources = try store.savedSources().sorted { $0.name < $1.name }.map { Source($0) }
    alerts = try store.openAlerts()
    monitors = try store.glances().map { [alerts] glance in
      let own = alerts.filter { $0.monitor == glance.monitor }
      return Monitor(
        glance: glance,
        firing: Dictionary(
          own.filter { $0.state == .firing }.map { ($0.level, 1) }, uniquingKeysWith: +),
        pending: own.count { $0.state == .pending })
    }
    deliveries = try store.deliveryCounts()
    silences = SilenceFiles(of: directory).all()
    holds = try store.holds()
  }
}

extension StateReport.Source {
  init(_ saved: SavedSource) {
    name = saved.name
    newest = saved.largest
    lines = saved.lines
    guard let last = saved.generations.last else { return }
    let older = saved.generations.dropLast().reduce(Int64(0)) { $0 + max(0, $1.size - $1.read) }
    var status = stat()
    let isThere = stat(saved.name, &status) == 0
    let isSame =
      isThere && UInt64(status.st_ino) == last.inode && UInt64(status.st_dev) == last.device
    // Another file has the name by now: all of that is still to be read, and the rest of the old one.
    let rest = isSame ? 0 : max(0, last.size - last.read)
    position = isThere && !isSame ? 0 : last.read
    size = isThere ? Int64(status.st_size) : last.size
    behind = older + rest + max(0, (size ?? 0) - (position ?? 0))
  }
}

extension StateDirectory {
  /// The process that has the state in a directory; nil when none has.
  package static func holder(of directory: String) -> Int? {
    let lock = open("\(directory)/lock", O_RDONLY | O_CLOEXEC)
    guard lock >= 0 else { return nil }
    defer { close(lock) }
    if flock(lock, LOCK_SH | LOCK_NB) == 0 { return nil }
    let text = PlaceReader(descriptor: lock).read(at: 0, count: 32)
    return Int(String(decoding: text, as: UTF8.self)) ?? 0
  }
}
