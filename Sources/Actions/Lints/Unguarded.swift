import Alerting
package import QueryLanguage

/// A remediation that says nothing about how often it may be done.
package enum Unguarded: ActionLint {
  package static let page = LintPage(
    "unguarded", "a remediation has no guard rails of its own",
    meaning: """
      Without `guard` a target is left alone for 30 minutes after each act, and nothing else holds it \
      back: not how many hosts are touched within an hour, not how many are sick at once.
      """,
    night: """
      The database is slow, so every web server looks sick. All of them are restarted at once, and now \
      there is no web server either.
      """,
    wrong: .file(example("")),
    right: .file(
      example("\n    guard: { cooldown: 30m, max_per_hour: 4, max_targets: 2 }")))

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    let used = Set(files.rules.flatMap { $0.actions.map(\.name) })
    return files.entries.compactMap { entry in
      guard used.contains(entry.key), files.actions[entry.key]?.duty == .remediation,
        entry.value.entry("guard") == nil
      else { return nil }
      var finding = entry.diagnostic(
        .unguarded(entry.key), help: "guard: { cooldown: 30m, max_per_hour: 4, max_targets: 2 }")
      finding.severity = .warning
      return finding
    }
  }

  private static func example(_ guards: String) -> String {
    """
    monitors:
      - name: example
        query: error
        critical: { alert: "> 5" }
        actions: [restart]
    actions:
      restart:
        exec: { command: [systemctl, restart, web] }\(guards)
    """
  }
}

extension Diagnostic.Message {
  fileprivate static func unguarded(_ name: String) -> Self {
    Self("unguarded", "'\(name)' changes something and has no `guard`")
  }
}
