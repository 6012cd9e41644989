/// The product under test: rules and logs in, transition records out. The n-th lateness is that of
/// the n-th file, in milliseconds.
package typealias Product = (
  _ yaml: String, _ files: [(name: String, bytes: [UInt8])], _ latenesses: [Int64], _ drain: Bool
) throws -> [String]

/// A case on which the product and the referee disagree, made small.
package struct Mismatch: CustomStringConvertible, Sendable {
  /// The seed of the round: `comparing(seed: seed, rounds: 1, …)` repeats it.
  package var seed: UInt64
  package var smallest: WatchCase
  package var expected: [String]
  package var actual: [String]

  /// The case, and both answers from the first record on which they differ.
  package var description: String {
    let agreed = zip(expected, actual).prefix { $0 == $1 }.count
    func tail(_ records: [String]) -> String {
      let rest = records.dropFirst(agreed)
      return rest.isEmpty ? "(no more records)\n" : rest.map { $0 + "\n" }.joined()
    }
    return """
      seed \(seed): product and referee agree on \(agreed) records, then differ
      \(smallest.report)--- the referee says
      \(tail(expected))--- the product says
      \(tail(actual))
      """
  }
}

/// Holds the product against the referee on `rounds` random cases, the i-th of seed `seed + i`, and
/// returns the first disagreement.
///
/// Fingerprints of generations are the product's own affair and are not compared.
package func comparing(seed: UInt64, rounds: Int, product: Product) -> Mismatch? {
  for round in 0..<rounds {
    let roundSeed = seed &+ UInt64(round)
    if let mismatch = comparing(.random(seed: roundSeed), seed: roundSeed, product: product) {
      return mismatch
    }
  }
  return nil
}

/// Holds the product against the referee on one case.
package func comparing(
  _ watchCase: WatchCase, seed: UInt64 = 0, product: Product
) -> Mismatch? {
  func answers(_ watchCase: WatchCase) -> (expected: [String], actual: [String]) {
    let expected = watchCase.transitions.map(withoutGenerations)
    do {
      let files = watchCase.files.map { (name: $0.name, bytes: $0.bytes) }
      let actual = try product(
        watchCase.yaml, files, watchCase.files.map(\.lateness), watchCase.drain)
      return (expected, actual.map(withoutGenerations))
    } catch {
      return (expected, ["the product failed: \(error)"])
    }
  }
  func disagrees(_ watchCase: WatchCase) -> Bool {
    let (expected, actual) = answers(watchCase)
    return expected != actual
  }

  guard disagrees(watchCase) else { return nil }
  let smallest = watchCase.shrunk(while: disagrees)
  let (expected, actual) = answers(smallest)
  return Mismatch(seed: seed, smallest: smallest, expected: expected, actual: actual)
}

private func withoutGenerations(_ record: String) -> String {
  // Inside a string the quotes are escaped, so that text of a line is never taken for the key.
  record.replacing(/"generation":"[^"]*","offset":/, with: #""generation":"…","offset":"#)
}
