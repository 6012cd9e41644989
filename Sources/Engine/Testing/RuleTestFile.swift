package import Alerting
import Glibc
package import QueryLanguage
import Records

/// A file of unit tests for rules as written: `slow-api.test.yaml`.
///
///     rules: [slow-api.yaml, actions.yaml]
///     tests:
///       - name: the sixth slow call trips
///         input:
///           - line: '{"timestamp":"{{time}}","path":"/api/data","response_time":3.5}'
///             repeat: 6
///             start: 2026-03-02T10:00:00Z
///             every: 10s
///         expect:
///           - { time: 2026-03-02T10:00:50.000Z, level: critical, to: firing, value: 6 }
package struct RuleTestFile: Sendable {
  package let source: SourceText
  /// The rule files and directories under test, relative to this file.
  package let rules: [WrittenPath]
  package let tests: [RuleTest]

  /// A path and where it was written.
  package struct WrittenPath: Sendable {
    package let path: String
    package let span: Span
  }

  /// Reads a file; what is wrong goes to the sink. Nil when nothing can be run.
  package static func read(_ source: SourceText, sink: DiagnosticSink) -> RuleTestFile? {
    guard let root = YAMLReader.read(source, sink: sink) else { return nil }
    if let monitors = root.entry("monitors"), root.entry("tests") == nil {
      sink.report(monitors.diagnostic(.ruleFile, help: "name the file of its tests"))
      return nil
    }
    guard var keys = ConfigBinder(root, as: "test file", sink: sink) else { return nil }
    let rules = (keys.requiredNode("rules")).map { paths($0, &keys) } ?? []
    let sources = TestSource.all(keys.node("sources"), sink: sink)
    let tests = keys.requiredNode("tests") == nil ? [] : keys.nodes("tests") ?? []
    if keys.has("tests"), tests.isEmpty, !sink.hasErrors {
      keys.report(.noTests, at: "tests", help: "a file without tests would always pass")
    }
    keys.finish()
    let bound = tests.compactMap { RuleTest($0, sources: sources, sink: sink) }
    checkNames(bound, sink)
    return RuleTestFile(source: source, rules: rules, tests: bound)
  }

  private static func paths(_ node: ConfigNode, _ keys: inout ConfigBinder) -> [WrittenPath] {
    let items: [ConfigNode]
    if case .list(let list) = node.content { items = list } else { items = [node] }
    if items.isEmpty { keys.report(.noRules, at: "rules") }
    return items.compactMap { item in
      guard let path = item.text, !path.isEmpty else {
        keys.report(.badRule(item.found), on: item)
        return nil
      }
      return WrittenPath(path: path, span: item.span)
    }
  }

  private static func checkNames(_ tests: [RuleTest], _ sink: DiagnosticSink) {
    var seen: [String: RuleTest] = [:]
    for test in tests {
      guard let other = seen[test.name] else {
        seen[test.name] = test
        continue
      }
      let line = other.source.position(of: other.span.lower).line
      sink.report(
        Diagnostic(
          .nameTaken(test.name), at: test.nameSpan, in: test.source,
          help: "it stands first at \(other.source.name):\(line)"))
    }
  }

  /// Finds files that are to go in and can't be read; paths are relative to `base`.
  package func checkInputs(base: String, sink: DiagnosticSink) {
    for case .file(let path, let place) in tests.flatMap(\.logs).flatMap(\.pieces) {
      let full = path.hasPrefix("/") ? path : base + path
      if access(full, R_OK) != 0 {
        let failure = InputFailure(path: full, errno: errno)
        sink.report(place.diagnostic(.unreadable(failure)))
      }
    }
  }

  /// Finds expectations that no run can meet because they name a monitor, or an action of one, that is
  /// not there: they would only ever fail, or with `exact: false` never be noticed.
  package func check(against rules: [BoundRule], sink: DiagnosticSink) {
    let monitors = rules.map(\.rule.name)
    let actions = Set(rules.flatMap { $0.rule.actions.map(\.name) })
    for expectation in tests.flatMap(\.expectations) {
      if let field = expectation[.monitor], case .text(let name) = field.expected,
        !monitors.contains(name)
      {
        sink.report(
          Diagnostic(
            .unknownMonitor(name), at: field.span, in: source,
            help: Suggestion.didYouMean(name, among: monitors)
              ?? "the rules of this file have \(monitors.sorted().joined(separator: ", "))"))
      }
      if let field = expectation[.actions], case .actions(let expected) = field.expected {
        for name in expected.map(\.name) where !actions.contains(name) {
          let known =
            actions.isEmpty
            ? "they use none" : "they use \(actions.sorted().joined(separator: ", "))"
          sink.report(
            Diagnostic(
              .unknownAction(name), at: field.span, in: source,
              help: Suggestion.didYouMean(name, among: actions) ?? known))
        }
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let noTests = Self("no-tests", "there is no test under `tests`")
  fileprivate static let ruleFile = Self("rule-file", "this is a rule file, not a file of tests")
  fileprivate static let noRules = Self("no-rules", "there is no rule file under `rules`")
  fileprivate static func badRule(_ found: String) -> Self {
    Self("bad-path", "`rules` needs paths of rule files, found \(found)")
  }
  fileprivate static func nameTaken(_ name: String) -> Self {
    Self("duplicate-name", "another test of this file is named '\(name)'")
  }
  fileprivate static func unreadable(_ failure: InputFailure) -> Self {
    Self("test-input", failure.description)
  }
  fileprivate static func unknownAction(_ name: String) -> Self {
    Self("unknown-action", "none of the rules uses an action '\(name)'")
  }
  fileprivate static func unknownMonitor(_ name: String) -> Self {
    Self("unknown-monitor", "none of the rules has a monitor '\(name)'")
  }
}
