import TestKit
import Testing

/// The referee on values: aggregates, filters, and the text of numbers, strings and times.
@Suite struct NaiveValueTests {
  /// The value of an aggregate over lines with these texts for `rt`, oldest first; `none` when it
  /// is null.
  private func value(_ function: NaiveAggregate.Function, _ texts: String...) -> String {
    var monitor = minute(.init(.column("x"), .notEqual, -1_000))
    monitor.fold = .aggregate([NaiveAggregate(function, "rt", as: "x")], by: [])
    let inside = texts.enumerated().map { line(Double(1 + $0), rt: $1) }
    let told = story(monitor, [line(0)] + inside + [line(60)])
    return told.first.map { String($0.split(separator: " ").last!) } ?? "none"
  }

  @Test func `sums and averages are exact`() {
    #expect(value(.sum, "0.1", "0.2") == "0.3")
    #expect(value(.sum, "0.1", "0.2", "-0.3") == "0")
    #expect(value(.avg, "0.1", "0.2") == "0.15")
    #expect(value(.avg, "1", "2", "2") == "1.6666666666666667")
  }

  @Test func `aggregates skip what is not a number and take text that is one`() {
    #expect(value(.sum, "1", "null", "\"n/a\"", "\" 2.5 \"", "true") == "3.5")
    #expect(value(.avg, "1", "\"n/a\"", "\"2\"") == "1.5")
    #expect(value(.max, "1", "\"9e1\"", "\"x\"") == "90")
    #expect(value(.min, "1", "null", "\"-2\"") == "-2")
    #expect(value(.count, "1", "null", "\"n/a\"") == "2")
  }

  @Test func `a sum of nothing is 0, the rest of nothing is null`() {
    #expect(value(.sum, "null") == "0")
    #expect(value(.count, "null") == "0")
    #expect(value(.countDistinct, "null") == "0")
    for function in [.avg, .min, .max, .pct(50), .first, .last] as [NaiveAggregate.Function] {
      #expect(value(function, "null", "\"x\"") == "none")
    }
  }

  @Test func `count_distinct tells 200 from its text but not from 200.0`() {
    #expect(value(.countDistinct, "200", "200.0", "\"200\"", "null", "404") == "3")
  }

  @Test func `percentiles interpolate between the two nearest points`() {
    #expect(value(.pct(50), "4", "1", "3", "2") == "2.5")
    #expect(value(.pct(25), "4", "1", "3", "2") == "1.75")
    #expect(value(.pct(100), "4", "1", "3", "2") == "4")
    #expect(value(.pct(0), "4", "1", "3", "2") == "1")
    #expect(value(.pct(95), "7") == "7")
  }

  @Test func `first is the newest by time, last the oldest, ties by position`() {
    var monitor = minute(.init(.column("x"), .notEqual, -1_000))
    // Late in arrival but oldest by time is the 1; of the two at 30 the later one is newer.
    let log = [
      line(0), line(30, rt: "2"), line(30, rt: "3"), line(10, rt: "1"), line(10, rt: "4"), line(60),
    ]
    monitor.fold = .aggregate([NaiveAggregate(.first, "rt", as: "x")], by: [])
    #expect(story(monitor, log) == ["60 firing {} 3"])
    monitor.fold = .aggregate([NaiveAggregate(.last, "rt", as: "x")], by: [])
    #expect(story(monitor, log) == ["60 firing {} 1"])
  }

  @Test func `of several columns the named one is compared`() {
    var monitor = minute(.init(.column("high"), .greaterOrEqual, 4))
    monitor.fold = .aggregate(
      [NaiveAggregate(.count, as: "n"), NaiveAggregate(.max, "rt", as: "high")], by: [])
    #expect(story(monitor, [line(0, rt: "1"), line(1, rt: "4.5")]) == ["1 firing {} 4.5"])
  }

  @Test(arguments: [
    (NaiveFilter.text(field: "host", equals: "a"), "a"),
    (.not(.text(field: "host", equals: "a")), "btn"),
    (.number(field: "rt", .greater, 2), "abt"),
    (.number(field: "rt", .notEqual, 3), "btn"),
    (.number(field: "rt", .equal, 3), "a"),
    (.contains(field: "host", "a"), "a"),
    (.rawContains("\"rt\":"), "abt"),
    (.and(.rawContains("rt"), .text(field: "host", equals: "b")), "b"),
    (.or(.text(field: "host", equals: "a"), .text(field: "host", equals: "b")), "ab"),
  ])
  func `filters treat null and text as the language says`(filter: NaiveFilter, kept: String) {
    let lines = [
      "a": #"{"host":"a","rt":3}"#, "b": #"{"host":"b","rt":"2.5"}"#,
      "t": #"{"host":"t","rt":"n/a"}"#, "n": #"{"host":null}"#,
    ]
    let names = "abtn".filter { name in
      let line = NaiveLine(
        source: 0, file: "f", generation: "g", offset: 0, text: lines[String(name)]!)
      return filter.keeps(line)
    }
    #expect(names == kept)
  }

  @Test func `members are fields by dotted path, containers are compact text`() {
    let text =
      #"{"http": {"status": 200, "tags": ["a", {"b": null}]}, "s": "\u00e9\ud83d\ude00\n"}"#
    let fields = NaiveLine(source: 0, file: "f", generation: "g", offset: 0, text: text).fields
    #expect(fields["http.status"] == .number(200))
    #expect(fields["http.tags[0]"] == .text("a"))
    #expect(fields["http.tags[1].b"] == .null)
    #expect(fields["http"] == .text(#"{"status":200,"tags":["a",{"b":null}]}"#))
    #expect(fields["s"] == .text("é😀\n"))
  }

  @Test(arguments: [
    ("{\"a\":1", nil), ("{\"a\":1} x", nil), ("[1]", nil), ("{}", 0), ("{\"a\":01x}", nil),
    ("{\"a\":1,\"a\":2}", 1),
  ])
  func `what is not one JSON object has no fields`(text: String, count: Int?) {
    let line = NaiveLine(source: 0, file: "f", generation: "g", offset: 0, text: text)
    #expect(line.fields.count == count ?? 0)
    #expect(line.value("a") == (count == 1 ? .number(1) : .null))
  }

  @Test func `times are read and written`() {
    #expect(NaiveTime.text(0) == "1970-01-01T00:00:00.000Z")
    #expect(NaiveTime.text(951_827_696_789) == "2000-02-29T12:34:56.789Z")
    #expect(NaiveTime.parse("2000-02-29T12:34:56.789Z") == 951_827_696_789)
    #expect(NaiveTime.parse("2000-02-29T12:34:56.7899Z") == 951_827_696_789)
    #expect(NaiveTime.parse("2026-03-01T10:00:00Z") == ten)
    #expect(NaiveTime.parse("2026-03-01 10:00:00Z") == nil)
    #expect(NaiveTime.parse(epoch: 1_772_359_200) == ten)
    #expect(NaiveTime.parse(epoch: 1_772_359_200_000) == ten)
  }

  @Test func `numbers are written short`() {
    #expect(naiveNumberText(5) == "5")
    #expect(naiveNumberText(0.1) == "0.1")
    #expect(naiveNumberText(-1.5) == "-1.5")
    #expect(naiveNumberText(9_007_199_254_740_991) == "9007199254740991")
  }

  @Test func `strings escape only what they must`() {
    #expect(naiveJSONString("a\"b\\c/é\n\u{1}\u{7f}") == "\"a\\\"b\\\\c/é\\n\\u0001\u{7f}\"")
  }
}
