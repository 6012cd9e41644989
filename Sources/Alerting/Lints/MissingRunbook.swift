package import QueryLanguage

/// A `runbook` that names a file that is not there.
package enum MissingRunbook: RuleLint {
  package static let page = LintPage(
    "missing-runbook", "there is no file where `runbook` says",
    meaning: """
      The path was looked for from the working directory, and from the directory of the rule file and \
      those above it. Addresses such as https://... are not looked up.
      """,
    night: "The alert says where help is to be found, and it is not there.",
    wrong: .monitor(
      """
      query: error
      critical: { alert: "> 5" }
      runbook: runbooks/no-such-page.md
      """),
    right: .monitor(
      """
      query: error
      critical: { alert: "> 5" }
      runbook: https://wiki.example.com/errors
      """))

  package static func findings(in rule: BoundRule, _ world: LintWorld) -> [Diagnostic] {
    guard let path = rule.rule.runbook, isPath(path),
      !places(of: path, near: rule.rule.source.name).contains(where: world.hasFile)
    else { return [] }
    return [
      rule.finding(
        "missing-runbook", "there is no file '\(path)'", at: "runbook",
        help: "write it, or give the path from the working directory or from the rule file")
    ]
  }

  private static func isPath(_ text: String) -> Bool {
    !text.isEmpty && !text.contains("://") && !text.contains("{{")
      && !text.contains(where: \.isWhitespace)
  }

  /// The path itself, then beside the rule file and above it.
  private static func places(of path: String, near file: String) -> [String] {
    guard !path.hasPrefix("/") else { return [path] }
    var places = [path]
    var folder = file
    while let slash = folder.lastIndex(of: "/") {
      places.append(folder[...slash] + path)
      folder = String(folder[..<slash])
    }
    return places
  }
}
