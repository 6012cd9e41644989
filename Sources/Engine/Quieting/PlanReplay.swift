import Actions
import Alerting

/// Says of the transitions of a recorded log which of the actions that they ask for are to be quiet, and
/// which the guard rails would block, on the time of the transitions.
final class PlanReplay {
  private var gate = DeliveryGate()
  private var ledger = GuardLedger()
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
    var sent: [Delivery] = []
    for ruling in rulings + gate.gathered(rulings.compactMap(\.gathered), at: now) {
      switch ruling {
      case .send(let delivery): sent.append(delivery)
      case .gather: break
      case .hold(let delivery, let cause): reasons[delivery.key] = cause.name
      case .mute(let delivery, let reason): reasons[delivery.key] = reason
      }
    }
    let blocks = blocks(of: sent, among: transitions, at: now)
    for var transition in transitions {
      for index in transition.actions.indices {
        let key = Delivery.key(of: transition.actions[index].name, for: transition.id)
        transition.actions[index].quiet = reasons[key]
        transition.actions[index].blocked = blocks[key]
      }
      try emit(transition)
    }
  }

  /// Why remediations would not be done. What is let go is taken as done, at once and for good: whether
  /// it helps no log of the past can tell.
  private func blocks(
    of sent: [Delivery], among transitions: [Transition], at now: Int64
  ) -> [String: String] {
    let remedies = sent.filter { $0.duty == .remediation }
    for transition in transitions where transition.isOver {
      ledger.ended(AlertIdentity(transition))
    }
    for remedy in remedies where remedy.alert.transition.to == .firing {
      ledger.fell(
        sick: remedy.target.name, by: AlertIdentity(remedy.alert.transition),
        for: remedy.action.name,
        at: now)
    }
    var reasons: [String: String] = [:]
    for remedy in remedies {
      // Those of the same moment are known; for later ones nobody waits here.
      let asked = remedy.action.rails.countsSick ? now + GuardLedger.gathering : now
      switch ledger.ruling(on: remedy, at: asked, isApproved: false) {
      case .blocked(let block): reasons[remedy.key] = "\(block.rail.rawValue): \(block.reason)"
      case .approval: reasons[remedy.key] = "approval: somebody has to approve it"
      case .go, .wait:
        ledger.began(
          GuardLedger.Entry(
            key: remedy.key, action: remedy.action.name, target: remedy.target.name,
            mode: remedy.mode, alert: AlertIdentity(remedy.alert.transition), began: now,
            state: .done))
        ledger.forget(before: now) { [actions] in actions[$0]?.rails }
      }
    }
    return reasons
  }

  private func deliveries(of transition: Transition) -> [Delivery] {
    guard let (facts, uses) = uses[transition.monitor] else { return [] }
    return ActionPlan.deliveries(
      of: AlertContext(monitor: facts, transition: transition), uses: uses, actions: actions,
      live: live)
  }
}
