/// Why an attempt failed, and what that means for another one.
package struct ActionError: Error, Sendable, Hashable {
  package enum Advice: Sendable, Hashable {
    /// The same attempt may work later; not before `after` when the other side said so.
    case retry(after: Duration?)
    case giveUp
  }

  /// What is known about the other side.
  package enum Proof: Sendable, Hashable {
    /// Nothing reached it, or it said that it did nothing.
    case nothingDone
    /// It answered that it failed.
    case answered
    /// It may have acted.
    case unknown
  }

  /// What was tried, on what, and why it failed; secrets already taken out.
  package var reason: String
  package var advice: Advice
  package var proof: Proof

  package init(_ reason: String, advice: Advice, proof: Proof) {
    self.reason = reason
    self.advice = advice
    self.proof = proof
  }

  /// Whether a delivery with this duty may be attempted again: a remediation only when nothing was
  /// done, because it is performed at most once.
  package func allowsRetry(for duty: Duty) -> Bool {
    guard case .retry = advice else { return false }
    return duty == .notification || proof == .nothingDone
  }
}
