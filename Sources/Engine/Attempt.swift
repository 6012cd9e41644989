package import Actions

/// One attempt at a delivery: the steps of its action, one after the other.
package struct Attempt {
  /// More steps than any action has: one that never ends is our mistake.
  private static let mostSteps = 16

  private let delivery: Delivery
  private let clock: any EngineClock

  package init(delivery: Delivery, clock: any EngineClock) {
    self.delivery = delivery
    self.clock = clock
  }

  /// What was done in the end. `timeout` of the action bounds all steps together.
  package func run(on transport: inout any Transport) throws(ActionError) -> Deed {
    let action = delivery.action
    let deadline = clock.elapsed + action.timeout
    var alert = delivery.alert
    alert.now = clock.now
    var replies: [Reply] = []
    var hasActed = false
    while true {
      precondition(replies.count < Attempt.mostSteps, "\(action.kind) never ends")
      let isAct: Bool
      let effect: Effect
      switch action.action.step(for: alert, after: replies) {
      case .end(var deed):
        deed.addUsualFacts(of: delivery, reason: alert.reason, at: alert.now)
        return deed
      case .look(let question): (isAct, effect) = (false, question)
      case .act(let change): (isAct, effect) = (true, change)
      }
      do throws(ActionError) {
        let rest = max(.milliseconds(1), deadline - clock.elapsed)
        replies.append(
          try transport.perform(
            effect, now: clock.now, timeout: rest, redaction: action.redaction))
      } catch {
        throw error.failing(isAct: isAct, hasActed: hasActed)
      }
      hasActed = hasActed || isAct
    }
  }
}

extension ActionError {
  /// The same failure, knowing what the attempt had done when it came: a question changes nothing,
  /// and what was done before can't be taken back.
  fileprivate func failing(isAct: Bool, hasActed: Bool) -> ActionError {
    var error = self
    if hasActed {
      error.proof = .unknown
    } else if !isAct {
      error.proof = .nothingDone
    }
    return error
  }
}
