import Actions
import Alerting
import Engine
import QueryLanguage
import Synchronization
import TestKit
import Testing

extension AWSAccount {
  /// What the dispatcher says in the end of an action, written as in a rule file, for an alert that
  /// fires now.
  func outcome(
    of yaml: String, deed: Deed? = nil, group: GroupKey = GroupKey()
  ) throws -> Delivery.Report {
    let sink = DiagnosticSink()
    let source = SourceText(name: "rules.yaml", text: yaml)
    let node = try #require(YAMLReader.read(source, sink: sink))
    guard case .map(let entries) = node.content, let entry = entries.first,
      var action = ActionTable.bind(
        name: entry.key, node: entry.value, environment: .variables(environment), sink: sink)
    else {
      Issue.record("\(sink.list.map { $0.rendered() })")
      throw CancellationError()
    }
    action.retry.first = .milliseconds(1)
    let reports = Mutex<[Delivery.Report]>([])
    let clock = SystemClock()
    let dispatcher = Dispatcher(
      clock: clock, seed: 1,
      transport: { [environment] in SystemTransport(environment: environment) },
      report: { report in reports.withLock { $0.append(report) } })
    let transition = Transition(
      id: "a1b2", time: clock.now, monitor: "Slow API", level: .critical, to: .firing,
      reason: .condition, group: group, value: 6, threshold: "> 5",
      windowStart: clock.now - 600_000,
      windowEnd: clock.now, evidence: [], actions: [])
    dispatcher.submit(
      Delivery(
        action: action,
        alert: AlertContext(
          monitor: MonitorFacts(name: "Slow API"), transition: transition,
          cause: deed.map { Cause(action: "heal", branch: .then, deed: $0) }), mode: .live)
    )
    _ = dispatcher.drain(within: .seconds(60))
    return try #require(reports.withLock { $0.last })
  }
}
