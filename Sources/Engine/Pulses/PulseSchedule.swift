import Actions
import Alerting

/// When what is sent by the clock is due, and which alerts it is about. Pure: it is told the time.
struct PulseSchedule {
  private struct Place: Hashable {
    var monitor: String
    var level: Level
    var group: String

    init(_ transition: Transition) {
      monitor = transition.monitor
      level = transition.level
      group = transition.group.json
    }
  }

  /// The firing of each alert that has not ended, in no order.
  var firing: [Transition] { Array(alerts.values) }
  private var alerts: [Place: Transition] = [:]
  private var times: [String: Duration] = [:]

  /// An alert has begun or ended; `refreshing` are the actions that are to say so again.
  mutating func note(
    _ transition: Transition, refreshing: [(name: String, every: Duration)], at elapsed: Duration
  ) {
    guard transition.to == .firing else {
      if transition.to != .pending { alerts[Place(transition)] = nil }
      return
    }
    alerts[Place(transition)] = transition.abridged
    for action in refreshing where times[action.name] == nil {
      times[action.name] = elapsed + action.every
    }
  }

  /// An alert that fired before the start: whoever is to hear of it may have forgotten it by now.
  mutating func restore(_ transition: Transition, refreshing: [String], at elapsed: Duration) {
    alerts[Place(transition)] = transition.abridged
    for action in refreshing { times[action] = elapsed }
  }

  /// Something is due at a time, whatever fires.
  mutating func set(_ name: String, at time: Duration) { times[name] = time }

  /// Takes what is due; it has to be set again.
  mutating func takeDue(at elapsed: Duration) -> [String] {
    let due = times.filter { $0.value <= elapsed }.keys.sorted()
    for name in due { times[name] = nil }
    return due
  }

  /// When the next is due.
  var wakes: Duration? { times.values.min() }
}
