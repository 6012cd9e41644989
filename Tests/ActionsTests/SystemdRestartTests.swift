import Actions
import Alerting
import QueryLanguage
import Records
import Testing

@Suite struct SystemdRestartTests {
  /// The steps for a unit whose state systemd tells so.
  private func story(_ unit: String, _ said: String) throws -> (calls: [String], deed: Deed) {
    let sink = DiagnosticSink()
    let source = SourceText(
      name: "rules.yaml",
      text: "heal: { systemd.restart: { unit: '{{ResultsJson.host}}' }, targets: ['*'] }")
    let node = try #require(YAMLReader.read(source, sink: sink)?.entry("heal")?.value)
    let action = try #require(
      ActionTable.bind(name: "heal", node: node, environment: .placeholders, sink: sink)
    ).action
    let alert = SampleAlerts.alert(group: GroupKey([("host", .text(unit))]))
    var replies: [Reply] = []
    var calls: [String] = []
    while true {
      switch action.step(for: alert, after: replies) {
      case .end(let deed): return (calls, deed)
      case .look(let effect): calls.append("look \(effect)")
      case .act(let effect): calls.append("act \(effect)")
      }
      replies.append(Reply("exit 0", body: Array(said.utf8)))
    }
  }

  @Test(arguments: ["active", "failed", "inactive"])
  func `a unit that is up or down is restarted`(_ state: String) throws {
    let (calls, deed) = try story("web.service", "LoadState=loaded\nActiveState=\(state)\n")
    #expect(
      calls == [
        #"look run ["systemctl","--no-ask-password","show","--property=LoadState,ActiveState","--","web.service"]"#,
        #"act run ["systemctl","--no-ask-password","restart","--","web.service"]"#,
      ])
    #expect(deed.taken)
    #expect(
      deed.facts.map(\.name) == [
        "unit", "previous_state", "action_taken", "timestamp_utc", "reason",
      ])
    #expect(deed["previous_state"] == state && deed["action_taken"] == "restart")
  }

  @Test(arguments: [
    "LoadState=loaded\nActiveState=activating\n", "LoadState=loaded\nActiveState=deactivating\n",
    "LoadState=not-found\nActiveState=inactive\n", "", "ActiveState",
  ])
  func `any other is left alone`(_ said: String) throws {
    let (calls, deed) = try story("web.service", said)
    #expect(calls.count == 1)
    #expect(!deed.taken && deed["action_taken"] == "none")
  }

  @Test(arguments: ["--all", "a b", "web*", "", "a\nb", "ä.service"])
  func `what is no name of a unit is not even asked for`(_ unit: String) throws {
    let (calls, deed) = try story(unit, "LoadState=loaded\nActiveState=active\n")
    #expect(calls.isEmpty && !deed.taken)
  }
}
