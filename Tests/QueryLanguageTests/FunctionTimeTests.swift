import QueryLanguage
import Records
import TestKit
import Testing

@Suite struct FunctionTimeTests {
  private static let settings = Binder.Settings(
    now: 1_706_702_400_000, zone: Zone(name: "+01:00", offset: 3_600_000))

  @Test(arguments: [
    FunctionCase("now()", 1_706_702_400_000),
    FunctionCase(
      "formatDate(now(), \"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\")",
      "2024-01-31T13:00:00.000+01:00"),
    FunctionCase("formatDate(0)", "01-01-1970 01:00:00:000"),
    FunctionCase("formatDate(\"0\", \"HH\", \"etc/utc\")", "00"),
    FunctionCase("formatDate(1.9, \"SSS\")", "001"),
    FunctionCase("formatDate(0, \"HH:mm\", \"-05:30\")", "18:30"),
    FunctionCase("formatDate(0, \"HH\", \"pst\")", "16"),
    FunctionCase("formatDate(0, p, z)", "02", #"{"p":"HH","z":"+2"}"#),
    FunctionCase("formatDate(0, p, z)", .null, #"{"p":"HH","z":"Nowhere/Here"}"#),
    FunctionCase("formatDate(0, p)", .null, #"{"p":"QQ"}"#),
    FunctionCase("formatDate(0, missing)", .null),
    FunctionCase("formatDate(missing, \"HH\")", .null),
    FunctionCase("formatDate(\"soon\", \"HH\")", .null),
    FunctionCase(
      "parseDate(\"31/01/2024 13:00:00 and more\", \"dd/MM/yyyy HH:mm:ss\")",
      1_706_702_400_000),
    FunctionCase("parseDate(\"2024-01-31\", \"yyyy-MM-dd\", \"UTC\")", 1_706_659_200_000),
    FunctionCase("parseDate(\"soon\", \"yyyy\")", .null),
    FunctionCase("parseDate(missing, \"yyyy\")", .null),
    FunctionCase("fromMillis(\"1706702400000\")", 1_706_702_400_000),
    FunctionCase("fromSeconds(1706702400)", 1_706_702_400_000),
    FunctionCase("fromSeconds(\"1706702400.123\")", 1_706_702_400_123),
    FunctionCase("toMillis(\"2024-01-31T12:00:00Z\")", 1_706_702_400_000),
    FunctionCase("toMillis(1706702400000)", 1_706_702_400_000),
    FunctionCase("toMillis(\"soon\")", .null),
  ])
  func `moments`(_ example: FunctionCase) throws {
    try example.check(settings: FunctionTimeTests.settings)
  }

  @Test func `a moment meets durations in milliseconds`() throws {
    let query = "| where now() - fromSeconds(t) < 1h | count"
    let rows = try QueryRunner.run(
      query, lines: [#"{"t":1706702000}"#, #"{"t":1706602000}"#],
      settings: FunctionTimeTests.settings)
    #expect(rows.rows == [[1]])
  }

  @Test(arguments: [
    ("| formatDate(x, \"yyyy-QQ\") as y", "date pattern letter 'Q' means nothing"),
    ("| parseDate(x, \"yyyy'T\") as y", "date pattern has a quote without an end"),
    ("| formatDate(x, \"yyyy\", \"Mars/Base\") as y", "the time zone 'Mars/Base' is not known"),
    ("| parseDate(x) as y", "'parseDate' takes 2 to 3 arguments, found 1"),
    ("| hash(x, \"crc\") as y", "\"crc\" is no hash algorithm"),
    ("| base64Decode(x, \"EBCDIC\") as y", "\"EBCDIC\" is no text encoding"),
    ("| maskFromCIDR(33) as y", "there is no IPv4 prefix of 33 bits"),
    ("| getCIDRPrefix(x, \"-1\") as y", "there is no IPv4 prefix of -1 bits"),
  ])
  func `mistakes in literals are told before any row`(_ query: String, _ message: String) {
    let report = QueryRunner.report(query)
    #expect(report.contains(message), "\(report)")
  }
}

@Suite struct FunctionAddressTests {
  @Test(arguments: [
    ("10.1.2.3", true), ("255.255.255.255", true), ("256.1.1.1", false), ("1.2.3", false),
    ("1.2.3.4.5", false), ("01.2.3.4", false), ("1..2.3", false), ("1.2.3.4 ", false), ("", false),
    ("0.0.0.0", true), (".1.2.3", false), ("1.2.3.", false),
  ])
  func `IPv4 addresses are told from other text`(_ text: String, _ answer: Bool) throws {
    try FunctionCase("isValidIPv4(x)", .bool(answer), "{\"x\":\"\(text)\"}").check()
  }

  @Test(arguments: [
    ("::", true), ("::1", true), ("2001:db8::8a2e:370:7334", true), ("1:2:3:4:5:6:7:8", true),
    ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7::", true), ("1:2:3:4:5:6:7:8::", false),
    ("1::2::3", false), ("::ffff:10.0.0.1", true), ("1:2:3:4:5:6:10.0.0.1", true),
    ("12345::", false),
    ("g::", false), (":1", false), ("1:", false), (":::", false), ("10.0.0.1", false), ("", false),
  ])
  func `IPv6 addresses are told from other text`(_ text: String, _ answer: Bool) throws {
    try FunctionCase("isValidIPv6(x)", .bool(answer), "{\"x\":\"\(text)\"}").check()
  }

  @Test(arguments: [
    FunctionCase("isValidIP(\"::1\")", true), FunctionCase("isValidIP(\"1.2.3.4\")", true),
    FunctionCase("isValidIP(missing)", false),
    FunctionCase("isPrivateIP(\"172.31.255.255\")", true),
    FunctionCase("isPrivateIP(\"172.32.0.0\")", false),
    FunctionCase("isPrivateIP(\"127.0.0.1\")", false),
    FunctionCase("isPrivateIP(\"::1\")", .null), FunctionCase("isPrivateIP(missing)", .null),
    FunctionCase("isPublicIP(\"8.8.8.8\")", true), FunctionCase("isPublicIP(\"10.0.0.1\")", false),
    FunctionCase("isPublicIP(\"127.0.0.1\")", false),
    FunctionCase("isReservedIP(\"198.19.0.1\")", true),
    FunctionCase("isReservedIP(\"255.255.255.255\")", true),
    FunctionCase("isReservedIP(\"8.8.8.8\")", false),
    FunctionCase("getCIDRPrefix(\"10.10.1.32\", 8)", "10.0.0.0"),
    FunctionCase("getCIDRPrefix(\"10.10.1.32\", \"30\")", "10.10.1.32"),
    FunctionCase("getCIDRPrefix(\"10.10.1.32\", toInt(0))", "0.0.0.0"),
    FunctionCase("getCIDRPrefix(\"10.10.1.32\", n)", .null, #"{"n":33}"#),
    FunctionCase("compareCIDRPrefix(\"10.10.1.32\", \"10.10.1.44\", 24)", true),
    FunctionCase("compareCIDRPrefix(\"10.10.1.32\", \"10.10.1.44\", 32)", false),
    FunctionCase("maskFromCIDR(20)", "255.255.240.0"),
    FunctionCase("maskFromCIDR(\"0\")", "0.0.0.0"),
    FunctionCase("ipv4ToNumber(\"192.168.1.1\")", 3_232_235_777),
    FunctionCase("round(haversine(39.04380, -77.48790, 45.73723, -119.81143), 2)", 3512.71),
    FunctionCase("haversine(1, 2, 3, missing)", .null),
  ])
  func `addresses and places`(_ example: FunctionCase) throws { try example.check() }

  @Test func `rows without an IPv4 address pass neither a test nor its opposite`() throws {
    let lines = [#"{"ip":"10.0.0.1"}"#, #"{"ip":"8.8.8.8"}"#, #"{"ip":"::1"}"#, "{}"]
    #expect(try QueryRunner.run("| where isPrivateIP(ip) | count", lines: lines).rows == [[1]])
    #expect(try QueryRunner.run("| where isPublicIP(ip) | count", lines: lines).rows == [[1]])
  }
}
