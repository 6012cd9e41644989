/// Conditions that no line can meet, because they contradict each other.
package enum NeverMatches {
  package static let page = LintPage(
    "never-matches", "a condition contradicts those before it",
    meaning: """
      The search words and `where` conditions up to this place leave no value of the field with which \
      this one could be true, so no line gets through. Mostly two values of one field were meant, \
      which needs `or` or `in`; or a word is asked for and excluded at once.
      """,
    night: """
      The query is always empty. A monitor that waits for more of something never fires, and one that \
      waits for silence fires all the time.
      """,
    wrong: .monitor(
      """
      query: '* | where status = 500 and status = 503'
      critical: { alert: "> 5" }
      """),
    right: .monitor(
      """
      query: '* | where status in (500, 503)'
      critical: { alert: "> 5" }
      """))
}

extension Binder {
  /// Says so when the search words contradict each other.
  mutating func judge(_ scope: Scope) {
    let fields = fields
    guard !facts.admit(scope, { fields.slot(named: $0.text) }) else { return }
    diagnostics.append(
      Diagnostic(
        .scopeFindsNothing, at: ScopeParser.place(in: source), in: source,
        help: "write OR between what is one or the other, and exclude nothing that is asked for",
        severity: .warning))
  }

  /// Says so when a condition contradicts those before it.
  mutating func judge(_ condition: Expression, _ syntax: ExpressionSyntax) {
    guard let clash = facts.admit(condition, syntax) else { return }
    let name = fields[clash.field].spelling
    diagnostics.append(
      Diagnostic(
        .neverTrue(source.text(of: clash.condition.span), name, clash.left.words),
        at: clash.condition.span, in: source,
        help: "write 'or' or 'in' for one of several values, or remove one of the conditions",
        severity: .warning))
  }
}

extension Diagnostic.Message {
  fileprivate static let scopeFindsNothing = Self(
    "never-matches", "no message can match these search words: they contradict each other")
  fileprivate static func neverTrue(_ condition: String, _ field: String, _ left: String?) -> Self {
    Self(
      "never-matches",
      "'\(condition)' is never true: "
        + (left.map { "by here '\(field)' can only be \($0)" } ?? "no value of '\(field)' is so"))
  }
}
