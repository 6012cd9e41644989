package import Alerting
package import QueryLanguage

/// Something about the actions of some rule files that is allowed and hardly ever meant.
///
/// A lint is one file here with its page, and one line in `ActionLints`.
package protocol ActionLint: Sendable {
  static var page: LintPage { get }

  /// What is to be said. Must be true; when in doubt, nothing.
  static func findings(in files: LintedFiles) -> [Diagnostic]
}

/// The monitors and actions of the rule files that are looked at together.
package struct LintedFiles: Sendable {
  package var rules: [Rule]
  /// Those of the monitors that could be bound.
  package var bound: [BoundRule]
  /// The actions as written, also those that could not be bound.
  package var entries: [ConfigNode.Entry]
  package var actions: ActionSet
  /// Whether all of it could be read, so that what is not there is missing.
  package var isWhole: Bool

  package init(
    rules: [Rule], bound: [BoundRule], entries: [ConfigNode.Entry], actions: ActionSet,
    isWhole: Bool
  ) {
    self.rules = rules
    self.bound = bound
    self.entries = entries
    self.actions = actions
    self.isWhole = isWhole
  }
}

/// Every lint of actions.
package enum ActionLints {
  /// In the order in which help lists them.
  package static let all: [any ActionLint.Type] = [
    NoActions.self, UnusedAction.self, NeverAsked.self, Unguarded.self, WrittenSecret.self,
  ]

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    all.flatMap { $0.findings(in: files) }
  }
}
