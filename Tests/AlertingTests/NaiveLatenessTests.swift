import TestKit
import Testing

/// The referee on sections 1 and 2: sources whose lines may be late, and sums that can only grow.
@Suite struct NaiveLatenessTests {
  /// Is slow on average, over a minute, looked at every ten seconds.
  let slow = minute(.init(.greater, 5), of: .avg, resolutionWindow: 0)

  @Test func `an instant waits for the lateness of its source`() {
    let log = [
      line(0, rt: "1"), line(50, rt: "1"), line(75, rt: "1"), line(58, rt: "30"), line(95, rt: "1"),
    ]
    // Without lateness 60 and 70 are decided before 58 comes: at 80 (1 + 1 + 30) / 3 = 10.67.
    #expect(story(slow, log).first?.hasPrefix("80 firing") == true)
    // With 20 s the watermark is 55 then: 60 sees 50 and 58, (1 + 30) / 2 = 15.5.
    #expect(story(slow, log, lateness: 20_000).first == "60 firing {} 15.5")
  }

  @Test func `an instant exactly at the watermark is not decided yet`() {
    let log = [line(0, rt: "1"), line(80, rt: "1"), line(55, rt: "9"), line(95, rt: "1")]
    // 80 - 20 = 60: the line of 55 still enters the window of 60.
    #expect(story(slow, log, lateness: 20_000).first == "60 firing {} 9")
    // 80 - 19.999 is past 60: decided without it, and 70 has 55 only.
    #expect(story(slow, log, lateness: 19_999).first == "70 firing {} 9")
  }

  @Test func `a line after an instant is not in its window`() {
    let log = [line(0, rt: "1"), line(55, rt: "1"), line(62, rt: "99"), line(95, rt: "99")]
    // 62 and 95 are absorbed before 60 is decided (95 - 30 = 65): 60 has only 55. 70 has 55 and
    // 62: (1 + 99) / 2 = 50.
    #expect(story(slow, log, lateness: 30_000) == ["70 firing {} 50"])
  }

  @Test func `replay ends at the largest time whatever the lateness`() {
    let log = [line(0, rt: "9"), line(70, rt: "9")]
    // The line of 70 stands in (10, 70] alone; 60 is empty: no value.
    #expect(story(slow, log, lateness: 600_000) == ["70 firing {} 9"])
  }

  @Test func `the latest of the sources holds the monitor`() {
    let one = [line(0, rt: "1"), line(50, rt: "1"), line(75, rt: "1"), line(95, rt: "1")]
    let two = [line(75, rt: "1"), line(58, rt: "30")]
    // Merged: 0, 50, 75 (first), 75 (second), 58, 95.
    func first(_ latenesses: [Int64]) -> String? {
      story([slow], [one, two], latenesses: latenesses).first
    }
    #expect(first([0, 20_000]) == "60 firing {} 15.5")
    // It does not matter which of the two it is, not even when it has ended.
    #expect(first([20_000, 0]) == "60 firing {} 15.5")
    // At 80: (1 + 1 + 1 + 30) / 4 = 8.25, from 50, 75, 75 and 58.
    #expect(first([0, 0]) == "80 firing {} 8.25")
    #expect(first([0, 0]) == first([]))
  }

  @Test func `a source that ended long ago does not hold the others`() {
    let other = [line(0, rt: "1")]
    let log = [line(0, rt: "1"), line(50, rt: "9"), line(75, rt: "1"), line(95, rt: "1")]
    // 95 - 10 = 85: 60 was decided on the line of 75, as (0, 60] has 50 only: 9.
    #expect(
      story([slow], [other, log], latenesses: [10_000, 0]).first == "60 firing {} 9")
  }

  @Test func `a count trips on the line in the window after the largest time, not the watermark`() {
    let busy = minute(.init(.greater, 2))
    // T* of 75 is 80: the window (20, 80] has 30, 75 and then 31.
    #expect(story(busy, lines(30, 75, 31), lateness: 60_000).first == "75 firing {} 3")
  }

  @Test func `a late line trips nothing when only older windows hold it`() {
    let busy = minute(.init(.greater, 2))
    // 5, 6 and 7 are not in (20, 80]; when time ends, they are in (-50, 10], which was undecided.
    let told = story(busy, lines(5, 6, 75, 7), lateness: 120_000)
    #expect(told.first == "10 firing {} 3")
    // Without lateness 10 was decided with two of them.
    #expect(story(busy, lines(5, 6, 75, 7)) == [])
  }

  @Test func `an alert ahead of the decided instants does not resolve before it fired`() {
    var busy = minute(.init(.greater, 2), resolutionWindow: 0)
    busy.window = 20_000
    // Fires on the line of 63. Then 10 to 60 are decided, each clear, but earlier than 63. At 70
    // there are 3 lines; at 90 none in (70, 90].
    let log = lines(0, 61, 62, 63, 130)
    #expect(story(busy, log, lateness: 60_000) == ["63 firing {} 3", "90 resolved {} 0"])
  }

  @Test func `an alert may resolve in the past and trip again on the line that let it`() {
    var busy = minute(.init(.greater, 2), resolutionWindow: 0)
    busy.window = 20_000
    // Fires on the line of 3. 40 is past 36 - 20 = 16, so 10 is decided (3 lines); with 41 the
    // watermark is 21: 20 has none of (0, 20] but 1, 2, 3: a hit. With 51, 30 is decided: (10, 30]
    // is empty, so it resolves, and the same line finds 4 lines in (40, 60].
    let log = lines(1, 2, 3, 36, 41, 42, 43, 51)
    #expect(
      story(busy, log, lateness: 20_000) == [
        "3 firing {} 3", "30 resolved {} 0", "51 firing {} 4",
      ])
  }

  @Test func `silence waits for late lines`() {
    let monitor = NaiveMonitor(
      window: 60_000, every: 10_000, levels: [], missingData: NaiveMissingData(window: 60_000))
    // 70 would be empty; with 30 s it is decided only after 12 came, late.
    #expect(
      story(monitor, lines(5, 75, 12, 95)) == [
        "70 missing_data firing {} null no_data", "80 missing_data resolved {} null",
      ])
    #expect(story(monitor, lines(5, 75, 12, 95), lateness: 30_000) == [])
  }

  @Test func `an instant does not know a group whose lines are all later`() {
    let monitor = minute(.init(.less, 1), groupBy: ["host"])
    // b speaks at 65 first, before 60 is decided; 60 looks at a alone. b at 130 is known for 65 s
    // and has left.
    let log = lines(0, 55, host: "a") + [line(65, host: "b")] + lines(85, 100, 131, host: "a")
    #expect(story(monitor, log, lateness: 20_000) == [#"130 firing {"host":"b"} 0"#])
  }

  @Test func `lateness changes no instant of a log in order`() {
    let log = (0..<40).map { line(Double($0) * 9, host: $0 / 7 % 2 == 0 ? "a" : "b", rt: "6") }
    var monitor = minute(
      .init(.greater, 5), of: .avg, by: ["host"], groupBy: ["host"], resolutionWindow: 0,
      holdFor: 10_000)
    monitor.missingData = NaiveMissingData(window: 30_000, perGroup: true)
    monitor.levels.append(NaiveLevel(.warning, .init(.less, 3), noValue: .hit))
    let told = records([monitor], [log])
    #expect(told.count > 8)
    for lateness: Int64 in [1, 9_000, 40_000, 150_000, 1_000_000] {
      #expect(records([monitor], [log], latenesses: [lateness]) == told, "\(lateness) ms")
    }
  }

  // MARK: Sums that can only grow

  func flagged(_ yes: Double, _ no: Double, _ alert: NaiveComparison) -> NaiveMonitor {
    var monitor = minute(alert)
    let flag = NaiveFlag(.number(field: "rt", .greater, 2), yes, no)
    monitor.fold = .aggregate([NaiveAggregate(sumOf: flag, as: "n")], by: [])
    return monitor
  }

  let mixed = [line(0, rt: "3"), line(1, rt: "1"), line(2, rt: "9"), line(3), line(65)]

  @Test func `a sum of ones and zeros trips on the line`() {
    // 3 and 9 are above 2; a line without rt is not.
    #expect(story(flagged(1, 0, .init(.greater, 1)), mixed).first == "2 firing {} 2")
    // 2.5 + 0.5 + 2.5 = 5.5 on the third line, 6 on the fourth.
    #expect(story(flagged(2.5, 0.5, .init(.greaterOrEqual, 6)), mixed).first == "3 firing {} 6")
  }

  @Test func `a sum that can shrink, or has to be small, waits for an instant`() {
    // 1 - 1 + 1 - 1 is 1 after the first line; in (0, 60] there are 1, 2, 3: -1 + 1 - 1 = -1, and
    // in (5, 65]…70 only 65, which has no rt: -1.
    #expect(story(flagged(1, -1, .init(.greater, 0)), mixed) == [])
    #expect(story(flagged(1, -1, .init(.less, 0)), mixed) == ["60 firing {} -1"])
    // (0, 60] has one above 2.
    #expect(story(flagged(1, 0, .init(.lessOrEqual, 1)), mixed) == ["60 firing {} 1"])
  }

  @Test func `the new keys are written as a rule file has them`() {
    var monitor = flagged(1, 0, .init(.greater, 5))
    monitor.groupBy = ["host"]
    monitor.fold = .aggregate(
      [
        NaiveAggregate(
          sumOf: NaiveFlag(.number(field: "rt", .greater, 2), 1, 0), as: "n")
      ], by: ["host"])
    monitor.levels[0].holdFor = 20_000
    monitor.missingData = NaiveMissingData(window: 120_000, perGroup: true)
    monitor.atLeast = NaiveAtLeast(3, of: 5)
    monitor.keepFiringFor = 30_000
    #expect(
      naiveRuleText([monitor]) == #"""
        monitors:
          - name: m
            query: |
              * | if(rt > 2, 1, 0) as n_flag | sum(n_flag) as n by host
            window: 1m
            every: 10s
            group_by: [host]
            critical: { alert: "> 5", for: 20s }
            missing_data: { window: 2m, per_group: true }
            at_least: 3 of 5
            keep_firing_for: 30s

        """#)
  }
}
