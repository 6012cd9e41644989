import Actions
import Testing

@Suite struct RetryPolicyTests {
  @Test func `pauses double up to the longest, each within its second half`() throws {
    let policy = RetryPolicy(total: .seconds(1_000_000), limit: 100)
    for seed: UInt64 in 1...50 {
      var random = SeededGenerator(seed: seed)
      for attempts in 1...60 {
        let full = attempts < 10 ? Duration.seconds(1 << (attempts - 1)) : .seconds(300)
        let pause = try #require(policy.pause(after: attempts, elapsed: .zero, using: &random))
        #expect(pause >= min(full, .seconds(300)) / 2, "seed \(seed), attempt \(attempts)")
        #expect(pause <= min(full, .seconds(300)), "seed \(seed), attempt \(attempts)")
      }
    }
  }

  @Test func `the same seed gives the same pauses`() {
    func pauses(seed: UInt64) -> [Duration?] {
      var random = SeededGenerator(seed: seed)
      return (1...10).map { RetryPolicy().pause(after: $0, elapsed: .zero, using: &random) }
    }
    #expect(pauses(seed: 7) == pauses(seed: 7))
    #expect(pauses(seed: 7) != pauses(seed: 8))
  }

  @Test func `the last attempt is not followed by a pause`() {
    var random = SeededGenerator(seed: 1)
    let policy = RetryPolicy(limit: 3)
    #expect(policy.pause(after: 2, elapsed: .zero, using: &random) != nil)
    #expect(policy.pause(after: 3, elapsed: .zero, using: &random) == nil)
  }

  @Test func `nothing is planned beyond the total time`() {
    var random = SeededGenerator(seed: 1)
    let policy = RetryPolicy(total: .seconds(60))
    #expect(policy.pause(after: 1, elapsed: .seconds(59), using: &random) != nil)
    #expect(policy.pause(after: 1, elapsed: .seconds(60), using: &random) == nil)
  }

  @Test func `what the other side asks for is the least`() {
    var random = SeededGenerator(seed: 1)
    let policy = RetryPolicy()
    let asked = policy.pause(after: 1, elapsed: .zero, requested: .seconds(90), using: &random)
    #expect(asked == .seconds(90))
    let tooLong = policy.pause(after: 1, elapsed: .zero, requested: .seconds(9_000), using: &random)
    #expect(tooLong == nil)
  }

  @Test func `the defaults keep trying for most of an hour`() {
    var random = SeededGenerator(seed: 3)
    let policy = RetryPolicy()
    var elapsed = Duration.zero
    var attempts = 1
    while let pause = policy.pause(after: attempts, elapsed: elapsed, using: &random) {
      elapsed += pause
      attempts += 1
    }
    #expect(attempts == 20)
    #expect(elapsed > .seconds(30 * 60))
  }
}
