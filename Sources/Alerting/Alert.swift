/// The life of one alert: a monitor's level for one group. Pure; `Monitor` tells it what each instant
/// showed, and it answers what happens.
struct Alert: Sendable {
  /// What an instant showed.
  enum Finding: Sendable {
    case hit
    case clear
    /// No rows and no zero to compare, with `no_value: clear`.
    case nothing
    /// Neither hit nor clear, and breaks no run (`no_value: keep`).
    case unknown
    /// Neither hit nor clear: the run of clear instants ends.
    case neither
  }

  enum Change: Sendable { case fires, resolves, expires }

  private(set) var isFiring = false
  /// How many alerts there have been, this one included.
  private(set) var ordinal = 0
  private(set) var firedAt: Int64 = 0
  private(set) var lastHit: Int64 = 0
  private(set) var clearSince: Int64?

  /// Takes in what the instant `time` showed.
  mutating func observe(
    _ finding: Finding, at time: Int64, resolutionWindow: Int64, window: Int64
  ) -> Change? {
    switch finding {
    case .hit:
      lastHit = max(lastHit, time)
      clearSince = nil
      return isFiring ? nil : fire(at: time)
    case .clear:
      guard isFiring else { return nil }
      let since = clearSince ?? time
      clearSince = since
      return time - since >= resolutionWindow && time >= firedAt ? resolve() : nil
    case .nothing:
      guard isFiring else { return nil }
      clearSince = clearSince ?? time
      return time - lastHit >= window && time >= firedAt ? resolve() : nil
    case .unknown:
      return nil
    case .neither:
      clearSince = nil
      return nil
    }
  }

  /// A day without any line ends an alert, whatever its condition says.
  mutating func expire(at time: Int64, lastLine: Int64) -> Change? {
    guard isFiring, time - max(firedAt, lastLine) >= AlertGroups.memory else { return nil }
    _ = resolve()
    return .expires
  }

  private mutating func fire(at time: Int64) -> Change {
    isFiring = true
    ordinal += 1
    firedAt = time
    return .fires
  }

  private mutating func resolve() -> Change {
    isFiring = false
    clearSince = nil
    return .resolves
  }
}
