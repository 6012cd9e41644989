import TestKit
import Testing

/// The referee on section 4: the record, its identity and its evidence.
@Suite struct NaiveRecordTests {
  @Test func `a record has its keys in order`() {
    var monitor = minute(.init(.greater, 1), groupBy: ["host"])
    monitor.name = "Slow \"api\""
    let log = [line(1, host: "a"), line(2.5, host: "a")]
    // The id was computed by sha256sum over
    // ["Slow \"api\"",{"host":"a"},"critical","firing","2026-03-01T10:00:02.500Z",1,"2026-03-01T10:00:10.000Z"]
    #expect(
      records([monitor], [log]) == [
        #"{"id":"40b2a418fa4c6c73","time":"2026-03-01T10:00:02.500Z","monitor":"Slow \"api\"","#
          + #""level":"critical","to":"firing","reason":"condition","group":{"host":"a"},"value":2,"#
          + #""threshold":"> 1","window":{"start":"2026-03-01T09:59:10.000Z","#
          + #""end":"2026-03-01T10:00:10.000Z"},"evidence":[{"file":"log0","generation":"g1","#
          + #""offset":52,"line":"{\"timestamp\":\"2026-03-01T10:00:02.500Z\",\"host\":\"a\"}"},"#
          + #"{"file":"log0","generation":"g1","offset":0,"#
          + #""line":"{\"timestamp\":\"2026-03-01T10:00:01.000Z\",\"host\":\"a\"}"}],"actions":[]}"#
      ])
  }

  @Test func `a resolved alert has the ordinal of its firing, the next alert one more`() {
    let monitor = minute(.init(.greater, 0), resolutionWindow: 0)
    let told = records([monitor], [lines(0, 61)], drain: true)
    let ids = told.map { members(of: $0)["id"] as? String }
    func id(_ to: String, _ time: Double, _ ordinal: Int, _ end: Double) -> String {
      let (time, end) = (ten + Int64(time * 1_000), ten + Int64(end * 1_000))
      let identity =
        #"["m",{},"critical","\#(to)","\#(NaiveTime.text(time))",\#(ordinal),"\#(NaiveTime.text(end))"]"#
      return String(naiveSHA256(identity).prefix(16))
    }
    #expect(
      ids == [
        id("firing", 0, 1, 0), id("resolved", 60, 1, 60), id("firing", 61, 2, 70),
        id("resolved", 130, 2, 130),
      ])
  }

  @Test func `a resolved record names the comparison that cleared it and has no evidence`() {
    var monitor = minute(.init(.column("x"), .greater, 1), of: .count, resolutionWindow: 0)
    func resolved() -> [String: Any] {
      members(of: records([monitor], [lines(0, 1)], drain: true).last!)
    }
    #expect(resolved()["to"] as? String == "resolved")
    #expect(resolved()["threshold"] as? String == "x <= 1")
    #expect((resolved()["evidence"] as? [Any])?.isEmpty == true)
    monitor.levels[0].resolve = .init(.column("x"), .less, 0.5)
    #expect(resolved()["threshold"] as? String == "x < 0.5")
  }

  @Test func `evidence is the newest lines of the window, of that group, newest first`() {
    var monitor = minute(.init(.greater, 2), groupBy: ["host"])
    monitor.evidence = 3
    let log = [
      line(0, host: "a"), line(70, host: "a"), line(69, host: "a"), line(71, host: "b"),
      line(70, host: "a"),
    ]
    let width = line(0, host: "a").utf8.count + 1
    let record = records([monitor], [log])[0]
    // The first line left the window; of the two at 70 the later one is newer.
    #expect(evidence(of: record).map { $0.offset / width } == [4, 1, 2])
    monitor.evidence = 1
    #expect(evidence(of: records([monitor], [log])[0]).map { $0.offset / width } == [4])
  }

  @Test func `evidence of the same time comes from the later source first`() {
    let monitor = minute(.init(.greater, 2))
    let record = records([monitor], [lines(5, 6), lines(6, 7), lines(5)])[0]
    #expect(evidence(of: record).map(\.file) == ["log0", "log2", "log0"])
  }

  @Test func `SHA-256 gives the published digests`() {
    #expect(
      naiveSHA256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      naiveSHA256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      naiveSHA256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  @Test func `a monitor is written as the rule it is`() {
    var monitor = minute(
      .init(.column("n"), .greater, 5), groupBy: ["host"],
      resolve: .init(.column("n"), .lessOrEqual, 3), resolutionWindow: 0, noValue: .keep)
    monitor.filter = .and(.number(field: "rt", .greater, 2.5), .contains(field: "msg", "\"api"))
    monitor.fold = .aggregate(
      [NaiveAggregate(.count, as: "n"), NaiveAggregate(.pct(95), "rt", as: "p")], by: ["host"])
    monitor.rowFilter = .init("p", .notEqual, 3)
    #expect(
      naiveRuleText([monitor]) == #"""
        monitors:
          - name: m
            query: |
              * | where (rt > 2.5 and msg contains "\"api") | count as n, pct(rt, 95) as p by host | where p != 3
            window: 1m
            every: 10s
            group_by: [host]
            critical: { alert: "n > 5", resolve: "n <= 3", resolution_window: 0s, no_value: keep }

        """#)
  }
}
