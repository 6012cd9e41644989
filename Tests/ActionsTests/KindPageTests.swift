import Actions
import Foundation
import TestKit
import Testing

/// The pages of `docs/actions`: one for each kind, with a snippet that works as it stands.
@Suite struct KindPageTests {
  private static let kinds = ActionTable.kinds.map { $0.kind }

  private func page(_ name: String) throws -> String {
    let url = Repository.root.appending(path: "docs/actions/\(name).md")
    return try String(contentsOf: url, encoding: .utf8)
  }

  @Test func `the index leads to the page of every kind and to no other`() throws {
    let links = try page("README").matches(of: /\]\(([a-z0-9.]+)\.md\)/).map { String($0.output.1) }
    #expect(links.sorted() == KindPageTests.kinds.sorted())
  }

  @Test func `every variable stands on the page`() throws {
    let index = try page("README")
    for variable in TemplateVariable.all {
      #expect(index.contains("{{\(variable.names[0])}}"), "\(variable.names[0])")
    }
    for word in index.matches(of: /{{([A-Za-z.]+)}}/).map({ String($0.output.1) }) {
      #expect(TemplateVariable.named(word) != nil, "\(word)")
    }
  }

  @Test(arguments: kinds)
  func `the snippet of a kind is checked without findings`(_ kind: String) throws {
    let parts = try page(kind).components(separatedBy: "```")
    let snippet = try #require(parts.first { $0.hasPrefix("yaml\n") }?.dropFirst("yaml\n".count))
    #expect(snippet.contains(" \(kind):"))
    let names = snippet.matches(of: /(?m)^  ([a-z-]+):$/).map { String($0.output.1) }
    try #require(!names.isEmpty)
    let scratch = try Scratch()
    try scratch.write(
      """
      monitors:
        - name: example
          description: Too many errors.
          query: error
          critical: { alert: "> 5" }
          runbook: runbook.md
          actions: [\(names.joined(separator: ", "))]
      \(snippet)
      """, to: "rules.yaml")
    try scratch.write("# What to do\n", to: "runbook.md")
    let check = try scratch.tripline("check", "rules.yaml", "--fail-on", "lint")
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    #expect(check.output.contains("no mistakes") || check.errors.contains("no mistakes"))
    #expect(!(check.output + check.errors).contains("warning"), "\(check.output)\(check.errors)")
  }
}
