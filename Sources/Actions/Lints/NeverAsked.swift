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
        restart: { exec: { command: [systemctl, restart, web] } }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          warning: { alert: "> 5" }
          actions: [{ name: restart, on: [warning] }]
      actions:
        restart: { exec: { command: [systemctl, restart, web] } }
      """))

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    files.rules.flatMap { rule in
      let occasions = occasions(of: rule)
      return rule.actions.compactMap { use -> Diagnostic? in
        guard !occasions.isEmpty, let action = files.actions[use.name] else { return nil }
        let wanted = Occasion.allCases.filter { action.isWanted(on: $0, by: use) }
        guard !wanted.contains(where: occasions.contains) else { return nil }
        return Diagnostic(
          .neverAsked(use.name, wanted.map(\.rawValue).joined(separator: ", ")), at: use.span,
          in: rule.source,
          help: "this monitor has only \(occasions.map(\.rawValue).joined(separator: ", ")); "
            + "name some of them in `on`", severity: .warning)
      }
    }
  }

  private static func occasions(of rule: Rule) -> [Occasion] {
    var occasions: [Occasion] = rule.levels.flatMap { level -> [Occasion] in
      switch level.level {
      case .critical: [.critical, .resolvedCritical]
      case .warning: [.warning, .resolvedWarning]
      case .missingData: []
      }
    }
    if rule.missingData != nil { occasions += [.missingData, .resolvedMissingData] }
    return occasions
  }
}

extension Diagnostic.Message {
  fileprivate static func neverAsked(_ name: String, _ occasions: String) -> Self {
    Self("never-asked", "'\(name)' runs on \(occasions), which this monitor never has")
  }
}
