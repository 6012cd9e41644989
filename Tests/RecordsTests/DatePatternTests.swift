import Records
import TestKit
import Testing

@Suite struct DatePatternTests {
  private func parse(_ text: String, _ pattern: String, _ zone: Zone = .utc) throws -> Int64? {
    let pinned = PinnedText(text)
    let pattern = try DatePattern(pattern)
    return withExtendedLifetime(pinned) { pattern.parse(pinned.bytes, zone: zone) }
  }

  // Values as SimpleDateFormat(pattern, Locale.US) gives them in UTC.
  @Test(
    arguments: [
      ("2005-3-4 rest", "yyyy-MM-dd", "2005-03-04T00:00:00.000Z"),
      ("2024-01-31T12:00:00.250+02:00", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-01-31T10:00:00.250Z"),
      ("2024-01-31T12:00:00.5Z", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "2024-01-31T12:00:00.005Z"),
      ("01-31-2024 23:05:09", "MM-dd-yyyy HH:mm:ss", "2024-01-31T23:05:09.000Z"),
      ("01-31-202423:05:09", "MM-dd-yyyyHH:mm:ss", "2024-01-31T23:05:09.000Z"),
      ("20240131230509", "yyyyMMddHHmmss", "2024-01-31T23:05:09.000Z"),
      ("2024/01/31 12:00:00 +0200", "yyyy/MM/dd HH:mm:ss Z", "2024-01-31T10:00:00.000Z"),
      ("2024/01/31 12:00:00 PST", "yyyy/MM/dd HH:mm:ss z", "2024-01-31T20:00:00.000Z"),
      ("2024-01-31 12:00:00 GMT+2:00", "yyyy-MM-dd HH:mm:ss z", "2024-01-31T10:00:00.000Z"),
      ("2024-01-31 12:00:00.000 -0800", "yyyy-MM-dd HH:mm:ss.SSS ZZZZ", "2024-01-31T20:00:00.000Z"),
      ("31/Jan/2024:12:00:00", "dd/MMM/yyyy:HH:mm:ss", "2024-01-31T12:00:00.000Z"),
      ("january 5, 2024", "MMM d, yyyy", "2024-01-05T00:00:00.000Z"),
      ("Wed, 31 Jan 2024", "EEE, d MMM yyyy", "2024-01-31T00:00:00.000Z"),
      ("01/31/2024 12:30:00 AM", "MM/dd/yyyy hh:mm:ss a", "2024-01-31T00:30:00.000Z"),
      ("01/31/2024 12:30:00 pm", "MM/dd/yyyy hh:mm:ss a", "2024-01-31T12:30:00.000Z"),
      ("2024-01-31 15:00:00", "yyyy-MM-dd hh:mm:ss", "2024-01-31T15:00:00.000Z"),
      ("2024-01-31 24", "yyyy-MM-dd kk", "2024-01-31T00:00:00.000Z"),
      ("2024-02-30", "yyyy-MM-dd", "2024-03-01T00:00:00.000Z"),
      ("2024-13-01", "yyyy-MM-dd", "2025-01-01T00:00:00.000Z"),
      ("24-01-31", "yy-MM-dd", "2024-01-31T00:00:00.000Z"),
      ("99-01-31", "yy-MM-dd", "1999-01-31T00:00:00.000Z"),
      ("2024 060", "yyyy DDD", "2024-02-29T00:00:00.000Z"),
      ("12:34", "HH:mm", "1970-01-01T12:34:00.000Z"),
      ("2024-01-31 o'clock", "yyyy-MM-dd 'o''clock'", "2024-01-31T00:00:00.000Z"),
      ("12:00:00.123456", "HH:mm:ss.SSSSSS", "1970-01-01T12:00:00.123Z"),
      ("2024-01-31   7", "yyyy-MM-dd H", "2024-01-31T07:00:00.000Z"),
      ("44 BC", "yyyy G", "-000043-01-01T00:00:00.000Z"),
      ("1706702400.5 x", "epoch", "2024-01-31T12:00:00.500Z"),
      ("1706702400500", "epoch", "2024-01-31T12:00:00.500Z"), ("170670240", "epoch", nil),
      ("2024 W05 1", "yyyy 'W'ww u", "2024-01-29T00:00:00.000Z"),
      ("2023-366", "yyyy-DDD", "2024-01-01T00:00:00.000Z"),
      ("366", "DDD", "1971-01-01T00:00:00.000Z"),
      ("2024-060-05", "yyyy-DDD-dd", "2024-01-05T00:00:00.000Z"),
      ("1234567", "HHmmssSSS", "1970-01-01T12:34:56.007Z"),
      ("24131", "yyMMdd", "2025-01-01T00:00:00.000Z"),
      ("1/5/24", "M/d/y", "2024-01-05T00:00:00.000Z"),
      ("1/5/24", "M/d/yyyy", "0024-01-05T00:00:00.000Z"),
      ("2024-01-31 13 PM", "yyyy-MM-dd hh a", "2024-02-01T01:00:00.000Z"),
      ("2024-01-31 13 PM", "yyyy-MM-dd HH a", "2024-01-31T13:00:00.000Z"),
      ("2024-01-31 12 AM", "yyyy-MM-dd KK a", "2024-01-31T12:00:00.000Z"),
      ("2024-07-31 12:00:00 BST", "yyyy-MM-dd HH:mm:ss z", "2024-07-31T11:00:00.000Z"),
      ("2024-07-31 12:00:00 PST", "yyyy-MM-dd HH:mm:ss z", "2024-07-31T20:00:00.000Z"),
      ("2024- 01-31", "yyyy-MM-dd", "2024-01-31T00:00:00.000Z"),
      ("2024 -01-31", "yyyy-MM-dd", nil), ("Sept 5 2024", "MMM d yyyy", nil),
      ("2024-01-31 12", "yyyy-MM-dd  HH", nil), ("x2024", "yyyy", nil),
      ("2024-01", "yyyy-MM-dd", nil), ("", "yyyy", nil),
      ("Foo 5", "MMM d", nil), ("12:00 XM", "hh:mm a", nil), ("2024 ?", "yyyy z", nil),
      ("99999999999999999999999999999", "yyyy", nil),
    ] as [(String, String, String?)])
  func `text is read by its pattern`(_ text: String, _ pattern: String, _ moment: String?) throws {
    #expect(try parse(text, pattern).map(Timestamp.rfc3339) == moment)
  }

  @Test(arguments: [
    ("MM-dd-yyyy HH:mm:ss:SSS", "01-31-2024 13:05:09:007"),
    ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-01-31T13:05:09.007Z"),
    ("EEE, d MMM yy h:mm a z", "Wed, 31 Jan 24 1:05 PM UTC"), ("EEEE MMMM", "Wednesday January"),
    ("G u D F w W Y k K S", "AD 3 31 5 5 5 2024 13 1 7"), ("yyy y yyyyyy", "2024 2024 002024"),
    ("Z ZZZZ X XX", "+0000 +0000 Z Z"), ("''yy''", "'24'"), ("SSSSSS", "007000"),
    ("MM-01-yyyy", "01-01-2024"),
    ("DDD", "031"), ("epoch", "1706706309007"), ("hh 'o''clock' a", "01 o'clock PM"), ("", ""),
  ])
  func `a moment is written by a pattern`(_ pattern: String, _ text: String) throws {
    let moment = try #require(Timestamp.parse("2024-01-31T13:05:09.007Z", now: nil))
    #expect(try DatePattern(pattern).format(moment, zone: .utc) == text)
  }

  @Test(arguments: [
    ("2024-12-31", "2025 1"), ("2024-12-28", "2024 52"), ("2024-12-29", "2025 1"),
    ("2023-01-01", "2023 1"), ("2022-12-31", "2022 53"), ("2021-01-02", "2021 1"),
    ("2021-01-03", "2021 2"), ("2020-12-27", "2021 1"),
  ])
  func `weeks are American`(_ date: String, _ week: String) throws {
    let moment = try #require(Timestamp.parse(date, now: nil))
    #expect(try DatePattern("YYYY w").format(moment, zone: .utc) == week)
  }

  @Test func `a moment is written as the clocks of its zone show it`() throws {
    let berlin = try ZoneTests.zone("Europe/Berlin")
    let pattern = try DatePattern("yyyy-MM-dd HH:mm z Z X XX XXX")
    #expect(
      pattern.format(1_706_702_400_000, zone: berlin)
        == "2024-01-31 13:00 CET +0100 +01 +0100 +01:00")
    let india = try #require(Zone(fixedOffset: "+05:30"))
    #expect(
      pattern.format(0, zone: india) == "1970-01-01 05:30 GMT+05:30 +0530 +05 +0530 +05:30")
    #expect(try parse("2024-07-01 12:00", "yyyy-MM-dd HH:mm", berlin) == 1_719_828_000_000)
    _ = pattern.format(.max, zone: india)
    _ = pattern.format(.min, zone: india)
  }

  @Test(arguments: [
    (
      "yyyy-MM-ddTHH", "date pattern letter 'T' means nothing; text stands in quotes, as in 'T'", 10
    ),
    ("yyyy 'at", "date pattern has a quote without an end", 5),
    ("yyyy b", "date pattern letter 'b' means nothing; text stands in quotes, as in 'b'", 5),
  ])
  func `a pattern that means nothing is refused`(_ pattern: String, _ message: String, _ at: Int) {
    let error = #expect(throws: DatePatternError.self) { try DatePattern(pattern) }
    #expect(error?.description == message)
    #expect(error?.offset == at)
  }

  @Test func `what a full pattern writes it reads again`() throws {
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for text in [
      "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "EEE, d MMM yyyy hh:mm:ss:SSS a Z", "yyyyMMddHHmmssSSS",
      "D/yyyy k.m.s.SSSSSS",
    ] {
      let pattern = try DatePattern(text)
      for _ in 0..<1000 {
        let ms = Int64(random.below(250_000_000_000_000))
        let written = PinnedText(pattern.format(ms, zone: .utc))
        let back = withExtendedLifetime(written) { pattern.parse(written.bytes, zone: .utc) }
        #expect(back == ms, "seed \(seed): \(written.bytes.string) by \(text)")
      }
    }
  }
}
