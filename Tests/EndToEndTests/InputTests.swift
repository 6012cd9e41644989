import Foundation
import TestKit
import Testing

/// What the program can be given to read, and what it says when it can't.
@Suite struct InputTests {
  private static let count = "* | count"
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write("{\"n\":1}\n{\"n\":2}\n", to: "a.log")
    try scratch.write("{\"n\":3}", to: "b.log")
  }

  /// The only value of a result of one row and one column, with nothing said.
  private func value(
    _ query: String, _ files: String..., flags: [String] = [], input: BinaryRun.Input = .nothing
  ) throws -> String {
    let run = try BinaryRun.tripline(
      ["query", "-q", "-o", "csv"] + flags + [query] + files, in: scratch.folder, input: input)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors == "")
    return String(run.output.split(whereSeparator: \.isNewline).last ?? "")
  }

  // Files.

  @Test func `several files are read one after the other`() throws {
    let run = try scratch.tripline("query", "-q", "*", "b.log", "a.log")
    #expect(run.output == "{\"n\":3}\n{\"n\":1}\n{\"n\":2}\n")
  }

  @Test func `a quoted glob is expanded`() throws {
    #expect(try value(Self.count, "*.log") == "3")
    #expect(try value(Self.count, "[ab].log") == "3")
  }

  @Test func `a file whose name looks like a glob is a file`() throws {
    try scratch.write("x\n", to: "a[1].log")
    #expect(try value(Self.count, "a[1].log") == "1")
  }

  @Test(arguments: ["missing.log", "no*.log"])
  func `a missing file is said and the others are read`(_ name: String) throws {
    let run = try scratch.tripline("query", "-q", "-o", "csv", "* | sum(n)", name, "a.log", "b.log")
    #expect(run.status == 4)
    #expect(run.output == "_sum\r\n6\r\n")
    #expect(run.errors == "tripline: can't read '\(name)': No such file or directory\n")
  }

  @Test func `a directory is said and the others are read`() throws {
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "logs"), withIntermediateDirectories: false)
    let run = try scratch.tripline("query", "-q", "-o", "csv", "* | sum(n)", "logs", "a.log")
    #expect(run.status == 4)
    #expect(run.output == "_sum\r\n3\r\n")
    #expect(
      run.errors == "tripline: can't read 'logs': it is a directory; name the files in it\n")
  }

  @Test func `an empty input is no mistake`() throws {
    try scratch.write("", to: "empty.log")
    #expect(try value(Self.count, "empty.log") == "0")
    let run = try scratch.tripline("query", "*", "empty.log")
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("0 lines, 0 B in "))
  }

  // The standard input.

  @Test func `without a file the standard input is read`() throws {
    #expect(try value(Self.count, input: .text("a\nb\n")) == "2")
    #expect(try value(Self.count, "-", input: .text("a\nb\n")) == "2")
    #expect(try value(Self.count, "a.log", "-", input: .text("a\n")) == "3")
  }

  @Test func `a pipe is read until it closes`() throws {
    let run = try scratch.shell("seq 1 100000 | tripline query -q -o csv '* | count'")
    #expect(run.output == "_count\r\n100000\r\n", "\(run.errors)")
  }

  @Test func `lines of the standard input are placed there`() throws {
    let run = try scratch.tripline("query", Self.count, input: .text("a\n{\"n\":\n"))
    #expect(run.errors.contains("1 malformed (first: stdin:2, byte 2)"), "\(run.errors)")
  }

  // Compression.

  @Test(arguments: ["gzip", "zstd -q"])
  func `compressed files are recognised by what is in them`(_ tool: String) throws {
    _ = try scratch.shell("(\(tool) -c a.log; \(tool) -c b.log) > packed")
    #expect(try value("* | sum(n)", "packed") == "6")
    let piped = try scratch.shell("cat packed | tripline query -q -o csv '* | sum(n)'")
    #expect(piped.output == "_sum\r\n6\r\n")
    let redirected = try scratch.shell("tripline query -q -o csv '* | sum(n)' - < packed")
    #expect(redirected.output == "_sum\r\n6\r\n")
  }

  @Test(
    arguments: ["gzip", "zstd -q"],
    [[], ["--batch-bytes", "1000"], ["--batch-bytes", "200", "--threads", "3"]])
  func `what stands before the break of a compressed file counts`(
    _ tool: String, _ flags: [String]
  ) throws {
    _ = try scratch.shell(
      """
      seq 1 60000 | sed 's/.*/line & of many/' | \(tool) -c > whole
      head -c $(($(stat -c %s whole) / 2)) whole > broken
      """)
    // The line at the break is text, and was read as far as it goes.
    let expected = try scratch.shell("(\(tool) -dc < broken; echo) 2> /dev/null | wc -l").output
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let run = try BinaryRun.tripline(
      ["query", "-q", "-o", "csv"] + flags + [Self.count, "broken", "a.log"], in: scratch.folder)
    #expect(run.status == 4)
    let format = tool == "gzip" ? "gzip" : "zstd"
    #expect(run.errors == "tripline: can't read 'broken': the \(format) data ends in the middle\n")
    let found = Int(run.output.split(whereSeparator: \.isNewline).last ?? "") ?? 0
    #expect(found > 1_000)
    #expect(abs(found - 2 - (Int(expected) ?? 0)) <= 1)
  }

  @Test func `damage after good data is said and the data counts`() throws {
    _ = try scratch.shell("(gzip -c a.log; echo this is no gzip) > damaged")
    let run = try scratch.tripline("query", "-q", "-o", "csv", Self.count, "damaged")
    #expect(run.status == 4)
    #expect(run.output == "_count\r\n2\r\n")
    #expect(run.errors.hasPrefix("tripline: can't read 'damaged': the gzip data is damaged"))
  }

  // Lines.

  @Test func `a last line without newline counts`() throws {
    #expect(try value(Self.count, "b.log") == "1")
  }

  @Test func `carriage returns, blank lines and zero bytes`() throws {
    try scratch.write("{\"a\":\"x\"}\r\n\r\n \r\n{\"a\":\"y\0z\"}\r\ntext\r\n", to: "crlf.log")
    let run = try scratch.tripline("query", "-q", "-o", "ndjson", "* | fields a", "crlf.log")
    #expect(run.output == "{\"a\":\"x\"}\n{\"a\":\"y\\u0000z\"}\n{\"a\":null}\n")
    #expect(
      try scratch.tripline("query", "-q", "*", "crlf.log").output
        == "{\"a\":\"x\"}\n{\"a\":\"y\0z\"}\ntext\n")
  }

  @Test func `bytes that are not UTF-8 stop nothing`() throws {
    let line = Array(#"{"a":""#.utf8) + [0xFF, 0xE9] + Array("\",\"b\":\"é\"}\n".utf8)
    try scratch.write(line, to: "latin.log")
    let run = try scratch.tripline("query", "-q", "-o", "ndjson", "* | fields a, b", "latin.log")
    #expect(run.output == "{\"a\":\"\u{FFFD}\u{FFFD}\",\"b\":\"é\"}\n")
    // A pipe gets the line as it is.
    let same = try scratch.shell("tripline query -q '*' latin.log | cmp - latin.log")
    #expect(same.status == 0, "\(same.output)")
  }

  @Test(arguments: ["1", "2", "5", "1MiB"])
  func `a byte order mark is not part of the first line`(_ batch: String) throws {
    try scratch.write([0xEF, 0xBB, 0xBF] + Array("{\"a\":1}\n{\"a\":\n".utf8), to: "mark.log")
    let run = try scratch.tripline(
      "query", "--batch-bytes", batch, "-o", "ndjson", "* | fields a", "mark.log")
    #expect(run.output == "{\"a\":1}\n")
    #expect(run.errors.contains("1 malformed (first: mark.log:2, byte 11)"), "\(run.errors)")
  }

  @Test(arguments: ["100", "64KiB", "512KiB", "4MiB"])
  func `a line beyond 1 MiB is counted, placed and skipped`(_ batch: String) throws {
    let longest = String(repeating: "y", count: (1 << 20) - 8)
    try scratch.write(
      "{\"n\":1}\n{\"x\":\"\(longest)\"}\n{\"x\":\"\(longest)y\"}\n{\"n\":2}\n", to: "long.log")
    let run = try scratch.tripline(
      "query", "--batch-bytes", batch, "-o", "csv", "* | count, sum(n)", "long.log")
    #expect(run.output == "_count,_sum\r\n3,3\r\n")
    #expect(run.errors.hasPrefix("4 lines, 2.1 MB in "), "\(run.errors)")
    #expect(
      run.errors.contains(
        "1 too long (first: long.log:3, byte \(Self.grouped(8 + (1 << 20) + 1)))"),
      "\(run.errors)")
    let more = try scratch.tripline(
      "query", "-q", "--max-line", "2MiB", "--batch-bytes", batch, "-o", "csv", Self.count,
      "long.log")
    #expect(more.output == "_count\r\n4\r\n")
  }

  private static func grouped(_ number: Int) -> String {
    var text = String(number)
    var index = text.count - 3
    while index > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: index))
      index -= 3
    }
    return text
  }

  @Test func `max-line is the longest line that is read`() throws {
    #expect(try value(Self.count, "a.log", flags: ["--max-line", "7"]) == "2")
    #expect(try value(Self.count, "a.log", flags: ["--max-line", "6"]) == "0")
  }

  // Malformed lines.

  private static let broken = "{\"n\":1}\n{\"n\":2\n{\"n\":3,}\nfine\n{\"n\":\n"

  @Test(arguments: [[], ["--threads", "3", "--batch-bytes", "8"]])
  func `malformed lines are counted, placed and put aside`(_ flags: [String]) throws {
    try scratch.write(Self.broken, to: "broken.log")
    let run = try BinaryRun.tripline(
      ["query", "--quarantine", "aside", "-o", "csv"] + flags + [Self.count, "broken.log"],
      in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.output == "_count\r\n3\r\n")
    #expect(run.errors.contains("2 malformed (first: broken.log:2, byte 8)"), "\(run.errors)")
    #expect(try scratch.text(of: "aside") == "{\"n\":2\n{\"n\":\n")
  }

  @Test func `strict looks at every byte`() throws {
    try scratch.write(Self.broken, to: "broken.log")
    let run = try scratch.tripline("query", "--strict", "-o", "csv", Self.count, "broken.log")
    #expect(run.output == "_count\r\n2\r\n")
    #expect(run.errors.contains("3 malformed (first: broken.log:2, byte 8)"), "\(run.errors)")
  }

  @Test func `malformed lines are findings only when asked for`() throws {
    try scratch.write(Self.broken, to: "broken.log")
    #expect(try scratch.tripline("query", Self.count, "broken.log").status == 0)
    #expect(
      try scratch.tripline("query", "--fail-on", "malformed", Self.count, "broken.log").status == 1)
    #expect(
      try scratch.tripline("query", "--fail-on", "malformed", Self.count, "a.log").status == 0)
    #expect(
      try scratch.tripline(
        "query", "--fail-on", "malformed", "--max-line", "3", Self.count, "a.log"
      ).status == 1)
  }

  @Test func `an input that can't be read weighs more than findings`() throws {
    try scratch.write(Self.broken, to: "broken.log")
    let run = try scratch.tripline(
      "query", "--fail-on", "malformed", Self.count, "broken.log", "missing.log")
    #expect(run.status == 4)
  }

  @Test func `a quarantine that can't be written is a mistake in the flags`() throws {
    let run = try scratch.tripline("query", "--quarantine", "no/such/folder", "*", "a.log")
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(
      run.errors
        == "tripline: can't write the quarantine file 'no/such/folder': No such file or directory\n"
    )
  }

  // Stdout.

  @Test func `a reader that has seen enough ends the run well`() throws {
    let run = try scratch.shell(
      "seq 1 300000 > numbers; tripline query '*' numbers | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(run.output == "1\n0\n")
    #expect(run.errors == "")
  }

  @Test(arguments: ["*", "* | count", "* | sort by n"])
  func `a full disk is said`(_ query: String) throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let run = try scratch.tripline("query", "-q", query, "a.log", output: full)
    #expect(run.status == 4)
    #expect(run.errors == "tripline: can't write the output: No space left on device\n")
  }

  @Test func `each format shows the same rows`() throws {
    func output(_ format: String) throws -> String {
      try scratch.tripline("query", "-q", "-o", format, "* | sum(n), max(n) by x", "a.log").output
    }
    #expect(try output("ndjson") == "{\"x\":null,\"_sum\":3,\"_max\":2}\n")
    #expect(try output("json") == "[\n  {\"x\":null,\"_sum\":3,\"_max\":2}\n]\n")
    #expect(try output("csv") == "x,_sum,_max\r\n,3,2\r\n")
    #expect(try output("table") == "x  _sum  _max\n─  ────  ────\n      3     2\n")
  }
}
