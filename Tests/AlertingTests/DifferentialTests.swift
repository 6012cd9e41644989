import Foundation
import Alerting
import TestKit
import Testing

@Suite struct DifferentialTests {
  @Test func `the engine decides what the naive evaluator decides`() throws {
    // A longer hunt: TRIPLINE_WATCH_ROUNDS=5000 TRIPLINE_WATCH_SEED=1 swift test --filter Differential
    let environment = ProcessInfo.processInfo.environment
    let rounds = environment["TRIPLINE_WATCH_ROUNDS"].flatMap { Int($0) } ?? 250
    let seed = environment["TRIPLINE_WATCH_SEED"].flatMap { UInt64($0) } ?? 20_260_302
    let mismatch = comparing(seed: seed, rounds: rounds) { yaml, files, latenesses, drain in
      try ProductReplay.records(
        yaml: yaml, files: files,
        options: ProductReplay.Options(latenesses: latenesses, drain: drain))
    }
    if let mismatch { Issue.record("\(mismatch)") }
  }

  @Test func `threads, batches and generations change nothing`() throws {
    for seed in UInt64(1)...40 {
      let scene = WatchCase.random(seed: seed)
      func replay(_ options: ProductReplay.Options) throws -> [String] {
        var options = options
        options.latenesses = scene.files.map(\.lateness)
        options.drain = scene.drain
        return try ProductReplay.records(
          yaml: scene.yaml, files: scene.files.map { ($0.name, $0.bytes) }, options: options)
      }
      let plain = try replay(ProductReplay.Options())
      for (threads, size) in [(1, 1), (2, 300), (3, 4_096), (1, 777)] {
        let other = try replay(ProductReplay.Options(threads: threads, batchBytes: size))
        check(plain, other, "seed \(seed), \(threads) threads, \(size) bytes")
      }
      let cut = try replay(ProductReplay.Options(cuts: [7, 19]))
      check(plain.map(withoutPlace), cut.map(withoutPlace), "seed \(seed), cut")
    }
  }

  /// Says where two answers part, not all they hold.
  private func check(_ expected: [String], _ actual: [String], _ what: String) {
    guard expected != actual else { return }
    let place = zip(expected, actual).enumerated().first { $1.0 != $1.1 }?.offset
    let index = place ?? min(expected.count, actual.count)
    let records = [expected, actual].map { index < $0.count ? $0[index] : "(no more)" }
    Issue.record("\(what): record \(index)\n  was \(records[0])\n  now \(records[1])")
  }

  /// Offsets and fingerprints are those of the generation, which cutting changes.
  private func withoutPlace(_ record: String) -> String {
    var text = record
    if let start = text.range(of: "\"evidence\":["), let end = text.range(of: "],\"actions\"") {
      text.replaceSubrange(start.upperBound..<end.lowerBound, with: "")
    }
    return text
  }
}
