import Actions
import Alerting

/// Says of the transitions of a recorded log which of the actions that they ask for are to be quiet, on
/// the time of the transitions.
final class QuietReplay {
  private var gate = DeliveryGate()
  private let uses: [String: (facts: MonitorFacts, uses: [ActionUse])]
  private let actions: ActionSet
  private let live: Bool
  /// Of one moment.
  private var waiting: [Transition] = []

  init(_ rules: [Rule], _ actions: ActionSet, _ mutes: Mutes, live: Bool) {
    gate.use(rules, mutes)
    uses = Dictionary(
      rules.map { ($0.name, (MonitorFacts($0), $0.actions)) },
      uniquingKeysWith: { first, _ in first }
    )
    self.actions = actions
    self.live = live
  }

  /// Takes the next transition, and hands on those of the moment before it.
  func take(_ transition: Transition, _ emit: (Transition) throws -> Void) rethrows {
    if let first = waiting.first, first.time != transition.time { try finish(emit) }
    waiting.append(transition)
  }

  /// Hands on what there is.
  func finish(_ emit: (Transition) throws -> Void) rethrows {
    guard let now = waiting.first?.time else { return }
    let transitions = waiting
    waiting = []
    _ = gate.look(at: now)
    var reasons: [String: String] = [:]
    let rulings = gate.take(transitions.map { ($0, deliveries(of: $0)) }, at: now)
    // Nobody waits here for others.
    for ruling in rulings + gate.gathered(rulings.compactMap(\.gathered), at: now) {
      switch ruling {
      case .send, .gather: break
      case .hold(let delivery, let cause): reasons[delivery.key] = cause.name
      case .mute(let delivery, let reason): reasons[delivery.key] = reason
      }
    }
    for var transition in transitions {
      for index in transition.actions.indices {
        let key = Delivery.key(of: transition.actions[index].name, for: transition.id)
        transition.actions[index].quiet = reasons[key]
      }
      try emit(transition)
    }
  }

  private func deliveries(of transition: Transition) -> [Delivery] {
    guard let (facts, uses) = uses[transition.monitor] else { return [] }
    return ActionPlan.deliveries(
      of: AlertContext(monitor: facts, transition: transition), uses: uses, actions: actions,
      live: live)
  }
}
