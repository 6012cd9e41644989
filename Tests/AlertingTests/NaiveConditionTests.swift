import TestKit
import Testing

/// The referee on section 3: what trips, when it is judged, and how it ends.
@Suite struct NaiveConditionTests {
  // MARK: Tripping

  @Test func `a count trips on the line, in the window of the next instant`() {
    let record = records([minute(.init(.greater, 2))], [lines(5, 6, 7)])[0]
    #expect(record.contains(#""time":"2026-03-01T10:00:07.000Z""#))
    #expect(
      record.contains(
        #""window":{"start":"2026-03-01T09:59:10.000Z","end":"2026-03-01T10:00:10.000Z"}"#))
  }

  @Test func `a line that the window of the next instant left behind does not add`() {
    #expect(story(minute(.init(.greater, 2)), lines(10, 61, 62)) == [])
    #expect(story(minute(.init(.greater, 2)), lines(11, 61, 62)) == ["62 firing {} 3"])
  }

  @Test func `min under a threshold trips on the line, max under one does not`() {
    let log = [line(0, rt: "9"), line(3, rt: "1"), line(60, rt: "1")]
    #expect(story(minute(.init(.less, 2), of: .min), log).first == "3 firing {} 1")
    #expect(story(minute(.init(.less, 2), of: .max), log).first == "60 firing {} 1")
  }

  @Test func `a sum never trips on the line, a field may be negative`() {
    let log = [line(0, rt: "9"), line(3, rt: "9"), line(60, rt: "1")]
    #expect(story(minute(.init(.greater, 5), of: .sum), log) == ["60 firing {} 10"])
  }

  @Test func `a filter after the aggregate makes a count wait for an instant`() {
    var monitor = minute(.init(.greater, 1), of: .count)
    #expect(story(monitor, lines(0, 1, 2, 70)).first == "1 firing {} 2")
    monitor.rowFilter = .init("x", .greater, 0)
    #expect(story(monitor, lines(0, 1, 2, 70)) == ["60 firing {} 2"])
  }

  @Test func `rows filtered out after the aggregate compare as 0`() {
    var monitor = minute(.init(.less, 1), of: .count)
    monitor.rowFilter = .init("x", .greater, 5)
    #expect(story(monitor, lines(0, 1, 2, 70)) == ["60 firing {} 0"])
  }

  @Test func `rows trip on the line of the next group`() {
    let monitor = minute(.init(.rows, .greater, 1), of: .count, by: ["host"])
    let log = [line(0, host: "a"), line(1, host: "a"), line(2, host: "b")]
    #expect(story(monitor, log) == ["2 firing {} 2"])
  }

  @Test func `any row trips and the farthest is shown`() {
    let monitor = minute(.init(.column("x"), .greater, 3), of: .avg, by: ["host"])
    let log = [
      line(0), line(10, host: "a", rt: "4"), line(20, host: "b", rt: "7"),
      line(30, host: "c", rt: "1"), line(60),
    ]
    #expect(story(monitor, log) == ["60 firing {} 7"])
  }

  @Test func `levels are independent and critical is decided first`() {
    var monitor = minute(.init(.greater, 2))
    monitor.levels.insert(NaiveLevel(.warning, .init(.greater, 1)), at: 0)
    #expect(story(monitor, lines(0, 1, 2)) == ["1 warning firing {} 2", "2 firing {} 3"])
    monitor.levels[1].alert.number = 1
    #expect(story(monitor, lines(0, 1, 2)) == ["1 firing {} 2", "1 warning firing {} 2"])
  }

  // MARK: Too early to tell

  @Test func `what fewer lines can make true waits for a whole window`() {
    #expect(story(minute(.init(.less, 5)), lines(0, 59)) == [])
    #expect(story(minute(.init(.less, 5)), lines(0, 60)) == ["60 firing {} 1"])
  }

  @Test func `the window that has to pass begins at the first line, not at the first instant`() {
    #expect(story(minute(.init(.less, 5)), lines(1, 60)) == [])
    #expect(story(minute(.init(.less, 5)), lines(1, 61, 71)) == ["70 firing {} 1"])
  }

  @Test func `a group waits for a whole window of its own`() {
    let monitor = minute(.init(.less, 2), groupBy: ["host"])
    let log = [0.0, 20, 40, 60, 80, 100].map { line($0, host: "a") }
    let sources = [log, [line(35, host: "b")]]
    #expect(story([monitor], sources) == [#"100 firing {"host":"b"} 0"#])
  }

  @Test func `a group that absence can not trip is new again when it returns`() {
    let monitor = minute(.init(.greater, 3), of: .avg, by: ["host"], groupBy: ["host"])
    let other = [0.0, 100, 210, 270].map { line($0, host: "a", rt: "1") }
    let back = [35.0, 200, 245].map { line($0, host: "b", rt: "9") }
    #expect(story([monitor], [other, back]) == [#"260 firing {"host":"b"} 9"#])
  }

  @Test func `a group that absence can trip is remembered for a day`() {
    let monitor = minute(.init(.less, 3), of: .avg, by: ["host"], groupBy: ["host"])
    let other = [0.0, 100, 210].map { line($0, host: "a", rt: "9") }
    let back = [35.0, 200].map { line($0, host: "b", rt: "1") }
    #expect(story([monitor], [other, back]) == [#"200 firing {"host":"b"} 1"#])

    // A day later it is a stranger: known at T only with a line in (T - 24 h, T].
    let day = 86_400.0
    let late = [35, day + 100].map { line($0, host: "b", rt: "1") }
    let others = [0, day + 60, day + 120].map { line($0, host: "a", rt: "9") }
    #expect(story([monitor], [others, late]) == [])
  }

  // MARK: Nothing is a value too

  @Test func `no rows compare as 0 for a sum`() {
    let monitor = minute(.init(.less, 1), of: .sum)
    let log = [line(0, rt: "5"), line(130, rt: "5")]
    #expect(story(monitor, log) == ["60 firing {} 0"])
  }

  @Test func `no rows are no value for count_distinct`() {
    let monitor = minute(.init(.less, 1), of: .countDistinct)
    #expect(story(monitor, [line(0, rt: "5"), line(130, rt: "5")]) == [])
  }

  @Test func `without value an alert clears a window after its last hit, whatever else is set`() {
    for resolutionWindow in [0, nil, 600_000] as [Int64?] {
      let monitor = minute(.init(.greater, 5), of: .max, resolutionWindow: resolutionWindow)
      let expected = ["0 firing {} 9", "110 resolved {} null no_data"]
      #expect(story(monitor, [line(0, rt: "9")], drain: true) == expected)
    }
  }

  @Test func `no_value keep leaves a run of clear instants alone`() {
    var monitor = minute(.init(.greater, 5), of: .max, resolutionWindow: 60_000, noValue: .keep)
    monitor.window = 20_000
    let log = [line(0, rt: "9"), line(30, rt: "1"), line(100, rt: "1")]
    #expect(story(monitor, log) == ["0 firing {} 9", "100 resolved {} 1"])
    monitor.levels[0].noValue = .clear
    #expect(story(monitor, log) == ["0 firing {} 9", "50 resolved {} null no_data"])
  }

  @Test func `an instant without value continues a run of clear instants`() {
    var monitor = minute(.init(.greater, 5), of: .max, resolutionWindow: 30_000)
    monitor.window = 40_000
    // Last hit 30; without value at 40 and 50; with one at 60: the run is 20 s old, at 70 30 s.
    let log = [line(0, rt: "9"), line(55, rt: "1"), line(71, rt: "1")]
    #expect(story(monitor, log) == ["0 firing {} 9", "70 resolved {} 1"])
  }

  @Test func `no_value hit fires on nothing`() {
    var monitor = minute(.init(.greater, 3), of: .avg, resolutionWindow: 0, noValue: .hit)
    monitor.window = 20_000
    let log = [line(0, rt: "1"), line(50, rt: "1")]
    #expect(story(monitor, log) == ["20 firing {} null no_data", "50 resolved {} 1"])
  }

  @Test func `a row without a number counts as no row`() {
    let monitor = minute(.init(.less, 3), of: .avg, by: ["host"], resolutionWindow: 0)
    let log = [
      line(0, host: "a", rt: "1"), line(30, host: "a", rt: "1"), line(61, host: "b", rt: "null"),
      line(62, host: "c", rt: "8"), line(90),
    ]
    // At 90 a's last line has left; b has no number and c is clear.
    #expect(story(monitor, log) == ["60 firing {} 1", "90 resolved {} 8"])
  }

  // MARK: Resolving

  @Test func `an alert resolves when clear instants have lasted for a window`() {
    let monitor = minute(.init(.greater, 2))
    #expect(
      story(monitor, lines(1, 2, 3), drain: true) == ["3 firing {} 3", "130 resolved {} 0"])
  }

  @Test func `a resolution window of 0s resolves at the first clear instant`() {
    let monitor = minute(.init(.greater, 2), resolutionWindow: 0)
    #expect(story(monitor, lines(1, 2, 3), drain: true) == ["3 firing {} 3", "70 resolved {} 0"])
  }

  @Test func `an instant that is neither hit nor clear breaks the run`() {
    var monitor = minute(
      .init(.greater, 3), resolve: .init(.lessOrEqual, 1), resolutionWindow: 10_000)
    monitor.window = 20_000
    // 4 at 20, 1 at 30 (clear), 3 at 40, 2 at 50 (neither), 0 at 60 and 70 (clear).
    let log = lines(1, 2, 3, 4, 25, 35, 36)
    #expect(story(monitor, log, drain: true) == ["4 firing {} 4", "70 resolved {} 0"])
  }

  @Test func `a hit is never clear`() {
    let monitor = minute(.init(.greater, 1), resolve: .init(.lessOrEqual, 5), resolutionWindow: 0)
    #expect(story(monitor, lines(1, 2, 55)) == ["2 firing {} 2"])
    #expect(
      story(monitor, lines(1, 2, 55), drain: true).prefix(2) == [
        "2 firing {} 2", "70 resolved {} 1",
      ])
  }

  @Test func `an alert that resolved can trip again on the next line`() {
    let monitor = minute(.init(.greater, 0), resolutionWindow: 0)
    let expected = ["0 firing {} 1", "60 resolved {} 0", "61 firing {} 1"]
    #expect(story(monitor, lines(0, 61)) == expected)
  }

  @Test func `not equal clears by equal, and the other way round`() {
    let odd = minute(.init(.notEqual, 1), resolutionWindow: 0)
    // One line in (0, 60]: equal. None in (10, 70]: 0 is not 1. One again at 80.
    #expect(story(odd, lines(0, 5, 71, 81)) == ["70 firing {} 0", "80 resolved {} 1"])
    let even = minute(.init(.equal, 0), resolutionWindow: 0)
    #expect(story(even, lines(0, 5, 71, 81)) == ["70 firing {} 0", "80 resolved {} 1"])
  }

  // MARK: Groups and limits

  @Test func `groups are decided by the bytes of their JSON`() {
    let monitor = minute(.init(.greater, 0), of: .avg, by: ["host"], groupBy: ["host"])
    let log = [
      line(0, rt: "3"), line(0, host: "b", rt: "2"), line(0, host: "a", rt: "1"), line(60, rt: "3"),
    ]
    let more = [line(59, host: "b", rt: "2"), line(59, host: "a", rt: "1")]
    #expect(
      story([monitor], [log, more]) == [
        #"60 firing {"host":"a"} 1"#, #"60 firing {"host":"b"} 2"#, #"60 firing {"host":null} 3"#,
      ])
  }

  @Test func `the identity of a group is typed`() {
    let monitor = minute(.init(.greater, 1), groupBy: ["code"])
    let log = [
      line(0, #""code":200"#), line(1, #""code":"200""#), line(2, #""code":200.0"#),
      line(3, #""code":"200""#),
    ]
    #expect(
      story(monitor, log) == [#"2 firing {"code":200} 2"#, #"3 firing {"code":"200"} 2"#])
  }

  @Test func `the rows of a group are those of its lines`() {
    let monitor = minute(.init(.greater, 1), of: .count, by: ["host", "rt"], groupBy: ["host"])
    let log = [
      line(0, host: "a", rt: "1"), line(1, host: "b", rt: "1"), line(2, host: "a", rt: "2"),
      line(3, host: "a", rt: "1"),
    ]
    #expect(story(monitor, log) == [#"3 firing {"host":"a"} 2"#])
  }

  @Test func `at most a thousand groups fire at once`() {
    let monitor = minute(.init(.greater, 0), groupBy: ["host"], resolutionWindow: 0)
    let crowd = (0...1_000).map { line(0, host: String($0 + 1_000)) }
    let told = story(monitor, crowd + [line(40, host: "2000"), line(61, host: "a")])
    // Host 2000 is the 1,001st. All others resolve at 60, so that there is room for it then, and
    // for a on its line.
    #expect(told.prefix(1_000).allSatisfy { $0.hasPrefix("0 firing") })
    #expect(told.dropFirst(1_000).prefix(1_000).allSatisfy { $0.hasPrefix("60 resolved") })
    #expect(
      told.dropFirst(2_000) == [#"60 firing {"host":"2000"} 1"#, #"61 firing {"host":"a"} 1"#])
  }

  @Test func `an alert without data expires after a day and may fire again`() {
    var monitor = minute(.init(.less, 5))
    (monitor.window, monitor.every) = (600_000, 600_000)
    monitor.filter = .text(field: "host", equals: "a")
    let log = [line(0, host: "a"), line(90_000, host: "b")]
    #expect(
      story(monitor, log) == [
        "600 firing {} 0", "87000 expired {} 0 expired", "87600 firing {} 0",
      ])
  }

  @Test func `a group that expired is forgotten`() {
    var monitor = minute(.init(.less, 5), groupBy: ["host"])
    (monitor.window, monitor.every) = (600_000, 600_000)
    monitor.filter = .text(field: "host", equals: "a")
    let log = [line(0, host: "a"), line(90_000, host: "b")]
    #expect(
      story(monitor, log) == [
        #"600 firing {"host":"a"} 0"#, #"87000 expired {"host":"a"} 0 expired"#,
      ])
  }
}
