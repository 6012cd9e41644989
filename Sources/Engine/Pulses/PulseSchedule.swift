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
  /// Alerts that ended a short while ago. What says that one fires may be overtaken by its end; said
  /// again, the end comes last.
  private var ended: [Place: (transition: Transition, until: Duration)] = [:]
  private var times: [String: Duration] = [:]

  /// An alert has begun or ended; `refreshing` are the actions that are to say so again.
  mutating func note(
    _ transition: Transition, refreshing: [(name: String, every: Duration)], at elapsed: Duration
  ) {
    let place = Place(transition)
    switch transition.to {
    case .pending: return
    case .firing:
      alerts[place] = transition.abridged
      ended[place] = nil
    case .resolved, .expired:
      alerts[place] = nil
      let longest = refreshing.map(\.every).max() ?? .zero
      ended[place] = (transition, elapsed + longest * 3)
    }
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

  /// What is to be said again.
  mutating func said(at elapsed: Duration) -> [Transition] {
    ended = ended.filter { $0.value.until > elapsed }
    return firing + ended.values.map(\.transition)
  }

  /// Takes what is due; it has to be set again.
  mutating func takeDue(at elapsed: Duration) -> [String] {
    let due = times.filter { $0.value <= elapsed }.keys.sorted()
    for name in due { times[name] = nil }
    return due
  }

  /// When the next is due.
  var wakes: Duration? { times.values.min() }
}
