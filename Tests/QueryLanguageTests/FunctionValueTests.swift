import QueryLanguage
import Records
import TestKit
import Testing

@Suite struct FunctionValueTests {
  @Test(arguments: [
    ("12", true), ("-1.5e3", true), ("0x1F", true), ("0x", false), ("017", true), ("09", false),
    ("0.9", true), ("123L", true), ("1.5L", false), ("1.5f", true), ("1e", false), (".5", true),
    ("5.", true), (".", false), ("", false), (" ", false), ("abc", false), ("1 2", false),
  ])
  func `isNumeric goes by the literals of Java`(_ text: String, _ answer: Bool) throws {
    try FunctionCase("isNumeric(x)", .bool(answer), "{\"x\":\"\(text)\"}").check()
  }

  @Test(arguments: [
    FunctionCase("isNumeric(x)", true, #"{"x":1e3}"#),
    FunctionCase("isNumeric(x)", false, #"{"x":true}"#),
    FunctionCase("isNumeric(missing)", false),
    FunctionCase("isNaN(\"abc\")", true),
    FunctionCase("isNaN(\"Infinity\")", false),
    FunctionCase("isNaN(0/0)", true),
    FunctionCase("isNaN(\" \")", .null),
    FunctionCase("isNaN(missing)", .null),
    FunctionCase("isInfinity(5/0)", true),
    FunctionCase("isInfinity(\"-Infinity\")", true),
    FunctionCase("isInfinity(\"abc\")", false),
    FunctionCase("isInfinity(missing)", .null),
    FunctionCase("isNull(missing)", true),
    FunctionCase("isEmpty(\" \")", false),
    FunctionCase("isBlank(\" \")", true),
  ])
  func `questions about values`(_ example: FunctionCase) throws { try example.check() }

  @Test(arguments: [
    FunctionCase("toLong(\"12.9\")", 12), FunctionCase("toInt(-12.9)", -12),
    FunctionCase("num(\"1e3\")", 1000), FunctionCase("num(\"0x10\")", .null),
    FunctionCase("toString(1.50)", "1.5"),
    FunctionCase("hexToDec(\"ff\")", 255), FunctionCase("parseHex(\"0xFFFFFFFFFFFFFFFF\")", -1),
    FunctionCase("hexToDec(\"10000000000000000\")", .null), FunctionCase("hexToDec(\"g\")", .null),
    FunctionCase("decToHex(255)", "FF"), FunctionCase("decToHex(-1)", "FFFFFFFFFFFFFFFF"),
    FunctionCase("hexToAscii(\"48656C6c6f\")", "Hello"), FunctionCase("hexToAscii(\"486\")", .null),
    FunctionCase("base64Encode(\"any carnal pleas\")", "YW55IGNhcm5hbCBwbGVhcw=="),
    FunctionCase("base64Encode(\"\")", ""),
    FunctionCase("base64Decode(\"YW55IGNhcm5hbCBwbGVhcw==\")", "any carnal pleas"),
    FunctionCase("base64Decode(\"_-8\")", "\u{FFFD}\u{FFFD}"),
    FunctionCase("base64Decode(\"not base64!\")", "not base64!"),
    FunctionCase("base64Decode(\"YQ=\")", "YQ="),
    FunctionCase("base64Decode(\"AGEA6Q==\", \"UTF-16\")", "aé"),
    FunctionCase("base64Decode(\"YQDpAA==\", \"utf-16le\")", "aé"),
    FunctionCase("base64Decode(\"//5hAA==\", \"UTF-16\")", "a"),
    FunctionCase("base64Decode(\"AAH2QQ==\", \"UTF-32BE\")", "🙁"),
    FunctionCase("urlencode(\"a b&ü~*\")", "a+b%26%C3%BC%7E*"),
    FunctionCase("urldecode(\"a+b%26%c3%bc%7e%zz%\")", "a b&ü~%zz%"),
    FunctionCase("urldecode(\"%ff\")", "\u{FFFD}"),
    FunctionCase("hash(\"hello\")", "5d41402abc4b2a76b9719d911017c592"),
    FunctionCase("hash(\"hello\", \"sha1\")", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
    FunctionCase(
      "hash(\"hello\", \"SHA_256\")",
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
    FunctionCase("hash(\"\", \"md5\")", "d41d8cd98f00b204e9800998ecf8427e"),
    FunctionCase("hash(\"\", \"murmur3_128\")", "00000000000000000000000000000000"),
    FunctionCase("hash(\"hello\", \"murmur3_128\")", "029bbd41b3a7d8cb191dae486a901e5b"),
    FunctionCase(
      "hash(\"The quick brown fox jumps over the lazy dog\", \"murmur3_128\")",
      "6c1b07bc7bbc4be347939ac4a93c437a"),
    FunctionCase("hash(missing)", .null),
  ])
  func `conversions`(_ example: FunctionCase) throws { try example.check() }

  @Test(arguments: [
    FunctionCase("abs(-3)", 3), FunctionCase("abs(x)", 3.5, #"{"x":"-3.5"}"#),
    FunctionCase("abs(x)", 9_007_199_254_740_993, #"{"x":-9007199254740993}"#),
    FunctionCase("ceil(1.2)", 2), FunctionCase("floor(-1.2)", -2), FunctionCase("round(1.5)", 2),
    FunctionCase("round(-2.5)", -3), FunctionCase("round(0.49999999999999994)", 0),
    FunctionCase("round(1.549, 2)", 1.55), FunctionCase("round(1.005, 2)", 1.01),
    FunctionCase("round(-1.005, 2)", -1.01), FunctionCase("round(1234.5, -2)", 1200),
    FunctionCase("round(0.1, 15)", 0.1), FunctionCase("round(1e300, 2)", .number(1e300)),
    FunctionCase("round(\"abc\")", .null), FunctionCase("round(missing, 2)", .null),
    FunctionCase("min(2, 10)", 2), FunctionCase("max(\"2\", \"10\")", 10),
    FunctionCase("max(2, missing)", .null), FunctionCase("max(1.5, 1)", 1.5),
    FunctionCase("max(x, 0)", 1_700_000_000_123_456_789, #"{"x":1700000000123456789}"#),
    FunctionCase("signum(-4)", -1), FunctionCase("sqrt(16)", 4), FunctionCase("cbrt(27)", 3),
    FunctionCase("pow(2, 10)", 1024), FunctionCase("hypot(3, 4)", 5), FunctionCase("exp(0)", 1),
    FunctionCase("expm1(0)", 0), FunctionCase("log(1)", 0), FunctionCase("log10(1000)", 3),
    FunctionCase("log1p(0)", 0), FunctionCase("sin(0)", 0), FunctionCase("cos(0)", 1),
    FunctionCase("atan2(0, 1)", 0), FunctionCase("toDegrees(acos(-1))", 180),
    FunctionCase("round(toRadians(180), 4)", 3.1416), FunctionCase("tanh(0)", 0),
    FunctionCase("sqrt(-1) + 1", .number(.nan)), FunctionCase("log(0)", .number(-.infinity)),
  ])
  func `arithmetic`(_ example: FunctionCase) throws {
    guard case .number(let number) = example.value, number.isNaN else { return try example.check() }
    try FunctionCase("isNaN(\(example.expression))", true, example.line).check()
  }

  @Test func `min and max are aggregates at the head of a stage and functions in expressions`()
    throws
  {
    let lines = [#"{"a":1,"b":5}"#, #"{"a":7,"b":2}"#]
    let rows = try QueryRunner.run("| max(a, b) as m | max(m) as top, min(m) as low", lines: lines)
    #expect(rows.columns == ["top", "low"])
    #expect(rows.rows == [[7, 5]])
  }

  @Test func `a duration among the arguments takes the unit of the field`() throws {
    let rows = try QueryRunner.run(
      "| max(wait_s, 3s) as longest | where longest > 2500ms | fields longest",
      lines: [#"{"wait_s":1}"#, #"{"wait_s":9}"#])
    #expect(rows.rows == [[3], [9]])
  }
}
