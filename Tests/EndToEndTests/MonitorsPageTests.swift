import Foundation
import TestKit
import Testing

/// docs/monitors.md: its files are written as they stand there, its commands print what it says, its drawings
/// are replayed, and its tables of keys are held against the program.
@Suite struct MonitorsPageTests {
  private let page: String
  private let scratch: Scratch

  init() throws {
    page = try String(
      contentsOf: Repository.root.appending(path: "docs/monitors.md"), encoding: .utf8)
    scratch = try Scratch()
  }

  /// A fenced block: the words behind its fence and the lines inside.
  private struct Block {
    var info: [String]
    var lines: [String]
    var text: String { lines.map { $0 + "\n" }.joined() }
  }

  private var blocks: [Block] {
    var blocks: [Block] = []
    var isInside = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside.toggle()
        if isInside {
          blocks.append(
            Block(info: line.dropFirst(3).split(separator: " ").map(String.init), lines: []))
        }
      } else if isInside {
        blocks[blocks.count - 1].lines.append(String(line))
      }
    }
    return blocks
  }

  @Test func `the examples and drawings of the page are true`() throws {
    var drawings = 0
    for block in blocks {
      switch block.info.first {
      case "yaml": try scratch.write(block.text, to: block.info[1])
      case "console": try expectConsole(block)
      case "timeline":
        try expectDrawing(block)
        drawings += 1
      case let other: Issue.record("there is no test of '\(other ?? "")' blocks")
      }
    }
    #expect(drawings >= 20)
  }

  private func expectConsole(_ block: Block) throws {
    var expected = ""
    var output = ""
    for line in block.lines {
      if line.hasPrefix("$ ") {
        output += try scratch.shell("{ \(line.dropFirst(2)); } 2>&1").output
      } else {
        expected += line + "\n"
      }
    }
    #expect(output == expected)
  }

  /// `timeline RULES [CONFIGURATION] [column=1h]`
  private func expectDrawing(_ block: Block) throws {
    let isHours = block.info.contains("column=1h")
    let drawing = TimelineDrawing(block.text, column: isHours ? 3_600_000 : 1_000)
    try scratch.write(drawing.log, to: "log.ndjson")
    let configuration = block.info.dropFirst(2).first { $0.hasSuffix(".yaml") }
    let input = configuration.map { ["--config", $0] } ?? ["--config", "none.yaml", "log.ndjson"]
    // `tripline.yaml` may stand there by now.
    try scratch.write("threads: 1\n", to: "none.yaml")
    let run = try BinaryRun.tripline(
      ["replay", "-o", "ndjson", "-r", block.info[1]] + input, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    let rows = drawing.rows(of: run.output.split(separator: "\n").map(String.init))
    #expect(
      rows == drawing.expected,
      "\(block.info[1])\nwanted\n\(drawing.picture(drawing.expected))\ngot\n\(drawing.picture(rows))"
    )
  }

  // Keys.

  /// The keys of a table, with their examples.
  private func keys(of table: String) throws -> [(names: [String], example: String?)] {
    // Those of a source stand on a page of their own.
    let page =
      table == "source"
      ? try String(contentsOf: Repository.root.appending(path: "docs/sources.md"), encoding: .utf8)
      : page
    let start = try #require(page.range(of: "<!-- keys: \(table) -->\n")).upperBound
    let rows = page[start...].split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { $0.hasPrefix("|") }.dropFirst(2)
    return rows.map { row in
      let cells = row.dropFirst().split(separator: "|", maxSplits: 2)
      func quoted(_ cell: Substring) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.1) }
      }
      return (quoted(cells[0]), quoted(cells[1]).first)
    }
  }

  private func check(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let run = try BinaryRun.tripline(["check"] + arguments, in: scratch.folder)
    #expect(run.status == 0, "\(run.output)\(run.errors)", sourceLocation: sourceLocation)
  }

  @Test func `every example of a key loads`() throws {
    try scratch.write("actions: { page: { file: { path: alerts.ndjson } } }\n", to: "page.yaml")
    for (names, example) in try keys(of: "monitor") {
      guard let example else { continue }
      #expect(names.contains { example.hasPrefix("\($0): ") }, "\(example)")
      let rule = "monitors:\n  - name: m\n    query: error\n    critical: { alert: '> 5' }\n"
      try scratch.write(rule + "    \(example)\n", to: "rule.yaml")
      try check("rule.yaml", "page.yaml")
    }
    for (_, example) in try keys(of: "level") {
      guard let example else { continue }
      let level = "critical: { alert: '> 5', \(example) }"
      try scratch.write("monitors: [{ name: m, query: error, \(level) }]\n", to: "rule.yaml")
      try check("rule.yaml")
    }
    for (_, example) in try keys(of: "file") {
      guard let example else { continue }
      let monitor = "monitors: [{ name: m, query: error, critical: { alert: '> 5' } }]"
      try scratch.write("\(monitor)\n\(example)\n", to: "rule.yaml")
      try check("rule.yaml")
    }
  }

  @Test func `every example of a key of the configuration loads`() throws {
    let rule = "monitors: [{ name: m, query: error, critical: { alert: '> 5' } }]\n"
    try scratch.write(rule, to: "slow.yaml")
    for (_, example) in try keys(of: "configuration") {
      try scratch.write("\(try #require(example))\n", to: "tripline.yaml")
      try check("slow.yaml")
    }
    for (_, example) in try keys(of: "source") {
      let example = try #require(example)
      let input =
        ["path", "stdin", "command", "journal"].contains { example.hasPrefix($0) }
        ? "" : "    path: app.log\n"
      try scratch.write("sources:\n  - \(example)\n\(input)", to: "tripline.yaml")
      try check("slow.yaml")
    }
  }

  /// What a binder asks its map for is a key that people may write.
  @Test(arguments: [
    ("MonitorBinder", ["monitor", "level"]), ("RuleFile", ["file"]),
    ("Configuration", ["configuration", "source"]),
  ])
  func `every key that is read stands on the page`(_ file: String, _ tables: [String]) throws {
    let source = try String(
      contentsOf: Repository.root.appending(path: "Sources/Alerting/\(file).swift"), encoding: .utf8
    )
    let read = source.matches(of: /(?:keys|block)\.(?:\w+)\("(\w+)"/).map { String($0.1) }
    #expect(read.count >= 3)
    var known = Set(try tables.flatMap { try keys(of: $0) }.flatMap(\.names))
    known.insert("per_group")  // shown with `missing_data`
    #expect(Set(read).subtracting(known).isEmpty)
  }
}
