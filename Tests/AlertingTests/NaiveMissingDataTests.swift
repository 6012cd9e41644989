import TestKit
import Testing

/// The referee on section 3: no line of the query, or of a group, in a window of its own.
@Suite struct NaiveMissingDataTests {
  /// Silence for a minute, looked for every ten seconds, of host a; nothing else.
  func silence(perGroup: Bool? = nil, of filter: NaiveFilter = .everything) -> NaiveMonitor {
    NaiveMonitor(
      window: 60_000, every: 10_000, groupBy: perGroup == nil ? [] : ["host"], filter: filter,
      levels: [], missingData: NaiveMissingData(window: 60_000, perGroup: perGroup))
  }

  let onlyA = NaiveFilter.text(field: "host", equals: "a")

  @Test func `silence fires when its window is empty and resolves when a line returns`() {
    // The line of 5 stands in (0, 60] and no longer in (10, 70]; the line of 82 in (30, 90].
    #expect(
      story(silence(), lines(5, 82, 95)) == [
        "70 missing_data firing {} null no_data", "90 missing_data resolved {} null",
      ])
  }

  @Test func `a record of silence compares nothing and has no evidence`() {
    let told = records([silence()], [lines(5, 82, 95)])
    #expect(told.map { members(of: $0)["threshold"] as? String } == ["", ""])
    #expect(told.allSatisfy { evidence(of: $0).isEmpty })
    let window = members(of: told[0])["window"] as? [String: String]
    #expect(window == ["start": "2026-03-01T10:00:10.000Z", "end": "2026-03-01T10:01:10.000Z"])
  }

  @Test func `silence is not judged before its whole window has passed`() {
    // Host a never speaks; the first line of the source is at 5, so 5 + 60 = 65 and then 70.
    let log = [line(5, host: "b"), line(60, host: "b"), line(75, host: "b")]
    #expect(
      story(silence(of: onlyA), log) == ["70 missing_data firing {} null no_data"])
  }

  @Test func `the window of silence is its own`() {
    var monitor = silence()
    monitor.missingData!.window = 20_000
    // (10, 30] is empty; (70, 90] is judged on no window of a minute.
    #expect(
      story(monitor, lines(5, 35, 45)) == [
        "30 missing_data firing {} null no_data", "40 missing_data resolved {} null",
      ])
    monitor.missingData!.window = 100_000
    // (10, 110] is empty.
    #expect(story(monitor, lines(5, 112)) == ["110 missing_data firing {} null no_data"])
  }

  @Test func `what the aggregate and its filters leave over does not matter`() {
    var monitor = silence()
    monitor.fold = .aggregate([NaiveAggregate(.count, as: "n")], by: [])
    monitor.rowFilter = .init("n", .greater, 5)
    #expect(story(monitor, lines(5, 55, 85)) == [])
  }

  @Test func `silence is decided after critical and warning`() {
    var monitor = silence()
    monitor.levels = [
      NaiveLevel(.warning, .init(.less, 1)), NaiveLevel(.critical, .init(.less, 1)),
    ]
    #expect(
      story(monitor, lines(5, 72)) == [
        "70 firing {} 0", "70 warning firing {} 0", "70 missing_data firing {} null no_data",
      ])
  }

  @Test func `a known group can be missing`() {
    let log = [line(0, host: "a"), line(5, host: "b")] + lines(50, 72, host: "a")
    // b's line leaves at 70; 70 - 5 = 65 s after its first line. A host never heard of is no group.
    #expect(
      story(silence(perGroup: true), log) == [
        #"70 missing_data firing {"host":"b"} null no_data"#
      ])
  }

  @Test func `a group's silence resolves by its own line only`() {
    let log = [
      line(0, host: "a"), line(5, host: "b"), line(50, host: "a"), line(72, host: "a"),
      line(83, host: "b"), line(95, host: "a"),
    ]
    #expect(
      story(silence(perGroup: true), log) == [
        #"70 missing_data firing {"host":"b"} null no_data"#,
        #"90 missing_data resolved {"host":"b"} null"#,
      ])
  }

  @Test func `without per_group the whole query has to be silent`() {
    let log = [line(0, host: "a"), line(5, host: "b"), line(50, host: "a")]
    // a's line of 50 leaves at 110: the alert is of no group.
    #expect(
      story(silence(perGroup: false), log + [line(112, host: "b")]) == [
        "110 missing_data firing {} null no_data"
      ])
  }

  @Test func `a group is not missing before a whole window has passed since its first line`() {
    var monitor = silence(perGroup: true)
    monitor.missingData!.window = 30_000
    // b's line of 48 came so late that 50 was decided: (20, 50] never judged it. Known since 48,
    // it is judged at 78 at the earliest: 80, where (50, 80] is empty.
    let log = [
      line(0, host: "a"), line(25, host: "a"), line(52, host: "a"), line(48, host: "b"),
      line(77, host: "a"), line(85, host: "a"),
    ]
    #expect(
      story(monitor, log) == [#"80 missing_data firing {"host":"b"} null no_data"#])
  }

  @Test func `silence of a day expires and fires again`() {
    var monitor = silence(of: onlyA)
    (monitor.window, monitor.every) = (600_000, 600_000)
    monitor.missingData!.window = 600_000
    // The line of 0 leaves at 600; 0 + 86,400 = 86,400; the next instant is 87,000.
    let log = [line(0, host: "a"), line(88_000, host: "b")]
    #expect(
      story(monitor, log) == [
        "600 missing_data firing {} null no_data", "86400 missing_data expired {} null expired",
        "87000 missing_data firing {} null no_data",
      ])
  }

  @Test func `a silent group that expired is forgotten`() {
    var monitor = silence(perGroup: true, of: onlyA)
    (monitor.window, monitor.every) = (600_000, 600_000)
    monitor.missingData!.window = 600_000
    let log = [line(0, host: "a"), line(88_000, host: "b")]
    #expect(
      story(monitor, log) == [
        #"600 missing_data firing {"host":"a"} null no_data"#,
        #"86400 missing_data expired {"host":"a"} null expired"#,
      ])
    // Back at 88,100 it is new: it is missing 600 s later, at 88,800 (88,700 is no instant), as
    // alert number 2.
    let again = log + [line(88_100, host: "a"), line(88_900, host: "b")]
    #expect(
      story(monitor, again).last == #"88800 missing_data firing {"host":"a"} null no_data"#)
  }

  @Test func `a group is known for a day`() {
    var monitor = silence(perGroup: true)
    (monitor.window, monitor.every) = (600_000, 600_000)
    // Silent for a day less one instant: at 85,800 the window of 85,800 s is empty for the first
    // time, and 0 still lies in (85,800 - 86,400, 85,800]. At 86,400 it does not.
    monitor.missingData!.window = 85_800_000
    let log = [line(0, host: "a"), line(60_000, host: "b"), line(86_500, host: "b")]
    #expect(
      story(monitor, log) == [
        #"85800 missing_data firing {"host":"a"} null no_data"#,
        #"86400 missing_data expired {"host":"a"} null expired"#,
      ])
    // With 86,400 s the window is empty when the group is no longer known.
    monitor.missingData!.window = 86_400_000
    #expect(story(monitor, log) == [])
  }

  @Test func `at_least and keep_firing_for hold for silence too`() {
    var monitor = silence()
    monitor.atLeast = NaiveAtLeast(2, of: 2)
    // Empty at 70 and 80.
    #expect(story(monitor, lines(5, 85)) == ["80 missing_data firing {} null no_data"])
    monitor.atLeast = nil
    monitor.keepFiringFor = 30_000
    // Empty at 70 and 80, back at 90; 80 + 30 = 110.
    #expect(
      story(monitor, lines(5, 85, 115)) == [
        "70 missing_data firing {} null no_data", "110 missing_data resolved {} null",
      ])
  }

  @Test func `drain reaches as far as silence needs`() {
    // Window 60, silence 60: 5 + 120 + 60 = 185.
    #expect(
      story(silence(), lines(5), drain: true) == ["70 missing_data firing {} null no_data"])
    var monitor = silence()
    monitor.missingData!.window = 300_000
    // 5 + 120 + 300 = 425; (10, 310] is empty. Without silence's own it would end at 125.
    #expect(
      story(monitor, lines(5), drain: true) == ["310 missing_data firing {} null no_data"])
  }
}
