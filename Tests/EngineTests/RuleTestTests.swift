import Alerting
import Engine
import Testing

@Suite struct RuleTestTests {
  private func bench(_ expect: String, more: String = "", count: Int = 3) throws -> RuleTestBench {
    try RuleTestBench(
      """
        - name: t
          input:
          \(RuleTestBench.errors(count))
      \(more.isEmpty ? "" : "    \(more)\n")    expect: \(expect)

      """)
  }

  private func findings(
    _ expect: String, more: String = "", count: Int = 3
  ) throws -> [String] {
    try bench(expect, more: more, count: count).result().match.findings.map(\.summary)
  }

  @Test func `a transition with all expected fields passes`() throws {
    let expect = """
      [{ time: 2026-03-02T10:00:02Z, monitor: errors, level: critical, to: firing,
         reason: condition, group: { host: a }, value: 3, threshold: "> 2", evidence: 3,
         window: { start: 2026-03-02T09:59:10Z, end: 2026-03-02T10:00:10Z },
         actions: [{ name: fix, mode: shadow, kind: exec }, page] }]
      """
    #expect(try findings(expect) == [])
  }

  @Test func `fields that are not named don't matter`() throws {
    #expect(try findings("[{ to: firing }]") == [])
  }

  @Test func `what happens without being expected fails`() throws {
    #expect(try findings("[]") == ["unexpected firing"])
    #expect(try findings("[]", count: 2) == [])
  }

  @Test func `with exact off, more may happen than is expected`() throws {
    #expect(try findings("[]", more: "exact: false") == [])
    #expect(
      try findings("[{ to: resolved }]", more: "exact: false")
        == ["missing to; nearest firing"])
  }

  @Test func `a difference names its field`() throws {
    #expect(try findings("[{ to: firing, value: 4 }]") == ["different value"])
    #expect(
      try findings("[{ to: firing, time: 2026-03-02T10:00:03Z, group: { host: b } }]")
        == ["different time, group"])
  }

  @Test func `actions are compared with their mode, in order and without others`() throws {
    #expect(
      try findings("[{ to: firing, actions: [{ name: fix, mode: live }, page] }]")
        == ["different actions"])
    #expect(try findings("[{ to: firing, actions: [page, fix] }]") == ["different actions"])
    #expect(try findings("[{ to: firing, actions: [fix] }]") == ["different actions"])
    #expect(
      try findings(
        "[{ to: firing, actions: [{ name: fix, mode: live }, page] }]", more: "live: true")
        == [])
  }

  @Test func `a group is compared whole`() throws {
    #expect(try findings("[{ to: firing, group: {} }]") == ["different group"])
    #expect(try findings("[{ to: firing, group: { host: a, x: b } }]") == ["different group"])
  }

  @Test func `the lines of the evidence are compared from the newest on`() throws {
    let lines = (1...3).reversed().map {
      #"'{"time":"2026-03-02T10:00:0\#($0 - 1).000Z","host":"a","message":"error \#($0)"}'"#
    }
    #expect(try findings("[{ to: firing, evidence: [\(lines.joined(separator: ", "))] }]") == [])
    let turned = lines.reversed().joined(separator: ", ")
    #expect(try findings("[{ to: firing, evidence: [\(turned)] }]") == ["different evidence"])
  }

  @Test func `the whole record can be expected, to the byte`() throws {
    let record = String(
      decoding: try #require(try bench("[]").result().transitions.first).json(), as: UTF8.self)
    #expect(try findings("[{ record: '\(record)' }]") == [])
    #expect(
      try findings("[{ record: '\(record.replacing("errors", with: "error"))' }]")
        == ["different record"])
  }

  @Test func `an order that is not the one of the records fails`() throws {
    let two = try RuleTestBench(
      """
        - name: t
          input:
          \(RuleTestBench.errors(3))
          \(RuleTestBench.errors(3, host: "b"))
          expect:
            - { to: firing, group: { host: b } }
            - { to: firing, group: { host: a } }

      """)
    #expect(try two.result().match.findings.map(\.summary) == ["different "])
  }

  @Test func `time goes on after the last line when the test drains`() throws {
    #expect(
      try findings("[{ to: firing }, { to: resolved, value: 0 }]", more: "drain: true") == [
        "different value"
      ])
    #expect(try findings("[{ to: firing }, { to: resolved, value: 2 }]", more: "drain: true") == [])
    #expect(try findings("[{ to: firing }]", more: "drain: false") == [])
  }

  @Test func `neither threads nor batches change what a test finds`() throws {
    let text = """
        - name: t
          input:
          \(RuleTestBench.errors(500))
          expect: [{ to: firing, value: 3 }]

      """
    for threads in [1, 3] {
      #expect(try RuleTestBench(text, threads: threads).result().passes)
    }
  }

  @Test func `entries of one log are read as they are written, however old`() throws {
    let bench = try RuleTestBench(
      """
        - name: t
          input:
            - lines: |
                2026-03-02T10:00:05Z error 3
                2026-03-02T10:00:06Z error 4
            - lines: |
                2026-03-02T10:00:00Z error 1
                2026-03-02T10:00:01Z error 2
          expect: []

      """)
    // The third line trips, which is the earliest of all and came late.
    #expect(
      try bench.result().transitions.first?.evidence.map(\.line) == [
        "2026-03-02T10:00:06Z error 4", "2026-03-02T10:00:05Z error 3",
        "2026-03-02T10:00:00Z error 1",
      ])
  }

  @Test func `a log without times makes a test unusable rather than passed`() throws {
    let bench = try RuleTestBench(
      """
        - name: t
          input: [{ line: no time in here }]
          expect: []

      """)
    let result = try bench.result()
    #expect(result.match.passes)
    #expect(!result.passes)
    #expect(result.timeless == ["input"])
  }

  @Test func `times without a year are of the year of the test`() throws {
    let bench = try RuleTestBench(
      """
        - name: t
          input:
            - { line: '{{time:MMM dd HH:mm:ss}} host error', repeat: 3, start: 2019-03-02T10:00:00Z, every: 1s }
          expect: [{ to: firing, time: 2019-03-02T10:00:02Z, group: { host: null } }]

      """)
    #expect(try bench.result().passes)
  }
}

extension ExpectationMatch.Finding {
  /// Short enough to be listed.
  var summary: String {
    switch self {
    case .different(_, _, let fields):
      "different \(fields.map(\.key.rawValue).joined(separator: ", "))"
    case .missing(let expectation, let nearest):
      "missing \(expectation.fields.map(\.key.rawValue).joined(separator: ", "))"
        + (nearest.map { "; nearest \($0.to.rawValue)" } ?? "")
    case .unexpected(let transition): "unexpected \(transition.to.rawValue)"
    case .unwritten(let transitions): "unwritten \(transitions.count)"
    }
  }
}
