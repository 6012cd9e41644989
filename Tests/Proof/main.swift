import Foundation
import TestKit

// `tripline-proof [--rounds N] [--seed N]`: see `Proof`.
var rounds = 10_000
var seed = TestSeed.value
var arguments = CommandLine.arguments.dropFirst()
while let flag = arguments.popFirst() {
  switch (flag, arguments.popFirst()) {
  case ("--rounds", let value?) where Int(value) ?? 0 > 0: rounds = Int(value)!
  case ("--seed", let value?) where UInt64(value) != nil: seed = UInt64(value)!
  default:
    FileHandle.standardError.write(Data("usage: tripline-proof [--rounds N] [--seed N]\n".utf8))
    exit(2)
  }
}

let clock = ContinuousClock()
let start = clock.now
let outcome = Proof(seed: seed, rounds: rounds).run(
  workers: ProcessInfo.processInfo.activeProcessorCount)
if let mismatch = outcome.mismatch {
  print(mismatch)
  print("this case alone: tripline-proof --rounds 1 --seed \(mismatch.seed)")
  exit(1)
}
print(outcome.coverage.report, terminator: "")
// A short hunt need not meet everything.
let missing = rounds >= 10_000 ? outcome.coverage.missing(least: 10) : []
let seconds = (clock.now - start).formatted(.units(allowed: [.seconds]))
print(
  "product and referee agree on \(outcome.rounds) cases, each read in three ways, from seed \(seed)",
  "in \(seconds)")
if !missing.isEmpty {
  print("too few cases to prove anything about: \(missing.joined(separator: ", "))")
  exit(1)
}
