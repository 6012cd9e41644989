import Foundation
import TestKit
import Testing

/// Where the time of a line comes from.
@Suite struct InputTimeTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(
      """
      monitors:
        - name: any
          query: "*"
          window: 1m
          critical: { alert: "> 1" }
      """, to: "any.yaml")
  }

  /// The times of the lines, as `HH:mm:ss.SSS` or nothing.
  private func times(_ lines: String..., flags: [String] = []) throws -> [String] {
    try scratch.write(lines.map { $0 + "\n" }.joined(), to: "times.log")
    return try times(flags)
  }

  private func times(_ flags: [String]) throws -> [String] {
    let query = #"* | formatDate(_messagetime, "HH:mm:ss.SSS") as t | fields t"#
    let run = try BinaryRun.tripline(
      ["query", "-q", "-o", "ndjson"] + flags + [query, "times.log"], in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map { row in
      row.dropFirst(#"{"t":"#.count).dropLast().filter { $0 != "\"" }
    }
  }

  @Test func `epoch numbers are told apart by their size`() throws {
    #expect(
      try times(
        #"{"ts":1772445600}"#, #"{"ts":1772445601000}"#, #"{"ts":1772445602000000}"#,
        #"{"ts":1772445603000000000}"#, #"{"ts":1772445604.9999}"#, #"{"ts":"1772445605"}"#)
        == [
          "10:00:00.000", "10:00:01.000", "10:00:02.000", "10:00:03.000", "10:00:04.999",
          "10:00:05.000",
        ])
  }

  @Test func `offsets and fractions are honoured`() throws {
    #expect(
      try times(
        #"{"time":"2026-03-02T12:00:01+02:00"}"#, #"{"time":"2026-03-02T10:00:02.123456789Z"}"#,
        #"{"time":"2026-03-02 10:00:03,5"}"#, #"{"time":"2026-03-02T05:00:04-0500"}"#)
        == ["10:00:01.000", "10:00:02.123", "10:00:03.500", "10:00:04.000"])
  }

  @Test func `the first of the usual names that is present counts`() throws {
    #expect(
      try times(
        #"{"eventTime":"2026-03-02T10:00:05Z","timestamp":"2026-03-02T10:00:01Z"}"#,
        #"{"ts":null,"@timestamp":"2026-03-02T10:00:02Z"}"#) == ["10:00:01.000", "10:00:02.000"])
  }

  @Test func `a time field goes before the usual names`() throws {
    let line = #"{"ts":"2020-01-01T00:00:00Z","when":{"at":"2026-03-02T10:00:01Z"}}"#
    #expect(try times(line, flags: ["--time-field", "when.at"]) == ["10:00:01.000"])
  }

  @Test(arguments: [[], ["--threads", "3", "--batch-bytes", "30"]])
  func `text lines have the leftmost time, without a year too`(_ flags: [String]) throws {
    try scratch.write(
      """
      Mar  2 10:00:00 host app[1]: syslog
      10.0.0.1 - - [02/Mar/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 5
        a line that goes on
      Mar  2 10:00:03 host app[1]: again
      2026-03-02 10:00:04,250 INFO java

      """, to: "times.log")
    #expect(
      try times(flags) == [
        "10:00:00.000", "10:00:01.000", "10:00:01.000", "10:00:03.000", "10:00:04.250",
      ])
  }

  @Test func `a missing year is the one nearest to the file's own time`() throws {
    try scratch.write("Dec 31 23:59:59 host app: old\nJan  1 00:00:01 host app: new\n", to: "y.log")
    _ = try scratch.shell("touch -d 2024-01-02T00:00:00Z y.log")
    let query = #"* | formatDate(_messagetime, "yyyy-MM-dd") as t | fields t"#
    let run = try scratch.tripline("query", "-q", "-o", "ndjson", query, "y.log")
    #expect(run.output == "{\"t\":\"2023-12-31\"}\n{\"t\":\"2024-01-01\"}\n")
  }

  @Test func `lines without a time are lent the one before, and counted`() throws {
    try scratch.write(
      """
      {"ts":"2026-03-02T10:00:00Z"}
      {"ts":"no time"}
      text

      """, to: "times.log")
    #expect(try times([]) == ["10:00:00.000", "10:00:00.000", "10:00:00.000"])
    let run = try scratch.tripline("query", "* | fields _messagetime", "times.log")
    #expect(run.errors.contains("2 without a time (first: times.log:2, byte 30)"), "\(run.errors)")
  }

  @Test func `the time zone is that of times that name none`() throws {
    let flags = ["--timezone", "Europe/Berlin"]
    try scratch.write(
      "{\"ts\":\"2026-07-01T12:00:00\"}\n{\"ts\":\"2026-07-01T12:00:00Z\"}\n", to: "times.log")
    let run = try BinaryRun.tripline(
      ["query", "-q", "-o", "csv"] + flags + ["* | fields _messagetime", "times.log"],
      in: scratch.folder)
    #expect(
      run.output == "_messagetime\r\n1782900000000\r\n1782907200000\r\n",
      "\(run.output)")
  }

  // From and to.

  private func log() throws {
    try scratch.write(
      (0..<10).map { "{\"ts\":\"2026-03-02T10:00:0\($0)Z\",\"n\":\($0)}\n" }.joined(), to: "t.log")
  }

  @Test func `from is included and to is not`() throws {
    try log()
    let run = try scratch.tripline(
      "query", "-q", "-o", "csv", "--from", "2026-03-02T10:00:03Z", "--to",
      "2026-03-02T10:00:06Z", "* | count, min(n), max(n)", "t.log")
    #expect(run.output == "_count,_min,_max\r\n3,3,5\r\n")
  }

  @Test func `replay leaves out what is before from and behind to`() throws {
    try log()
    let run = try scratch.tripline(
      "replay", "-q", "-r", "any.yaml", "-o", "ndjson", "--from", "2026-03-02T10:00:03Z", "--to",
      "2026-03-02T10:00:05Z", "t.log")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains(#""time":"2026-03-02T10:00:04.000Z""#), "\(run.output)")
    #expect(run.output.split(separator: "\n").count == 1)
    #expect(!run.output.contains(#"\"n\":2"#))
  }

  @Test(arguments: ["query", "replay"])
  func `there is some time between from and to`(_ verb: String) throws {
    try log()
    let run = try BinaryRun.tripline(
      [verb, "--from", "2026-03-02T10:00:05Z", "--to", "2026-03-02T10:00:05Z"]
        + (verb == "replay" ? ["-r", "any.yaml"] : ["*"]) + ["t.log"], in: scratch.folder)
    #expect(run.status == 2)
    #expect(
      run.errors == "tripline: '--from' has to be before '--to': no time is between them\n")
  }

  // Replay without times.

  @Test func `a replay without a single time is an input error that names the way out`() throws {
    try scratch.write("{\"when\":\"2026-03-02T10:00:00Z\"}\ntext\n", to: "none.log")
    try scratch.write(
      "{\"ts\":\"2026-03-02T10:00:00Z\"}\n{\"ts\":\"2026-03-02T10:00:01Z\"}\n", to: "good.log")
    let run = try scratch.tripline(
      "replay", "-r", "any.yaml", "-o", "ndjson", "none.log", "good.log")
    #expect(run.status == 4)
    #expect(run.output.split(separator: "\n").count == 1, "the rest is done")
    #expect(
      run.errors.hasSuffix(
        """
        tripline: no line of 'none.log' has a time; name its field with --time-field, or \
        `time_field` in tripline.yaml

        """), "\(run.errors)")
    let told = try scratch.tripline(
      "replay", "-r", "any.yaml", "-o", "ndjson", "--time-field", "when", "none.log")
    #expect(told.status == 0)
  }

  @Test func `lines before the first time take that`() throws {
    try scratch.write("text\n{\"ts\":\"2026-03-02T10:00:00Z\"}\n", to: "late.log")
    let run = try scratch.tripline("replay", "-q", "-r", "any.yaml", "-o", "ndjson", "late.log")
    #expect(run.status == 0)
    #expect(run.output.contains(#""value":2"#), "\(run.output)")
  }

  @Test func `transitions are no csv, said before anything is read`() throws {
    let run = try scratch.tripline("replay", "-r", "any.yaml", "-o", "csv", "missing.log")
    #expect(run.status == 2)
    #expect(
      run.errors
        == "tripline: transitions have parts within parts, which csv has not; write -o ndjson\n")
  }
}
