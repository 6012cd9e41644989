import Alerting
import Records
import TerminalUI
import TestKit
import Testing

@Suite struct TimelineTests {
  let morning: Int64 = 1_748_769_262_000

  func transition(
    _ to: Transition.Step, after milliseconds: Int64 = 0, monitor: String = "Slow /api/data",
    level: Level = .critical, reason: Transition.Reason = .condition, value: Double? = 6,
    group: GroupKey = GroupKey([("host", .text("web-1"))]), evidence: [String] = [],
    actions: [PlannedAction] = []
  ) -> Transition {
    let time = morning + milliseconds
    return Transition(
      id: "0123456789abcdef", time: time, monitor: monitor, level: level, to: to, reason: reason,
      group: group, value: value, threshold: "> 5", windowStart: time - 600_000, windowEnd: time,
      evidence: evidence.enumerated().map {
        EvidenceLine(file: "app.log", generation: "g", offset: Int64($0.offset), line: $0.element)
      }, actions: actions)
  }

  @Test func `an alert is told from its start to its end`() {
    var timeline = Timeline(terminal: .plain, tense: .wouldRun)
    var text = timeline.text(
      for: transition(
        .firing, evidence: (1...5).map { "{\"n\":\($0)}" },
        actions: [
          PlannedAction(name: "page-oncall", kind: "webhook", mode: .live),
          PlannedAction(name: "reboot-web", kind: "aws.ec2.restore", mode: .shadow),
        ]))
    text += timeline.text(
      for: transition(
        .firing, after: 60_000, level: .warning, group: GroupKey(), evidence: ["\u{1B}[2Jgone"]))
    text += timeline.text(for: transition(.resolved, after: 998_250, value: 2))
    text += timeline.text(
      for: transition(
        .firing, after: 86_400_000, monitor: "API down", level: .missingData, reason: .noData,
        value: nil, group: GroupKey([("route", .null), ("zone", .whole(3))])))
    text += timeline.closing(monitors: ["API down", "Slow /api/data", "Error ratio"])
    #expect(
      text == """
        Sunday 2025-06-01 UTC

        09:14:22      ● CRITICAL           Slow /api/data  host=web-1
                      value                6, alerts at > 5 over 10 min
                      evidence             5 lines of app.log
                                           │ {"n":1}
                                           │ {"n":2}
                                           │ {"n":3}
                                           │ … 2 more
                      would run            page-oncall (webhook), reboot-web (aws.ec2.restore, shadow)

        09:15:22      ● WARNING            Slow /api/data
                      value                6, alerts at > 5 over 10 min
                      evidence             1 line of app.log
                                           │ \\e[2Jgone

        09:31:00.250  ✓ resolved critical  Slow /api/data  host=web-1  after 16 min 38 s
                      value                2, clear at > 5 over 10 min

        Monday 2025-06-02 UTC

        09:14:22      ● NO DATA            API down  route=null zone=3
                      value                none, alerts at > 5 over 10 min, no data

        3 alerts
          API down        1 no data; 1 still firing
          Slow /api/data  1 critical, 1 warning; longest 16 min 38 s; 1 still firing
        quiet: Error ratio

        """)
  }

  @Test func `a quiet night is said in a line`() {
    let timeline = Timeline(terminal: .plain, tense: .wouldRun)
    #expect(timeline.closing() == "no alerts\n")
    #expect(timeline.closing(monitors: ["b", "a"]) == "no alerts: a, b\n")
  }

  @Test func `on a screen evidence is cut and levels have colours`() {
    let screen = Terminal(isInteractive: true, columns: 60, palette: .coloured)
    var timeline = Timeline(terminal: screen, tense: .runs)
    let line = String(repeating: "0123456789", count: 10)
    let text = timeline.text(for: transition(.firing, evidence: [line]))
    #expect(text.contains("\u{1B}[1;31m● CRITICAL"))
    #expect(text.contains("│ \u{1B}[0m0123456789012345678901…\n"))
    #expect(!text.contains(line))
  }
}
