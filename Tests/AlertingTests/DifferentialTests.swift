import Foundation
import TestKit
import Testing

/// The product against the referee on random cases, each read in two ways: `Proof` says how. These are
/// a first look; `make proof` holds 10,000 in a release build and is part of `.ci/run`.
///
/// That it can fail was tried by hand. Each of these mistakes, made in the product one at a time, was
/// found, most of them in the first round and none later than the 28th but the last:
///
/// - the window takes in the pane that ends where it begins
/// - an instant is decided at the watermark, not strictly before it
/// - an alert resolves only when more than `resolution_window` has passed
/// - `for` fires only when more than its time has passed
/// - late lines do not enter undecided windows
/// - `lateness` is a millisecond too short
/// - a group is judged from the first line of the monitor on, not from its own
/// - the ordinal of a pending is that of the alert before
/// - `at_least` counts one instant too many
/// - `no_value: clear` waits for `resolution_window` instead of the window
/// - an instant that is neither hit nor clear does not break a run of clear ones
/// - a row that became a hit while the alert fired is not found once the last late instant is decided;
///   this was no mutant, and it took 8,599 rounds
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
