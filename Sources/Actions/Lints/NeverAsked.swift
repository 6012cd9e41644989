import Alerting
package import QueryLanguage

/// A monitor that uses an action on occasions that it never has.
package enum NeverAsked: ActionLint {
  package static let page = LintPage(
    "never-asked", "the monitor has no occasion for the action",
    meaning: """
      An action runs on the occasions of its `on`; a remediation without one only when a critical \
      alert fires. The monitor has none of these levels, so it never asks for the action.
      """,
    night: "The restart that was to save the night does not happen, and nothing says why.",
    wrong: .file(
      """
      monitors:
        - name: example
          query: error
          warning: { alert: "> 5" }
          actions: [restart]
      actions:
        restart: { exec: { command: [systemctl, restart, web] }, guard: { max_per_hour: 4 } }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          warning: { alert: "> 5" }
          actions: [{ name: restart, on: [warning] }]
      actions:
        restart: { exec: { command: [systemctl, restart, web] }, guard: { max_per_hour: 4 } }
      """))

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    files.bound.flatMap { bound in
      let occasions = bound.terms.flatMap { terms in
        [Transition.Step.firing, .resolved].compactMap { Occasion(level: terms.level, step: $0) }
      }
      return bound.rule.actions.compactMap { use -> Diagnostic? in
        guard let action = files.actions[use.name] else { return nil }
        let wanted = Occasion.allCases.filter { action.isWanted(on: $0, by: use) }
        guard !wanted.contains(where: occasions.contains) else { return nil }
        return Diagnostic(
          .neverAsked(use.name, wanted), at: use.span, in: bound.rule.source,
          help: "name some of what this monitor has in `on`: \(occasions.listed)",
          severity: .warning)
      }
    }
  }
}

extension [Occasion] {
  fileprivate var listed: String { map(\.rawValue).joined(separator: ", ") }
}

extension Diagnostic.Message {
  fileprivate static func neverAsked(_ name: String, _ occasions: [Occasion]) -> Self {
    Self("never-asked", "'\(name)' runs on \(occasions.listed), which this monitor never has")
  }
}
