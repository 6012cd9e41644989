package import Alerting
import Records

/// What an action is told: the step an alert took, and what the monitor's author wrote about it.
package struct AlertContext: Sendable {
  package var monitor: MonitorFacts
  package var transition: Transition
  /// Milliseconds between the transition and its delivery, when that is late enough to be said.
  package var lateness: Int64?
  /// The remediation that asks for this action; nil when the alert itself asks.
  package var cause: Cause?
  /// When the action began, in milliseconds since the epoch; the transition's time in a dry run.
  package var now: Int64

  package init(
    monitor: MonitorFacts, transition: Transition, lateness: Int64? = nil, cause: Cause? = nil
  ) {
    self.monitor = monitor
    self.transition = transition
    self.lateness = lateness
    self.cause = cause
    now = transition.time
  }

  /// What the remediation did that asks for this action.
  package var deed: Deed? { cause?.deed }
}

extension Rule {
  /// How long an alert may need to resolve once all is well again: what tripped it has to leave the
  /// window, and then the condition has to stay clear.
  var slowestEnd: Int64 {
    let levels = levels.map { window + ($0.resolutionWindow ?? window) }
    return max(levels.max() ?? window, missingData?.window ?? 0) + keepFiring
  }
}

/// The part of a monitor that people read in a notification.
package struct MonitorFacts: Sendable, Hashable {
  package var name: String
  package var description = ""
  package var query = ""
  package var runbook: String?
  package var playbook: String?
  /// A template for the alert's name; nil means the monitor's.
  package var alertName: String?
  package var tags: [String: String] = [:]
  /// What the original calls its conditions.
  package var detectionMethod = "LogsStaticCondition"
  /// How long an alert may need to resolve once all is well again, in milliseconds.
  package var slowestEnd: Int64 = 0

  package init(name: String) { self.name = name }

  package init(_ rule: Rule) {
    name = rule.name
    description = rule.description
    query = rule.query
    runbook = rule.runbook
    playbook = rule.playbook
    alertName = rule.alertName
    tags = rule.tags
    slowestEnd = rule.slowestEnd
    if rule.outlier != nil { detectionMethod = "LogsOutlierCondition" }
    if rule.anomaly != nil { detectionMethod = "LogsAnomalyCondition" }
  }
}

extension AlertContext {
  /// The default body of a webhook: the transition record and, behind it, what a person needs to act.
  package func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.object {
      transition.writeMembers(to: &$0)
      $0.member("name", alertName)
      $0.member("description", monitor.description)
      $0.member("runbook", monitor.runbook ?? "")
      if let lateness { $0.member("late", DurationText.text(lateness)) }
      if let deed {
        $0.key("deed")
        $0.facts(of: deed)
      }
    }
    return writer.bytes
  }

  /// Why something is done about it, in a few words: `Slow API is critical: 7, compared: > 5`.
  package var reason: String {
    let value = transition.value.map { ": " + NumberText.shortest($0) } ?? ""
    let threshold = transition.threshold.isEmpty ? "" : ", compared: " + transition.threshold
    let group = transition.group.label
    return "\(alertName)\(group.isEmpty ? "" : " (\(group))") is \(transition.level.rawValue)"
      + value + threshold
  }

  /// The alert's name: that of its template, else of its monitor.
  package var alertName: String {
    guard let template = monitor.alertName else { return monitor.name }
    return Template(plain: template).rendered(withoutTemplates, as: .plain).revealed
  }

  package var playbook: String {
    guard let template = monitor.playbook else { return "" }
    return Template(plain: template).rendered(withoutTemplates, as: .plain).revealed
  }

  /// A template that names itself, or another one, finds nothing there: rendering always ends.
  private var withoutTemplates: AlertContext {
    var context = self
    context.monitor.alertName = nil
    context.monitor.playbook = nil
    return context
  }
}
