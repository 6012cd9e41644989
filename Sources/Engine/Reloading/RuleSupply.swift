package import Actions
package import Alerting
package import QueryLanguage

/// Where the rules of a watch come from, so that they can be loaded anew while it runs.
package struct RuleSupply: Sendable {
  /// Monitors and actions that can run.
  package struct Rules: Sendable {
    package var rules: [BoundRule]
    package var actions: ActionSet
    package var mutes: Mutes

    package init(rules: [BoundRule], actions: ActionSet, mutes: Mutes = Mutes()) {
      self.rules = rules
      self.actions = actions
      self.mutes = mutes
    }
  }

  /// The rule files and the directories with rule files that were named.
  package var places: [String]
  /// The rule files as they were when the rules were loaded that run now.
  package var loaded: [SourceText]
  /// Reads the rule files that there are.
  package var files: @Sendable () throws(RuleFault) -> [SourceText]
  /// Makes rules of them; throws when anything is wrong with any.
  package var rules: @Sendable ([SourceText]) throws(RuleFault) -> Rules

  package init(
    places: [String], loaded: [SourceText],
    files: @escaping @Sendable () throws(RuleFault) -> [SourceText],
    rules: @escaping @Sendable ([SourceText]) throws(RuleFault) -> Rules
  ) {
    self.places = places
    self.loaded = loaded
    self.files = files
    self.rules = rules
  }
}

/// Why rules can't be loaded.
package struct RuleFault: Error, Sendable, CustomStringConvertible {
  /// What is wrong with the text of the rules; else the reason says what happened to the files.
  package var diagnostics: [Diagnostic] = []
  package var reason = ""

  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  package init(_ reason: String) { self.reason = reason }

  /// All of it, with places and ways out.
  package var description: String {
    diagnostics.isEmpty ? reason : diagnostics.map { $0.rendered() }.joined(separator: "\n")
  }

  /// `rules/web.yaml:4:5: unknown operator 'cuont'`: the first mistake in a line.
  package var summary: String {
    guard let first = diagnostics.first else { return reason }
    let (line, column) = first.source.position(of: first.span.lower)
    return "\(first.source.name):\(line):\(column): \(first.message.text)"
      + (diagnostics.count > 1 ? " (and \(diagnostics.count - 1) more)" : "")
  }
}
