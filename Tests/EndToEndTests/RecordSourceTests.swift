import Alerting
import Foundation
import TestKit
import Testing

/// `decode` and `multiline`, through the real binary.
@Suite(.timeLimit(.minutes(5))) struct RecordSourceTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(
      #"""
      {"log":"{\"took\":4,\"stream\":\"mine\"}\n","stream":"stdout","time":"2025-06-01T09:00:00.5Z"}
      {"log":"{\"timestamp\":\"2025-06-01T08:59:59Z\",","stream":"stdout","time":"2025-06-01T09:00:01Z"}
      {"log":"ERROR no \u003cb\u003e\n","stream":"stderr","time":"2025-06-01T09:00:02Z"}
      {"log":"\"took\":5}\n","stream":"stdout","time":"2025-06-01T09:00:03Z"}
      {"log":"\tat x.y(Z.java:1)\n","stream":"stderr","time":"2025-06-01T09:00:03Z"}
      {"msg":"not docker's"}
      {"log":"Caused by: z\n","stream":"stderr","time":"2025-06-01T09:00:04Z"}

      """#, to: "docker.log")
    try scratch.write(
      #"""
      2025-06-01T09:00:00.500000000Z stdout F {"took":4}
      2025-06-01T09:00:01.5+02:00 stderr P half a 
      2025-06-01T09:00:02Z stdout F {"took":5}
      2025-06-01T07:00:02Z stderr F:tag line
      2025-06-01T09:00:02Z stderr
      """#, to: "cri.log")
    try scratch.write(
      """
      monitors:
        - name: errors
          query: ERROR
          window: 1m
          critical: { alert: "> 0" }
      """, to: "rules.yaml")
  }

  private func rows(_ arguments: String...) throws -> [String] {
    let run = try BinaryRun.tripline(
      ["query", "-o", "ndjson"] + arguments, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map(String.init)
  }

  @Test func `docker's lines are what the program wrote`() throws {
    let query = "* | fields _messagetime, stream, took, _messagecount, _raw"
    #expect(
      try rows(query, "--decode", "docker", "docker.log") == [
        #"{"_messagetime":1748768400500,"stream":"mine","took":4,"_messagecount":1,"#
          + #""_raw":"{\"took\":4,\"stream\":\"mine\"}"}"#,
        #"{"_messagetime":1748768402000,"stream":"stderr","took":null,"_messagecount":3,"#
          + #""_raw":"ERROR no <b>"}"#,
        #"{"_messagetime":1748768399000,"stream":"stdout","took":5,"_messagecount":2,"#
          + #""_raw":"{\"timestamp\":\"2025-06-01T08:59:59Z\",\"took\":5}"}"#,
        #"{"_messagetime":1748768403000,"stream":"stderr","took":null,"_messagecount":5,"#
          + #""_raw":"\tat x.y(Z.java:1)"}"#,
        #"{"_messagetime":1748768404000,"stream":"stderr","took":null,"_messagecount":7,"#
          + #""_raw":"Caused by: z"}"#,
      ])
    let run = try BinaryRun.tripline(
      ["query", "* | count", "--decode", "docker", "docker.log"], in: scratch.folder)
    #expect(run.errors.contains("1 malformed (first: docker.log:6, byte "), "\(run.errors)")
  }

  @Test func `a configured source with stack traces alerts with the whole trace`() throws {
    try scratch.write(
      "sources: [{ path: docker.log, decode: docker, multiline: auto }]", to: "tripline.yaml")
    let trace = #"ERROR no <b>\n\tat x.y(Z.java:1)\nCaused by: z"#
    #expect(try rows("ERROR | fields _raw") == ["{\"_raw\":\"\(trace)\"}"])
    let run = try BinaryRun.tripline(
      ["replay", "-r", "rules.yaml", "-o", "ndjson"], in: scratch.folder)
    let log = try String(contentsOf: scratch.folder.appending(path: "docker.log"), encoding: .utf8)
    let offset = try #require(log.firstRange(of: #"{"log":"ERROR"#)).lowerBound.utf16Offset(in: log)
    // The place is that of the bytes in the file, the text what the program wrote.
    #expect(run.output.contains("\"offset\":\(offset),\"line\":\"\(trace)\"}"), "\(run.output)")
    let id = try #require(JSONTree(run.output)?["id"]?.text)
    let page = try BinaryRun.tripline(
      ["explain", "-r", "rules.yaml", "--alert", id], in: scratch.folder)
    #expect(page.output.contains("docker.log:3  \(trace)"), "\(page.output)")
  }

  @Test func `the lines of the container runtime are what the program wrote`() throws {
    #expect(
      try rows("* | fields _messagetime, stream, took, _raw", "--decode", "cri", "cri.log") == [
        #"{"_messagetime":1748768400500,"stream":"stdout","took":4,"_raw":"{\"took\":4}"}"#,
        #"{"_messagetime":1748768402000,"stream":"stdout","took":5,"_raw":"{\"took\":5}"}"#,
        #"{"_messagetime":1748761201500,"stream":"stderr","took":null,"_raw":"half a line"}"#,
      ])
    let run = try BinaryRun.tripline(
      ["query", "* | count", "--decode", "cri", "cri.log"], in: scratch.folder)
    #expect(run.errors.contains("1 malformed (first: cri.log:5"), "\(run.errors)")
  }

  @Test func `a pattern says where records begin`() throws {
    try scratch.write(
      "2025-06-01 09:00:00 one\nmore\n\n  and more\n2025-06-01 09:00:01 two\n", to: "text.log")
    #expect(
      try rows("* | fields _messagecount, _raw", "--multiline", #"^\d{4}-"#, "text.log") == [
        #"{"_messagecount":1,"_raw":"2025-06-01 09:00:00 one\nmore\n  and more"}"#,
        #"{"_messagecount":5,"_raw":"2025-06-01 09:00:01 two"}"#,
      ])
  }

  @Test func `how the input is cut changes nothing`() throws {
    var random = SplitMix64(seed: TestSeed.value)
    var log = ""
    for second in 0..<3_000 {
      let time = "2025-06-01T\(10 + second / 3600):\(NaiveClock.text(second))Z"
      let stream = random.pick(["stdout", "stderr"])
      let text = random.pick(["ERROR x", "  at y", "Caused by: z", "{\"a\":1}", "", "plain"])
      log += "\(time) \(stream) \(random.oneIn(5) ? "P" : "F") \(text)\n"
    }
    try scratch.write(log, to: "long.log")
    try scratch.write(
      """
      monitors:
        - name: errors
          query: ERROR
          window: 10s
          critical: { alert: "> 1", resolve: "<= 1", resolution_window: 0s }
      """, to: "rules.yaml")
    let ways = [
      ["--threads", "1"], ["--threads", "3", "--batch-bytes", "700"], ["--batch-bytes", "1"],
    ]
    let found = try ways.map { way in
      try BinaryRun.tripline(
        ["replay", "-r", "rules.yaml", "-o", "ndjson", "--decode", "cri", "--multiline", "auto"]
          + way + ["long.log"], in: scratch.folder
      ).output
    }
    #expect(found[0].split(separator: "\n").count > 10)
    #expect(found[1] == found[0], "seed \(TestSeed.value)")
    #expect(found[2] == found[0], "seed \(TestSeed.value)")
  }

  @Test func `the last record of a followed log is over when nothing comes`() throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: errors
            query: ERROR
            window: 1m
            critical: { alert: "> 0" }
        """)
    try site.write(
      "sources: [{ path: app.log, multiline: auto, idle_after: 300ms }]", to: "tripline.yaml")
    try site.write("begin\n", to: "app.log")
    let run = try site.run()
    try run.wait(for: "watching", on: .errors)
    try site.append("ERROR x\n  at y\n")
    try run.wait(for: #""line":"ERROR x\n  at y""#)
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
  }
}

private enum NaiveClock {
  /// The minutes and seconds of a second of the day.
  static func text(_ second: Int) -> String {
    let (minute, rest) = (second / 60 % 60, second % 60)
    return "\(minute < 10 ? "0" : "")\(minute):\(rest < 10 ? "0" : "")\(rest)"
  }
}
