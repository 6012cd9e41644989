import Foundation
import TestKit
import Testing

/// docs/query-language.md shows what the program prints. `TRIPLINE_BLESS=1` rewrites it.
@Suite(.serialized) struct CheckLanguagePageTests {
  private let page = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../docs/query-language.md").standardized

  /// The sections of `tripline help query` that are about the language, by their heading.
  private func printed() throws -> [String: [String]] {
    let tripline = try CheckProgram()
    var sections: [String: [String]] = [:]
    var heading = ""
    for line in try tripline("help", "query").output.components(separatedBy: "\n") {
      if !line.isEmpty, !line.hasPrefix(" ") {
        heading = line
      } else {
        sections[heading, default: []].append(line)
      }
    }
    return sections.mapValues { lines in
      Array(lines.drop { $0.isEmpty }.reversed().drop { $0.isEmpty }.reversed())
    }
  }

  @Test(arguments: ["operators", "aggregates", "functions"])
  func `the tables of the language are those of the program`(_ name: String) throws {
    var lines = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n")
    let mark = try #require(lines.firstIndex(of: "<!-- \(name) -->"))
    let start = mark + 2
    let end = try #require(lines[start...].firstIndex(of: "```"))
    let table = try #require(try printed()[name])
    if ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] == "1" {
      lines.replaceSubrange(start..<end, with: table)
      try lines.joined(separator: "\n").write(to: page, atomically: true, encoding: .utf8)
    } else {
      #expect(Array(lines[start..<end]) == table)
    }
  }
}
