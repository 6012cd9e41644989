/// How far a monitor's silence can be trusted, the worst first to be said.
package enum MonitorHealth: String, Sendable, CaseIterable {
  case ok
  /// It has not seen enough yet to know what is usual.
  case learning
  /// Part of its window can't be read again after a restart.
  case warming
  /// Some lines could not be judged.
  case degraded
  /// Its rows outgrew their memory: it decides nothing.
  case overflow
}
