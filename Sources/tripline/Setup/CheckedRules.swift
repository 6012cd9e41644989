import Actions
import Alerting
import QueryLanguage

/// Every monitor and action of some rule files, switched on or not, with all there is to say about
/// them.
struct CheckedRules {
  let rules: [BoundRule]
  let actions: ActionSet
  /// Monitors and actions as far as they could be read.
  let monitorCount: Int
  let actionCount: Int
  let findings: [Diagnostic]

  init(_ files: [SourceText], _ setup: Setup) {
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: files, under: setup.configuration, sink: sink)
    actions = ActionSet(binding: set.actions, environment: .placeholders, sink: sink)
    let context = setup.context
    var bound: [BoundRule] = []
    for rule in set.rules {
      do throws(Diagnostics) {
        let rule = try BoundRule.bind(rule, context)
        for warning in rule.plan.warnings { sink.report(warning) }
        bound.append(rule)
      } catch {
        for diagnostic in error.list { sink.report(diagnostic) }
      }
    }
    rules = bound.sharing(setup.configuration.memory)
    monitorCount = set.rules.count
    actionCount = set.actions.count
    findings = sink.list
  }
}
