import Actions
package import Alerting

/// When to tell again that an alert fires: each time its monitor's `repeat_every` has passed since it
/// began to. The times are multiples, so that a restart changes none of them.
package struct Repetitions {
  private struct Firing {
    var transition: Transition
    var every: Int64
    /// The number of the last time that has passed.
    var passed: Int64

    var next: Int64 { transition.time + (passed + 1) * every }
  }

  private var every: [String: Int64] = [:]
  private var firing: [AlertIdentity: Firing] = [:]

  package init() {}

  /// From now on these rules hold.
  package mutating func use(_ rules: [Rule]) {
    every = [:]
    for rule in rules { every[rule.name] = rule.repeatEvery }
  }

  /// An alert took a step, or fires since before anybody looked.
  package mutating func note(_ transition: Transition, at now: Int64) {
    let identity = AlertIdentity(transition)
    if transition.isOver { firing[identity] = nil }
    guard transition.to == .firing, let every = every[transition.monitor] else { return }
    firing[identity] = Firing(
      transition: transition, every: every, passed: max(0, (now - transition.time) / every))
  }

  /// What is to be told again now, and for the how manieth time.
  package mutating func due(at now: Int64) -> [(transition: Transition, number: Int)] {
    var due: [(transition: Transition, number: Int)] = []
    for (identity, alert) in firing where alert.next <= now {
      guard let every = every[identity.monitor], every == alert.every else {
        // The rule has changed.
        firing[identity] = nil
        note(alert.transition, at: now)
        continue
      }
      let passed = (now - alert.transition.time) / every
      firing[identity]?.passed = passed
      due.append((alert.transition, Int(passed)))
    }
    return due.sorted {
      ($0.transition.time, $0.transition.id) < ($1.transition.time, $1.transition.id)
    }
  }

  /// How long until something is due, in milliseconds, at most a minute; nil when nothing is.
  package func wakes(at now: Int64) -> Int64? {
    firing.values.map { min(60_000, max(0, $0.next - now)) }.min()
  }
}
