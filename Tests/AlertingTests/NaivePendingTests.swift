import TestKit
import Testing

/// The referee on section 3: `for`, `at_least` and `keep_firing_for`.
///
/// The monitors look at one minute every ten seconds: a line at t stands in the windows of the
/// instants from t up to, not including, t + 60.
@Suite struct NaivePendingTests {
  // MARK: for

  @Test func `a condition with for is pending from its first hit and fires when it has lasted`() {
    let monitor = minute(.init(.greater, 1), holdFor: 20_000)
    // 2 lines at 10 (first hit), so 10 + 20 = 30. Nothing trips on the line at 6.
    #expect(story(monitor, lines(5, 6, 45)) == ["10 pending {} 2", "30 firing {} 2"])
  }

  @Test func `a while that ends between instants is over at the next one`() {
    let monitor = minute(.init(.greater, 1), holdFor: 20_001)
    // 30 - 10 = 20 s is less than 20.001 s, 40 - 10 is not.
    #expect(story(monitor, lines(5, 6, 45)) == ["10 pending {} 2", "40 firing {} 2"])
  }

  @Test func `a pending that ends emits nothing`() {
    let monitor = minute(.init(.greater, 1), holdFor: 60_000)
    // The lines of 5 and 6 stand in the windows of 10 to 60; 60 - 10 = 50 s, and 70 has none.
    #expect(story(monitor, lines(5, 6), drain: true) == ["10 pending {} 2"])
  }

  @Test func `a run of hits that broke begins anew`() {
    let monitor = minute(.init(.greater, 1), holdFor: 60_000)
    // Hits 10 to 60 by (5, 6); at 70 there is only 61; at 80 there are 61 and 75, which stays up to
    // 120. At 120 the line of 100 joins: 75 and 100 at 130; 80 + 60 = 140 has only 100.
    #expect(
      story(monitor, lines(5, 6, 61, 75, 100, 145)) == ["10 pending {} 2", "80 pending {} 2"])
  }

  @Test func `a pending counts as the coming alert`() {
    let monitor = minute(.init(.greater, 1), holdFor: 20_000)
    let told = records([monitor], [lines(5, 6, 45)])
    func id(_ to: String, _ time: Int64) -> String {
      let text = NaiveTime.text(ten + time * 1_000)
      return String(
        naiveSHA256(#"["m",{},"critical","\#(to)","\#(text)",1,"\#(text)"]"#).prefix(16))
    }
    #expect(told.map { members(of: $0)["id"] as? String } == [id("pending", 10), id("firing", 30)])
    // Both show the newest lines first; each line is 40 bytes and a newline.
    #expect(told.map { evidence(of: $0).map { $0.offset / 41 } } == [[1, 0], [1, 0]])
    #expect(told.allSatisfy { members(of: $0)["threshold"] as? String == "> 1" })
  }

  @Test func `two pendings without an alert between them have the same ordinal`() {
    let monitor = minute(.init(.greater, 0), holdFor: 60_000)
    // The line of 0 is there from 0 to 50, the line of 100 from 100 to 150.
    let told = records([monitor], [lines(0, 100)])
    let end = NaiveTime.text(ten + 100_000)
    let id = naiveSHA256(#"["m",{},"critical","pending","\#(end)",1,"\#(end)"]"#).prefix(16)
    #expect(told.count == 2)
    #expect(members(of: told[1])["id"] as? String == String(id))
  }

  @Test func `a count with for is judged before a whole window has passed`() {
    // More lines only confirm it, however long it has to last: 5 s after the first line it is a hit.
    let monitor = minute(.init(.greater, 0), holdFor: 10_000)
    #expect(story(monitor, lines(5, 25)) == ["10 pending {} 1", "20 firing {} 1"])
  }

  @Test func `for of 0s is no for`() {
    let monitor = minute(.init(.greater, 1), holdFor: 0)
    #expect(story(monitor, lines(5, 6)) == ["6 firing {} 2"])
  }

  @Test func `an alert that resolved is pending again before it fires again`() {
    let monitor = minute(.init(.greater, 0), resolutionWindow: 0, holdFor: 10_000)
    // 0: pending, 10: firing, 60: none left. 71 comes: pending at 80, firing at 90.
    #expect(
      story(monitor, lines(0, 71, 95)) == [
        "0 pending {} 1", "10 firing {} 1", "60 resolved {} 0", "80 pending {} 1", "90 firing {} 1",
      ])
  }

  @Test func `an instant without value that is kept breaks no run of hits`() {
    func monitor(_ noValue: NaiveLevel.NoValue) -> NaiveMonitor {
      minute(.init(.greater, 3), of: .avg, holdFor: 40_000, noValue: noValue)
    }
    // Judged from 60 on. 9 is there at 60 and 70 (from 20 to 70), nothing at 80, 9 again at 90
    // and 100, where 100 - 60 = 40 s.
    let log = [line(0, rt: "1"), line(20, rt: "9"), line(81, rt: "9"), line(105, rt: "9")]
    #expect(story(monitor(.keep), log) == ["60 pending {} 9", "100 firing {} 9"])
    #expect(story(monitor(.clear), log) == ["60 pending {} 9", "90 pending {} 9"])
  }

  @Test func `only a hit fires, a kept instant does not`() {
    let monitor = minute(.init(.greater, 3), of: .avg, holdFor: 20_000, noValue: .keep)
    // Hits at 60 and 70; at 80 the 20 s are over, but there is no value; 91 makes 100 a hit.
    let log = [line(0, rt: "1"), line(20, rt: "9"), line(91, rt: "9"), line(105, rt: "9")]
    #expect(story(monitor, log) == ["60 pending {} 9", "100 firing {} 9"])
  }

  @Test func `no value can be pending too`() {
    let monitor = minute(.init(.greater, 3), of: .avg, holdFor: 20_000, noValue: .hit)
    // 1 is there up to 50, so 60 is the first instant judged and the first without a value.
    #expect(
      story(monitor, [line(0, rt: "1"), line(85)]) == [
        "60 pending {} null no_data", "80 firing {} null no_data",
      ])
  }

  @Test func `a pending group is looked at although its window is empty`() {
    let monitor = minute(
      .init(.greater, 3), of: .avg, by: ["host"], groupBy: ["host"], holdFor: 30_000, noValue: .hit)
    // b is known from 10 on, judged from 70 on, where it has 9 of the line at 65. That line is
    // there up to 120: pending at 70, firing at 100. c's only line, at 10, is there up to 60, when
    // c is too new: it is forgotten and never pending.
    let log = [
      line(0, host: "a", rt: "1"), line(10, host: "b", rt: "9"), line(10, host: "c", rt: "9"),
      line(65, host: "b", rt: "9"), line(105, host: "a", rt: "1"),
    ]
    #expect(
      story(monitor, log) == [#"70 pending {"host":"b"} 9"#, #"100 firing {"host":"b"} 9"#])
    // With a line at 20 instead of 65, b's last hit with a value is at 70; nothing at 80 is a hit.
    let early = [
      line(0, host: "a", rt: "1"), line(10, host: "b", rt: "9"), line(20, host: "b", rt: "9"),
      line(105, host: "a", rt: "1"),
    ]
    #expect(
      story(monitor, early) == [
        #"70 pending {"host":"b"} 9"#, #"100 firing {"host":"b"} null no_data"#,
      ])
  }

  // MARK: at_least

  /// More than one line in ten seconds, looked at every ten seconds.
  func busy(_ hits: Int, of instants: Int) -> NaiveMonitor {
    var monitor = minute(.init(.greater, 1), resolutionWindow: 0)
    monitor.window = 10_000
    monitor.atLeast = NaiveAtLeast(hits, of: instants)
    return monitor
  }

  @Test func `at least two of three instants have to be hits`() {
    // 2 lines at 10, 1 at 20, 2 at 30: of 10, 20, 30 two are hits. Nothing trips on the line.
    #expect(story(busy(2, of: 3), lines(1, 2, 11, 21, 22, 35)) == ["30 firing {} 2"])
  }

  @Test func `hits too far apart do not add up`() {
    // Hits at 10 and 40: of 20, 30, 40 only one is.
    #expect(story(busy(2, of: 3), lines(1, 2, 11, 21, 31, 32, 45)) == [])
    #expect(story(busy(2, of: 4), lines(1, 2, 11, 21, 31, 32, 45)) == ["40 firing {} 2"])
  }

  @Test func `instants before the first one are misses`() {
    // The first instant is 10; with 20 it makes two of five, with 30 three.
    #expect(story(busy(3, of: 5), lines(1, 2, 11, 12, 25)) == [])
    #expect(story(busy(3, of: 5), lines(1, 2, 11, 12, 21, 22, 35)) == ["30 firing {} 2"])
  }

  @Test func `an alert holds as long as enough of the last instants were hits`() {
    // Hits at 10 and 20, none after. Of (10, 20, 30) two are hits, so 30 is one too; of
    // (20, 30, 40) one is, and 40 is clear.
    #expect(
      story(busy(2, of: 3), lines(1, 2, 11, 12, 21, 55)) == ["20 firing {} 2", "40 resolved {} 0"])
  }

  @Test func `an instant that satisfies the condition is never clear`() {
    var monitor = busy(3, of: 3)
    monitor.levels[0].resolve = .init(.lessOrEqual, 5)
    // Hits at 10, 20, 30. 40 is a miss and clear: of (20, 30, 40) only two.
    #expect(
      story(monitor, lines(1, 2, 11, 12, 21, 22, 45)) == ["30 firing {} 2", "40 resolved {} 0"])
    // With a resolution window of 10 s, 40 is clear, 50 satisfies the alert again, which is too
    // little for a hit but breaks the run; 60 and 70 are clear, and 70 - 60 = 10 s.
    monitor.levels[0].resolutionWindow = 10_000
    #expect(
      story(monitor, lines(1, 2, 11, 12, 21, 22, 41, 42, 75)) == [
        "30 firing {} 2", "70 resolved {} 0",
      ])
  }

  @Test func `for applies to at_least`() {
    var monitor = busy(2, of: 3)
    monitor.levels[0].holdFor = 20_000
    // Hits at 20 (10, 20), 30 (10, 20 or 20, 30), 40: from 20 to 40 without a break. The lines of
    // 31 and 32 make 40 satisfy it; 30 does not, and yet two of (10, 20, 30) do.
    #expect(
      story(monitor, lines(1, 2, 11, 12, 31, 32, 45)) == ["20 pending {} 2", "40 firing {} 2"])
    // Without them (20, 30, 40) has one: the run 20, 30 is too short.
    #expect(story(monitor, lines(1, 2, 11, 12, 45)) == ["20 pending {} 2"])
  }

  @Test func `the value is that of the instant, even when others made it a hit`() {
    var monitor = busy(2, of: 4)
    monitor.levels[0].holdFor = 20_000
    // Satisfied at 10 and 20. Two of (…, 10, 20), of (…, 10, 20, 30) and of (10, 20, 30, 40): hits
    // from 20 to 40, where no line is left.
    #expect(story(monitor, lines(1, 2, 11, 12, 45)) == ["20 pending {} 2", "40 firing {} 0"])
  }

  @Test func `an instant that is not judged is a miss`() {
    var monitor = minute(.init(.less, 5))
    monitor.atLeast = NaiveAtLeast(2, of: 3)
    // Judged from 60 on, so 70 is the second hit.
    #expect(story(monitor, lines(0, 75)) == ["70 firing {} 0"])
  }

  @Test func `the hits of one group do not help another`() {
    var monitor = busy(2, of: 2)
    monitor.groupBy = ["host"]
    // a satisfies it at 10 and 30, b at 20 and 30.
    let log = [
      line(1, host: "a"), line(2, host: "a"), line(11, host: "b"), line(12, host: "b"),
      line(21, host: "a"), line(21, host: "b"), line(22, host: "a"), line(22, host: "b"), line(35),
    ]
    #expect(story(monitor, log) == [#"30 firing {"host":"b"} 2"#])
  }

  // MARK: keep_firing_for

  @Test func `no alert resolves before its last hit is long enough ago`() {
    var monitor = minute(.init(.greater, 1), resolutionWindow: 0)
    monitor.keepFiringFor = 30_000
    // Hits at 10 to 60; clear from 70 on, but 60 + 30 = 90.
    #expect(story(monitor, lines(5, 6), drain: true) == ["6 firing {} 2", "90 resolved {} 0"])
  }

  @Test func `clear instants count while an alert is kept firing`() {
    var monitor = minute(.init(.greater, 1), resolutionWindow: 30_000)
    monitor.keepFiringFor = 20_000
    // Clear since 70: 70 + 30 = 100 is later than 60 + 20 = 80.
    #expect(story(monitor, lines(5, 6), drain: true) == ["6 firing {} 2", "100 resolved {} 0"])
    monitor.keepFiringFor = 40_001
    // 60 + 40.001 is just past 100, so 110.
    #expect(story(monitor, lines(5, 6), drain: true) == ["6 firing {} 2", "110 resolved {} 0"])
  }

  @Test func `an alert without value is kept firing too`() {
    var monitor = minute(.init(.greater, 3), of: .avg)
    monitor.keepFiringFor = 80_000
    let log = [line(0, rt: "1"), line(20, rt: "9"), line(160)]
    // Hits at 60 and 70. Without it, 70 + 60 = 130 would do; with it, 70 + 80 = 150.
    #expect(story(monitor, log) == ["60 firing {} 9", "150 resolved {} null no_data"])
  }

  @Test func `the last hit of a trip on the line is its time`() {
    var monitor = minute(.init(.greater, 0), resolutionWindow: 0)
    monitor.window = 10_000
    monitor.keepFiringFor = 25_000
    // Fires at 5, a hit at 10; 20 and 30 are too early (10 + 25 = 35), 40 is not.
    #expect(story(monitor, lines(5), drain: true) == ["5 firing {} 1", "40 resolved {} 0"])
  }

  // MARK: Drain

  @Test func `drain reaches as far as for, at_least and keep_firing_for need`() {
    // Largest time 5, window 60: 5 + 120 + 60 = 185 with the resolution window of a minute.
    var monitor = minute(.init(.less, 5))
    #expect(story(monitor, lines(5), drain: true) == ["70 firing {} 0"])
    // Judged at 70; 70 + 110 = 180 is reached, 70 + 120 = 190 only with for itself: 5 + 240.
    monitor.levels[0].holdFor = 110_000
    #expect(story(monitor, lines(5), drain: true) == ["70 pending {} 0", "180 firing {} 0"])
    monitor.levels[0].holdFor = 120_000
    #expect(story(monitor, lines(5), drain: true) == ["70 pending {} 0", "190 firing {} 0"])
    // 5 + 120 + 200 = 325: the last hit of two lines is at 60, and 60 + 200 = 260.
    var kept = minute(.init(.greater, 1))
    kept.keepFiringFor = 200_000
    #expect(story(kept, lines(4, 5), drain: true) == ["5 firing {} 2", "260 resolved {} 0"])
  }
}
