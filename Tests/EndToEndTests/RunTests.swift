import Foundation
import Synchronization
import TestKit
import Testing

/// `tripline run` on real files and pipes, with the clock of the machine.
@Suite struct RunTests {
  /// Fires on the third slow answer of a host.
  private func rules(actions: String = "") -> String {
    let names = actions.matches(of: /(?m)^  ([a-z]+):$/).map(\.output.1)
    return """
      monitors:
        - name: slow
          query: _sourceCategory=* | where took_ms > 3s
          window: 10m
          group_by: [host]
          critical: { alert: "> 2" }
          actions: [\(names.joined(separator: ", "))]
      \(actions)
      """
  }

  private func end(_ program: RunningProgram, _ signal: Int32 = SIGTERM) throws -> Int32 {
    program.send(signal)
    return try program.status()
  }

  // Files.

  @Test func `an appended line fires and the webhook is told`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let site = try RunSite(
      rules: rules(
        actions: """
          actions:
            page:
              webhook: { url: "${env:PAGER}", body: "{{Name}} {{AlertGroup}}" }
          """))
    try site.append("")
    let run = try site.run("app.log", environment: ["PAGER": server.url + "/hook"])
    try run.wait(for: "watching app.log with 1 monitor", on: .errors)
    try site.append(RunLine.slow(count: 2))
    try site.append(RunLine.slow())
    try run.wait(for: "\"to\":\"firing\"")
    try run.wait(for: "page (webhook) for slow: done", on: .errors)
    #expect(server.requests.map(\.path) == ["/hook"])
    #expect(server.requests.first?.body.contains("slow") == true)
    #expect(try end(run) == 143)
    // The address is a secret, and its place is told.
    #expect(!run.text(.errors).contains("127.0.0.1"))
  }

  @Test func `an unfinished line waits for its end`() throws {
    let site = try RunSite(rules: rules())
    try site.append("")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 2) + String(RunLine.slow("web-1").dropLast()))
    try site.append("\n" + RunLine.slow("web-2", count: 3))
    try run.wait(for: "\"to\":\"firing\"", times: 2)
    #expect(try end(run) == 143)
  }

  @Test func `rotation loses no line and takes none twice`() throws {
    let site = try RunSite(rules: rules())
    try site.append("")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow())
    try site.rename("app.log", to: "app.log.1")
    try site.append(RunLine.slow(), to: "app.log.1")
    try site.append(RunLine.slow())
    try run.wait(for: "\"to\":\"firing\"")
    #expect(run.text(.output).contains("\"value\":3"))
    try run.wait(for: "'app.log' was rotated", on: .errors)
    #expect(try end(run) == 143)
  }

  @Test func `truncation is said and the file is read again from its start`() throws {
    let site = try RunSite(rules: rules())
    try site.append("")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow("web-0", count: 3))
    try run.wait(for: "\"to\":\"firing\"")
    let file = try FileHandle(forWritingTo: site.url("app.log"))
    try file.truncate(atOffset: 0)
    try run.wait(for: "'app.log' was cut", on: .errors)
    try site.append(RunLine.slow("web-2", count: 3))
    try run.wait(for: "\"to\":\"firing\"", times: 2)
    #expect(try end(run) == 143)
  }

  @Test func `a file that is not there yet is waited for`() throws {
    let site = try RunSite(rules: rules())
    let run = try site.run("app.log")
    try run.wait(for: "'app.log' is not there; waiting for it", on: .errors)
    try site.append(RunLine.slow(count: 3))
    try run.wait(for: "\"to\":\"firing\"")
    #expect(try end(run) == 143)
  }

  @Test func `several files are one stream of lines`() throws {
    let site = try RunSite(rules: rules())
    for name in ["a.log", "b.log", "c.log"] { try site.append("", to: name) }
    let run = try site.run("a.log", "b.log", "c.log")
    try run.wait(for: "watching a.log, b.log and c.log", on: .errors)
    for name in ["a.log", "b.log", "c.log"] { try site.append(RunLine.slow(), to: name) }
    try run.wait(for: "\"to\":\"firing\"")
    #expect(try end(run) == 143)
  }

  @Test func `a pattern names files that come later, each a source of its own`() throws {
    let site = try RunSite(rules: rules())
    let run = try site.run("*.log")
    try run.wait(for: "watching what else is '*.log' with 1 monitor", on: .errors)
    try site.append(RunLine.slow(count: 2), to: "a.log")
    try run.wait(for: "'a.log' is there now", on: .errors)
    try site.append(RunLine.slow(), to: "b.log")
    try run.wait(for: "\"to\":\"firing\"")
    #expect(run.text(.output).contains(#""file":"b.log""#))
    #expect(try end(run) == 143)
  }

  @Test func `rotated files that a pattern names too are not read twice`() throws {
    let site = try RunSite(rules: rules())
    try site.append("", to: "a.log")
    let run = try site.run("*.log*")
    try run.wait(for: "watching a.log and what else", on: .errors)
    try site.append(RunLine.slow("web-1", count: 2), to: "a.log")
    try site.rename("a.log", to: "a.log.1")
    try site.append(RunLine.slow("web-2"), to: "a.log")
    try run.wait(for: "'a.log' was rotated", on: .errors)
    // A name that no rotation has.
    try site.rename("a.log", to: "moved.log")
    try site.append(RunLine.slow("web-2", count: 2), to: "b.log")
    try run.wait(for: "\"to\":\"firing\"")
    #expect(run.text(.output).contains("web-2"))
    #expect(!run.text(.output).contains(#""value":4"#))
    #expect(try end(run) == 143)
    #expect(run.text(.errors).contains("5 lines"))
  }

  // The start.

  @Test func `a run starts at the end with the window full of what was before`() throws {
    let site = try RunSite(rules: rules())
    // Half an hour old, just old enough, and two in the window.
    let lines = RunLine.at(0) + RunLine.at(1_200) + RunLine.at(1_790) + RunLine.at(1_800)
    try site.append(lines)
    let run = try site.run("app.log")
    try run.wait(for: "the windows hold", on: .errors)
    #expect(!run.text(.output).contains("firing"))
    try site.append(RunLine.at(1_801))
    try run.wait(for: "\"to\":\"firing\"")
    #expect(run.text(.output).contains("\"value\":3"))
    #expect(try end(run) == 143)
  }

  @Test func `what is already true fires at the first instant`() throws {
    let site = try RunSite(rules: rules())
    try site.append(RunLine.at(1_790) + RunLine.at(1_800) + RunLine.at(1_801))
    let run = try site.run("app.log")
    try run.wait(for: "the windows hold", on: .errors)
    // Another host's line lets the instant pass.
    try site.append(RunLine.at(1_811, "web-2"))
    try run.wait(for: "\"to\":\"firing\"")
    #expect(run.text(.output).contains(#""time":"2025-06-01T09:30:10.000Z""#))
    #expect(try end(run) == 143)
  }

  @Test func `from the start everything is decided`() throws {
    let site = try RunSite(rules: rules())
    try site.append((0..<3).map { RunLine.at($0) }.joined() + RunLine.at(9_000, "web-2"))
    let run = try site.run("app.log", "--from-start")
    try run.wait(for: "\"to\":\"resolved\"")
    #expect(try end(run) == 143)
  }

  @Test(arguments: ["", "--batch-bytes=1", "--batch-bytes=1000"])
  func `a pipe of recorded lines is decided as a replay decides it`(cut: String) throws {
    let site = try RunSite(rules: rules())
    var random = SplitMix64(seed: 7)
    var second = 0
    let lines = (0..<400).map { _ in
      second += Int(random.next() % 120)
      return RunLine.at(second, "web-\(random.next() % 3)")
    }.joined()
    try site.write(lines, to: "app.log")
    let run = try site.run("-", "--on-eof", "exit", cut.isEmpty ? "-q" : cut, input: true)
    try run.write(lines)
    try run.endInput()
    #expect(try run.status() == 0)
    let replay = try RunningProgram(
      ["replay", "-r", "rules.yaml", "-o", "ndjson", "-"], in: site.scratch, input: true)
    try replay.write(lines)
    try replay.endInput()
    #expect(try replay.status() == 0)
    // A replay also decides an instant that is the very last line's.
    try run.wait(for: "\"to\":\"firing\"", times: 5)
    try replay.wait(for: "\"to\":\"firing\"", times: 5)
    #expect(replay.text(.output).hasPrefix(run.text(.output)))
  }

  // Time.

  @Test func `silence fires by the clock and a line resolves it`() throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: quiet
            query: alive
            window: 1s
            critical: { alert: "< 1", resolution_window: 0s }

        """)
    try site.write(
      "sources:\n  - path: app.log\n    idle_after: 100ms\n", to: "tripline.yaml")
    try site.append("")
    let run = try site.run()
    try run.wait(for: "watching", on: .errors)
    try run.wait(for: "\"to\":\"firing\"")
    try site.append("alive\n")
    try run.wait(for: "\"to\":\"resolved\"")
    #expect(try end(run) == 143)
  }

  @Test func `a line from too far ahead is refused and counted`() throws {
    let site = try RunSite(rules: rules())
    let run = try site.run("-", input: true)
    try run.write(#"{"timestamp":"2100-01-01T00:00:00Z","host":"web-1","took_ms":4000}"# + "\n")
    try run.write(RunLine.slow(count: 3))
    try run.wait(for: "\"to\":\"firing\"")
    try run.endInput()
    #expect(try run.status() == 0)
    #expect(run.text(.errors).contains("1 refused (too far ahead) (first: stdin:1, byte 0)"))
  }

  @Test func `lines without a time have that of their arrival`() throws {
    let site = try RunSite(rules: rules())
    let run = try site.run("-", input: true)
    for _ in 0..<3 { try run.write(#"{"host":"web-1","took_ms":4000}"# + "\n") }
    try run.wait(for: "\"to\":\"firing\"")
    try run.endInput()
    #expect(try run.status() == 0)
    #expect(run.text(.errors).contains("3 without a time"))
  }

  // The end.

  @Test func `the end of the input drains for a monitor that watches for absence`() throws {
    let site = try RunSite(
      rules: """
        monitors:
          - name: quiet
            query: alive
            window: 1s
            critical: { alert: "< 1", resolution_window: 0s }

        """)
    try site.write("sources:\n  - stdin: true\n    idle_after: 100ms\n", to: "tripline.yaml")
    let run = try site.run(input: true)
    try run.write(#"{"timestamp":"\#(Date.now.ISO8601Format())","m":"alive"}"# + "\n")
    try run.endInput()
    #expect(try run.status() == 0)
    try run.wait(for: "the input has ended; time runs on", on: .errors)
    try run.wait(for: "\"to\":\"firing\"")
  }

  @Test func `signals end a run cleanly and say so`() throws {
    for (signal, code) in [(SIGTERM, Int32(143)), (SIGINT, 130)] {
      let site = try RunSite(rules: rules())
      try site.append(RunLine.at(0))
      let run = try site.run("app.log")
      try run.wait(for: "starting at the end", on: .errors)
      #expect(try end(run, signal) == code)
      #expect(run.text(.output) == "")
    }
  }

  // Actions.

  @Test func `an endpoint that never answers delays no alert`() throws {
    let release = DispatchSemaphore(value: 0)
    let server = LoopbackServer { _ in
      release.wait()
      return nil
    }
    defer { server.stop() }
    defer { for _ in 0..<8 { release.signal() } }
    let site = try RunSite(
      rules: rules(
        actions: """
          actions:
            page:
              webhook: { url: "\(server.url)", body: "x" }
          """))
    let run = try site.run("-", input: true)
    try run.write(RunLine.slow("web-1", count: 3))
    try run.wait(for: "\"to\":\"firing\"")
    try run.write(RunLine.slow("web-2", count: 3))
    try run.wait(for: "\"to\":\"firing\"", times: 2)
    // Two deliveries are given up; that is a cause of its own.
    #expect(try end(run) == 5)
    try run.wait(for: "page (webhook) for slow: abandoned", times: 2, on: .errors)
  }

  @Test func `a delivery that fails for good is the exit code 5`() throws {
    let server = LoopbackServer { _ in .init(400) }
    defer { server.stop() }
    let site = try RunSite(
      rules: rules(
        actions: """
          actions:
            page:
              webhook: { url: "\(server.url)", body: "x" }
          """))
    let run = try site.run("-", "--quiet", input: true)
    try run.write(RunLine.slow(count: 3))
    try run.endInput()
    #expect(try run.status() == 5)
    try run.wait(for: "page (webhook) for slow: failed", on: .errors)
    // Quiet keeps failures, and nothing else.
    #expect(run.text(.errors).split(separator: "\n").count == 1)
  }

  @Test(arguments: [false, true]) func `a remediation acts only when live`(isLive: Bool) throws {
    let site = try RunSite(
      rules: rules(
        actions: """
          actions:
            heal:
              exec: { command: ["/usr/bin/touch", "healed"] }
          """))
    let run = try site.run(isLive ? "--live" : "-q", "-", input: true)
    try run.write(RunLine.slow(count: 3))
    try run.endInput()
    #expect(try run.status() == 0)
    #expect(site.exists("healed") == isLive)
    try run.wait(for: "\"mode\":\"\(isLive ? "live" : "shadow")\"")
  }

  @Test func `a variable that is not set is named`() throws {
    let site = try RunSite(
      rules: rules(
        actions: """
          actions:
            page:
              webhook: { url: "${env:NOWHERE}", body: "x" }
          """))
    let run = try site.run("app.log")
    #expect(try run.status() == 3)
    try run.wait(for: "NOWHERE", on: .errors)
  }

  @Test func `without rules there is nothing to run`() throws {
    let site = try RunSite(rules: rules())
    let run = try RunningProgram(["run", "app.log"], in: site.scratch)
    #expect(try run.status() == 2)
    try run.wait(for: "there are no rules to run", on: .errors)
  }

  @Test func `when nobody reads the output any more the run is over`() throws {
    let site = try RunSite(rules: rules())
    try site.append("")
    let run = try site.run("app.log", readsOutput: false)
    try run.wait(for: "watching", on: .errors)
    try run.closeOutput()
    #expect(try run.status() == 0)
  }
}
