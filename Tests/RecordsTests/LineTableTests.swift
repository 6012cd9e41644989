import Records
import Testing

@Suite struct LineTableTests {
  private func table(_ text: String, maxLine: Int = 1 << 20) -> (LineTable, [String]) {
    let memory = pinned(text)
    return withExtendedLifetime(memory) {
      let lines = LineTable(scanning: memory.bytes, maxLine: maxLine)
      return (lines, (0..<lines.count).map { lines.line($0, in: memory.bytes).string })
    }
  }

  @Test func `lines end at newlines and the last one may lack its own`() {
    #expect(table("a\nbc\nd").1 == ["a", "bc", "d"])
    #expect(table("a\nbc\nd\n").1 == ["a", "bc", "d"])
    #expect(table("").0.physicalLines == 0)
    #expect(table("\n").0.physicalLines == 1)
  }

  @Test func `a carriage return before the line end belongs to neither`() {
    #expect(table("a\r\nb\rc\r\n\r\nd\r").1 == ["a", "b\rc", "d"])
    #expect(table("{\"a\":1}\r\n").0.shapes == [.json])
  }

  @Test func `blank lines are counted and are no rows`() {
    let (lines, rows) = table("a\n\n \t\n\u{B}\u{C}\r\nb\n")
    #expect(rows == ["a", "b"])
    #expect(lines.blank == 3)
    #expect(lines.physicalLines == 5)
    #expect(lines.lineNumbers == [0, 4])
  }

  @Test func `the first and the last byte that are not blank make the shape`() {
    let (lines, _) = table(
      """
      {"a":1}
        {"a":1}\u{20}
      {"a":1
      {
      }
      {}
      [1]
      hello {"a":1}
      {"a":1},
      """)
    #expect(
      lines.shapes == [
        .json, .json, .malformed, .malformed, .text, .json, .text, .text, .malformed,
      ])
  }

  @Test func `a line that is too long is skipped and located`() {
    let (lines, rows) = table("abc\n12345\nde\r\n123456", maxLine: 4)
    #expect(rows == ["abc", "de"])
    #expect(lines.lineNumbers == [0, 2])
    #expect(lines.tooLong.map(\.line) == [1, 3])
    #expect(lines.tooLong.map(\.offset) == [4, 14])
    #expect(lines.tooLong.map(\.length) == [5, 6])
    #expect(lines.physicalLines == 4)
  }

  @Test func `many lines of any length are found where they stand`() {
    var random = SeededRandom.fresh()
    for _ in 0..<50 {
      let expected = (0..<random.below(1500)).map { _ in
        String(
          repeating: "x", count: random.chance(5) ? random.below(400) + 1 : random.below(70) + 1)
      }
      let text = expected.joined(separator: "\n") + (random.chance(50) ? "\n" : "")
      let (lines, rows) = table(text)
      #expect(rows == expected, "seed \(random.seed)")
      #expect(lines.physicalLines == expected.count, "seed \(random.seed)")
      #expect(lines.lineNumbers == (0..<expected.count).map { UInt32($0) }, "seed \(random.seed)")
    }
  }
}
