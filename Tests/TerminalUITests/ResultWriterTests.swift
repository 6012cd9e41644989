import Records
import TerminalUI
import TestKit
import Testing

@Suite struct ResultWriterTests {
  let columns = ["host", "requests", "p95"]
  let rows: [[Value]] = [
    [.text("web-1"), .whole(1204), .number(3.2109876)],
    [.text("データベース"), .whole(7), .null],
    [.null, .number(12), .number(0.000123456)],
  ]

  func written(_ format: ResultFormat, _ rows: [[Value]], on terminal: Terminal = .plain) -> String
  {
    var writer = format.writer(for: terminal)
    return String(decoding: writer.text(of: columns, rows), as: UTF8.self)
  }

  @Test func `a table is aligned, with numbers to the right and null left blank`() {
    #expect(
      written(.table, rows) == """
        host          requests        p95
        ────────────  ────────  ─────────
        web-1             1204      3.211
        データベース         7
                            12  0.0001235

        """)
  }

  @Test func `an empty result is a header`() {
    #expect(
      written(.table, []) == """
        host  requests  p95
        ────  ────────  ───

        """)
    #expect(written(.json, []) == "[]\n")
    #expect(written(.ndjson, []) == "")
    #expect(written(.csv, []) == "host,requests,p95\r\n")
  }

  @Test func `json is an array of objects with keys in column order`() {
    #expect(
      written(.json, rows) == """
        [
          {"host":"web-1","requests":1204,"p95":3.2109876},
          {"host":"データベース","requests":7,"p95":null},
          {"host":null,"requests":12,"p95":0.000123456}
        ]

        """)
  }

  @Test func `ndjson is one object a line`() {
    #expect(
      written(.ndjson, rows) == """
        {"host":"web-1","requests":1204,"p95":3.2109876}
        {"host":"データベース","requests":7,"p95":null}
        {"host":null,"requests":12,"p95":0.000123456}

        """)
  }

  @Test func `json escapes what JSON and terminals care about`() {
    let text = "\"a\\b\" \n\r\t \u{0} \u{1B}[31m \u{7F} \u{9B}2J é 日 🎉"
    var writer = JSONWriter(layout: .lines)
    #expect(
      String(decoding: writer.text(of: ["a\"b"], [[.text(text)]]), as: UTF8.self)
        == #"{"a\"b":"\"a\\b\" \n\r\t \u0000 \u001b[31m \u007f \u009b2J é 日 🎉"}"# + "\n")
  }

  @Test(arguments: [
    (3.0, "3"), (-0.0, "0"), (0.1, "0.1"), (1e15, "1000000000000000"), (1e300, "1e+300"),
    (-2.5, "-2.5"), (.nan, "null"), (.infinity, "null"),
    (9_007_199_254_740_992, "9007199254740992"),
  ])
  func `numbers in json are the shortest text that reads back`(_ number: Double, _ text: String) {
    var writer = JSONWriter(layout: .lines)
    let line = String(decoding: writer.text(of: ["n"], [[.number(number)]]), as: UTF8.self)
    #expect(line == "{\"n\":\(text)}\n")
  }

  @Test func `csv follows RFC 4180`() {
    var writer = CSVWriter()
    let rows: [[Value]] = [
      [.text("a,b"), .text("say \"hi\""), .text("two\nlines")],
      [.null, .text(""), .bool(true)],
      [.number(2), .number(0.5), .text(" padded")],
    ]
    #expect(
      String(decoding: writer.text(of: ["x", "y", "z"], rows), as: UTF8.self)
        == "x,y,z\r\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n,\"\",true\r\n2,0.5,\" padded\"\r\n"
    )
  }

  @Test func `long cells are cut on a screen only`() {
    let rows: [[Value]] = [[.text(String(repeating: "long ", count: 20)), .whole(5), .whole(1)]]
    #expect(
      written(.table, rows, on: Terminal(isInteractive: true, columns: 40)) == """
        host                       requests  p95
        ─────────────────────────  ────────  ───
        long long long long long…         5    1

        """)
    #expect(written(.table, rows).contains("long long long long long long"))
  }

  @Test func `what a screen has no room for is named`() {
    let names = ["first", "second", "third", "fourth"]
    let row = names.map { Value.text(String(repeating: $0, count: 4)) }
    var writer = TableWriter(terminal: Terminal(isInteractive: true, columns: 30))
    #expect(
      String(decoding: writer.text(of: names, [row]), as: UTF8.self) == """
        first           second
        ──────────────  ──────────────
        firstfirstfir…  secondseconds…
        + 2 columns too wide for the …

        """)
  }

  @Test func `built-in time fields are shown as times`() {
    var writer = TableWriter(terminal: .plain)
    let rows: [[Value]] = [
      [.whole(1_748_768_400_000), .whole(3)], [.number(1_748_768_400_250), .whole(4)],
    ]
    #expect(
      String(decoding: writer.text(of: ["_timeslice", "_count"], rows), as: UTF8.self) == """
        _timeslice                _count
        ────────────────────────  ──────
        2025-06-01 09:00:00Z           3
        2025-06-01 09:00:00.250Z       4

        """)
  }

  @Test func `a colour screen gets a bold header, a quiet rule and a dot for null`() {
    let screen = Terminal(isInteractive: true, palette: .coloured)
    var writer = TableWriter(terminal: screen)
    #expect(
      String(decoding: writer.text(of: ["a", "b"], [[.null, .whole(1)]]), as: UTF8.self) == """
        \u{1B}[1ma\u{1B}[0m  \u{1B}[1mb\u{1B}[0m
        \u{1B}[2m─\u{1B}[0m  \u{1B}[2m─\u{1B}[0m
        \u{1B}[2m·\u{1B}[0m  1

        """)
  }

  @Test func `rows after the sample are written as they come`() {
    var writer = TableWriter(terminal: .plain)
    var text: [UInt8] = []
    writer.begin(["n"], into: &text)
    for n in 0..<1_000 { writer.row([.whole(Int64(n))], into: &text) }
    let afterSample = text.count
    #expect(afterSample > 0)
    writer.row([.whole(123_456)], into: &text)
    #expect(String(decoding: text[afterSample...], as: UTF8.self) == "123456\n")
  }

  @Test func `a log line cannot command the terminal, but a pipe gets its bytes`() {
    let line = Array("a\tb \u{1B}]0;owned\u{7} \u{202E}gpj.exe é".utf8)
    var text: [UInt8] = []
    LineWriter(terminal: Terminal(isInteractive: true)).line(line, into: &text)
    #expect(
      String(decoding: text, as: UTF8.self) == "a\tb \\e]0;owned\\u{7} \\u{202E}gpj.exe é\n")
    text = []
    LineWriter(terminal: .plain).line(line, into: &text)
    #expect(text == line + [0x0A])
  }
}
