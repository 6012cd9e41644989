/// What it takes for hits to become an alert, and for the alert to end.
package struct AlertTerms: Sendable {
  package let level: Level
  /// What is compared, as written; empty when nothing is.
  package let alertText: String
  package let resolveText: String
  package let window: Int64
  package let resolutionWindow: Int64
  /// `for`: how long hits must go on before they fire.
  package let hold: Int64
  /// `at_least`: how many of the last instants must be hits to make one.
  package let quorum: Quorum?
  /// `keep_firing_for`: no resolving before the last hit is this long ago.
  package let keepFiring: Int64

  package init(
    level: Level, alertText: String, resolveText: String, window: Int64, resolutionWindow: Int64,
    hold: Int64 = 0, quorum: Quorum? = nil, keepFiring: Int64 = 0
  ) {
    self.level = level
    self.alertText = alertText
    self.resolveText = resolveText
    self.window = window
    self.resolutionWindow = resolutionWindow
    self.hold = hold
    self.quorum = quorum
    self.keepFiring = keepFiring
  }

  /// Whether one hit alone fires, so that a line may be it.
  package var firesAtOnce: Bool { hold == 0 && quorum == nil }
}

/// `at_least: 3 of 5`, with the time that five instants span.
package struct Quorum: Sendable {
  package let hits: Int
  package let span: Int64

  package init(hits: Int, span: Int64) {
    self.hits = hits
    self.span = span
  }
}
