import Actions
import Alerting
import QueryLanguage
import Testing

@Suite struct DetectionMethodTests {
  @Test(arguments: [
    (#"critical: { alert: "> 5" }"#, "LogsStaticCondition"),
    ("outlier: { critical: { window: 5 } }", "LogsOutlierCondition"),
    ("anomaly: { critical: { min_count: 2 } }", "LogsAnomalyCondition"),
  ])
  func `a notification names the original's detection method`(
    _ condition: String, _ method: String
  ) throws {
    let sink = DiagnosticSink()
    let text = "monitors:\n  - { name: m, query: error, \(condition) }\n"
    let set = RuleSet.load(files: [SourceText(name: "rules.yaml", text: text)], sink: sink)
    var alert = SampleAlerts.alert()
    alert.monitor = MonitorFacts(try #require(set.rules.first))
    let template = Template(plain: "{{DetectionMethod}}")
    #expect(template.rendered(alert, as: .plain).revealed == method)
    alert.transition.level = .missingData
    #expect(template.rendered(alert, as: .plain).revealed == "LogsMissingDataCondition")
  }
}
