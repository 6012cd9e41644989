package import Alerting

/// A named action of a rule file, ready to be asked for effects.
package struct BoundAction: Sendable {
  package var name: String
  package var action: any Action
  /// How long one attempt may take.
  package var timeout: Duration
  /// Whether a remediation is performed without `--live`.
  package var live: Bool
  /// When the action is wanted; nil leaves it to its duty.
  package var on: Set<Occasion>?
  package var retry: RetryPolicy
  /// What keeps a remediation from doing harm.
  package var rails = Rails()
  /// What a remediation may touch; nil allows whatever the rule file itself names.
  package var targets: Targets?
  /// How it turns out whether it helped; nil when nobody asks.
  package var aftercare: Aftercare?
  /// The actions that are told what was done.
  package var then: [String] = []
  /// The actions that are told when that did not help, or could not be done.
  package var otherwise: [String] = []
  /// Whether somebody has to say yes each time.
  package var needsApproval = false
  /// Knows the secrets that went into the action.
  package var redaction: Redaction

  package init(
    name: String, action: any Action, timeout: Duration = .seconds(10), live: Bool = false,
    on: Set<Occasion>? = nil, retry: RetryPolicy = RetryPolicy(),
    redaction: Redaction = Redaction()
  ) {
    self.name = name
    self.action = action
    self.timeout = timeout
    self.live = live
    self.on = on
    self.retry = retry
    self.redaction = redaction
  }

  package var kind: String { type(of: action).kind }
  package var duty: Duty { type(of: action).duty }

  /// A notification is always performed; a remediation when the action or the run is live.
  package func mode(live: Bool) -> PlannedAction.Mode {
    duty == .notification || self.live || live ? .live : .shadow
  }

  /// Whether a use of this action wants an occasion: what the use says, else the action, else its
  /// duty: a notification everything, a remediation critical alerts only.
  package func isWanted(on occasion: Occasion, by use: ActionUse) -> Bool {
    if let on = use.on ?? on { return on.contains(occasion) }
    return duty == .notification || occasion == .critical
  }
}
