import Actions
import Alerting
import QueryLanguage
import Testing

@Suite struct ActionPlanTests {
  private let actions: ActionSet = {
    let sink = DiagnosticSink()
    let text = """
      tell: { webhook: { url: "${env:NOT_SET}" } }
      heal: { exec: { command: [reboot, "${env:NOT_SET}"] } }
      sure: { exec: { command: [reboot] }, live: true }
      calm: { file: { path: /tmp/calm }, on: [resolved_critical] }
      """
    guard let node = YAMLReader.read(SourceText(name: "rules.yaml", text: text), sink: sink),
      case .map(let entries) = node.content
    else { return ActionSet() }
    let set = ActionSet(binding: entries, environment: .placeholders, sink: sink)
    precondition(!sink.hasErrors)
    return set
  }()

  private func plan(
    _ level: Level, _ step: Transition.Step, live: Bool = false, on: Set<Occasion>? = nil
  ) -> [String] {
    let uses = ["heal", "tell", "calm", "sure", "gone"].map {
      ActionUse(name: $0, on: $0 == "heal" ? on : nil, span: Span(0, 0))
    }
    return ActionPlan.planned(for: level, to: step, uses: uses, actions: actions, live: live).map {
      "\($0.name) \($0.kind) \($0.mode.rawValue)"
    }
  }

  @Test func `a critical alert is told, and healed in shadow until the run is live`() {
    #expect(
      plan(.critical, .firing) == ["heal exec shadow", "tell webhook live", "sure exec live"])
    #expect(
      plan(.critical, .firing, live: true)
        == ["heal exec live", "tell webhook live", "sure exec live"])
  }

  @Test func `everything else is only told`() {
    for level in [Level.warning, .missingData] {
      #expect(plan(level, .firing) == ["tell webhook live"])
      #expect(plan(level, .resolved) == ["tell webhook live"])
      #expect(plan(level, .expired) == ["tell webhook live"])
    }
    #expect(plan(.critical, .resolved) == ["tell webhook live", "calm file live"])
  }

  @Test func `nobody hears of a pending alert`() {
    for level in Level.allCases { #expect(plan(level, .pending) == []) }
  }

  @Test func `a use may ask for other occasions`() {
    #expect(plan(.warning, .firing, on: [.warning]) == ["heal exec shadow", "tell webhook live"])
    #expect(plan(.critical, .firing, on: [.warning]) == ["tell webhook live", "sure exec live"])
  }

  @Test func `without a run no variable of the environment is needed`() throws {
    let alert = SampleAlerts.alert()
    let effect = try #require(actions["heal"]).action.effect(for: alert)
    #expect(effect.description.hasPrefix(#"run ["reboot","${env:NOT_SET}"]"#))
  }
}
