import Alerting
import Foundation
import TestKit
import Testing

/// A command as a source, through the real binary.
@Suite(.timeLimit(.minutes(5))) struct CommandSourceTests {
  private func site(_ command: String, every: String, alert: String) throws -> RunSite {
    let site = try RunSite(
      rules: """
        monitors:
          - name: health
            query: "* | where \(alert) | fields exit_code, stdout, stderr, signal, timed_out, error"
            window: 1m
            critical: { alert: "> 0" }
        """)
    try site.write(
      "sources: [{ command: \(command), every: \(every), category: health }]", to: "tripline.yaml")
    return site
  }

  /// The line that the first alert was raised by.
  private func line(of run: RunningProgram) throws -> JSONTree {
    try run.wait(for: "\"actions\":[]}\n")
    let first = try #require(run.text(.output).split(separator: "\n").first)
    let evidence = try #require(JSONTree(String(first))?["evidence"]?.elements.first)
    #expect(evidence["file"]?.text != nil)
    let text = try #require(evidence["line"]?.text)
    return try #require(JSONTree(text))
  }

  @Test func `a check that fails alerts with what it said`() throws {
    let site = try site(
      "[/bin/sh, ./check.sh, two words]", every: "100ms", alert: "exit_code > 0")
    // It fails when it is told to.
    try site.write(
      """
      echo "looked at $1"
      if test -e broken; then echo 'no "answer"' >&2; exit 3; fi
      """, to: "check.sh")
    let run = try site.run()
    try run.wait(for: "watching", on: .errors)
    try site.write("", to: "broken")
    let line = try line(of: run)
    #expect(line["command"]?.text == "/bin/sh ./check.sh two words")
    #expect(line["exit_code"]?.whole == 3)
    #expect(line["stdout"]?.text == "looked at two words\n")
    #expect(line["stderr"]?.text == "no \"answer\"\n")
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
  }

  @Test func `a run that takes too long is killed with all it started`() throws {
    let site = try site(
      "[/bin/sh, -c, 'echo begun; sleep 600 & echo $! > child; wait']", every: "300ms",
      alert: "timed_out")
    let run = try site.run()
    let line = try line(of: run)
    #expect(line["exit_code"]?.whole == nil)
    #expect(line["signal"]?.whole == 9)
    #expect(line["stdout"]?.text == "begun\n")
    try run.wait(for: "was killed: it took longer than 300ms", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
    let text = try String(contentsOf: site.url("child"), encoding: .utf8)
    let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    // The run that was under way at the end is killed too.
    let deadline = ContinuousClock.now + .seconds(10)
    while kill(child, 0) == 0, ContinuousClock.now < deadline, !isZombie(child) { sched_yield() }
    #expect(kill(child, 0) != 0 || isZombie(child))
  }

  /// Where nobody reaps orphans, a dead one stays.
  private func isZombie(_ process: Int32) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return status?.contains(") Z ") ?? true
  }

  @Test func `what a run says is kept up to a bound`() throws {
    let site = try site(
      "[/bin/sh, -c, 'head -c 200000 /dev/zero | tr \"\\\\0\" x']", every: "1m", alert: "truncated")
    let run = try site.run()
    let line = try line(of: run)
    #expect(line["stdout"]?.text?.utf8.count == 65_536)
    #expect(line["exit_code"]?.whole == 0)
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
  }

  @Test func `a program that is not there is a line too`() throws {
    let site = try site("[./nowhere]", every: "1m", alert: "!isNull(error)")
    let run = try site.run()
    #expect(try line(of: run)["error"]?.text == "can't run: No such file or directory")
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
    let replay = try BinaryRun.tripline(["replay", "-r", "rules.yaml"], in: site.directory)
    #expect(replay.status == 4)
    #expect(replay.errors.contains("only 'tripline run' runs it"), "\(replay.errors)")
  }

  @Test func `one run follows the other and none overlaps`() throws {
    let site = try site(
      "[/bin/sh, ./check.sh]", every: "50ms", alert: "exit_code > 0")
    try site.write(
      """
      mkdir running || exit 1
      echo run >> runs
      rmdir running
      """, to: "check.sh")
    let run = try site.run()
    try run.wait(for: "watching", on: .errors)
    let deadline = ContinuousClock.now + .seconds(30)
    func runs() -> Int {
      ((try? String(contentsOf: site.url("runs"), encoding: .utf8)) ?? "").count { $0 == "\n" }
    }
    while runs() < 5, ContinuousClock.now < deadline { sched_yield() }
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
    #expect(runs() >= 5)
    #expect(run.text(.output) == "")
  }
}
