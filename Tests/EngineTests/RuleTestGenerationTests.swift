import Actions
import Alerting
import Engine
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
      "* | avg(x) as a", "critical: { alert: 'a > 3' }", "'a > 3' does not compare a count of lines"
    ),
    ("error", "critical: { alert: '< 3' }", "'< 3' is not tripped by more lines"),
    (
      "error", "critical: { alert: '> 1e9' }",
      "'> 1e9' needs 1000000001 lines, and a test has from 1 to 100000"
    ),
  ])
  func `a condition that doesn't count lines up has no cases`(
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

  @Test func `the edges of the window are those of the engine`() throws {
    let text = try generated(rule("error"))
    func expectation(of name: String) -> Substring {
      let start = text.firstRange(of: name).map { text[$0.upperBound...] } ?? ""
      return start.prefix { $0 != "#" }
    }
    #expect(expectation(of: "one line too few").hasSuffix("expect: []  "))
    #expect(expectation(of: "1 ms inside").hasSuffix("expect:  "))
    #expect(expectation(of: "on the edge").hasSuffix("expect: []  "))
    #expect(expectation(of: "1 ms outside").hasSuffix("expect: []  "))
  }
}
