import Foundation
import TestKit
import Testing

/// `tripline test` as a shell sees it.
@Suite struct TestVerbTests {
  private let scratch: Scratch

  private static let rule = """
    monitors:
      - name: errors
        query: error
        window: 1m
        critical: { alert: "> 0", resolution_window: 0s }

    """
  private static let line = "input: [{ line: '2026-03-02T10:00:00Z error' }]"

  init() throws {
    scratch = try Scratch()
    try scratch.write(Self.rule, to: "errors.yaml")
  }

  private func write(_ name: String, _ tests: String...) throws {
    let list = tests.map { "  - { \($0) }\n" }.joined()
    try scratch.write("rules: errors.yaml\ntests:\n\(list)", to: name)
  }

  private var passing: String { "name: passes, \(Self.line), expect: [{ to: firing }]" }
  private var failing: String { "name: fails, \(Self.line), expect: [{ to: firing, value: 2 }]" }

  @Test func `the shipped rules keep their promises`() throws {
    let run = try BinaryRun.tripline(["test", "rules/"], in: Repository.root)
    #expect(run.status == 0, "\(run.output)")
    #expect(!run.output.contains("note:"))
    for rule in Repository.files(in: "rules", ending: "yaml").map(\.lastPathComponent)
    where !rule.hasSuffix(".test.yaml") && rule != "actions.yaml" {
      #expect(run.output.contains("rules/\(rule.dropLast(5)).test.yaml"), "\(rule) has no tests")
    }
  }

  @Test func `a failing test is told by exit code 1`() throws {
    try write("a.test.yaml", passing)
    try write("b.test.yaml", failing, passing)
    #expect(try scratch.tripline("test", "a.test.yaml").status == 0)
    let run = try scratch.tripline("test", "-q", ".")
    #expect(run.status == 1)
    #expect(run.errors == "")
    #expect(
      run.output == """
        ./a.test.yaml
          ✓ passes

        ./b.test.yaml
          ✗ fails
              ./b.test.yaml:3:78: this happened differently
                value - 2
                      + 1
                happened: { time: 2026-03-02T10:00:00.000Z, monitor: errors, level: critical, to: firing, value: 1 }
          ✓ passes

        """)
  }

  @Test func `what is missing is an error, never a pass`() throws {
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "none"), withIntermediateDirectories: true)
    try write("a.test.yaml", passing)
    #expect(try scratch.tripline("test").status == 2)
    #expect(try scratch.tripline("test", "none").status == 2)
    #expect(try scratch.tripline("test", "--filter", "nothing", "a.test.yaml").status == 2)
    #expect(try scratch.tripline("test", "missing.test.yaml").status == 3)
    #expect(try scratch.tripline("test", "errors.yaml").status == 3)
    try scratch.write("rules: errors.yaml\ntests: []\n", to: "a.test.yaml")
    #expect(try scratch.tripline("test", "a.test.yaml").status == 3)
    try scratch.write("rules: missing.yaml\ntests: [{ \(passing) }]\n", to: "a.test.yaml")
    #expect(try scratch.tripline("test", "a.test.yaml").status == 3)
    try write("a.test.yaml", "name: a, input: [{ file: missing.log }], expect: []")
    let run = try scratch.tripline("test", "a.test.yaml")
    #expect(run.status == 3)
    #expect(run.output.contains("a.test.yaml:3:32: error: can't read 'missing.log'"))
  }

  @Test func `one broken file doesn't keep the others from being run`() throws {
    try write("a.test.yaml", passing)
    try write("b.test.yaml", "name: a, imput: []")
    try write("c.test.yaml", failing)
    let run = try scratch.tripline("test", "-o", "ndjson", ".")
    #expect(run.status == 3)
    let status = run.output.split(separator: "\n").map { line in
      ["passed", "broken", "failed"].first { line.contains("\"status\":\"\($0)\"") } ?? "none"
    }
    #expect(status == ["passed", "broken", "failed"])
  }

  @Test func `without paths the tests beside the configured rules are run`() throws {
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "app/rules"), withIntermediateDirectories: true)
    try scratch.write(Self.rule, to: "app/rules/errors.yaml")
    try write("app/rules/a.test.yaml", passing)
    try scratch.write("rules: [rules]\n", to: "app/tripline.yaml")
    let run = try scratch.tripline("test", "--config", "app/tripline.yaml")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("app/rules/a.test.yaml\n"))
  }

  @Test func `tests are not rules`() throws {
    try write("a.test.yaml", passing)
    #expect(try scratch.tripline("check", ".").status == 0)
    let replay = try scratch.tripline("replay", "-r", ".", "-o", "ndjson", "-", input: .text(""))
    #expect(replay.status == 0, "\(replay.errors)")
  }

  @Test func `the log of a test alone gives the record of the test`() throws {
    try scratch.write("2026-03-02T10:00:00Z error\n", to: "app.log")
    let replay = try scratch.tripline("replay", "-r", "errors.yaml", "-o", "ndjson", "app.log")
    let record = replay.output.trimmingCharacters(in: .newlines).replacing("'", with: "''")
    try write(
      "a.test.yaml", "name: a, input: [{ file: app.log }], expect: [{ record: '\(record)' }]")
    let run = try scratch.tripline("test", "a.test.yaml")
    #expect(run.status == 0, "\(run.output)")
  }

  @Test func `JUnit XML has every test, and a failure with its place`() throws {
    try write("a.test.yaml", passing, failing)
    try write("b.test.yaml", "name: '<&\"', \(Self.line), expect: [{ to: fired }]")
    #expect(try scratch.tripline("test", "--junit", "out.xml", ".").status == 3)
    let document = try XMLCheck(scratch.text(of: "out.xml"))
    #expect(document.elements["testcase"] == 3)
    #expect(document.elements["failure"] == 1)
    #expect(document.elements["error"] == 1)
    #expect(document.text.contains("./a.test.yaml:4:78: this happened differently"))
  }

  @Test func `update writes the answer once, and leaves what passes alone`() throws {
    try write("a.test.yaml", passing, failing)
    let before = try scratch.text(of: "a.test.yaml")
    let run = try scratch.tripline("test", "--update", "a.test.yaml")
    #expect(run.status == 0)
    #expect(try scratch.text(of: "a.test.yaml") == before.replacing("value: 2", with: "value: 1"))
    #expect(try scratch.tripline("test", "--update", "a.test.yaml").output.contains("✓ fails"))
  }

  @Test func `generated tests pass, and no file is overwritten`() throws {
    let run = try scratch.tripline("test", "--generate", "errors.yaml", "new.test.yaml")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == "")
    let test = try scratch.tripline("test", "new.test.yaml")
    #expect(test.status == 0, "\(test.output)")
    #expect(try scratch.tripline("test", "--generate", "errors.yaml", "new.test.yaml").status == 2)
  }

  @Test func `generation names what it can't do, and takes a sample`() throws {
    try scratch.write(
      Self.rule.replacing("query: error", with: "query: \"* | where x matches /^a+$/\""),
      to: "errors.yaml")
    let run = try scratch.tripline("test", "--generate", "errors.yaml")
    #expect(run.status == 3)
    #expect(
      run.errors == """
        tripline: no tests for 'errors': no line can be made that satisfies 'where x matches /^a+$/'; \
        give one that it counts with --sample FILE

        """)
    try scratch.write(#"{"ts":"2026-03-02T10:00:00Z","x":"aaa"}"# + "\n", to: "sample.ndjson")
    let again = try scratch.tripline(
      "test", "--generate", "errors.yaml", "--sample", "sample.ndjson")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.contains(#"- line: '{"ts":"{{time}}","x":"aaa"}'"#))
  }

  @Test func `neither threads nor small batches change a result`() throws {
    for flags in [["--threads", "1"], ["--threads", "3", "--batch-bytes", "200"]] {
      let run = try BinaryRun.tripline(["test", "rules/"] + flags, in: Repository.root)
      #expect(run.status == 0, "\(run.output)")
    }
  }
}

/// Counts the elements of a document, which it must be able to read.
private final class XMLCheck {
  private(set) var elements: [String: Int] = [:]
  let text: String

  init(_ text: String) throws {
    self.text = text
    // A small reader rather than FoundationXML: tags must nest, and text must be escaped.
    var open: [String] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      let content = rest[..<start]
      #expect(!content.contains(">"))
      let end = try #require(rest[start...].firstIndex(of: ">"))
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") { continue }
      if tag.hasPrefix("/") {
        #expect(open.popLast() == String(tag.dropFirst()))
        continue
      }
      let name = String(tag.prefix { $0 != " " && $0 != "/" })
      elements[name, default: 0] += 1
      if !tag.hasSuffix("/") { open.append(name) }
    }
    #expect(open.isEmpty)
  }
}
