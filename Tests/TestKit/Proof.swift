import Dispatch
import Synchronization

/// Many random cases, each decided by the referee once and by the product in several ways, with a
/// count of what was in them.
///
/// A way of reading may change nothing: instants that are passed over, threads, batches of any size,
/// cuts into generations, and restarts.
package struct Proof: Sendable {
  package var seed: UInt64
  package var rounds: Int

  package init(seed: UInt64, rounds: Int) {
    self.seed = seed
    self.rounds = rounds
  }

  package struct Outcome: Sendable {
    /// How many rounds were held; fewer than asked for when one failed.
    package var rounds = 0
    package var mismatch: Mismatch?
    package var coverage = ProofCoverage()
  }

  /// Holds the rounds on all cores; the i-th is that of seed `seed + i`. Stops at a mismatch.
  package func run(workers: Int) -> Outcome {
    let next = Atomic(0)
    let outcome = Mutex(Outcome())
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      var own = Outcome()
      while own.mismatch == nil {
        let round = next.add(1, ordering: .relaxed).oldValue
        guard round < rounds else { break }
        own.mismatch = hold(seed &+ UInt64(round), &own.coverage)
        own.rounds += 1
      }
      if own.mismatch != nil { next.store(rounds, ordering: .relaxed) }
      outcome.withLock { $0.merge(own) }
    }
    return outcome.withLock { $0 }
  }

  /// One round: the referee against the product in each way.
  private func hold(_ seed: UInt64, _ coverage: inout ProofCoverage) -> Mismatch? {
    let scene = WatchCase.random(seed: seed)
    let records = scene.records
    coverage.note(scene, records)
    let expected = records.map(\.json)
    for way in Self.ways(seed: seed) where (try? scene.records(reading: way)) != expected {
      var mismatch = comparing(scene, seed: seed) { try $0.records(reading: way) }
      mismatch?.way = "\(way)"
      return mismatch
    }
    return nil
  }

  /// Once with instants passed over, once with all decided and once with restarts, each cut up at
  /// random.
  private static func ways(seed: UInt64) -> [ProductReplay.Options] {
    var random = SplitMix64(seed: ~seed)
    return [(true, nil), (false, nil), (true, seed)].map { skipsInstants, restarts in
      var way = ProductReplay.Options()
      way.skipsInstants = skipsInstants
      way.restarts = restarts
      way.threads = Int.random(in: 1...3, using: &random)
      way.batchBytes = random.pick([way.batchBytes, 1, 100, 777, 4_096])
      let cuts = random.pick([0, 0, 1, 3])
      way.cuts = (0..<cuts).map { _ in Int.random(in: 1...40, using: &random) }
      return way
    }
  }
}

extension Proof.Outcome {
  fileprivate mutating func merge(_ other: Self) {
    rounds += other.rounds
    mismatch = mismatch ?? other.mismatch
    coverage.merge(other.coverage)
  }
}

extension WatchCase {
  /// What the product says, read in this way.
  package func records(reading way: ProductReplay.Options) throws -> [String] {
    var way = way
    way.latenesses = files.map(\.lateness)
    way.drain = drain
    return try ProductReplay.records(
      yaml: yaml, files: files.map { ($0.name, $0.bytes) }, options: way)
  }
}

extension ProductReplay.Options: CustomStringConvertible {
  package var description: String {
    "\(threads) threads, \(batchBytes) bytes a batch"
      + (cuts.isEmpty
        ? "" : ", cut before lines \(cuts.map { String($0 + 1) }.joined(separator: " "))")
      + (skipsInstants ? "" : ", every instant decided")
      + (restarts == nil ? "" : ", restarted now and then")
  }
}
