import Records
import Testing

/// However a line is read, its cells are the same.
@Suite struct ProjectionDifferentialTests {
  /// Rows of a projection as text, one string a row, each cell with its place in the chunk.
  private func rows(_ columns: LineProjector.Columns, _ count: Int, _ bytes: Bytes) -> [String] {
    (0..<count).map { row in
      var cells = columns.members.map { $0[row] }
      if !columns.firstOf.isEmpty { cells.append(columns.firstOf[row]) }
      return cells.map { cell in
        guard let start = cell.place.start, let base = bytes.start else { return "\(cell.kind)" }
        return "\(cell.kind) \(start - base)+\(cell.place.count)"
      }.joined(separator: " | ")
    }
  }

  private static let rounds = 150

  @Test func `each way gives the same columns, however the input is cut`() {
    var log = RandomLog(random: .fresh())
    let seed = log.random.seed
    for round in 0..<ProjectionDifferentialTests.rounds {
      let members = log.names(upTo: log.random.chance(5) ? 100 : 6)
      let ranks = log.random.chance(50) ? log.names(upTo: 4) : []
      // Exactly as long as its lines, or with the padding of a chunk.
      let content = log.lines(log.random.below(60) + 1)
      let exact = PinnedText(content)
      let lines = LineTable(scanning: exact.bytes, maxLine: 1 << 20)
      let plain = LineProjector(members: members, firstOf: ranks, path: .plain)
      let expected = plain.project(exact.bytes, lines)
      let wanted = rows(expected, lines.count, exact.bytes)

      for path in [LineProjector.Path.fastest, .baseline, .unlearned] {
        let projector = LineProjector(members: members, firstOf: ranks, path: path)
        // The second time, the automaton knows what there is to know.
        for _ in 0..<3 {
          let found = projector.project(exact.bytes, lines)
          #expect(
            rows(found, lines.count, exact.bytes) == wanted,
            "seed \(seed), round \(round), \(members), \(ranks)")
          #expect(found.rich == expected.rich, "seed \(seed), round \(round)")
          #expect(found.duplicates == expected.duplicates, "seed \(seed), round \(round)")
        }
        expectSameCuts(
          content, projector, exact, wanted, &log.random, "seed \(seed), round \(round), cut")
      }
    }
  }

  /// Projects the same lines in pieces of some lines each.
  private func expectSameCuts(
    _ content: [UInt8], _ projector: LineProjector, _ memory: PinnedText, _ wanted: [String],
    _ random: inout SeededRandom, _ note: Comment
  ) {
    var found: [String] = []
    var lower = 0
    while lower < content.count {
      var upper = min(lower + random.below(2_000) + 1, content.count)
      while upper < content.count, content[upper - 1] != UInt8(ascii: "\n") { upper += 1 }
      let piece = memory.bytes.slice(lower, upper)
      let lines = LineTable(scanning: piece, maxLine: 1 << 20)
      let columns = projector.project(piece, lines, padding: content.count - upper)
      found += rows(columns, lines.count, memory.bytes)
      lower = upper
    }
    #expect(found == wanted, note)
  }

  @Test func `the plain way follows the rules as they are told`() {
    var log = RandomLog(random: .fresh())
    let seed = log.random.seed
    for round in 0..<ProjectionDifferentialTests.rounds {
      let members = log.names(upTo: 8)
      let memory = PinnedText(log.lines(30))
      let lines = LineTable(scanning: memory.bytes, maxLine: 1 << 20)
      let columns = LineProjector(members: members, firstOf: members, path: .plain)
        .project(memory.bytes, lines)
      for row in 0..<lines.count where lines.shapes[row] == .json {
        let line = lines.line(row, in: memory.bytes)
        let naive = NaiveMembers(line)
        let expected = members.map { naive.cell($0) }
        let found = columns.members.map { show($0[row]) }
        #expect(found == expected, "seed \(seed), round \(round), \(members), \(line.string)")
        if !members.isEmpty {
          #expect(
            show(columns.firstOf[row]) == expected.first { $0 != "null" } ?? "null",
            "seed \(seed), round \(round)")
        }
      }
    }
  }

  @Test func `a member's cell does not depend on who else is asked for`() {
    var log = RandomLog(random: .fresh())
    let seed = log.random.seed
    for round in 0..<100 {
      let members = log.names(upTo: 8)
      let memory = PinnedText(log.lines(20))
      let lines = LineTable(scanning: memory.bytes, maxLine: 1 << 20)
      let together = LineProjector(members: members, firstOf: []).project(memory.bytes, lines)
      for (index, member) in members.enumerated() {
        let alone = LineProjector(members: [member], firstOf: []).project(memory.bytes, lines)
        #expect(
          alone.members[0].map(show) == together.members[index].map(show),
          "seed \(seed), round \(round), \(member)")
      }
    }
  }
}
