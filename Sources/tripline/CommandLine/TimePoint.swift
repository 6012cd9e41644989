package import Records

/// `--from`, `--to`: a moment as written, which only means something once the clock and the time
/// zone are known.
package struct TimePoint: Sendable, Hashable {
  package let text: String

  /// Nil when the text is no time whatever the clock and the zone.
  package init?(_ text: String) {
    guard Timestamp.parse(text, now: 0) != nil else { return nil }
    self.text = text
  }

  /// Milliseconds since the epoch; nil if the clock is so strange that the moment can't be reached.
  package func resolved(now: Int64, zone: Zone) -> Int64? {
    Timestamp.parse(text, zone: zone, now: now)
  }
}
