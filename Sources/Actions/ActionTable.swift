package import Alerting
import QueryLanguage

/// Every kind of action there is.
package enum ActionTable {
  /// In the order in which help lists them.
  package static let kinds: [any Action.Type] = [
    Webhook.self,
    Email.self,
    Slack.self,
    Teams.self,
    Discord.self,
    PagerDuty.self,
    Opsgenie.self,
    Alertmanager.self,
    Exec.self,
    HTTPCall.self,
    SystemdRestart.self,
    File.self,
    Log.self,
    EC2Restore.self,
    EC2Reboot.self,
    EC2Start.self,
    EC2Stop.self,
    SNS.self,
    Lambda.self,
    CloudWatchLogs.self,
  ]

  /// Binds one entry of an `actions:` map; nil when an error was reported.
  package static func bind(
    name: String, node: ConfigNode, environment: ActionEnvironment, zones: ZoneBook = ZoneBook(),
    sink: DiagnosticSink
  ) -> BoundAction? {
    // An action with any mistake must not run: half its keys could be its guard rails.
    let own = DiagnosticSink()
    let action = bind(
      name: name, node: node, environment: environment, zones: zones, reporting: own)
    for finding in own.list { sink.report(finding) }
    return own.hasErrors ? nil : action
  }

  private static func bind(
    name: String, node: ConfigNode, environment: ActionEnvironment, zones: ZoneBook,
    reporting sink: DiagnosticSink
  ) -> BoundAction? {
    guard var keys = ConfigBinder(node, as: "action", sink: sink) else { return nil }
    let chosen = kinds.compactMap { kind in keys.node(kind.kind).map { (kind: kind, node: $0) } }
    let common = CommonKeys(binding: &keys, sink: sink)
    let care = CareKeys(
      of: node, binding: &keys, duty: chosen.first?.kind.duty ?? .remediation,
      environment: environment,
      zones: zones, sink: sink)
    keys.finish()
    guard let (kind, kindNode) = chosen.first else {
      // A kind with a slip in it has been reported with the right word.
      let slips = keys.entries.contains { Suggestion.nearest(to: $0.key, among: kindNames) != nil }
      let help = "add one of " + kindNames.joined(separator: ", ")
      if !slips { sink.report(node.diagnostic(.noKind, help: help)) }
      return nil
    }
    if chosen.count > 1 {
      let others = chosen.map { "'\($0.kind.kind)'" }.joined(separator: " and ")
      sink.report(chosen[1].node.diagnostic(.manyKinds(others), help: "make it two actions"))
    }
    if kind.duty == .notification, let live = node.entry("live") {
      var warning = live.diagnostic(.liveNotification(kind.kind), help: "remove it")
      warning.severity = .warning
      sink.report(warning)
    }
    guard
      var kindKeys = ActionKeys(
        kindNode, as: "`\(kind.kind)` action", action: name, environment: environment, sink: sink)
    else { return nil }
    kindKeys.targets = care.targets
    let action = kind.init(binding: &kindKeys)
    kindKeys.keys.finish()
    guard let action else { return nil }
    if action.takesTargetFromLog, care.targets == nil {
      sink.report(
        kindNode.diagnostic(
          .noTargets, help: "say what may be acted on: targets: [web-1, \"web-*\"]"))
    }
    if !kind.knowsTags, care.targets?.haveTags ?? false {
      let tagging = kinds.filter { $0.knowsTags }.map { $0.kind }
      sink.report(
        kindNode.diagnostic(
          .noTags(kind.kind), help: "tags are known to " + tagging.joined(separator: ", ")))
    }
    var bound = BoundAction(
      name: name, action: action, timeout: common.timeout, live: common.live, on: common.on,
      retry: common.retry, redaction: kindKeys.redaction)
    care.apply(to: &bound)
    return bound
  }

  private static var kindNames: [String] { kinds.map { $0.kind } }
}

/// The keys that every action has.
private struct CommonKeys {
  var timeout: Duration
  var live: Bool
  var on: Set<Occasion>?
  var retry: RetryPolicy

  init(binding keys: inout ConfigBinder, sink: DiagnosticSink) {
    timeout = keys.duration("timeout").map { .milliseconds($0) } ?? .seconds(10)
    if timeout <= .zero { keys.report(.noTime, at: "timeout") }
    live = keys.bool("live") ?? false
    let occasions: [Occasion]? = keys.choices("on")
    on = occasions.map { Set($0) }
    retry = RetryPolicy()
    if let node = keys.node("retry"), var own = ConfigBinder(node, as: "`retry`", sink: sink) {
      if let total = own.duration("for") { retry.total = .milliseconds(total) }
      if let limit = own.integer("max", in: 1...1_000) { retry.limit = limit }
      own.finish()
    }
  }
}

extension Diagnostic.Message {
  fileprivate static let noKind = Self("no-action-kind", "this action has no kind")
  fileprivate static func manyKinds(_ kinds: String) -> Self {
    Self("many-action-kinds", "an action has exactly one kind, found \(kinds)")
  }
  fileprivate static let noTargets = Self(
    "no-targets", "what this acts on comes out of the log, which anybody may write to")
  fileprivate static func noTags(_ kind: String) -> Self {
    Self("no-tags", "\(kind) actions can't ask what tags a target has")
  }
  fileprivate static let noTime = Self("bad-timeout", "`timeout` leaves no time at all")
  fileprivate static func liveNotification(_ kind: String) -> Self {
    Self("live-notification", "`live` changes nothing here: \(kind) actions are always performed")
  }
}
