import Actions
import Alerting
import Engine
import Foundation
import QueryLanguage
import Records
import Testing

@Suite struct RuleTestGenerationTests {
  private func rule(_ query: String, _ keys: String = "critical: { alert: '> 2' }") throws
    -> BoundRule
  {
    let sink = DiagnosticSink()
    let lines = query.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
    let text = "monitors:\n  - name: m\n    query: |\n\(lines)\n    window: 1m\n    \(keys)\n"
    let set = RuleSet.load(files: [SourceText(name: "m.yaml", text: text)], sink: sink)
    guard let rule = set.rules.first, !sink.hasErrors else {
      throw BenchMistakes(description: sink.list.map { $0.rendered() }.joined())
    }
    return try BoundRule.bind(rule, BoundRule.Context(units: ["took": "s"]))
  }

  /// The file that is generated for a rule.
  private func generated(_ rule: BoundRule, _ sample: SampleLine? = nil) throws -> String {
    let run = RuleTestRun(
      rules: [rule], actions: ActionSet(), options: FeedOptions(threads: 1, batchBytes: 4096),
      zone: .utc, base: "")
    var tests = GeneratedTests(rules: ["m.yaml"], run: run, about: "m.yaml")
    try tests.add(BoundaryCases(rule, sample: sample), of: "m")
    return String(decoding: tests.bytes, as: UTF8.self)
  }

  // `GeneratedTests` refuses a line that trips nothing, so that each of these is proven to be counted.
  @Test(arguments: [
    ("error", #"{"timestamp":"{{time}}","message":"error"}"#),
    (
      "error \"disk full\" code=5*",
      #"{"timestamp":"{{time}}","code":"5","message":"error disk full"}"#
    ),
    ("* | where status = 500", #"{"timestamp":"{{time}}","status":500}"#),
    ("* | where 500 <= status and status < 600", #"{"timestamp":"{{time}}","status":550}"#),
    ("* | where took > 3s", #"{"timestamp":"{{time}}","took":4.5}"#),
    ("* | where took_ms >= 3s", #"{"timestamp":"{{time}}","took_ms":4500}"#),
    ("* | where temperature < -5", #"{"timestamp":"{{time}}","temperature":-7.5}"#),
    (#"* | where path contains "/api""#, #"{"timestamp":"{{time}}","path":"/api"}"#),
    (#"* | where path matches "/api/*/x""#, #"{"timestamp":"{{time}}","path":"/api//x"}"#),
    (#"* | where level in ("warn", "bad")"#, #"{"timestamp":"{{time}}","level":"warn"}"#),
    (#"* | where !(method = "GET")"#, #"{"timestamp":"{{time}}","method":"other"}"#),
    (#"* | where a = "x" or b = "y""#, #"{"timestamp":"{{time}}","a":"x"}"#),
    (#"* | where a = "it's \"so\"""#, #"{"timestamp":"{{time}}","a":"it's \"so\""}"#),
    ("* | where ok", #"{"timestamp":"{{time}}","ok":true}"#),
    (#"* | where _raw contains "/api/data""#, #"{"timestamp":"{{time}}","message":"/api/data"}"#),
    ("* | count", #"{"timestamp":"{{time}}"}"#),
  ])
  func `a line is made that the query counts`(_ query: String, _ line: String) throws {
    let rule = try rule(query)
    #expect(try BoundaryCases(rule, sample: nil).sample.text == line)
    #expect(try generated(rule).contains("to: firing"))
  }

  @Test(arguments: [
    "* | where length(x) > 3", "* | parse \"a=*\" as a | where a = \"1\"",
    "* | where x matches /a+/", "* | where x > y",
  ])
  func `what can't be inverted is named`(_ query: String) throws {
    let rule = try rule(query)
    let refusal = #expect(throws: BoundaryCases.Refusal.self) {
      _ = try BoundaryCases(rule, sample: nil)
    }
    #expect(refusal?.needsSample == true)
    #expect(refusal?.reason.hasPrefix("no line can be made that satisfies '") == true)
  }

  @Test func `a sample does what can't be inverted`() throws {
    let rule = try rule("* | parse \"a=*,\" as a | where a = \"1\"")
    let line = #"{"level":"x","ts":1700000000,"message":"a=1,"}"#
    let sample = try #require(SampleLine(Array(line.utf8)))
    #expect(sample.text == #"{"level":"x","ts":{{epoch}},"message":"a=1,"}"#)
    #expect(try generated(rule, sample).contains("to: firing"))
  }

  @Test func `a sample that is not counted is refused`() throws {
    let rule = try rule("error")
    let sample = try #require(SampleLine(Array(#"{"time":"2026-03-02","message":"fine"}"#.utf8)))
    #expect(throws: BoundaryCases.Refusal.self) { try generated(rule, sample) }
  }

  @Test(arguments: ["fine", "[1]", #"{"message":"no time"}"#, #"{"time":"2026-03-02""#])
  func `a sample has to be a JSON object with a time`(_ line: String) {
    #expect(SampleLine(Array(line.utf8)) == nil)
  }

  @Test(arguments: [
    (
      "* | avg(x) as a, count as n | a / n as b", "critical: { alert: 'b > 3' }",
      "'b > 3' compares neither a count of lines nor what an aggregate makes of one member of them"
    ),
    (
      "* | count_distinct(x) as a", "critical: { alert: 'a > 3' }",
      "'a > 3' compares neither a count of lines nor what an aggregate makes of one member of them"
    ),
    ("error", "critical: { alert: '= 3' }", "'= 3' has no side on which it holds"),
    (
      "* | count by host", "critical: { alert: 'rows > 3' }",
      "'rows > 3' compares how many rows there are"
    ),
    (
      "* | dedup host", "critical: { alert: '> 3' }",
      "what it compares hangs on other lines, or on the time"
    ),
    (
      "error", "critical: { alert: '> 1e9' }",
      "'> 1e9' needs 1000000001 lines, and a test has from 1 to 100000"
    ),
  ])
  func `a condition that lines can't be made for has no cases`(
    _ query: String, _ keys: String, _ reason: String
  ) throws {
    let rule = try rule(query, keys)
    let refusal = #expect(throws: BoundaryCases.Refusal.self) {
      _ = try BoundaryCases(rule, sample: nil)
    }
    #expect(refusal?.reason == reason)
  }

  @Test func `the cases of a grouped monitor include a group that vanishes`() throws {
    let cases = try BoundaryCases(
      rule("error", "group_by: [host]\n    critical: { alert: '> 2' }"), sample: nil)
    #expect(
      cases.cases.map(\.name) == [
        "one line too few", "just enough lines", "the first line 1 ms inside the window of 1m",
        "the first line on the edge of the window of 1m",
        "the first line 1 ms outside the window of 1m", "the earliest line comes last",
        "the same line again and again", "silence after the alert",
        "a host that trips and vanishes while another goes on",
      ])
    #expect(cases.sample.text == #"{"timestamp":"{{time}}","host":"host-1","message":"error"}"#)
  }

  @Test func `fewer lines trip what asks for few`() throws {
    let text = try generated(rule("error", "critical: { alert: '< 2', resolution_window: 0s }"))
    #expect(
      Self.expectation(of: "enough lines in every window", in: text).hasSuffix("expect: []  "))
    for name in [
      "one line too few in every window", "lines that stop", "lines that stop and come back",
    ] {
      #expect(Self.expectation(of: name, in: text).hasSuffix("expect:  "), "\(name)")
    }
  }

  /// Lines stand a minute apart, and the fourth at 10:03, just before it or just behind it, when it is missed.
  @Test func `the last line counts up to the edge of the window`() throws {
    let text = try generated(rule("error", "missing_data: { window: 1m }"))
    func firing(_ place: String) -> Substring? {
      text.components(separatedBy: "  - name: ").first { $0.contains("the last line \(place)") }?
        .firstMatch(of: /time: (\S+), monitor: m, level: missing_data, to: firing/)?.1
    }
    #expect(firing("1 ms before") == "2026-03-02T10:04:00.000Z")
    #expect(firing("exactly at") == "2026-03-02T10:04:00.000Z")
    #expect(firing("1 ms after") == "2026-03-02T10:03:00.000Z")
  }

  @Test(arguments: [
    ("* | avg(took) as a", "a > 3s", "3", "4", "2"),
    (
      "* | where size >= 0 | min(size) as low | where low > 1", "low < 70.5", "70.5", "70.4", "70.6"
    ),
    (
      "* | replace(path, /x/, \"y\") as route | pct(load, 95) as p, count as n by route",
      "p >= 0.7", "0.7", "0.8", "0.6"
    ),
  ])
  func `values stand on both sides of a threshold`(
    _ query: String, _ alert: String, _ bound: String, _ past: String, _ short: String
  ) throws {
    let text = try generated(rule(query, "critical: { alert: '\(alert)', for: 10s }"))
    func value(of name: String) -> Substring? {
      text.components(separatedBy: "  - name: ").first { $0.contains(name) }?
        .firstMatch(of: /"(?:took|size|load)":([0-9.]+)/)?.1
    }
    #expect(value(of: "a value on the threshold").map(String.init) == bound)
    #expect(value(of: "a value just past the threshold").map(String.init) == past)
    #expect(value(of: "a value just short of the threshold").map(String.init) == short)
    #expect(Self.expectation(of: "just past the threshold", in: text).hasSuffix("expect:  "))
    #expect(Self.expectation(of: "just short of the threshold", in: text).hasSuffix("expect: []  "))
    #expect(text.contains("to: pending") && text.contains("to: firing"))
  }

  @Test func `each level has its own threshold`() throws {
    let rule = try rule("error", "critical: { alert: '> 2' }\n    warning: { alert: '> 1' }")
    let names = try BoundaryCases(rule, sample: nil).cases.map(\.name)
    #expect(names.suffix(2) == ["warning: one line too few", "warning: just enough lines"])
  }

  private static func expectation(of name: String, in text: String) -> Substring {
    let start = text.firstRange(of: name).map { text[$0.upperBound...] } ?? ""
    return start.prefix { $0 != "#" }
  }

  @Test func `the edges of the window are those of the engine`() throws {
    let text = try generated(rule("error"))
    func expectation(of name: String) -> Substring { Self.expectation(of: name, in: text) }
    #expect(expectation(of: "one line too few").hasSuffix("expect: []  "))
    #expect(expectation(of: "1 ms inside").hasSuffix("expect:  "))
    #expect(expectation(of: "on the edge").hasSuffix("expect: []  "))
    #expect(expectation(of: "1 ms outside").hasSuffix("expect: []  "))
  }
}
