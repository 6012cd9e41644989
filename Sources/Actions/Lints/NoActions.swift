import Alerting
package import QueryLanguage

/// A monitor that tells nobody, among others that do.
package enum NoActions: ActionLint {
  package static let page = LintPage(
    "no-actions", "the monitor tells nobody, and others do",
    meaning: """
      It has no `actions`, while other monitors of these files have, or actions are defined. Its \
      alerts are printed by `run`, but nothing is sent and nothing is done. Where no monitor has \
      actions, nothing is said: then whoever reads the output is told.
      """,
    night: "It fires, and everybody sleeps.",
    wrong: .file(
      """
      monitors:
        - name: errors
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
        - name: warnings
          query: warn
          critical: { alert: "> 100" }
      actions:
        tell: { file: { path: alerts.ndjson } }
      """),
    right: .file(
      """
      monitors:
        - name: errors
          query: error
          critical: { alert: "> 5" }
          actions: [tell]
        - name: warnings
          query: warn
          critical: { alert: "> 100" }
          actions: [tell]
      actions:
        tell: { file: { path: alerts.ndjson } }
      """))

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    guard !files.entries.isEmpty || files.rules.contains(where: { !$0.actions.isEmpty }) else {
      return []
    }
    return files.rules.filter { $0.actions.isEmpty && $0.places["actions"] == nil }.map { rule in
      Diagnostic(
        .noActions, at: rule.places["name"] ?? rule.span, in: rule.source,
        help: "name one or more under `actions`", severity: .warning)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let noActions = Self(
    "no-actions", "nobody is told of the alerts of this monitor")
}
