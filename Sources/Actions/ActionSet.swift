package import Alerting

/// The named actions of all loaded files, ready to be used.
package struct ActionSet: Sendable {
  private var actions: [String: BoundAction] = [:]

  package init(_ actions: [BoundAction] = []) {
    for action in actions { self.actions[action.name] = action }
  }

  /// Binds the entries that `RuleFile` collected; those with mistakes are reported and left out.
  package init(
    binding entries: [ConfigNode.Entry], environment: ActionEnvironment, sink: DiagnosticSink
  ) {
    for entry in entries {
      actions[entry.key] = ActionTable.bind(
        name: entry.key, node: entry.value, environment: environment, sink: sink)
    }
  }

  /// The same names for what these actions become.
  func map(_ change: (BoundAction) -> BoundAction) -> ActionSet {
    ActionSet(actions.values.map(change))
  }

  package subscript(name: String) -> BoundAction? { actions[name] }
}
