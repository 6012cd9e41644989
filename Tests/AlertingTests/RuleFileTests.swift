import Alerting
import QueryLanguage
import Testing

@Suite struct RuleFileTests {
  private func load(_ text: String, under configuration: String? = nil) throws -> RuleSet {
    let sink = DiagnosticSink()
    let settings = configuration.flatMap {
      Configuration.read(SourceText(name: "tripline.yaml", text: $0), sink: sink)
    }
    let source = SourceText(name: "rules.yaml", text: text)
    let set = RuleSet.load(files: [source], under: settings, sink: sink)
    let said = sink.list.map { $0.rendered() }.joined()
    try #require(!sink.hasErrors, "\(said)")
    return set
  }

  @Test func `all keys of a monitor reach the rule`() throws {
    let set = try load(
      """
      params: { zone: eu, env: test }
      monitors:
        - name: Slow
          description: why
          query: error
          window: 1h
          every: 30s
          group_by: [host, zone]
          critical: { alert: "p95 > 3s", resolve: "<= 1s", resolution_window: 0s, no_value: keep }
          warning: { alert: '%"error ratio" >= 0.5' }
          max_groups: 7
          evidence: 3
          units: { took: ms }
          params: { env: prod }
          runbook: r.md
          playbook: p.md
          alert_name: "{{Name}}"
          tags: { team: web }
          enabled: false
          actions: [tell, { name: page, on: [critical, resolved_critical] }]
      actions:
        tell: { webhook: {} }
        page: { webhook: {} }
      """)
    let rule = try #require(set.rules.first)
    #expect(rule.name == "Slow" && rule.description == "why" && rule.query == "error")
    #expect(rule.window == 3_600_000 && rule.every == 30_000)
    #expect(rule.groupBy == ["host", "zone"])
    #expect(rule.source.text(of: rule.groupBySpan) == "[host, zone]")
    #expect(rule.maxGroups == 7 && rule.evidence == 3 && !rule.enabled)
    #expect(rule.units == ["took": "ms"] && rule.tags == ["team": "web"])
    #expect(rule.params == ["env": "prod", "zone": "eu"])
    #expect(rule.runbook == "r.md" && rule.playbook == "p.md")
    try #require(rule.levels.count == 2)
    let critical = rule.levels[0]
    #expect(critical.level == .critical && critical.alert.description == "p95 > 3s")
    #expect(critical.resolve?.text == "<= 1s" && critical.resolutionWindow == 0)
    #expect(critical.noValue == .keep)
    #expect(rule.levels[1].level == .warning && rule.levels[1].resolve == nil)
    #expect(rule.levels[1].alert.subject == .column("error ratio"))
    #expect(rule.actions.map(\.name) == ["tell", "page"])
    #expect(rule.actions[0].on == nil)
    #expect(rule.actions[1].on == [.critical, .resolvedCritical])
    #expect(rule.source.text(of: rule.actions[1].span) == "page")
    #expect(set.actions.map(\.key) == ["tell", "page"])
  }

  @Test func `what a monitor does not say has its default`() throws {
    let text = "monitors: [{ name: a, query: error, critical: { alert: '> 5' } }]"
    let rule = try #require(try load(text).rules.first)
    #expect(rule.window == 600_000 && rule.every == nil && rule.groupBy.isEmpty)
    #expect(rule.maxGroups == 100_000 && rule.evidence == 20 && rule.enabled)
    #expect(rule.levels[0].noValue == .clear && rule.levels[0].resolutionWindow == nil)
  }

  @Test func `JSON is read the same way`() throws {
    let set = try load(
      #"""
      {"monitors": [
      	{"name": "a", "query": "error | where x = \"y\"", "critical": {"alert": "> 5"}}
      ]}
      """#)
    let rule = try #require(set.rules.first)
    #expect(rule.query == #"error | where x = "y""#)
  }

  @Test func `a caret in a query points into the rule file`() throws {
    let text = """
      monitors:
        - name: a
          query: |
            error
            | cuont by host
          critical: { alert: "> 5" }
      """
    let rule = try #require(try load(text).rules.first)
    let range = try #require(rule.query.firstRange(of: "cuont"))
    let lower = rule.query.utf8.distance(from: rule.query.startIndex, to: range.lowerBound)
    let place = rule.queryMap.span(of: Span(lower, lower + 5))
    #expect(rule.source.text(of: place) == "cuont")
    #expect(rule.source.position(of: place.lower) == (5, 9))
    let end = rule.query.utf8.count
    #expect(rule.source.position(of: rule.queryMap.span(of: Span(end, end)).lower).line == 6)
  }

  @Test func `defaults stand under each monitor`() throws {
    let configuration = """
      defaults:
        window: 5m
        every: 1m
        group_by: [host]
        tags: { team: web, tier: one }
        critical: { resolution_window: 0s }
        warning: { alert: "> 1" }
      params: { env: prod, zone: eu }
      """
    let rules = try load(
      """
      params: { zone: us }
      monitors:
        - { name: a, query: error, critical: { alert: "> 5" }, tags: { team: ops } }
        - { name: b, query: error, window: 10m, warning: { alert: "> 2" } }
      """, under: configuration
    ).rules
    try #require(rules.count == 2)
    #expect(rules.map(\.window) == [300_000, 600_000])
    #expect(rules.map(\.every) == [60_000, 60_000])
    #expect(rules[0].tags == ["team": "ops", "tier": "one"])
    #expect(rules[0].levels.map(\.alert.text) == ["> 5", "> 1"])
    #expect(rules[0].levels[0].resolutionWindow == 0)
    #expect(rules[1].levels.map(\.alert.text) == ["> 2"])
    #expect(rules[0].params == ["env": "prod", "zone": "us"])
    // A span must lie in the rule's own file, also for what was written elsewhere.
    #expect(rules[0].groupBySpan == rules[0].span)
    #expect(rules[0].levels[1].alert.span == rules[0].span)
  }

  @Test(arguments: [
    ("10m", "10s"), ("1h", "1m"), ("90s", "2s"), ("1m", "1s"), ("10s", "1s"), ("24h", "24m"),
    ("5m", "5s"), ("7m", "7s"), ("61s", "1s"), ("62s", "2s"), ("7d", "2h48m"), ("101s", "1s"),
  ])
  func `every defaults to the smallest second that divides the window`(
    _ window: String, _ every: String
  ) throws {
    let window = try DurationText.milliseconds(of: window)
    #expect(DurationText.text(Rule.defaultEvery(window: window)) == every)
  }

  @Test func `the configuration yields its sources`() throws {
    let sink = DiagnosticSink()
    let text = """
      sources:
        - { path: a.log, category: web, max_line: 64KiB, max_ahead: 1m, units: { took: s } }
        - stdin: true
      rules: rules/a.yaml
      threads: 3
      """
    let source = SourceText(name: "tripline.yaml", text: text)
    let configuration = try #require(Configuration.read(source, sink: sink))
    #expect(!sink.hasErrors)
    #expect(configuration.sources.map(\.input) == [.path("a.log"), .stdin])
    #expect(configuration.sources.map(\.maxLine) == [65_536, 1_048_576])
    #expect(configuration.sources.map(\.maxAhead) == [60_000, 300_000])
    #expect(configuration.sources.map(\.idleAfter) == [5_000, 5_000])
    #expect(configuration.sources[0].units == ["took": "s"])
    #expect(configuration.rules == ["rules/a.yaml"])
    #expect(configuration.threads == 3 && configuration.timezone == "UTC")
  }
}
