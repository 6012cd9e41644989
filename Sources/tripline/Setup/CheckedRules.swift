import Actions
import Alerting
import QueryLanguage

/// Every monitor and action of some rule files, switched on or not, with all there is to say about
/// them.
struct CheckedRules {
  let rules: [BoundRule]
  let actions: ActionSet
  /// Monitors and actions as far as they could be read.
  let read: RuleSet
  /// File by file in their order, each from its top to its end.
  let findings: [Diagnostic]

  init(_ files: [SourceText], _ setup: Setup) {
    let sink = DiagnosticSink()
    let set = RuleSet.load(files: files, under: setup.configuration, sink: sink)
    actions = ActionSet(
      binding: set.actions, environment: .placeholders, zones: setup.zoneBook, sink: sink)
    for mistake in actions.mistakes(in: set.rules) { sink.report(mistake) }
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
    read = set
    findings = sink.list.sorted(by: files)
  }

  var hasErrors: Bool { findings.contains { $0.severity == .error } }
}

extension [Diagnostic] {
  /// In the order of the files that they are about, each from its top to its end.
  func sorted(by files: [SourceText]) -> [Diagnostic] {
    var order: [String: Int] = [:]
    for (index, file) in files.enumerated() where order[file.name] == nil {
      order[file.name] = index
    }
    let places = enumerated().map { index, finding in
      (order[finding.source.name] ?? files.count, finding.span.lower, index)
    }
    return places.sorted { $0 < $1 }.map { self[$0.2] }
  }
}
