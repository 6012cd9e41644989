import Alerting
package import QueryLanguage

/// An action that no monitor uses.
package enum UnusedAction: ActionLint {
  package static let page = LintPage(
    "unused-action", "no monitor uses the action",
    meaning: """
      None of the monitors that were checked with it names it under `actions`. Files that hold actions \
      and no monitors are left alone when they are checked by themselves.
      """,
    night:
      "Mostly a monitor was to use it, and does not: the pager that everybody counts on is silent.",
    wrong: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
      actions:
        tell: { file: { path: alerts.ndjson } }
        page: { webhook: { url: "${env:PAGER_URL}" } }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [tell, page]
      actions:
        tell: { file: { path: alerts.ndjson } }
        page: { webhook: { url: "${env:PAGER_URL}" } }
      """))

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    guard files.isWhole, !files.rules.isEmpty else { return [] }
    let asked = files.rules.flatMap { $0.actions.map(\.name) }
    let followers = files.entries.compactMap { files.actions[$0.key] }
      .flatMap { $0.then + $0.otherwise }
    let used = Set(asked + followers)
    return files.entries.filter { !used.contains($0.key) }.map { entry in
      var finding = entry.diagnostic(
        .unused(entry.key), help: "name it under `actions` of a monitor, or remove it")
      finding.severity = .warning
      return finding
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unused(_ name: String) -> Self {
    Self("unused-action", "no monitor uses the action '\(name)'")
  }
}
