import Records
import TestKit
import Testing

@Suite struct TimestampReaderTests {
  /// 2024-03-10T12:00:00Z.
  private static let previous: Int64 = 1_710_072_000_000

  private func read(_ text: String, as kind: Cell.Kind = .text, zone: Zone = .utc) -> String? {
    let pinned = PinnedText(text)
    var reader = TimestampReader(zone: zone)
    return withExtendedLifetime(pinned) {
      reader.read(Cell(pinned.bytes, as: kind)).map(Timestamp.rfc3339)
    }
  }

  private func leftmost(
    _ text: String, near previous: Int64? = previous, zone: Zone = .utc, format: DatePattern? = nil
  ) -> String? {
    let pinned = PinnedText(text)
    var reader = TimestampReader(zone: zone, format: format)
    return withExtendedLifetime(pinned) {
      reader.leftmost(in: pinned.bytes, near: previous).map(Timestamp.rfc3339)
    }
  }

  @Test(arguments: [
    ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000Z"),
    ("2024-01-31 12:00:00", "2024-01-31T12:00:00.000Z"),
    ("2024-01-31T12:00:00.123456789Z", "2024-01-31T12:00:00.123Z"),
    ("2024-01-31T12:00:00,9", "2024-01-31T12:00:00.900Z"),
    ("2024-01-31 12:00:00:250", "2024-01-31T12:00:00.250Z"),
    ("2024-01-31T12:00:00+02:00", "2024-01-31T10:00:00.000Z"),
    ("2024-01-31T12:00:00.5-0530", "2024-01-31T17:30:00.500Z"),
    ("2024-01-31T12:00:00+02", "2024-01-31T10:00:00.000Z"),
    ("2024-01-31T12:00+02:00", "2024-01-31T10:00:00.000Z"),
    ("2024-01-31 12:00:00 +0200", "2024-01-31T10:00:00.000Z"),
    ("2024-01-31 12:00:00 UTC", "2024-01-31T12:00:00.000Z"),
    ("2024-01-31t12:00:00z", "2024-01-31T12:00:00.000Z"),
    (" 2024-01-31T12:00:00Z\t", "2024-01-31T12:00:00.000Z"),
    ("2024-01-31 9:05:00", "2024-01-31T09:05:00.000Z"),
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
    ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999Z"),
    ("2024-01-31T12:00:00+01:00[Europe/Paris]", "2024-01-31T11:00:00.000Z"),
    ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
    ("20240131T120000Z", "2024-01-31T12:00:00.000Z"), ("2024-01-31", "2024-01-31T00:00:00.000Z"),
    ("2024/01/31 12:00:00", "2024-01-31T12:00:00.000Z"),
    ("31/Jan/2024:12:00:00 +0100", "2024-01-31T11:00:00.000Z"),
    ("Wed, 31 Jan 2024 12:00:00 GMT", "2024-01-31T12:00:00.000Z"),
    ("Wed Jan 31 12:00:00 2024", "2024-01-31T12:00:00.000Z"),
    ("Wed Jan 31 12:00:00 PST 2024", "2024-01-31T20:00:00.000Z"),
    ("31-Jan-2024 12:00:00.5", "2024-01-31T12:00:00.500Z"),
    ("01/31/2024 01:02:03 PM", "2024-01-31T13:02:03.000Z"),
    ("01/31/2024 12:02:03 am", "2024-01-31T00:02:03.000Z"),
    ("Jan 31, 2024 1:02:03 PM", "2024-01-31T13:02:03.000Z"),
    ("240131 12:00:00", "2024-01-31T12:00:00.000Z"), ("31 Jan 2024", "2024-01-31T00:00:00.000Z"),
    ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
    ("1706702400", "2024-01-31T12:00:00.000Z"), ("1706702400.75", "2024-01-31T12:00:00.750Z"),
  ])
  func `a field in a recognised format is a moment`(_ text: String, _ moment: String) {
    #expect(read(text) == moment)
  }

  @Test(arguments: [
    "", " ", "soon", "2024-02-30T12:00:00Z", "2023-02-29T00:00:00Z", "2024-00-01T00:00:00Z",
    "2024-13-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-31T24:00:00Z", "2024-01-31T12:60:00Z",
    "2024-01-31T12:00:61Z", "2024-01-31T12:00:00Zx", "2024-01-31T12:00:00 and more",
    "2024-01-31T12:00:00+25:00", "2024-01-31T12:00:000Z", "2024-01-31T12:000", "2024-01-31T",
    "2024-1-31T12:00:00", "20240-01-31T12:00:00", "Jan 31 12:00:00", "12:00:00",
    "31/Foo/2024:12:00:00 +0100", "13/31/2024 12:00:00", "2024-01-31T12:00:00.Z",
    "99999999999999999999999", "1e30", "2024-01-31T12:00:0", "2024-01-31T12:0a:00Z", "x",
    String(repeating: "\u{0}", count: 16), String(repeating: "\u{0}", count: 16) + ":00Z",
  ])
  func `a field that is no moment is none`(_ text: String) {
    #expect(read(text) == nil)
  }

  @Test(arguments: [
    ("1706702400", "2024-01-31T12:00:00.000Z"), ("99999999999", "5138-11-16T09:46:39.000Z"),
    ("100000000000", "1973-03-03T09:46:40.000Z"), ("1706702400123", "2024-01-31T12:00:00.123Z"),
    ("100000000000000", "1973-03-03T09:46:40.000Z"),
    ("1706702400123999", "2024-01-31T12:00:00.123Z"),
    ("100000000000000000", "1973-03-03T09:46:40.000Z"),
    ("1706702400123999999", "2024-01-31T12:00:00.123Z"),
    ("1706702400.1239999999999999999999", "2024-01-31T12:00:00.123Z"),
    ("1.7067024e9", "2024-01-31T12:00:00.000Z"), ("1706702400.001", "2024-01-31T12:00:00.001Z"),
    ("-1", "1969-12-31T23:59:59.000Z"), ("-0.0001", "1969-12-31T23:59:59.999Z"),
    ("-0.001", "1969-12-31T23:59:59.999Z"), ("-100000000000", "1966-10-31T14:13:20.000Z"),
    ("0", "1970-01-01T00:00:00.000Z"),
    ("99999999999.9", "5138-11-16T09:46:39.900Z"), ("1e-300", "1970-01-01T00:00:00.000Z"),
    ("-1e-300", "1969-12-31T23:59:59.999Z"), ("-1706702400123000001", "1915-12-02T11:59:59.876Z"),
  ])
  func `an epoch has the unit that its size tells`(_ text: String, _ moment: String) {
    #expect(read(text, as: .numeral) == moment)
    #expect(read(text, as: .text) == moment)
  }

  @Test func `computed numbers are epochs too`() {
    var reader = TimestampReader()
    #expect(reader.read(Cell(1_706_702_400.123)) == 1_706_702_400_123)
    #expect(reader.read(Cell(1_706_702_400_123.75)) == 1_706_702_400_123)
    #expect(reader.read(Cell(Int64(1_706_702_400_123_999))) == 1_706_702_400_123)
    #expect(reader.read(Cell(Int64(-1_706_702_400_123_999))) == -1_706_702_400_124)
    #expect(reader.read(Cell(Int64.min)) == -9_223_372_036_855)
    #expect(reader.read(Cell(Double.infinity)) == nil)
    #expect(reader.read(Cell(Double.nan)) == nil)
    #expect(reader.read(Cell(1e300)) == nil)
    #expect(reader.read(.null) == nil)
    #expect(reader.read(Cell(true)) == nil)
  }

  @Test func `escapes of JSON are seen through`() {
    #expect(read(#"31\/Jan\/2024:12:00:00 +0000"#, as: .escaped) == "2024-01-31T12:00:00.000Z")
    #expect(read(#"2024-01-31T12\u003a00:00Z"#, as: .escaped) == "2024-01-31T12:00:00.000Z")
    #expect(read(#"2024-01-31T12:00\u4e2d"#, as: .escaped) == nil)
    #expect(read(#"2024-01-31T12:00\u12"#, as: .escaped) == nil)
    #expect(read("2024-01-31T12:00\\", as: .escaped) == nil)
  }

  @Test(arguments: [
    ("2024-01-31 12:00:00,123 INFO ready", "2024-01-31T12:00:00.123Z"),
    (
      "INFO [2024-01-31T12:00:00.5+01:00] ready at 2025-01-01T00:00:00Z", "2024-01-31T11:00:00.500Z"
    ),
    (#"1.2.3.4 - - [31/Jan/2024:12:00:00 -0800] "GET / HTTP/1.1" 200"#, "2024-01-31T20:00:00.000Z"),
    ("<34>Feb  3 09:05:00 host app[1234]: msg", "2024-02-03T09:05:00.000Z"),
    ("Dec 31 23:59:59 host app: last year", "2023-12-31T23:59:59.000Z"),
    ("Sep 20 00:00:00 2022 host", "2022-09-20T00:00:00.000Z"),
    ("Feb 29 00:00:00 host", "2024-02-29T00:00:00.000Z"),
    ("2024/01/31 12:00:00 [error] 17#17: *1 open()", "2024-01-31T12:00:00.000Z"),
    ("01/31/2024 1:02:03 PM Service started", "2024-01-31T13:02:03.000Z"),
    ("240131  9:00:00 InnoDB: started", "2024-01-31T09:00:00.000Z"),
    ("at 31 Jan 2024 something", "2024-01-31T00:00:00.000Z"),
    ("12:M 31 Jan 2024 12:00:00.123 * Ready", "2024-01-31T12:00:00.123Z"),
    ("23:59:30.5 DEBUG night", "2024-03-10T23:59:30.500Z"),
    ("11:00:00,250 DEBUG day", "2024-03-10T11:00:00.250Z"),
    ("[1706702400] nagios", "2024-01-31T12:00:00.000Z"),
    ("1706702400,cpu,3", "2024-01-31T12:00:00.000Z"),
    ("1706702400123 start", "2024-01-31T12:00:00.123Z"),
    ("1706702400123456 start", "2024-01-31T12:00:00.123Z"),
    ("1706702400.123    52 10.0.0.1 TCP_MISS/200", "2024-01-31T12:00:00.123Z"),
    (#"x {"timestamp": 1706702400123}"#, "2024-01-31T12:00:00.123Z"),
    ("a,b,c,d,1706702400,e", "2024-01-31T12:00:00.000Z"),
    ("type=SYSCALL msg=audit(1706702400.365:24287): x", "2024-01-31T12:00:00.365Z"),
    ("<134>1 1706702400.903768018 MX84 flows", "2024-01-31T12:00:00.903Z"),
    ("mac 00:1b:44:11:3a:b7 at 10:00:00", "2024-03-10T10:00:00.000Z"),
    ("took 1:02:03 at 2024-01-31 12:00:00", "2024-01-31T12:00:00.000Z"),
    ("bad 2024-02-30 99:00:00 good 2024-01-31 12:00:00", "2024-01-31T12:00:00.000Z"),
    ("Wed Jan 31 12:00:00 UTC 2024 x", "2024-01-31T12:00:00.000Z"),
    ("Maybe 2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000Z"),
    ("  2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000Z"),
    ("2024-01-31T12:00:00 - 10 items", "2024-01-31T12:00:00.000Z"),
    ("2024-01-31 12:00:00 INFO", "2024-01-31T12:00:00.000Z"),
    ("Jan 31 12:00:00 ist host", "2024-01-31T12:00:00.000Z"),
  ])
  func `the leftmost time of a line is found`(_ line: String, _ moment: String) {
    #expect(leftmost(line) == moment)
  }

  @Test(arguments: [
    "", "no time here", "version 1.2.3.4567", "2001:db8::12:34:56", "id 1706702400 end", "12:34",
    "1/2/3", "3 apples", "May be", "phone 5551234567.12",
    String(repeating: "x", count: 256) + "2024-01-31T12:00:00Z",
  ])
  func `a line without a time has none`(_ line: String) {
    #expect(leftmost(line) == nil)
  }

  @Test func `what the date lacks needs a neighbour`() {
    #expect(leftmost("Feb  3 09:05:00 host", near: nil) == nil)
    #expect(leftmost("09:05:00 then 2024-01-31 12:00:00", near: nil) == "2024-01-31T12:00:00.000Z")
    // Between two years the nearer one, over New Year in both directions.
    let newYear: Int64 = 1_704_067_200_000
    #expect(leftmost("Dec 31 23:59:59 x", near: newYear + 1) == "2023-12-31T23:59:59.000Z")
    #expect(leftmost("Jan  1 00:00:01 x", near: newYear - 1) == "2024-01-01T00:00:01.000Z")
    #expect(
      leftmost("Feb 29 12:00:00 x", near: 1_500_000_000_000)
        == "2016-02-29T12:00:00.000Z")
    #expect(leftmost("00:00:01 x", near: newYear - 1) == "2024-01-01T00:00:01.000Z")
  }

  @Test func `a time without an offset is of the source's zone`() throws {
    let berlin = try ZoneTests.zone("Europe/Berlin")
    #expect(read("2024-07-01T12:00:00", zone: berlin) == "2024-07-01T10:00:00.000Z")
    #expect(read("2024-01-31T12:00:00", zone: berlin) == "2024-01-31T11:00:00.000Z")
    #expect(read("2024-01-31T12:00:00Z", zone: berlin) == "2024-01-31T12:00:00.000Z")
    #expect(leftmost("Feb  3 09:05:00 host", zone: berlin) == "2024-02-03T08:05:00.000Z")
    #expect(
      leftmost("00:30:00 x", near: 1_710_111_600_000, zone: berlin) == "2024-03-10T23:30:00.000Z")
  }

  @Test func `a format of the user's is tried first`() throws {
    let format = try DatePattern("dd.MM.yyyy HH:mm:ss")
    #expect(
      leftmost("[31.01.2024 12:00:00] 2020-01-01 00:00:00 x", format: format)
        == "2024-01-31T12:00:00.000Z")
    #expect(leftmost("2020-01-01 00:00:00 x", format: format) == "2020-01-01T00:00:00.000Z")
    #expect(leftmost("31.02.2024 12:00:00", format: format) == "2024-03-10T12:00:00.000Z")
    let yearless = try DatePattern("MM-dd HH:mm")
    #expect(leftmost("12-31 23:59 x", format: yearless) == "2023-12-31T23:59:00.000Z")
    var reader = TimestampReader(format: format)
    let text = PinnedText("31.01.2024 12:00:00 trailing")
    withExtendedLifetime(text) {
      #expect(reader.read(Cell(text: text.bytes)) == 1_706_702_400_000)
    }
  }

  @Test func `answers do not depend on the lines before`() throws {
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for zone in [Zone.utc, try ZoneTests.zone("Europe/Berlin"), try ZoneTests.zone("Asia/Manila")] {
      var reader = TimestampReader(zone: zone)
      for _ in 0..<4000 {
        let day = random.pick([
          "2024-01-31", "2024-03-31", "2024-10-27", "2024-02-30", "1844-12-31",
        ])
        let clock = random.pick(["02:30", "00:00", "23:59", "24:00", "03:00", "2:3x"])
        let end = random.pick(["", ":00", ":59.9999", ":60", ":61", ":07,5", ":7", ":00:123", "0"])
        let offset = random.pick(["", "Z", "+02:00", " -0800", " PST", "x", "+99"])
        let text = PinnedText(day + random.pick(["T", " ", "_"]) + clock + end + offset)
        var fresh = TimestampReader(zone: zone)
        let (field, line) = withExtendedLifetime(text) {
          (
            (reader.read(Cell(text: text.bytes)), fresh.read(Cell(text: text.bytes))),
            (
              reader.leftmost(in: text.bytes, near: Self.previous),
              TimestampReader(zone: zone).untouched(text.bytes, near: Self.previous)
            )
          )
        }
        #expect(field.0 == field.1, "seed \(seed): \(text.bytes.string)")
        #expect(line.0 == line.1, "seed \(seed): \(text.bytes.string)")
      }
    }
  }

  @Test func `any bytes may stand in a line`() {
    let seed = TestSeed.value
    var random = SplitMix(seed)
    let alphabet = Array("0123456789:-/., TZ+JanFebMayPM[]\"é\u{0}".utf8)
    var reader = TimestampReader()
    for _ in 0..<20_000 {
      let text = PinnedText((0..<random.below(60)).map { _ in random.pick(alphabet) })
      withExtendedLifetime(text) {
        let previous = Int64(bitPattern: random.next()) >> Int64(random.below(64))
        _ = reader.leftmost(in: text.bytes, near: previous)
        _ = reader.read(Cell(text: text.bytes))
        _ = reader.read(Cell(text.bytes, as: .escaped))
        _ = reader.read(Cell(text.bytes, as: .numeral))
        _ = text.bytes.number()
        _ = Durations.milliseconds(measured: text.bytes)
      }
    }
  }
}

extension TimestampReader {
  /// The answer of a reader that has read nothing yet.
  fileprivate func untouched(_ line: Bytes, near previous: Int64) -> Int64? {
    var fresh = self
    return fresh.leftmost(in: line, near: previous)
  }
}
