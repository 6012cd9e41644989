import Actions
import Alerting
import Engine
import QueryLanguage
import Records
import Testing

/// A rule and tests of it, without files.
struct RuleTestBench {
  let source: SourceText
  let tests: [RuleTest]
  private let run: RuleTestRun

  /// A monitor that counts the lines with `error`, more than two in a minute, by host.
  static let rule = """
    monitors:
      - name: errors
        query: error
        window: 1m
        every: 10s
        group_by: [host]
        critical: { alert: "> 2", resolution_window: 0s }
        actions: [fix, page]
    actions:
      fix:
        exec: { command: [fix] }
      page:
        webhook: { url: "http://localhost:1/" }
    """

  init(_ tests: String, rule: String = RuleTestBench.rule, threads: Int = 1) throws {
    let sink = DiagnosticSink()
    source = SourceText(name: "errors.test.yaml", text: "rules: errors.yaml\ntests:\n" + tests)
    let file = RuleTestFile.read(source, sink: sink)
    let set = RuleSet.load(files: [SourceText(name: "errors.yaml", text: rule)], sink: sink)
    let actions = ActionSet(binding: set.actions, environment: .placeholders, sink: sink)
    let rules = try set.rules.map { try BoundRule.bind($0, BoundRule.Context()) }
    file?.check(against: rules, sink: sink)
    if sink.hasErrors {
      throw BenchMistakes(description: sink.list.map { $0.rendered() }.joined())
    }
    self.tests = try #require(file).tests
    run = RuleTestRun(
      rules: rules, actions: actions, options: FeedOptions(threads: threads, batchBytes: 4096),
      zone: .utc, base: "")
  }

  func result(_ index: Int = 0) throws -> RuleTestRun.Result { try run.run(tests[index]) }

  /// The file as `--update` leaves it.
  func updated() throws -> String {
    var update = ExpectationUpdate(source)
    for test in tests {
      let result = try run.run(test)
      if !result.match.passes { update.add(test, result.transitions, result.match) }
    }
    return String(decoding: update.bytes, as: UTF8.self)
  }

  /// What is wrong with a file of tests, as code and marked text.
  static func mistakes(_ tests: String) -> [String] {
    let sink = DiagnosticSink()
    let source = SourceText(name: "test", text: "rules: errors.yaml\n" + tests)
    _ = RuleTestFile.read(source, sink: sink)
    return sink.list.map { "\($0.source.text(of: $0.span)): \($0.message.text)" }
  }

  /// Errors of a host, a second apart from 10:00 on, as an entry of `input:`.
  static func errors(_ count: Int = 3, host: String = "a") -> String {
    let line = #"{"time":"{{time}}","host":"\#(host)","message":"error {{n}}"}"#
    return "- { line: '\(line)', repeat: \(count), start: 2026-03-02T10:00:00Z, every: 1s }"
  }
}

/// Mistakes in a test of these tests, to be read.
struct BenchMistakes: Error, CustomStringConvertible {
  var description: String
}
