import TestKit
import Testing

/// Queries that programs write: deep or long, but never the end of the program.
@Suite struct StoryNestingTests {
  private func nested(_ open: String, _ middle: String, _ close: String, _ depth: Int) -> String {
    String(repeating: open, count: depth) + middle + String(repeating: close, count: depth)
  }

  private let lines = [#"{"n":1,"a":true}"#]

  @Test(arguments: [
    ("* | where ", "(", "n = 1", ")"), ("* | where ", "!!", "a", ""), ("", "(", "n", ")"),
    ("", "!!", "n", ""), ("* | where 1 = ", "- -", "n", ""),
    ("* | where 1 = ", "if(a, ", "n", ", 2)"), ("* | where ", "a ? a : ", "a", ""),
    ("* | where ", "not ", "not a", " "),
    ("* | where ", "!isNull(", "a", ")"),
  ])
  func `nesting has a bound that people don't reach`(
    _ start: String, _ open: String, _ middle: String, _ close: String
  ) throws {
    // Negations cancel out in pairs.
    let depth = open == "not " ? 31 : 32
    let rows = try QueryRunner.run(
      start + nested(open, middle, close, depth) + " | count", lines: lines
    ).rows
    #expect(rows == [[1]])
    for depth in [1_000, 3_000] {
      let query = start + nested(open, middle, close, depth)
      guard query.utf8.count <= 15_000 else { continue }
      let report = QueryRunner.report(query)
      #expect(report.contains("error: this is nested too deeply"), "\(report.prefix(400))")
    }
  }

  @Test(arguments: [
    ("* | where n = 1", " or n = 1"), ("* | where n = 1", " and n = 1"), ("* | where 1", " + 1"),
    ("* | where 1", " * 1"), ("* | where n", " = n"),
  ])
  func `so has the length of a chain`(_ start: String, _ link: String) throws {
    let good = start + String(repeating: link, count: 300)
    #expect(QueryRunner.report(good) == "")
    _ = try QueryRunner.run(good, lines: lines)
    let report = QueryRunner.report(start + String(repeating: link, count: 1_300))
    #expect(report.contains("error: more than 400 values are joined here"), "\(report.prefix(400))")
    #expect(report.contains(#"= help: look for many values with in ("a", "b")"#))
  }

  @Test func `a long list of words or of values is no chain`() throws {
    let words = (0..<1_500).map { "w\($0)" }.joined(separator: " or ")
    #expect(try QueryRunner.run("\(words) | count", lines: ["w1499"]).rows == [[1]])
    let values = (0..<1_500).map { "\($0)" }.joined(separator: ", ")
    #expect(try QueryRunner.run("* | where n in (\(values)) | count", lines: lines).rows == [[1]])
  }
}
