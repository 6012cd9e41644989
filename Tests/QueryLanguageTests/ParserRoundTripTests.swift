import Foundation
import QueryLanguage
import TestKit
import Testing

/// A query printed and read again is the same query.
@Suite struct ParserRoundTripTests {
  /// What printing and reading again changes; nil when nothing, or when the text is no query.
  private func change(in query: String) -> String? {
    let (first, mistakes) = Parser.read(SourceText(name: "query", text: query))
    guard mistakes.isEmpty else { return nil }
    let printed = first.printed
    let (second, refused) = Parser.read(SourceText(name: "printed", text: printed))
    if let problem = refused.first {
      return "the query\n\(query)\nprints as\n\(printed)\n\(problem.rendered())"
    }
    return second.printed == printed
      ? nil : "the query\n\(query)\nprints as\n\(printed)\nand then as\n\(second.printed)"
  }

  @Test(arguments: [
    "", "*", "| count", "error", "NOT error", "a b OR c d", "(a OR b) c", "!(a b)",
    "a NOT (b OR c)",
    #"_sourceCategory=prod/* "a \"b\" c""#, #"path = "C:\\""#, #"path=C:\"#, #"_sourceHost="a*b""#,
    "x=* NOT y=?", #"%"my field"=3"#,
    "| where a = 1 and (b = 2 or c = 3) and !(d or e)", "| where !x matches \"a*\"",
    "| where (!x) = y", "| where not x in (1, 2)", "| where (a - b) - (c - d) * (e + f) % 2 > -1",
    "| where - (a + b) < 3s or (a < b) = (c > d)", "| where a contains b contains c",
    "| a ? b : c ? d : e as f", "| if(a, b, c) as d", #"| where x matches /a\/b|c/"#,
    ##"| replace(x, /\d+/, "#") as y"##, #"| concat("\"", x, "\\") as y"#,
    "| %\"a b\" as c | where %\"a b\" = %a.b[0]", "| where items[0].id = 5",
    #"| parse "a=*, b=*" as a, b nodrop"#, #"| parse field=x "a=*" as a, "b=*" as b"#,
    #"| parse regex field=x "(?<a>\d+)" nodrop"#, #"| extract "(?<a>\"x\")""#,
    #"| json "a.b", "c['d e'][0]" as x, y nodrop"#, #"| json field=z "a""#, "| json auto",
    "| fields - a, b", "| fields a, %\"b c\"", "| timeslice 1h as t", "| timeslice 1 h",
    "| sort a, b asc, +c, - d", "| limit 3", "| top 3 a, b by c", "| top 3 a by count, b asc",
    "| count as n by a, b", "| count a, b", "| avg(x) as m, pct(y, 50, 99.5), count by a",
    "| count_distinct(u) group by a", "| max(a, b) as c", "| count / 10 as x",
    "// why\n| count // that\n| where _count > 3 /* all */",
  ])
  func `printing is stable`(_ query: String) {
    #expect(Parser.read(SourceText(name: "query", text: query)).mistakes.isEmpty)
    if let change = change(in: query) { Issue.record("\(change)") }
  }

  @Test(arguments: DiagnosticStory.all)
  func `what a story accepts prints the same again`(_ story: DiagnosticStory) throws {
    for item in try story.cases() {
      if let change = change(in: item.query) { Issue.record("\(change)") }
    }
  }

  /// A collection that is not part of the project: where it is missing there is nothing to test.
  private static let collection = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/corpus/queries.jsonl").standardized

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: collection.path),
      "the collection of real queries is not on this machine"))
  func `what is accepted of many real queries prints the same again`() throws {
    let text = try String(contentsOf: Self.collection, encoding: .utf8)
    for line in text.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let query = try #require(object?["query"] as? String)
      let expanded = try ParameterExpansion.expand(
        SourceText(name: "query", text: query), [:], missing: .neutral)
      if let change = change(in: expanded.source.text(of: Span(0, expanded.source.bytes.count))) {
        Issue.record("\(object?["id"] ?? ""): \(change)")
      }
    }
  }

  /// Every query is damaged in some way; whatever comes out, reading it must end with a query or with
  /// mistakes whose places lie in the text.
  @Test func `no damage brings the parser down`() throws {
    let seed = TestSeed.value
    var random = SplitMix64(seed: seed)
    let queries = try DiagnosticStory.all.flatMap { try $0.cases().map(\.query) } + Self.samples
    let pieces = queries.flatMap { $0.split(separator: " ").map { Array($0.utf8) } }
    for _ in 0..<4_000 {
      var bytes = Array(random.pick(queries).utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        Self.damage(&bytes, pieces, &random)
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let source = SourceText(name: "query", bytes: bytes)
      do throws(Diagnostics) {
        let plan = try Binder.plan(of: source, Binder.Settings())
        _ = Explanation(plan)
      } catch {
        for finding in error.list {
          #expect(finding.span.upper <= bytes.count, "seed \(seed): \(text)")
          _ = finding.rendered()
        }
      }
      if let change = change(in: text) { Issue.record("seed \(seed): \(change)") }
    }
  }

  private static func damage(
    _ bytes: inout [UInt8], _ pieces: [[UInt8]], _ random: inout SplitMix64
  ) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      bytes.insert(random.pick(Array("|\"'()[]{}/\\%=!<>,.*?:;&@#~`^$\t\n 0aé".utf8)), at: place)
    case 1 where place < bytes.count: bytes.remove(at: place)
    case 2: bytes.insert(contentsOf: [0x20] + random.pick(pieces) + [0x20], at: place)
    case 3: bytes.removeLast(bytes.count - place)
    default:
      if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
    }
  }

  private static let samples = [
    #"_sourceCategory=web error | json "a.b" as c nodrop | where c matches /x\/y/ | count by c"#,
    #"* | parse regex "(?<ip>\d+\.\d+)" | timeslice 5m | avg(x) as m by _timeslice | sort by m"#,
    #"| where a in ("x", "y") and !(b contains "z") or -c * 2 >= 3s | top 5 a by count"#,
  ]
}
