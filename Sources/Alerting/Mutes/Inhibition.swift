import QueryLanguage
import Records

/// `inhibit: { when: "Database down", equal: [host] }`: a monitor is kept quiet about what follows from
/// something that people know already.
package struct Inhibition: Sendable {
  /// The alerts that do so while they are firing.
  let source: AlertMatcher
  /// Fields in which both groups have to agree; a field that one of them lacks is no agreement.
  let equal: [String]
  let span: Span

  /// Nil when something was reported.
  init?(binding node: ConfigNode, span: Span, sink: DiagnosticSink) {
    guard var keys = ConfigBinder(node, as: "`inhibit`", sink: sink) else { return nil }
    let when = keys.required("when")
    let source = when.flatMap { Inhibition.source($0, keys) }
    equal = keys.strings("equal") ?? []
    self.span = span
    keys.finish()
    guard let source else { return nil }
    self.source = source
  }

  /// A text with no comparison in it is the name of a monitor.
  private static func source(_ text: String, _ keys: ConfigBinder) -> AlertMatcher? {
    do throws(AlertMatcher.Failure) {
      guard !text.contains("=") else { return try AlertMatcher(text) }
      return try AlertMatcher(terms: ["monitor=\(text)"])
    } catch {
      keys.report(Diagnostic.Message("bad-matcher", error.problem), at: "when", help: error.help)
      return nil
    }
  }

  /// The values in which the groups have to agree; nil when one is missing.
  func shared(of group: GroupKey) -> [Value]? {
    let values = equal.compactMap { group[$0] }
    return values.count == equal.count ? values : nil
  }
}
