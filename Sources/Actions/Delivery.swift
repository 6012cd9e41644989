package import Alerting
import Records

/// One action for one transition: what the dispatcher is given.
package struct Delivery: Sendable {
  package var action: BoundAction
  package var alert: AlertContext
  package var mode: PlannedAction.Mode

  package init(action: BoundAction, alert: AlertContext, mode: PlannedAction.Mode) {
    self.action = action
    self.alert = alert
    self.mode = mode
  }

  /// Stable over retries and restarts; what receivers recognise a repeated delivery by.
  package var key: String { Delivery.key(of: action.name, for: alert.transition.id) }

  /// The key of an action's delivery for the transition with this id.
  package static func key(of action: String, for transition: String) -> String {
    "\(transition)-\(action)"
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

    package init(of delivery: Delivery, attempt: Int, outcome: Outcome, time: Int64) {
      self.time = time
      self.attempt = attempt
      self.outcome = outcome
      action = delivery.action.name
      kind = delivery.action.kind
      monitor = delivery.alert.monitor.name
      transition = delivery.alert.transition.id
    }

    /// Of a delivery whose action is not known any more.
    package init(
      action: String, of transition: Transition, outcome: Outcome, time: Int64
    ) {
      self.time = time
      self.action = action
      self.outcome = outcome
      self.transition = transition.id
      attempt = 0
      kind = ""
      monitor = transition.monitor
    }

    /// That of the delivery.
    package var key: String { Delivery.key(of: action, for: transition) }
  }
}

extension AlertContext {
  func idempotencyKey(of action: String) -> String { Delivery.key(of: action, for: transition.id) }
}

extension Delivery.Outcome {
  /// Whether the delivery ended without being performed although it should have been.
  package var isFailure: Bool {
    switch self {
    case .failed, .unknown, .refused, .abandoned: true
    case .done, .retrying, .blocked, .shadow: false
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
    case .refused: "refused"
    case .abandoned: "abandoned"
    }
  }

  package var detail: String {
    switch self {
    case .done(let detail), .failed(let detail), .unknown(let detail), .blocked(let detail),
      .shadow(let detail), .abandoned(let detail):
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
      $0.key("attempt")
      $0.whole(Int64(attempt))
      $0.member("outcome", outcome.word)
      $0.member("detail", outcome.detail)
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
