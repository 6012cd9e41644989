package import Actions
package import Alerting
import QueryLanguage

/// What is to be known of a monitor without its rule: to end its alerts, and tell its actions, when
/// the rule is gone.
package struct MonitorCard: Sendable {
  /// What an alert of it compares, and over how long a window.
  package struct Term: Sendable {
    package var level: Level
    package var text: String
    package var window: Int64
    /// What its end asks of the monitor's actions.
    package var ends: [PlannedAction]
  }

  package var facts: MonitorFacts
  package var uses: [ActionUse]
  package var terms: [Term]

  package init(_ rule: BoundRule, _ actions: ActionSet, live: Bool) {
    facts = MonitorFacts(rule.rule)
    uses = rule.rule.actions
    terms = rule.terms.map { terms in
      Term(
        level: terms.level, text: terms.alertText, window: terms.window,
        ends: ActionPlan.planned(
          for: terms.level, to: .resolved, uses: rule.rule.actions, actions: actions, live: live))
    }
  }

  /// The end of an alert of this monitor that no condition decided.
  package func end(
    _ alert: SavedAlert, because reason: Transition.Reason, at time: Int64
  ) -> Transition {
    let term = terms.first { $0.level == alert.level }
    var transition = Transition(
      ending: alert, of: facts.name, because: reason, at: time, threshold: term?.text ?? "",
      window: term?.window ?? 0)
    transition.actions = term?.ends ?? []
    return transition
  }
}

extension MonitorCard {
  package var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.member("name", facts.name)
      $0.member("description", facts.description)
      $0.member("query", facts.query)
      $0.optional("runbook", facts.runbook)
      $0.optional("playbook", facts.playbook)
      $0.optional("alert_name", facts.alertName)
      $0.member("method", facts.detectionMethod)
      $0.key("tags")
      $0.object {
        for (key, value) in facts.tags.sorted(by: { $0.key < $1.key }) { $0.member(key, value) }
      }
      $0.key("uses")
      $0.array {
        for use in uses {
          $0.object {
            $0.member("name", use.name)
            guard let on = use.on else { return }
            $0.key("on")
            $0.array { for occasion in on.map(\.rawValue).sorted() { $0.string(occasion) } }
          }
        }
      }
      $0.key("terms")
      $0.array {
        for term in terms {
          $0.object {
            $0.member("level", term.level.rawValue)
            $0.member("text", term.text)
            $0.key("window")
            $0.whole(term.window)
            $0.key("ends")
            $0.array {
              for action in term.ends {
                $0.object {
                  $0.member("name", action.name)
                  $0.member("kind", action.kind)
                  $0.member("mode", action.mode.rawValue)
                }
              }
            }
          }
        }
      }
    }
    return writer.text
  }

  package init?(json: String) {
    guard let tree = JSONTree(json), let name = tree["name"]?.text else { return nil }
    facts = MonitorFacts(name: name)
    facts.description = tree["description"]?.text ?? ""
    facts.query = tree["query"]?.text ?? ""
    facts.runbook = tree["runbook"]?.text
    facts.playbook = tree["playbook"]?.text
    facts.alertName = tree["alert_name"]?.text
    facts.detectionMethod = tree["method"]?.text ?? facts.detectionMethod
    for member in tree["tags"]?.members ?? [] { facts.tags[member.name] = member.value.text }
    uses =
      tree["uses"]?.elements.compactMap { use in
        use["name"]?.text.map { name in
          ActionUse(
            name: name,
            on: use["on"].map { Set($0.elements.compactMap { $0.text.flatMap(Occasion.init) }) },
            span: Span(0, 0))
        }
      } ?? []
    terms =
      tree["terms"]?.elements.compactMap { term in
        guard let level = term["level"]?.text.flatMap(Level.init), let text = term["text"]?.text,
          let window = term["window"]?.whole
        else { return nil }
        return Term(
          level: level, text: text, window: window,
          ends: term["ends"]?.elements.compactMap(PlannedAction.init) ?? [])
      } ?? []
  }
}

extension JSONWriter {
  /// A key and its text, when there is one.
  mutating func optional(_ name: String, _ text: String?) {
    if let text { member(name, text) }
  }
}
