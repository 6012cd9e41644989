import Foundation
import QueryLanguage
import Testing
import tripline

extension LintPage: CustomTestStringConvertible {
  package var testDescription: String { code }
}

/// The pages of `tripline help CODE`, and what they promise.
@Suite final class LintPageTests {
  private let tripline: CheckProgram

  init() throws { tripline = try CheckProgram() }

  deinit { tripline.remove() }

  /// The codes that the built program finds in an example.
  private func codes(in example: LintPage.Example) throws -> [String] {
    try tripline.write("rules.yaml", example.rules)
    var arguments = ["check", "-o", "ndjson", "rules.yaml"]
    if let sample = example.sample {
      try tripline.write("sample.ndjson", sample)
      arguments += ["--sample", "sample.ndjson"]
    }
    return try tripline.run(arguments).output.split(separator: "\n").map { line in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(record?["code"] as? String)
    }
  }

  @Test(arguments: LintTable.pages)
  func `the wrong example gets its finding and the right one none`(_ page: LintPage) throws {
    #expect(try codes(in: page.wrong) == [page.code])
    #expect(try codes(in: page.right) == [])
  }

  @Test(arguments: LintTable.pages.filter { !$0.isError })
  func `a comment accepts any lint, where it stands`(_ page: LintPage) throws {
    var wrong = page.wrong
    if page.code != "idle-allow" {
      wrong.rules = "# lint: allow \(page.code) (on purpose)\n" + wrong.rules
      #expect(try codes(in: wrong) == [])
    }
    var right = page.right
    right.rules = "# lint: allow \(page.code)\n" + right.rules
    // Without the sample, or with it, nobody knows.
    let isUncertain = page.wrong.sample != nil || page.code == "unbounded-groups"
    #expect(try codes(in: right) == (isUncertain ? [] : ["idle-allow"]))
  }

  @Test(arguments: LintTable.pages)
  func `every code has a page that shows all there is to know`(_ page: LintPage) throws {
    let run = try tripline("help", page.code)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("\(page.code): \(page.summary)\n"))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(run.output.contains("# lint: allow \(page.code)\n") != page.isError)
    for line in (page.wrong.rules + "\n" + page.right.rules).split(separator: "\n") {
      #expect(run.output.contains("  \(line)\n"))
    }
    for text in [page.summary, page.meaning, page.night] { #expect(!text.isEmpty) }
  }

  @Test func `codes are listed once, and found when they are misspelt`() throws {
    #expect(Set(LintTable.pages.map(\.code)).count == LintTable.pages.count)
    let list = try tripline("help", "lints").output
    for page in LintTable.pages { #expect(list.contains("  \(page.code) ")) }
    let run = try tripline("help", "never-tripz")
    #expect(run.status == 2)
    #expect(run.errors.contains("did you mean 'never-trips'?"), "\(run.errors)")
  }

  /// docs/lints.md shows what the program prints. `TRIPLINE_BLESS=1` rewrites it.
  @Test func `the table of lints is that of the program`() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/lints.md").standardized
    var lines = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
    let mark = try #require(lines.firstIndex(of: "<!-- lints -->"))
    let start = mark + 2
    let end = try #require(lines[start...].firstIndex(of: "```"))
    let table = try tripline("help", "lints").output.components(separatedBy: "\n").dropLast()
    if ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] == "1" {
      lines.replaceSubrange(start..<end, with: table)
      try lines.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
    } else {
      #expect(Array(lines[start..<end]) == Array(table))
    }
  }
}
