import Alerting
import Engine
import QueryLanguage
import Records

/// Stops monitors at random and goes on with new ones, which have what was written down and read again
/// what the windows hold: as if the program had been killed.
final class Restarts: ReplayObserver {
  private var random: SplitMix64
  private var saved: [SavedMonitor?] = []
  /// Everything taken so far.
  private var taken: [(run: LineRun, frames: [Frame])] = []

  /// What a restart does not find.
  private let forget: ProductReplay.Forgetting

  init(seed: UInt64, forgetting forget: @escaping ProductReplay.Forgetting) {
    random = SplitMix64(seed: seed)
    self.forget = forget
  }

  func prepare(_ monitor: inout Monitor) { monitor.keepChanges() }

  func sees(_ run: LineRun) {}

  func took(_ run: LineRun, _ frames: [Frame], _ monitors: inout [Monitor]) {
    taken.append((run, frames))
    guard random.oneIn(3) else { return }
    keep(&monitors)
    guard random.oneIn(2) else { return }
    for index in monitors.indices {
      guard var saved = saved[index] else { continue }
      forget(&saved)
      var fresh = Monitor(monitors[index].rule)
      fresh.skipsInstants = monitors[index].skipsInstants
      fresh.keepChanges()
      fresh.restore(saved)
      for (run, frames) in taken {
        var frame = frames[index]
        fresh.again(&frame, run)
      }
      monitors[index] = fresh
    }
  }

  private func keep(_ monitors: inout [Monitor]) {
    if saved.isEmpty { saved = monitors.map { _ in nil } }
    for index in monitors.indices {
      guard let changes = monitors[index].changes() else { continue }
      saved[index] = saved[index].map { $0.with(changes) } ?? changes
      monitors[index].changesAreKept()
    }
  }
}

extension SavedMonitor {
  /// What a store holds once it has taken the changes.
  fileprivate func with(_ changes: SavedMonitor) -> SavedMonitor {
    var result = changes
    result.learned = changes.learned ?? learned
    let alertKey = { (alert: SavedAlert) in "\(alert.level) \(alert.group.json)" }
    let changedAlerts = Set(changes.alerts.map(alertKey))
    result.alerts += alerts.filter { !changedAlerts.contains(alertKey($0)) }
    let changedGroups = Set(changes.groups.map(\.group.json))
    result.groups += groups.filter { !changedGroups.contains($0.group.json) }
    result.groups.removeAll(where: \.isForgotten)
    return result
  }
}
