import Actions
import Alerting
import Engine
import QueryLanguage
import Records
import TerminalUI

/// One file of tests with the rules it tests, loaded as `replay` would load them.
struct TestSuite {
  let name: String
  private let setup: Setup
  private let file: RuleTestFile?
  private let run: RuleTestRun?
  /// What is wrong with the file or with its rules; then none of its tests is run.
  let mistakes: [Diagnostic]

  init(_ source: SourceText, _ setup: Setup) throws {
    name = source.name
    self.setup = setup
    let sink = DiagnosticSink()
    let base = Paths.directory(of: source.name)
    file = RuleTestFile.read(source, sink: sink)
    guard let file else {
      run = nil
      mistakes = sink.list
      return
    }
    // What is wrong with the files that it names is said along with what is wrong with itself.
    file.checkInputs(base: base, sink: sink)
    let rules = try TestSuite.ruleFiles(file, base, sink)
    let loaded = try setup.rules(rules, environment: .placeholders)
    for finding in loaded.findings where finding.severity == .error { sink.report(finding) }
    if !sink.hasErrors, loaded.rules.isEmpty, let first = file.rules.first {
      sink.report(Diagnostic(.noMonitors, at: first.span, in: source))
    }
    if !sink.hasErrors { file.check(against: loaded.rules, sink: sink) }
    mistakes = sink.hasErrors ? sink.list : []
    run = RuleTestRun(
      rules: loaded.rules, actions: loaded.actions, mutes: loaded.mutes, options: setup.feed,
      zone: setup.zone,
      base: base)
  }

  private static func ruleFiles(
    _ file: RuleTestFile, _ base: String, _ sink: DiagnosticSink
  ) throws -> [SourceText] {
    var files: [SourceText] = []
    for path in file.rules {
      let full = path.path.hasPrefix("/") ? path.path : base + path.path
      do throws(InputFailure) {
        for name in try Paths.ruleFiles(at: full) where !files.contains(where: { $0.name == name })
        {
          files.append(SourceText(name: name, bytes: try FileBytes.read(name)))
        }
      } catch {
        sink.report(Diagnostic(.unreadable(error), at: path.span, in: file.source))
      }
    }
    return files
  }

  /// The tests whose name, or that of their file, contains a text; all without one.
  func tests(_ filter: String?) -> [RuleTest] {
    guard let file, mistakes.isEmpty else { return [] }
    guard let filter, !name.contains(filter) else { return file.tests }
    return file.tests.filter { $0.name.contains(filter) }
  }

  /// Runs tests of this file; with `updates`, rewrites the expectations of those that fail.
  func report(on tests: [RuleTest], updates: Bool) throws -> TestReport.File {
    guard let file, let run else { return TestReport.File(name: name) }
    var report = TestReport.File(name: name)
    var update = ExpectationUpdate(file.source)
    var rewritten: Set<String> = []
    for test in tests {
      let start = ContinuousClock.now
      let place = TestReport.Place(test.nameSpan.lower, in: test.source)
      var failures: [TestReport.Failure]
      var notes: [String] = []
      do {
        let result = try run.run(test)
        failures = result.match.findings.map { TestReport.Failure($0, test) }
        failures += result.timeless.map { log in
          .unusable(place, reason: "no line of '\(log)' has a time, so nothing can be decided")
        }
        notes = result.notes
        if updates, !result.match.passes, result.timeless.isEmpty {
          update.add(test, result.transitions, result.match)
          rewritten.insert(test.name)
        }
      } catch let diagnostic as Diagnostic {
        let spot = TestReport.Place(diagnostic.span.lower, in: diagnostic.source)
        failures = [.unusable(spot, reason: diagnostic.message.text)]
      }
      report.tests.append(
        TestReport.Test(
          place: place, name: test.name, elapsed: ContinuousClock.now - start, failures: failures,
          notes: notes))
    }
    try rewrite(update, rewritten, &report)
    return report
  }

  /// Writes the file anew, if the rewritten tests then pass: what no rewriting helps stays as it is.
  private func rewrite(
    _ update: ExpectationUpdate, _ names: Set<String>, _ report: inout TestReport.File
  ) throws {
    guard let file, !names.isEmpty else { return }
    let rewritten = try TestSuite(SourceText(name: file.source.name, bytes: update.bytes), setup)
    let again = try rewritten.report(
      on: rewritten.tests(nil).filter { names.contains($0.name) }, updates: false)
    guard again.tests.count == names.count, again.tests.allSatisfy(\.failures.isEmpty) else {
      throw Failure(
        "'\(name)' is left as it is: its tests would fail with what --update writes", code: .input)
    }
    try WholeFile.replace(name, with: update.bytes)
    for index in report.tests.indices where names.contains(report.tests[index].name) {
      report.tests[index].isUpdated = true
    }
  }
}

extension RuleTestRun.Result {
  /// What was odd about the lines: a test may have meant other ones.
  fileprivate var notes: [String] {
    func note(_ trouble: ScanReport.Trouble, _ what: String) -> String? {
      guard trouble.count > 0 else { return nil }
      let first = trouble.first.map { " (first: \($0.path.displaySafe()):\($0.line))" } ?? ""
      return "\(trouble.count.counted("line")) \(what)\(first)"
    }
    let lines = [
      note(report.malformed, "malformed"), note(report.tooLong, "too long"),
      note(report.untimed, "without a time"), note(report.refused, "refused, too far ahead"),
      note(report.regexLimit, "undecided by a regex"),
    ].compactMap { $0 }
    return lines
      + troubles.filter { $0.troubles.late > 0 }.map { monitor, troubles in
        "\(monitor.displaySafe()): \(troubles.late.counted("line")) came too late"
      }
  }
}

extension TestReport.Place {
  fileprivate init(_ offset: Int, in source: SourceText) {
    let (line, column) = source.position(of: offset)
    self.init(file: source.name, line: line, column: column)
  }
}

extension TestReport.Failure {
  fileprivate init(_ finding: ExpectationMatch.Finding, _ test: RuleTest) {
    func place(_ span: Span) -> TestReport.Place { TestReport.Place(span.lower, in: test.source) }
    func text(_ transition: Transition) -> String {
      TransitionText.item(transition, TransitionText.usualKeys(of: transition))
    }
    func differences(
      _ fields: [Expectation.Field], _ found: Transition
    ) -> [TestReport.Difference] {
      fields.map { field in
        TestReport.Difference(
          field: field.key.rawValue, place: place(field.span), expected: field.written,
          found: TransitionText.value(of: field.key, found, like: field.expected))
      }
    }
    switch finding {
    case .different(let expectation, let found, let fields) where fields.isEmpty:
      self = .outOfOrder(place(expectation.span), found: text(found))
    case .different(let expectation, let found, let fields):
      self = .different(place(expectation.span), differences(fields, found), found: text(found))
    case .missing(let expectation, let nearest):
      let words = test.source.text(of: expectation.span).split(whereSeparator: \.isWhitespace)
      self = .missing(
        place(expectation.span), expected: words.joined(separator: " "),
        nearest: nearest.map(text),
        nearest.map { differences(expectation.differences(from: $0), $0) } ?? [])
    case .unexpected(let found):
      self = .unexpected(place(test.expectKey), found: text(found))
    case .unwritten(let found):
      self = .unwritten(place(test.expectKey), found: found.map(text))
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let noMonitors = Self(
    "no-monitors", "these rules have no monitor that is switched on")
  fileprivate static func unreadable(_ failure: InputFailure) -> Self {
    Self("rule-file", failure.description)
  }
}
