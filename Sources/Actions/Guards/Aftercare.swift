import Alerting
import QueryLanguage

/// `verify:`: how it turns out whether a remediation helped.
///
/// The alert must resolve within the time and the probe, when there is one, succeed. Where the alert
/// can't resolve as fast as that, a probe alone decides.
package struct Aftercare: Sendable {
  /// Milliseconds.
  package var within: Int64
  /// Asked until it succeeds; changes nothing.
  package var probe: Probe?

  package init(within: Int64, probe: Probe? = nil) {
    self.within = within
    self.probe = probe
  }

  /// Whether the alert of a monitor could resolve in time.
  func leavesTime(for monitor: MonitorFacts) -> Bool { within >= monitor.slowestEnd }

  /// Whether the alert of a monitor has to resolve; where it can't in time, its probe alone decides.
  package func awaitsAlert(of monitor: MonitorFacts) -> Bool {
    probe == nil || leavesTime(for: monitor)
  }
}

/// Something to ask whether all is well.
package struct Probe: Sendable {
  package var action: any Probing
  package var timeout: Duration
  package var redaction: Redaction
}

/// A kind that may be used as a probe: what comes back tells whether all is well.
package protocol Probing: Action {}

extension Aftercare {
  /// How long to wait when it does not say.
  private static let usual: Int64 = 15 * 60_000

  /// Binds the value of `verify`; `bind` makes the probe an action.
  init?(
    binding node: ConfigNode, sink: DiagnosticSink, bind: (ConfigNode) -> Probe?
  ) {
    guard var keys = ConfigBinder(node, as: "`verify`", sink: sink) else { return nil }
    within = keys.duration("within") ?? Aftercare.usual
    if within <= 0 { keys.report(.noTime, at: "within") }
    probe = keys.node("probe").flatMap(bind)
    keys.finish()
  }
}

extension Diagnostic.Message {
  fileprivate static let noTime = Self("bad-within", "`within` leaves no time at all")
}
