import Alerting
import QueryLanguage

/// The keys of an action that say how carefully it's done.
struct CareKeys {
  private enum Requirement: String, CaseIterable { case approval }

  private let rails: Rails?
  let targets: Targets?
  private let aftercare: Aftercare?
  private let then: [String]
  private let otherwise: [String]
  private let needsApproval: Bool

  init(
    of node: ConfigNode, binding keys: inout ConfigBinder, duty: Duty,
    environment: ActionEnvironment, zones: ZoneBook, sink: DiagnosticSink
  ) {
    rails = keys.node("guard").flatMap {
      Rails(binding: $0, duty: duty, zones: zones, sink: sink)
    }
    targets = keys.node("targets").flatMap { _ in
      CareKeys.targets(in: node, environment: environment, sink: sink)
    }
    aftercare = keys.node("verify").flatMap { node in
      Aftercare(binding: node, sink: sink) {
        CareKeys.probe($0, environment: environment, sink: sink)
      }
    }
    then = keys.strings("then") ?? []
    otherwise = keys.strings("else") ?? []
    let requirement: Requirement? = keys.choice("require")
    needsApproval = requirement == .approval
    if duty == .notification {
      for key in ["targets", "verify", "then", "else", "require"] where keys.has(key) {
        keys.report(.notRemedial(key), at: key, help: "remove it: this action tells somebody")
      }
    }
    if rails?.maxShare != nil, targets?.count == nil {
      keys.report(
        .openShare, at: "guard", help: "list them by name: targets: [web-1, web-2, web-3]")
    }
  }

  func apply(to action: inout BoundAction) {
    if let rails { action.rails = rails }
    action.targets = targets
    action.aftercare = aftercare
    action.then = then
    action.otherwise = otherwise
    action.needsApproval = needsApproval
  }

  /// A target may stand in the environment, so that no id has to stand in a rule file.
  private static func targets(
    in node: ConfigNode, environment: ActionEnvironment, sink: DiagnosticSink
  ) -> Targets? {
    var keys = ActionKeys(
      node, as: "action", action: "", environment: environment, sink: sink)
    return keys?.fixedList("targets").map { Targets($0.map(\.revealed)) }
  }

  /// A probe is an action of a kind that can ask.
  private static func probe(
    _ node: ConfigNode, environment: ActionEnvironment, sink: DiagnosticSink
  ) -> Probe? {
    guard
      let bound = ActionTable.bind(
        name: "probe", node: node, environment: environment, sink: sink)
    else { return nil }
    guard let action = bound.action as? any Probing else {
      let names = ActionTable.kinds.filter { $0 is any Probing.Type }.map { $0.kind }
      sink.report(
        node.diagnostic(.noProbe(bound.kind), help: "write one of " + names.joined(separator: ", "))
      )
      return nil
    }
    return Probe(action: action, timeout: bound.timeout, redaction: bound.redaction)
  }
}

extension Diagnostic.Message {
  fileprivate static func notRemedial(_ key: String) -> Self {
    Self("not-remedial", "`\(key)` is for remediation")
  }
  fileprivate static let openShare = Self(
    "open-share", "`max_share` needs to know how many targets there are")
  fileprivate static func noProbe(_ kind: String) -> Self {
    Self("no-probe", "\(kind) can't tell whether all is well")
  }
}
