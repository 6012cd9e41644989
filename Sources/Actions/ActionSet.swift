package import Alerting
package import QueryLanguage

/// The named actions of all loaded files, ready to be used.
package struct ActionSet: Sendable {
  private var actions: [String: BoundAction] = [:]

  package init(_ actions: [BoundAction] = []) {
    for action in actions { self.actions[action.name] = action }
  }

  /// Binds the entries that `RuleFile` collected; those with mistakes are reported and left out.
  package init(
    binding entries: [ConfigNode.Entry], environment: ActionEnvironment,
    zones: ZoneBook = ZoneBook(), sink: DiagnosticSink
  ) {
    for entry in entries {
      actions[entry.key] = ActionTable.bind(
        name: entry.key, node: entry.value, environment: environment, zones: zones, sink: sink)
    }
    for entry in entries { checkFollowers(of: entry, among: entries.map(\.key), sink: sink) }
  }

  /// `then` and `else` name actions that tell somebody.
  private func checkFollowers(
    of entry: ConfigNode.Entry, among names: [String], sink: DiagnosticSink
  ) {
    let followers = ["then", "else"].compactMap { entry.value.entry($0)?.value }.flatMap(\.parts)
    for follower in followers {
      guard let name = follower.text else { continue }
      if !names.contains(name) {
        sink.report(
          follower.diagnostic(
            .unknownFollower(name), help: Suggestion.didYouMean(name, among: names)))
      } else if actions[name]?.duty == .remediation {
        sink.report(
          follower.diagnostic(
            .remedialFollower(name), help: "let a monitor ask for it, with guard rails of its own"))
      }
    }
  }

  /// Mistakes that only show where a monitor uses an action.
  package func mistakes(in rules: [Rule]) -> [Diagnostic] {
    rules.flatMap { rule in
      rule.actions.compactMap { use -> Diagnostic? in
        guard let aftercare = actions[use.name]?.aftercare, aftercare.probe == nil,
          !aftercare.leavesTime(for: MonitorFacts(rule))
        else { return nil }
        let slowest = DurationText.text(rule.slowestEnd)
        return Diagnostic(
          .tooSoon(use.name, DurationText.text(aftercare.within), slowest), at: use.span,
          in: rule.source, help: "write `within: \(slowest)` or more, or let a probe decide")
      }
    }
  }

  /// The same names for what these actions become.
  func map(_ change: (BoundAction) -> BoundAction) -> ActionSet {
    ActionSet(actions.values.map(change))
  }

  package subscript(name: String) -> BoundAction? { actions[name] }

  /// In alphabetical order.
  package var names: [String] { actions.keys.sorted() }
}

extension Diagnostic.Message {
  fileprivate static func unknownFollower(_ name: String) -> Self {
    Self("unknown-action", "there is no action '\(name)'")
  }
  fileprivate static func remedialFollower(_ name: String) -> Self {
    Self("remedial-follower", "'\(name)' changes something; `then` and `else` only tell somebody")
  }
  fileprivate static func tooSoon(_ name: String, _ within: String, _ slowest: String) -> Self {
    Self(
      "verify-too-soon",
      "'\(name)' is to have helped within \(within), and this monitor's alerts need up to "
        + "\(slowest) to resolve")
  }
}
