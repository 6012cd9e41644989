/// `= null` and `!= null`, which mean something else than they say.
package enum NullComparison {
  package static let page = LintPage(
    "null-comparison", "a comparison with null has always the same outcome",
    meaning: """
      Nothing is equal to null, not even null, and everything differs from it. So `= null` is never \
      true and `!= null` always is. `isNull(x)` asks whether a field is missing.
      """,
    night: """
      With `!= null` the lines that were to be left out are counted too, and the alert is about \
      something else than its name says. With `= null` it never fires.
      """,
    wrong: .monitor(
      """
      query: '* | where user != null and status = 401'
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: '* | where !isNull(user) and status = 401'
      critical: { alert: "> 5" }
      """))
}

extension Binder {
  /// Says so when one side of a comparison is the word null.
  mutating func judgeNull(
    _ comparator: CellComparator, _ left: ExpressionSyntax, _ right: ExpressionSyntax
  ) {
    let other: ExpressionSyntax
    switch (left.node, right.node) {
    case (_, .null): other = left
    case (.null, _): other = right
    default: return
    }
    let span = left.span.union(right.span)
    let field = source.text(of: other.span)
    let negation = comparator == .notEqual ? "!" : ""
    diagnostics.append(
      Diagnostic(
        .null(source.text(of: span), isTrue: comparator == .notEqual), at: span, in: source,
        help: "write \(negation)isNull(\(field))", severity: .warning))
  }
}

extension Diagnostic.Message {
  fileprivate static func null(_ written: String, isTrue: Bool) -> Self {
    Self("null-comparison", "'\(written)' is \(isTrue ? "always" : "never") true")
  }
}
