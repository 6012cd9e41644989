import Foundation
import TestKit
import Testing

/// What stands under `rules/` is complete: a rule without tests, a recorded log or a runbook is not shipped.
@Suite struct ShippedRulesTests {
  private static let rules = Repository.files(in: "rules", ending: "yaml")
    .map { $0.deletingPathExtension().lastPathComponent }
    .filter { !$0.hasSuffix(".test") && $0 != "actions" }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8)
  }

  @Test(arguments: rules)
  func `a shipped rule has tests, a recorded log, a runbook and a line in the README`(
    _ rule: String
  ) throws {
    #expect(try text("rules/\(rule).yaml").contains("runbook: docs/runbooks/\(rule).md\n"))
    #expect(try text("rules/\(rule).test.yaml").contains("rules: [\(rule).yaml, actions.yaml]\n"))
    #expect(try text("README.md").contains("| `rules/\(rule).yaml` |"))
    let transitions = try Repository.folders(in: "Fixtures/replays/\(rule)").map {
      try String(contentsOf: $0.appending(path: "transitions.ndjson"), encoding: .utf8)
    }.joined()
    for step in ["firing", "resolved"] { #expect(transitions.contains(#""to":"\#(step)""#)) }
    let runbook = try text("docs/runbooks/\(rule).md")
    for title in ["Symptoms", "Possible causes", "Investigation", "Resolution"] {
      #expect(runbook.contains("\n## \(title)\n"), "\(rule) lacks '\(title)'")
    }
  }

  @Test(arguments: rules)
  func `the questions of a runbook can be asked`(_ rule: String) throws {
    let runbook = try text("docs/runbooks/\(rule).md")
    let queries = runbook.matches(of: /tripline query '([^']+)'/).map { String($0.1) }
    #expect(!queries.isEmpty)
    for query in queries {
      let run = try BinaryRun.tripline(["query", query], in: Repository.root)
      #expect(run.status == 0, "\(rule): \(query)\n\(run.errors)")
    }
  }

  @Test func `the shipped rules load together`() throws {
    let run = try BinaryRun.tripline(["check", "rules/"], in: Repository.root)
    #expect(run.status == 0)
    let count = Self.rules.count
    #expect((run.output + run.errors).hasPrefix("\(count + 1) files, \(count) monitors, "))
  }
}
