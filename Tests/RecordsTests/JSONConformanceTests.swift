import Foundation
import Records
import Testing

/// Each file of `Fixtures/json` is accepted or refused as its name says.
@Suite struct JSONConformanceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let text: [UInt8]
    var testDescription: String { name }
  }

  static let cases = fixtureFiles(in: "json").filter { $0.pathExtension == "json" }.map { file in
    Case(
      name: file.deletingPathExtension().lastPathComponent,
      text: [UInt8]((try? Data(contentsOf: file)) ?? Data()))
  }

  @Test func `there are cases`() {
    #expect(JSONConformanceTests.cases.count > 100)
  }

  @Test(arguments: cases)
  func `the strict reading follows RFC 8259`(_ example: Case) {
    let memory = PinnedText(example.text)
    let accepted = withExtendedLifetime(memory) { JSONScanner.isValid(memory.bytes) }
    #expect(accepted == !example.name.hasPrefix("n_"))
  }

  @Test(arguments: cases)
  func `the lenient reading forgives only what is inside strings`(_ example: Case) {
    let memory = PinnedText(example.text)
    let accepted = withExtendedLifetime(memory) {
      guard let (_, rest) = JSONScanner.value(in: memory.bytes) else { return false }
      // Trimming knows more blanks than JSON does; none of the cases ends with those.
      return rest.trimmed.isEmpty
    }
    #expect(accepted == (!example.name.hasPrefix("n_") || example.name.hasPrefix("n_string_")))
  }

  @Test(arguments: cases)
  func `a line with the case inside is read alike by each way`(_ example: Case) {
    let text = example.text.map { $0 == UInt8(ascii: "\n") ? 0x20 : $0 }
    let line = Array(#"{"before":1,"case":"#.utf8) + text + Array(#","after":"x"}"#.utf8)
    let chunk = Chunk(copying: line + [UInt8(ascii: "\n")] + line)
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    let asked = ["after", "case", "case.a", "case[1]"]
    let expected = LineProjector(members: asked, firstOf: [], path: .plain)
      .project(chunk.bytes, lines).members.map { $0.map(show) }
    for path in [LineProjector.Path.baseline, .unlearned, .fastest] {
      let projector = LineProjector(members: asked, firstOf: [], path: path)
      let skipping = LineProjector(members: ["after"], firstOf: [], path: path)
      for _ in 0..<3 {
        let found = projector.project(chunk.bytes, lines, padding: Chunk.padding)
        #expect(found.members.map { $0.map(show) } == expected)
        let alone = skipping.project(chunk.bytes, lines, padding: Chunk.padding)
        #expect(alone.members[0].map(show) == expected[0])
      }
    }
  }
}
