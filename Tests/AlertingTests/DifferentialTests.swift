import Foundation
import TestKit
import Testing

/// The product against the referee on random cases, each read in two ways: `Proof` says how. These are
/// a first look; `make proof` holds 10,000 in a release build and is part of `.ci/run`.
@Suite struct DifferentialTests {
  @Test func `the engine decides what the naive evaluator decides`() {
    // A longer hunt: TRIPLINE_WATCH_ROUNDS=5000 TRIPLINE_WATCH_SEED=1 swift test --filter Differential
    let environment = ProcessInfo.processInfo.environment
    let rounds = environment["TRIPLINE_WATCH_ROUNDS"].flatMap { Int($0) } ?? 100
    let seed = environment["TRIPLINE_WATCH_SEED"].flatMap { UInt64($0) } ?? TestSeed.value
    let outcome = Proof(seed: seed, rounds: rounds)
      .run(workers: ProcessInfo.processInfo.activeProcessorCount)
    if let mismatch = outcome.mismatch { Issue.record("\(mismatch)") }
    #expect(outcome.mismatch != nil || outcome.rounds == rounds)
  }

  @Test func `a proof says what its cases did not hold`() {
    let few = Proof(seed: 1, rounds: 3).run(workers: 2)
    #expect(few.mismatch == nil)
    #expect(few.coverage.missing().contains("sum of a flag !="))
    #expect(few.coverage.counts.keys.allSatisfy(ProofCoverage.required.contains))
  }
}
