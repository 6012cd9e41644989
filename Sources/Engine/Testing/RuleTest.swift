package import Alerting
package import QueryLanguage
import Records

/// One test: lines that go in, transitions that have to come out.
package struct RuleTest: Sendable {
  package let name: String
  package let nameSpan: Span
  /// The logs that go in, in the order in which equal times are taken.
  package let logs: [TestLog]
  /// Whether time goes on after the last line, as with `replay --drain`.
  package let drains: Bool
  /// Whether remediations are planned as with `run --live`.
  package let live: Bool
  /// Whether nothing may happen but what is expected.
  package let isExact: Bool
  package let expectations: [Expectation]
  /// The key `expect`, for messages and for `--update`; nothing is written behind it yet when
  /// `isUnwritten`.
  package let expectKey: Span
  package let expectValue: ConfigNode
  package let isUnwritten: Bool
  package let source: SourceText
  package let span: Span

  /// Nil, and reported, when the test can't be run.
  init?(_ node: ConfigNode, sources: [TestSource]?, sink: DiagnosticSink) {
    // An `expect:` without a value is a test whose answer is still to be written by `--update`.
    let expect = node.entry("expect")
    isUnwritten = expect?.value.isAbsent ?? false
    guard var keys = ConfigBinder(node.withListWhenAbsent("expect"), as: "test", sink: sink) else {
      return nil
    }
    let name = keys.required("name")
    let logs = TestLog.all(
      keys.requiredNode("input") == nil ? [] : keys.nodes("input") ?? [], sources, sink: sink)
    if keys.has("input"), logs.isEmpty, !sink.hasErrors {
      keys.report(.noInput, at: "input", help: "give `line`, `lines` or `file`")
    }
    drains = keys.bool("drain") ?? false
    live = keys.bool("live") ?? false
    isExact = keys.bool("exact") ?? true
    let items = keys.requiredNode("expect") == nil ? nil : keys.nodes("expect")
    expectations = (items ?? []).compactMap { Expectation($0, sink: sink) }
    keys.finish()
    guard let name, let expect, items?.count == expectations.count else { return nil }
    self.name = name
    self.logs = logs
    nameSpan = keys.span(of: "name") ?? node.span
    expectKey = expect.keySpan
    expectValue = expect.value
    source = node.source
    span = node.span
  }
}

extension ConfigNode {
  /// The map with an empty list where a key has no value.
  fileprivate func withListWhenAbsent(_ key: String) -> ConfigNode {
    guard case .map(var entries) = content,
      let index = entries.firstIndex(where: { $0.key == key && $0.value.isAbsent })
    else { return self }
    entries[index].value.content = .list([])
    var copy = self
    copy.content = .map(entries)
    return copy
  }
}

extension Diagnostic.Message {
  fileprivate static let noInput = Self("no-input", "there is no line under `input`")
}
