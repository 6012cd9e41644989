import Alerting
import Records
import Testing

@Suite struct TransitionRecordTests {
  private func transition(value: Double?, group: GroupKey = GroupKey()) -> Transition {
    Transition(
      id: "0123456789abcdef", time: 1_772_445_600_007, monitor: "a \"b\"\n\u{1}\u{7F}ü",
      level: .critical, to: .firing, reason: .condition, group: group, value: value,
      threshold: "> 5", windowStart: -1, windowEnd: 0,
      evidence: [EvidenceLine(file: "x", generation: "g", offset: 3, line: "{\"a\":\"\\u0041\"}")],
      actions: [PlannedAction(name: "n", kind: "webhook", mode: .live)])
  }

  @Test func `the record has its keys in the order promised`() {
    let group = GroupKey([
      ("s", .text("t")), ("n", .null), ("b", .bool(true)), ("w", .whole(-3)), ("d", .number(0.5)),
    ])
    let expected =
      #"{"id":"0123456789abcdef","time":"2026-03-02T10:00:00.007Z","monitor":"a \"b\"\n\u0001"#
      + "\u{7F}ü\""
      + #","level":"critical","to":"firing","reason":"condition","group":{"s":"t","n":null,"b":true,"#
      + #""w":-3,"d":0.5},"value":1.5,"threshold":"> 5","window":{"start":"#
      + #""1969-12-31T23:59:59.999Z","end":"1970-01-01T00:00:00.000Z"},"evidence":[{"file":"x","#
      + #""generation":"g","offset":3,"line":"{\"a\":\"\\u0041\"}"}],"actions":[{"name":"n","#
      + #""kind":"webhook","mode":"live"}]}"#
    let record = transition(value: 1.5, group: group).json()
    #expect(String(decoding: record, as: UTF8.self) == expected)
  }

  @Test(arguments: [nil, Double.nan, .infinity])
  func `what is no number is null`(_ value: Double?) {
    let record = String(decoding: transition(value: value).json(), as: UTF8.self)
    #expect(record.contains(#""value":null,"#))
  }

  @Test func `the id is the digest of what the step is`() {
    // printf '["m",{"host":"a"},"critical","firing","2026-03-02T10:00:00.000Z",1,
    // "2026-03-02T10:00:00.000Z"]' | sha256sum
    let time: Int64 = 1_772_445_600_000
    func id(ordinal: Int) -> String {
      Transition.identity(
        monitor: "m", group: GroupKey([("host", .text("a"))]), level: .critical, to: .firing,
        time: time, ordinal: ordinal, windowEnd: time)
    }
    #expect(id(ordinal: 1) == "ebebd48b49a953d8")
    #expect(id(ordinal: 2) != id(ordinal: 1))
  }
}
