package import Alerting
package import QueryLanguage

/// The named actions of all loaded files, and what monitors ask of them.
package struct ActionSet: Sendable {
  private var actions: [String: BoundAction] = [:]
  /// Names that were written, bound or not: a use of a broken action is not a second mistake.
  private var names: Set<String> = []

  package init() {}

  package subscript(name: String) -> BoundAction? { actions[name] }

  package mutating func add(_ action: BoundAction) {
    names.insert(action.name)
    actions[action.name] = action
  }

  /// Binds an `actions:` map of a rule file.
  package mutating func bind(
    section: ConfigNode, environment: ActionEnvironment, sink: DiagnosticSink
  ) {
    guard let keys = ConfigBinder(section, as: "`actions` map", sink: sink) else { return }
    for entry in keys.entries {
      guard names.insert(entry.key).inserted else {
        sink.report(
          entry.diagnostic(.usedTwice(entry.key), help: "action names are unique over all files"))
        continue
      }
      actions[entry.key] = ActionTable.bind(
        name: entry.key, node: entry.value, environment: environment, sink: sink)
    }
  }

  /// Reports the uses of a monitor that name no action.
  package func check(_ uses: [ActionUse], in source: SourceText, sink: DiagnosticSink) {
    for use in uses where !names.contains(use.name) {
      let near = Suggestion.didYouMean(use.name, among: names.sorted())
      sink.report(
        Diagnostic(
          .unknown(use.name), at: use.span, in: source,
          help: near ?? "define it under `actions:`"))
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func usedTwice(_ name: String) -> Self {
    Self("action-twice", "there is another action named '\(name)'")
  }
  fileprivate static func unknown(_ name: String) -> Self {
    Self("unknown-action", "there is no action named '\(name)'")
  }
}
