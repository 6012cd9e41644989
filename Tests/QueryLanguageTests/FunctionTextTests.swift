import QueryLanguage
import Records
import TestKit
import Testing

@Suite struct FunctionTextTests {
  @Test(arguments: [
    FunctionCase("concat(\"a\", 1, null, 2.5, true, x)", "a12.5truez", #"{"x":"z"}"#),
    FunctionCase("concat(missing, missing)", ""),
    FunctionCase("concat(concat(a, \"-\"), b)", "1.50-{\"k\":1}", #"{"a":1.50,"b":{"k": 1}}"#),
    FunctionCase("length(\"grün🙂\")", 5),
    FunctionCase("length(missing)", 0),
    FunctionCase("length(n)", 3, #"{"n":200}"#),
    FunctionCase("substring(\"grün🙂!\", 2, 5)", "ün🙂"),
    FunctionCase("substring(\"abc\", 1)", "bc"),
    FunctionCase("substring(\"abc\", 3)", ""),
    FunctionCase("substring(\"abc\", 7, 9)", ""),
    FunctionCase("substring(\"abc\", 1, 99)", "bc"),
    FunctionCase("substring(\"abc\", n)", .null, #"{"n":-1}"#),
    FunctionCase("substring(\"abc\", 2, n)", .null, #"{"n":1}"#),
    FunctionCase("substring(missing, 0)", .null),
    FunctionCase("trim(\"  a b\\t\\n\")", "a b"),
    FunctionCase("toLowerCase(\"ÄB-Ç9\")", "äb-ç9"),
    FunctionCase("toUpperCase(\"straße\")", "STRASSE"),
    FunctionCase("toUpperCase(\"a.Z\")", "A.Z"),
    FunctionCase("toUppercase(missing)", .null),
    FunctionCase("contains(\"alphabet\", \"beta\")", false),
    FunctionCase("contains(\"alphabet\", \"phab\")", true),
    FunctionCase("contains(\"\", \"\")", true),
    FunctionCase("contains(\"a\", \"\")", false),
    FunctionCase("contains(\"\", \"a\")", false),
    FunctionCase("contains(missing, \"a\")", false),
    FunctionCase("luhn(\"4111-1111 1111 1111\")", true),
    FunctionCase("luhn(4111111111111112)", false),
    FunctionCase("luhn(\"no digits\")", false),
    FunctionCase("tourl(\"https://x.io/1\", \"one\")", "[one](https://x.io/1)"),
    FunctionCase("tourl(\"https://x.io/1\", \"one\", \"<\", \">\")", "<[one](https://x.io/1)>"),
  ])
  func `text functions`(_ example: FunctionCase) throws { try example.check() }

  @Test(arguments: [
    FunctionCase("replace(\"a.b.c\", \".\", \"$1\\n\")", "a$1\nb$1\nc"),
    FunctionCase("replace(\"abc\", \"x\", \"y\")", "abc"),
    FunctionCase("replace(\"aaa\", \"aa\", \"b\")", "ba"),
    FunctionCase("replace(\"abc\", \"\", \"y\")", "abc"),
    FunctionCase("replace(\"abc\", missing, \"y\")", .null),
    FunctionCase("replace(\"id=17 id=4\", /id=(\\d+)/, \"<$1|$0>\")", "<17|id=17> <4|id=4>"),
    FunctionCase("replace(\"ada 36\", /(?<who>\\w+) (?<age>\\d+)/, \"${age}:${who}\")", "36:ada"),
    FunctionCase("replace(\"a/b/c\", /\\//, \"\\t\")", "a\tb\tc"),
    FunctionCase("replace(\"5\", /5/, \"\\\\$5\")", "$5"),
    FunctionCase("replace(\"5\", /5/, \"\\\\\\\\\")", "\\"),
    FunctionCase("replace(\"ab\", /(x)?b/, \"[$1]\")", "a[]"),
    FunctionCase("replace(\"grün\", /z*/, \"-\")", "-g-r-ü-n-"),
    FunctionCase("replace(\"Ab\", /(?i)a|B/, \"\")", ""),
    FunctionCase("replace(\"12\", /(1)/, \"$12\")", "122"),
    FunctionCase("replace(t, /\\d/, r)", "a<1>", #"{"t":"a1","r":"<$0>"}"#),
    FunctionCase("replace(t, /\\d/, r)", .null, #"{"t":"a1"}"#),
    FunctionCase("replace(missing, /\\d/, \"\")", .null),
  ])
  func `texts and regexes are replaced`(_ example: FunctionCase) throws { try example.check() }

  @Test func `replace as a stage overwrites its field`() throws {
    let result = try QueryRunner.run(
      "| replace(path, /\\d+/, \"N\") | count by path",
      lines: [#"{"path":"/a/1"}"#, #"{"path":"/a/22"}"#, #"{"path":"/b"}"#])
    #expect(result.columns == ["path", "_count"])
    #expect(result.rows == [["/a/N", 2], ["/b", 1]])
  }

  @Test(arguments: [
    FunctionCase(
      "format(\"%s|%S|%10s|%-6s|%.2s\", \"ab\", \"ab\", \"ab\", \"ab\", \"abc\")",
      "ab|AB|        ab|ab    |ab"),
    FunctionCase(
      "format(\"%d %05d %,d %+d %(d %x %X %o\", 42, 42, 1234567, 5, 0-7, 255, 255, 8)",
      "42 00042 1,234,567 +5 (7) ff FF 10"),
    FunctionCase("format(\"%d\", x)", "12", #"{"x":"12"}"#),
    FunctionCase("format(\"%x\", 0-1)", "ffffffffffffffff"),
    FunctionCase(
      "format(\"%08.3f|%,.2f|%.0f|%f\", 3.14159, 1234567.891, 2.5, 1)",
      "0003.142|1,234,567.89|3|1.000000"),
    FunctionCase("format(\"%.2f\", 1.005)", "1.01"),
    FunctionCase("format(\"%.3f\", 0.0004)", "0.000"),
    FunctionCase("format(\"%.1f\", 99.95)", "100.0"),
    FunctionCase("format(\"%.1f\", 1e21)", "1000000000000000000000.0"),
    FunctionCase(
      "format(\"%e|%.2E|%.1e\", 12345.678, 0.00012, 9.96)",
      "1.234568e+04|1.20E-04|1.0e+01"),
    FunctionCase("format(\"%g|%.3g|%g\", 0.0001, 123456, 0)", "0.000100000|1.23e+05|0.00000"),
    FunctionCase("format(\"%b %c %c %%%n\", true, \"é\", 65)", "true é A %\n"),
    FunctionCase("format(\"%2$s-%1$s-%<s\", 1, 2)", "2-1-1"),
    FunctionCase("format(\"%s\", missing)", .null),
    FunctionCase("format(\"%d\", \"abc\")", .null),
    FunctionCase("format(\"%d\", 1.5)", .null),
    FunctionCase("format(p, 5)", "5!", #"{"p":"%d!"}"#),
    FunctionCase("format(p, 5)", .null, #"{"p":"%d %d"}"#),
  ])
  func `values are formatted as in Java`(_ example: FunctionCase) throws { try example.check() }

  @Test(arguments: [
    FunctionCase("jsonArraySize(a)", 3, #"{"a":[1, "x,]", {"b":[2]}]}"#),
    FunctionCase("jsonArraySize(a)", 0, #"{"a":[ ]}"#),
    FunctionCase("jsonArraySize(missing)", -1),
    FunctionCase("jsonArraySize(\"no array\")", .null),
    FunctionCase("jsonArraySize(\"[1,]\")", .null),
    FunctionCase("jsonArrayContains(a, \"x\\\"y\")", true, #"{"a":["a", "x\"y"]}"#),
    FunctionCase("jsonArrayContains(a, 2)", true, #"{"a":[1, 2.0]}"#),
    FunctionCase("jsonArrayContains(a, \"b\")", false, #"{"a":["a"]}"#),
    FunctionCase("jsonArrayContains(missing, \"b\")", .null),
  ])
  func `JSON arrays are looked into`(_ example: FunctionCase) throws { try example.check() }

  @Test(arguments: [
    ("| substring(x, -1) as y", "'substring' can't begin or end at -1"),
    ("| substring(x, 3, 2) as y", "'substring' can't end at 2 when it begins at 3"),
    ("| replace(x, /(/, \"\") as y", "this is no regular expression"),
    ("| replace(x, /(a)/, \"$2\") as y", "the pattern has no group '2'"),
    ("| replace(x, /(?<who>a)/, \"${whom}\") as y", "did you mean 'who'?"),
    ("| format(\"%q\", x) as y", "'%q' is no conversion of 'format'"),
    ("| format(\"%d %d\", x) as y", "the pattern asks for value 2, 'format' got 1"),
    ("| format(\"%5\", x) as y", "ends inside a conversion"),
    ("| tourl(x, y, z) as y", "'tourl' takes a prefix and a suffix together"),
    ("| length(/x/) as y", "'length' takes no regular expression here"),
    ("| concat(x) as y", "'concat' takes at least 2 arguments, found 1"),
    ("| lenght(x) as y", "did you mean 'length'?"),
  ])
  func `mistakes in literals are told before any row`(_ query: String, _ message: String) {
    let report = QueryRunner.report(query)
    #expect(report.contains(message), "\(report)")
  }
}
