/// When to try again: ever longer pauses, each at a random point of its second half so that many
/// lanes don't come back at once.
///
/// With the defaults the twentieth attempt comes after about an hour.
package struct RetryPolicy: Sendable, Hashable {
  /// No attempt begins later than this after the delivery was submitted.
  package var total: Duration
  /// The number of attempts, the first one included.
  package var limit: Int
  package var first: Duration
  package var longest: Duration

  package init(
    total: Duration = .seconds(3_600), limit: Int = 20, first: Duration = .seconds(1),
    longest: Duration = .seconds(300)
  ) {
    self.total = total
    self.limit = limit
    self.first = first
    self.longest = longest
  }

  /// The pause after `attempts` failed attempts, the last of which ended `elapsed` after the
  /// delivery was submitted; nil when it's time to give up. `requested` is what the other side asked
  /// for.
  package func pause(
    after attempts: Int, elapsed: Duration, requested: Duration? = nil,
    using random: inout some RandomNumberGenerator
  ) -> Duration? {
    guard attempts < limit else { return nil }
    // 2^30 seconds are 34 years: further doubling changes nothing.
    let full = min(first * (1 << min(attempts - 1, 30)), longest)
    let jittered = full / 2 * (1 + Double.random(in: 0...1, using: &random))
    let pause = max(jittered, requested ?? .zero)
    return elapsed + pause <= total ? pause : nil
  }
}

/// A small generator that gives the same numbers for the same seed.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    // SplitMix64, by Sebastiano Vigna; public domain.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
