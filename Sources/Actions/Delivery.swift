package import Alerting
import Records

/// One action for one transition: what the dispatcher is given.
package struct Delivery: Sendable {
  package var action: BoundAction
  package var alert: AlertContext
  package var mode: PlannedAction.Mode
  /// The key of the delivery whose deed it probes; nil when it's no probe. A probe is neither kept nor
  /// counted: it's asked again.
  package var probes: String?

  package init(action: BoundAction, alert: AlertContext, mode: PlannedAction.Mode) {
    self.action = action
    self.alert = alert
    self.mode = mode
  }

  /// Stable over retries and restarts; what receivers recognise a repeated delivery by.
  package var key: String { alert.idempotencyKey(of: action.name) }

  /// How carefully it's performed.
  package var duty: Duty { probes == nil ? action.duty : .notification }

  /// How old its transition may be when something is done about it, in milliseconds.
  package var staleAfter: Int64 {
    if let staleAfter = action.rails.staleAfter { return staleAfter }
    return switch action.duty {
    case .remediation: 5 * 60_000
    case .notification: 60 * 60_000
    }
  }

  /// The key of an action's delivery for the transition with this id.
  package static func key(
    of action: String, for transition: String, because cause: Cause? = nil
  ) -> String {
    let asks = cause.map { "\($0.action):\($0.branch.rawValue):" } ?? ""
    return "\(transition)-\(asks)\(action)"
  }

  /// What it touches. An action that has no names for that is held back for each group by itself.
  package var target: ActionTarget {
    action.action.target(for: alert)
      ?? ActionTarget(alert.transition.group.label, isLogText: false)
  }

  /// What it would do, as a dry run prints it.
  package var outline: String { action.action.outline(for: alert) }

  /// What became of a delivery, or of an attempt at it.
  package enum Outcome: Sendable, Hashable {
    /// Performed, with what came back.
    case done(String)
    /// Failed, and will be tried again.
    case retrying(String, after: Duration)
    /// Failed for good.
    case failed(String)
    /// Nobody knows whether it was done; not repeated.
    case unknown(String)
    /// Not done, by rule.
    case blocked(String)
    /// What would have been done.
    case shadow(String)
    /// Somebody has to say yes first.
    case parked(String)
    /// It turned out that what was done has helped, or has not.
    case helped(String)
    case unhelpful(String)
    /// The queue was full: this many deliveries since the last such report were turned away.
    case refused(count: Int)
    /// The program ended first.
    case abandoned(String)
  }

  /// One line of the audit log.
  package struct Report: Sendable {
    /// Milliseconds since the epoch.
    package var time: Int64
    package var action: String
    package var kind: String
    package var monitor: String
    package var transition: String
    package var attempt: Int
    package var outcome: Outcome
    /// What a remediation did, or why it did nothing.
    package var deed: Deed?
    /// The guard rail that kept it from being done.
    package var rail: GuardLedger.Block.Rail?
    /// Whether it failed in a way that proves that nothing was done.
    package var isUndone = false
    /// What it is about; nil when its action is not known any more.
    package var delivery: Delivery?
    /// That of the delivery.
    package var key: String

    package init(of delivery: Delivery, attempt: Int, outcome: Outcome, time: Int64) {
      self.time = time
      self.attempt = attempt
      self.outcome = outcome
      action = delivery.action.name
      kind = delivery.action.kind
      monitor = delivery.alert.monitor.name
      transition = delivery.alert.transition.id
      key = delivery.key
      self.delivery = delivery
    }

    /// Of a delivery whose action is not known any more.
    package init(
      action: String, of transition: Transition, because cause: Cause? = nil, outcome: Outcome,
      time: Int64
    ) {
      self.time = time
      self.action = action
      self.outcome = outcome
      self.transition = transition.id
      attempt = 0
      kind = ""
      monitor = transition.monitor
      key = Delivery.key(of: action, for: transition.id, because: cause)
    }
  }
}

extension AlertContext {
  func idempotencyKey(of action: String) -> String {
    Delivery.key(of: action, for: transition.id, because: cause)
  }
}

extension Delivery.Outcome {
  /// Whether the delivery ended without being performed although it should have been.
  package var isFailure: Bool {
    switch self {
    case .failed, .unknown, .refused, .abandoned: true
    case .done, .retrying, .blocked, .shadow, .parked, .helped, .unhelpful: false
    }
  }

  package var word: String {
    switch self {
    case .done: "done"
    case .retrying: "retrying"
    case .failed: "failed"
    case .unknown: "unknown"
    case .blocked: "blocked"
    case .shadow: "shadow"
    case .parked: "waiting"
    case .helped: "helped"
    case .unhelpful: "did not help"
    case .refused: "refused"
    case .abandoned: "abandoned"
    }
  }

  package var detail: String {
    switch self {
    case .done(let detail), .failed(let detail), .unknown(let detail), .blocked(let detail),
      .shadow(let detail), .abandoned(let detail), .parked(let detail), .helped(let detail),
      .unhelpful(let detail):
      detail
    case .retrying(let reason, let pause): "\(reason); again in \(pause.text)"
    case .refused(let count): "the queue is full: \(count) not delivered"
    }
  }
}

extension Delivery.Report {
  /// The report as one compact JSON object.
  package func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      $0.member("time", Timestamp.rfc3339(time))
      $0.member("monitor", monitor)
      $0.member("transition", transition)
      $0.member("action", action)
      $0.member("kind", kind)
      $0.member("key", key)
      $0.key("attempt")
      $0.whole(Int64(attempt))
      $0.member("outcome", outcome.word)
      $0.member("detail", outcome.detail)
      if let rail { $0.member("rail", rail.rawValue) }
      if let deed, !deed.facts.isEmpty {
        $0.key("deed")
        $0.facts(of: deed)
      }
    }
    return writer.bytes
  }
}

extension Duration {
  /// Whole milliseconds, towards zero.
  package var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }

  var text: String { DurationText.text(milliseconds) }
}
