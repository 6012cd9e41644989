/// "Did you mean": the known word nearest to what was written.
package enum Suggestion {
  /// The nearest candidate, when it is near enough to be worth saying.
  ///
  /// `slips` is how many it may be away; by default one for every three letters.
  package static func nearest(
    to word: String, among candidates: some Sequence<String>, slips: Int? = nil
  ) -> String? {
    let typed = Array(word.lowercased().unicodeScalars)
    guard !typed.isEmpty else { return nil }
    let limit = slips ?? max(1, typed.count / 3)
    var best: (distance: Double, word: String)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().unicodeScalars)
      guard abs(other.count - typed.count) <= limit else { continue }
      let slipsMade = editDistance(typed, other)
      // Of two that are equally near, the one with the same letters is more likely.
      let distance = Double(slipsMade) - (typed.sorted() == other.sorted() ? 0.5 : 0)
      if slipsMade <= limit, distance < best?.distance ?? .infinity { best = (distance, candidate) }
    }
    return best?.word
  }

  package static func didYouMean(_ word: String, among candidates: some Sequence<String>) -> String?
  {
    nearest(to: word, among: candidates).map { "did you mean '\($0)'?" }
  }

  /// Damerau-Levenshtein: a swap of neighbours counts as one slip.
  private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for i in 1...left.count {
      var row = [i]
      for j in 1...right.count {
        let change = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
        var cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, change)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          cost = min(cost, rows[i - 2][j - 2] + 1)
        }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
