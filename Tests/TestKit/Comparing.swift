/// The product under test: a case in, transition records out.
package typealias Product = (WatchCase) throws -> [String]

/// A case on which the product and the referee disagree, made small.
package struct Mismatch: CustomStringConvertible, Sendable {
  /// The seed of the round: `comparing(seed: seed, rounds: 1, …)` repeats it.
  package var seed: UInt64
  package var smallest: WatchCase
  package var expected: [String]
  package var actual: [String]
  /// How the product read the case, where there was a choice.
  package var way = ""

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
      \(tail(expected))--- the product says\(way.isEmpty ? "" : " (\(way))")
      \(tail(actual))
      """
  }
}

/// Holds the product against the referee on `rounds` random cases, the i-th of seed `seed + i`, and
/// returns the first disagreement.
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
    let expected = watchCase.transitions
    do {
      return (expected, try product(watchCase))
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
