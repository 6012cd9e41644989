import Foundation
import QueryLanguage
import Testing

@Suite struct DiagnosticStoryTests {
  private var isBlessing: Bool { ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] == "1" }

  @Test(arguments: DiagnosticStory.all)
  func `every story is told as a person sees it`(_ story: DiagnosticStory) throws {
    let cases = try story.cases()
    #expect(!cases.isEmpty)
    var lines = try story.lines()
    for item in cases.reversed() {
      let said = DiagnosticStory.said(of: item.query)
      if isBlessing {
        lines.replaceSubrange(item.lines, with: said.components(separatedBy: "\n").dropLast())
      } else {
        #expect(said == item.expected)
      }
    }
    if isBlessing {
      try lines.joined(separator: "\n").write(to: story.url, atomically: true, encoding: .utf8)
    }
  }

  @Test(arguments: DiagnosticStory.all)
  func `every mistake says what to write instead`(_ story: DiagnosticStory) throws {
    for item in try story.cases() {
      for finding in DiagnosticStory.findings(in: item.query) {
        #expect(finding.help != nil, "\(finding.rendered())")
        #expect(!finding.message.text.hasSuffix("."))
        #expect(finding.message.text.first?.isUppercase != true)
      }
    }
  }

  @Test func `what a terminal would obey is never shown`() {
    let queries = ["* | where \u{1B}[31m = 1", "* | limit \"\u{1B}[2J\"", "* | json \"[\u{7}\""]
    for query in queries {
      let said = DiagnosticStory.said(of: query)
      #expect(said.contains("error"))
      #expect(!said.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(said)")
    }
  }

  @Test func `lines may end with carriage returns`() {
    let said = DiagnosticStory.said(of: "*\r\n| cuont\r\n| limit ten\r\n")
    #expect(said.contains("query:2:3: error") && said.contains("query:3:9: error"), "\(said)")
    #expect(said.contains("   3 | | limit ten\n     |         ^^^\n"), "\(said)")
  }

  @Test func `the stories tell of sixty mistakes and more`() throws {
    let count = try DiagnosticStory.all.flatMap { try $0.cases() }
      .reduce(0) { $0 + DiagnosticStory.findings(in: $1.query).count }
    #expect(count >= 60)
  }
}
