import Actions

/// What happens to a log and to the run that follows it, life after life, as a seed has it.
package struct TorturePlan: Sendable {
  package enum Step: Sendable, Hashable {
    /// These bytes of the log are written.
    case append(Range<Int>)
    case rotate
  }

  package enum Death: Sendable, Hashable {
    /// At the next of the points around commits and attempts that no life has died at yet.
    case atPoint
    /// So long after its last step.
    case after(milliseconds: Int)
  }

  package struct Life: Sendable {
    package var steps: [Step]
    package var death: Death
  }

  package let lives: [Life]

  /// Cuts the log into as many pieces as there are kills, and rotates so often in between.
  package init(_ log: TorturedLog, kills: Int, rotations: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var done = 0
    let rotated = Set((0..<rotations).map { (2 * $0 + 1) * kills / max(1, 2 * rotations) })
    lives = (0..<kills).map { number in
      let average = (log.bytes.count - done) / (kills - number)
      var end = done + Int.random(in: 0...max(1, 2 * average), using: &random)
      end = number == kills - 1 ? log.bytes.count : min(end, log.bytes.count)
      // A writer rotates between lines, and stops anywhere.
      if rotated.contains(number) { end = log.lineEnd(at: end) }
      var steps = TorturePlan.pieces(done..<end, using: &random)
      if rotated.contains(number) { steps.append(.rotate) }
      done = end
      let isAtPoint = Int.random(in: 0..<3, using: &random) > 0
      return Life(
        steps: steps,
        death: isAtPoint ? .atPoint : .after(milliseconds: Int.random(in: 0...60, using: &random)))
    }
  }

  private static func pieces(
    _ bytes: Range<Int>, using random: inout SeededGenerator
  ) -> [Step] {
    let cuts = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      Int.random(in: bytes.lowerBound...bytes.upperBound, using: &random)
    }
    let edges = ([bytes.lowerBound, bytes.upperBound] + cuts).sorted()
    return zip(edges, edges.dropFirst()).filter { $0 < $1 }.map { .append($0..<$1) }
  }
}

extension TorturedLog {
  /// The end of the line that a byte offset falls into.
  fileprivate func lineEnd(at offset: Int) -> Int {
    lineEnds.first { $0 >= offset } ?? bytes.count
  }
}
