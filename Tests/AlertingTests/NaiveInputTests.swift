import TestKit
import Testing

/// The referee on section 1 and 2: which lines count, when, and in which order.
@Suite struct NaiveInputTests {
  let busy = minute(.init(.greater, 2))
  let any = minute(.init(.greater, 0))

  @Test func `sources are merged by the time of their next line`() {
    let sources = [lines(0, 100), lines(5, 10)]
    #expect(story([busy], sources) == ["10 firing {} 3"])
  }

  @Test func `an untimed line counts at the time of the line before it`() {
    let log = [line(5), line(nil), "plain words", line(200)]
    #expect(story(busy, log).first == "5 firing {} 3")
  }

  @Test func `a malformed line counts nowhere`() {
    let log = [line(5), line(6), "{\"timestamp\":\"2026-03-01T10:00:07.000Z\",\"ho", line(8)]
    #expect(story(busy, log) == ["8 firing {} 3"])
  }

  @Test func `a line far ahead is refused when the next one falls back`() {
    let log = lines(0, 1_000, 1, 2)
    #expect(story(busy, log) == ["2 firing {} 3"])
  }

  @Test func `a line far ahead is absorbed first when the next one stays with it`() {
    let log = lines(0, 1_000, 1_001, 1_002)
    #expect(story(busy, log) == ["1002 firing {} 3"])
  }

  @Test func `a held line is accepted at the end of its source`() {
    let log = lines(0, 1_000)
    let expected = ["0 firing {} 1", "120 resolved {} 0", "1000 firing {} 1"]
    #expect(story(any, log) == expected)
  }

  @Test func `a line exactly max_ahead ahead is not held`() {
    let expected = ["0 firing {} 1", "120 resolved {} 0", "300 firing {} 1"]
    #expect(story(any, lines(0, 300, 1)) == expected)
    #expect(story(any, lines(0, 300.001, 1)) == ["0 firing {} 1"])
  }

  @Test func `the second of two lines far ahead decides about the first only`() {
    // 1000 is accepted because 2000 does not fall back; 2000 is refused because 1001 does.
    let log = lines(0, 1_000, 2_000, 1_001, 1_002)
    #expect(story(busy, log) == ["1002 firing {} 3"])
  }

  @Test func `an untimed line shares the fate of the held line before it`() {
    let refused = [line(0), line(1_000), line(nil), line(1), line(2)]
    #expect(story(busy, refused) == ["2 firing {} 3"])
    let accepted = [line(0), line(1_000), line(nil), line(1_001)]
    #expect(story(busy, accepted) == ["1001 firing {} 3"])
  }

  @Test func `a line exactly at an instant belongs to its window, one at the start does not`() {
    let slow = minute(.init(.greater, 3), of: .avg)
    let log = [line(0, rt: "0"), line(60, rt: "10")]
    #expect(story(slow, log) == ["60 firing {} 10"])
  }

  @Test func `replay stops at the largest time, drain goes on`() {
    let slow = minute(.init(.greater, 3), of: .avg, resolutionWindow: 0)
    let log = [line(0, rt: "0"), line(65, rt: "10")]
    #expect(story(slow, log) == [])
    // The last hit is at 120, so 180 is the last instant that drain's 65 + 120 + 0 reaches.
    #expect(story(slow, log, drain: true) == ["70 firing {} 10", "180 resolved {} null no_data"])
  }

  @Test func `drain reaches as far as the longest resolution window`() {
    let log = lines(0)
    var monitor = minute(.init(.greater, 0), resolutionWindow: 60_000)
    #expect(story(monitor, log, drain: true).last == "120 resolved {} 0")
    monitor.levels[0].resolutionWindow = 120_000
    #expect(story(monitor, log, drain: true).last == "180 resolved {} 0")
  }

  @Test func `a late line enters undecided instants only`() {
    let fast = minute(.init(.less, 5), of: .avg)
    let log = [line(0, rt: "9"), line(61, rt: "9"), line(58, rt: "0"), line(71, rt: "9")]
    #expect(story(fast, log) == ["70 firing {} 4.5"])
  }

  @Test func `a late line trips at the largest time seen`() {
    #expect(story(busy, lines(0, 30, 25)) == ["30 firing {} 3"])
  }

  @Test func `a line too late for the window of the next instant trips nothing`() {
    let pair = minute(.init(.greater, 1))
    #expect(story(pair, lines(0, 100, 40)) == [])
    #expect(story(pair, lines(0, 100, 41)) == ["100 firing {} 2"])
  }

  @Test(arguments: [
    (10, 1), (60, 1), (90, 2), (600, 10), (3_600, 60), (61, 1), (86_400, 1_440), (127, 1),
  ])
  func `the default step divides the window`(window: Int64, step: Int64) {
    let monitor = NaiveMonitor(window: window * 1_000, levels: [])
    #expect(monitor.step == step * 1_000)
  }

  @Test func `instants are decided across monitors in ascending order`() {
    var slow = minute(.init(.greater, 3), of: .avg)
    slow.name = "z"
    var slower = slow
    slower.name = "a"
    slower.every = 20_000
    let log = [line(0, rt: "9"), line(15, rt: "0"), line(70, rt: "9"), line(90, rt: "9")]
    let names = records([slow, slower], [log]).map { members(of: $0)["monitor"] as? String }
    // z at 70; a at 80, where z already fires.
    #expect(names == ["z", "a"])
  }
}
