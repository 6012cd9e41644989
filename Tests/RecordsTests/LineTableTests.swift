import CKernels
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
      let expected = (0...random.below(1500)).map { _ in
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

  @Test func `each variant of the kernel finds the same lines, a few at a time`() {
    var random = SeededRandom.fresh()
    for _ in 0..<200 {
      let marks: [UInt8] = [0x0A, 0x0A, 0x0D, 0x20, 0x7B, 0x7D, 0x61, 0x61, 0x61, 0x00, 0xFF]
      let content = (0..<random.below(700)).map { _ in random.pick(marks) }
      let capacity = random.below(20) + 1
      let wide = frame(content, capacity: capacity, baseline: false)
      #expect(wide == frame(content, capacity: 1_000, baseline: true), "seed \(random.seed)")
      // The plain way: what stands between newlines.
      let ends = content.split(separator: 0x0A, omittingEmptySubsequences: false)
      let plain = ends.dropLast(ends.last?.isEmpty == true ? 1 : 0).map { line in
        "\(line.startIndex) \(line.count - (line.last == 0x0D ? 1 : 0))"
      }
      #expect(wide.map { $0.place } == plain, "seed \(random.seed)")
    }
  }

  private struct Found: Equatable {
    var place: String
    var shape: UInt32
  }

  private func frame(_ content: [UInt8], capacity: Int, baseline: Bool) -> [Found] {
    let memory = PinnedText(content)
    var lines = [tripline_line](repeating: tripline_line(), count: capacity)
    var found: [Found] = []
    var from = 0
    while let text = memory.bytes.start, from < content.count {
      let count = tripline_frame(text, content.count, &from, &lines, capacity, baseline)
      found += lines.prefix(count).map { Found(place: "\($0.start) \($0.length)", shape: $0.shape) }
    }
    return found
  }
}
