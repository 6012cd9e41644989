import Alerting
import Engine
import QueryLanguage
import Records
import Testing

@Suite struct QuietHoursTests {
  /// Quiet hours as they stand behind `quiet:`, and what is said about them.
  private func read(_ text: String) -> (hours: QuietHours?, said: String) {
    let sink = DiagnosticSink()
    let file = SourceText(name: "rules.yaml", text: "quiet: \(text)\n")
    let node = YAMLReader.read(file, sink: sink)?.entry("quiet")?.value
    let zones = ZoneBook { ZoneFiles.zone(named: $0) }
    let hours = node.flatMap { QuietHours(binding: $0, zones: zones, sink: sink) }
    return (hours, sink.list.map { $0.rendered(showsCode: true) }.joined(separator: "\n"))
  }

  private func time(_ text: String) -> Int64 { Timestamp.parse(text, now: 0)! }

  @Test func `a night belongs to the day on which it begins`() throws {
    let read = read("{ hours: '22:00-06:00', days: [mon-fri] }")
    let hours = try #require(read.hours, "\(read.said)")
    // 16 November 2026 is a Monday.
    let moments: [(String, Bool)] = [
      ("2026-11-16T05:59:59Z", false), ("2026-11-16T21:59:59.999Z", false),
      ("2026-11-16T22:00:00Z", true), ("2026-11-17T05:59:59.999Z", true),
      ("2026-11-17T06:00:00Z", false), ("2026-11-21T03:00:00Z", true),
      ("2026-11-21T22:00:00Z", false), ("2026-11-23T03:00:00Z", false),
    ]
    for (moment, isQuiet) in moments {
      #expect(hours.contains(time(moment)) == isQuiet, "\(moment)")
    }
  }

  @Test func `several ranges are written as a list`() throws {
    let hours = try #require(read("['12:00-13:00', '23:30-24:00']").hours)
    #expect(hours.contains(time("2026-11-16T12:30:00Z")))
    #expect(!hours.contains(time("2026-11-16T13:00:00Z")))
    #expect(hours.contains(time("2026-11-16T23:59:59Z")))
    #expect(!hours.contains(time("2026-11-17T00:00:00Z")))
  }

  @Test func `the ends are moments of the day in its zone, whatever its clocks do`() throws {
    let hours = try #require(
      read("{ hours: '01:00-02:30', timezone: Europe/Berlin }").hours)
    // 29 March 2026: 02:00 becomes 03:00, so that 02:30 is meant an hour later.
    #expect(
      hours.span(around: time("2026-03-29T00:30:00Z"))
        == time("2026-03-29T00:00:00Z")..<time("2026-03-29T01:30:00Z"))
    // 25 October 2026: 03:00 becomes 02:00, and the first 02:30 counts.
    #expect(
      hours.span(around: time("2026-10-24T23:30:00Z"))
        == time("2026-10-24T23:00:00Z")..<time("2026-10-25T00:30:00Z"))
    #expect(!hours.contains(time("2026-10-25T01:15:00Z")))
  }

  @Test func `a zone that skips a whole day does not lose the night before it`() throws {
    // Samoa had no 30 December 2011.
    let hours = try #require(read("{ hours: '22:00-06:00', timezone: Pacific/Apia }").hours)
    #expect(hours.contains(time("2011-12-30T09:00:00Z")))
    #expect(hours.contains(time("2011-12-30T11:00:00Z")))
  }

  @Test(arguments: [
    ("9 to 5", "bad-hours"), ("'22:00-25:00'", "bad-hours"), ("'22:00-22:00'", "bad-hours"),
    ("{ days: [mon] }", "missing-key"), ("{ hours: '22:00-23:00', days: [mun] }", "bad-day"),
    ("{ hours: '22:00-23:00', timezone: Berlin }", "unknown-zone"),
    ("{ hours: '22:00-23:00', day: mon }", "unknown-key"), ("[]", "bad-hours"),
  ])
  func `what is no time of day is said`(text: String, code: String) {
    let read = read(text)
    #expect(read.hours == nil)
    #expect(read.said.contains(code), "\(read.said)")
  }
}
