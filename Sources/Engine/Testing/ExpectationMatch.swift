package import Alerting

/// What was expected laid against what happened, both in their order.
package struct ExpectationMatch: Sendable {
  /// What became of one expectation or of one transition.
  package enum Finding: Sendable {
    /// Something like it happened, but differently. `fields` is empty when it happened as expected and
    /// only its place in the order is another.
    case different(Expectation, Transition, fields: [Expectation.Field])
    /// Nothing like it happened; `nearest` is what comes closest among all that did.
    case missing(Expectation, nearest: Transition?)
    /// It happened, and nothing was expected of the kind.
    case unexpected(Transition)
    /// No expectation was written yet.
    case unwritten([Transition])
  }

  package let findings: [Finding]
  /// For each transition the index of the expectation it answers, met or not.
  let answers: [Answer?]

  struct Answer: Sendable {
    var expectation: Int
    var isMet: Bool
  }

  package var passes: Bool { findings.isEmpty }

  package init(_ test: RuleTest, _ transitions: [Transition]) {
    let expectations = test.expectations
    var pairing = Pairing(expectations, transitions)
    pairing.pairInOrder()
    pairing.pairNearest()
    answers = pairing.answers
    var findings: [Finding] = []
    if test.isUnwritten {
      self.findings = [.unwritten(transitions)]
      return
    }
    for (index, expectation) in expectations.enumerated() {
      let place = answers.firstIndex { $0?.expectation == index }
      guard let place else {
        let nearest = transitions.min {
          expectation.differences(from: $0).count < expectation.differences(from: $1).count
        }
        findings.append(.missing(expectation, nearest: nearest))
        continue
      }
      if answers[place]?.isMet == true { continue }
      let fields = expectation.differences(from: transitions[place])
      findings.append(.different(expectation, transitions[place], fields: fields))
    }
    if test.isExact {
      for (transition, answer) in zip(transitions, answers) where answer == nil {
        findings.append(.unexpected(transition))
      }
    }
    self.findings = findings
  }
}

/// Finds for each transition the expectation it answers.
private struct Pairing {
  let expectations: [Expectation]
  let transitions: [Transition]
  private(set) var answers: [ExpectationMatch.Answer?]

  /// Beyond this many comparisons the middle is paired from the front, which may call more things
  /// different than need be but never calls a difference none.
  private static let mostComparisons = 4_000_000

  init(_ expectations: [Expectation], _ transitions: [Transition]) {
    self.expectations = expectations
    self.transitions = transitions
    answers = Array(repeating: nil, count: transitions.count)
  }

  private func isMet(_ expectation: Int, _ transition: Int) -> Bool {
    expectations[expectation].differences(from: transitions[transition]).isEmpty
  }

  /// Pairs as many as possible without changing the order of either side.
  mutating func pairInOrder() {
    var low = 0
    while low < min(expectations.count, transitions.count), isMet(low, low) {
      answers[low] = ExpectationMatch.Answer(expectation: low, isMet: true)
      low += 1
    }
    // When all expectations are met by the first transitions there is nothing better to find.
    let rows = expectations.count - low
    let columns = transitions.count - low
    guard rows > 0, columns > 0 else { return }
    guard rows * columns <= Pairing.mostComparisons else { return pairFromFront(low) }
    // The longest common subsequence, lengths from the back. Pairing the common front first loses
    // nothing: the first expectation may always take the first transition that meets it.
    var met = [Bool](repeating: false, count: rows * columns)
    var best = [Int](repeating: 0, count: (rows + 1) * (columns + 1))
    for row in stride(from: rows - 1, through: 0, by: -1) {
      for column in stride(from: columns - 1, through: 0, by: -1) {
        let here = row * (columns + 1) + column
        let isMet = isMet(low + row, low + column)
        met[row * columns + column] = isMet
        let skip = max(best[here + 1], best[here + columns + 1])
        best[here] = isMet ? max(skip, 1 + best[here + columns + 2]) : skip
      }
    }
    var row = 0
    var column = 0
    while row < rows, column < columns {
      let here = row * (columns + 1) + column
      if met[row * columns + column], best[here] == 1 + best[here + columns + 2] {
        answers[low + column] = ExpectationMatch.Answer(expectation: low + row, isMet: true)
        row += 1
        column += 1
      } else if best[here + columns + 1] >= best[here + 1] {
        row += 1
      } else {
        column += 1
      }
    }
  }

  private mutating func pairFromFront(_ low: Int) {
    var next = low
    for row in low..<expectations.count {
      guard let found = (next..<transitions.count).first(where: { isMet(row, $0) }) else {
        continue
      }
      answers[found] = ExpectationMatch.Answer(expectation: row, isMet: true)
      next = found + 1
    }
  }

  /// Pairs what is left with what differs in the fewest fields, if it has any in common.
  mutating func pairNearest() {
    let taken = Set(answers.compactMap { $0?.expectation })
    for index in expectations.indices where !taken.contains(index) {
      let expectation = expectations[index]
      var best: (place: Int, count: Int)?
      for place in transitions.indices where answers[place] == nil {
        let fields = expectation.differences(from: transitions[place])
        // Another monitor's alert is another alert, whatever else is alike.
        if fields.contains(where: { $0.key == .monitor || $0.key == .to }) { continue }
        if fields.count == expectation.fields.count, fields.count > 1 { continue }
        if fields.count < best?.count ?? .max { best = (place, fields.count) }
      }
      if let best {
        answers[best.place] = ExpectationMatch.Answer(expectation: index, isMet: false)
      }
    }
  }
}
