import Alerting
import Foundation
import TestKit
import Testing

/// Rules that change while `tripline run` follows a log.
@Suite struct ReloadTests {
  private static func monitor(
    _ name: String, window: String = "10m", alert: String = "> 2", more: String = ""
  ) -> String {
    """
      - name: \(name)
        query: "* | where took_ms > 3s"
        window: \(window)
        critical: { alert: "\(alert)" }
        actions: [tell]
    \(more)
    """
  }

  private static func rules(_ monitors: String...) -> String {
    "monitors:\n" + monitors.joined(separator: "\n") + """

      actions:
        tell:
          file: { path: told.ndjson }
      """
  }

  /// The transitions that a program has shown, as `monitor to reason value`.
  private func steps(_ run: RunningProgram) -> [String] {
    run.text(.output).split(separator: "\n").compactMap { Transition(json: Array($0.utf8)) }
      .map { step in
        "\(step.monitor) \(step.to) \(step.reason) " + (step.value.map { "\(Int($0))" } ?? "-")
      }
  }

  @Test func `an unchanged monitor goes on with its window`() throws {
    let site = try RunSite(rules: Self.rules(Self.monitor("slow", alert: "> 5")))
    try site.write("", to: "app.log")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 4))
    try site.write(
      Self.rules(
        Self.monitor("slow", alert: "> 5", more: "    description: Says more."),
        Self.monitor("never", alert: "> 1000")), to: "rules.yaml")
    try run.wait(for: "the rules were loaded: 1 new (never), 1 as before", on: .errors)
    try site.append(RunLine.slow(count: 2))
    try run.wait(for: #""to":"firing""#)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    #expect(steps(run) == ["slow firing condition 6"])
  }

  @Test func `a new monitor takes in what its window holds, with evidence`() throws {
    let old = Self.monitor("old", window: "1m", alert: "> 3")
    let site = try RunSite(rules: Self.rules(old))
    try site.write("", to: "app.log")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 4))
    // They have been read.
    try run.wait(for: #""monitor":"old""#)
    try site.write(Self.rules(old, Self.monitor("slow", alert: "> 4")), to: "rules.yaml")
    try run.wait(for: "1 new (slow)", on: .errors)
    try site.append(RunLine.slow())
    try run.wait(for: #""monitor":"slow""#)
    run.send(SIGTERM)
    _ = try run.status()
    #expect(steps(run) == ["old firing condition 4", "slow firing condition 5"])
    let record = try #require(
      run.text(.output).split(separator: "\n").last.flatMap { Transition(json: Array($0.utf8)) })
    #expect(record.evidence.count == 5)
    #expect(record.evidence.allSatisfy { $0.line.contains("took_ms") && $0.file == "app.log" })
  }

  @Test func `lines that came through a pipe are taken in again too`() throws {
    let old = Self.monitor("old", alert: "> 3")
    let site = try RunSite(rules: Self.rules(old))
    let run = try site.run("-", input: true)
    try run.wait(for: "watching", on: .errors)
    try run.write(RunLine.slow(count: 4))
    try run.wait(for: #""monitor":"old""#)
    try site.write(Self.rules(old, Self.monitor("slow", alert: "> 4")), to: "rules.yaml")
    try run.wait(for: "1 new (slow)", on: .errors)
    try run.write(RunLine.slow())
    try run.wait(for: #""monitor":"slow""#)
    #expect(steps(run) == ["old firing condition 4", "slow firing condition 5"])
    run.send(SIGTERM)
    _ = try run.status()
  }

  @Test func `a removed monitor resolves its alerts and tells its actions`() throws {
    let site = try RunSite(rules: Self.rules(Self.monitor("slow"), Self.monitor("other")))
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 3))
    try run.wait(for: #""to":"firing""#, times: 2)
    try site.write(Self.rules(Self.monitor("other")), to: "rules.yaml")
    try run.wait(for: "tell (file) for slow: done", times: 2, on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    let ends = steps(run).filter { $0.contains("resolved") }
    #expect(ends == ["slow resolved removed -"])
    let told = try String(contentsOf: site.url("told.ndjson"), encoding: .utf8)
    #expect(told.contains(#""reason":"removed""#))
    let journal = try site.tripline("journal", "--state", "state", "-o", "ndjson")
    #expect(journal.status == 0)
    #expect(journal.output.contains(#""kind":"reload","content":{"monitors":{"other":""#))
    #expect(journal.output.contains(#""removed":["slow"]"#))
  }

  @Test func `a monitor that was removed while nothing ran resolves at the start`() throws {
    let site = try RunSite(rules: Self.rules(Self.monitor("slow"), Self.monitor("other")))
    try site.write("", to: "app.log")
    let first = try site.run("--state", "state", "app.log")
    try first.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 3))
    try first.wait(for: #""to":"firing""#, times: 2)
    first.send(SIGTERM)
    _ = try first.status()
    let fired = first.text(.output).split(separator: "\n").compactMap {
      Transition(json: Array($0.utf8))
    }
    try site.write(Self.rules(Self.monitor("other")), to: "rules.yaml")
    let second = try site.run("--state", "state", "app.log")
    try second.wait(for: "tell (file) for slow: done", on: .errors)
    second.send(SIGTERM)
    _ = try second.status()
    #expect(steps(second) == ["slow resolved removed -"])
    let end = try #require(
      second.text(.output).split(separator: "\n").first.flatMap {
        Transition(json: Array($0.utf8))
      })
    let begun = try #require(fired.first { $0.monitor == "slow" })
    #expect(end.time >= begun.time && end.threshold == "> 2")
    #expect(end.actions == [PlannedAction(name: "tell", kind: "file", mode: .live)])
    // It is said once.
    let third = try site.run("--state", "state", "app.log")
    try third.wait(for: "watching", on: .errors)
    third.send(SIGTERM)
    _ = try third.status()
    #expect(steps(third).isEmpty)
  }

  @Test(arguments: [true, false])
  func `a changed monitor keeps its alert and judges it anew`(_ isRunning: Bool) throws {
    let site = try RunSite(rules: Self.rules(Self.monitor("slow")))
    try site.write("", to: "app.log")
    var run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 5))
    try run.wait(for: #""to":"firing""#)
    let changed = Self.monitor("slow", alert: "> 50").replacingOccurrences(
      of: #""> 50" }"#, with: #""> 50", resolution_window: 0s }"#)
    if isRunning {
      try site.write(Self.rules(changed), to: "rules.yaml")
      try run.wait(for: "1 changed (slow)", on: .errors)
    } else {
      run.send(SIGTERM)
      _ = try run.status()
      try site.write(Self.rules(changed), to: "rules.yaml")
      run = try site.run("--state", "state", "app.log")
      try run.wait(for: "watching", on: .errors)
    }
    // The first instant finds that five are not more than fifty.
    try run.wait(for: #""to":"resolved""#)
    #expect(steps(run).last == "slow resolved condition 5")
    run.send(SIGTERM)
    _ = try run.status()
  }

  @Test func `a broken file keeps the old rules running, and a monitor can watch for that`() throws
  {
    let watcher = """
        - name: broken rules
          query: _sourceCategory=tripline event=rules_broken
          window: 1m
          critical: { alert: "> 0" }
      """
    let good = Self.rules(watcher, Self.monitor("slow"))
    let site = try RunSite(rules: good)
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.write(good.replacingOccurrences(of: "took_ms >", with: "took_ms >>"), to: "rules.yaml")
    try run.wait(for: #""monitor":"broken rules""#)
    #expect(run.text(.errors).contains("rules.yaml:7:"))
    #expect(run.text(.errors).contains("the rules that were loaded before go on"))
    let record = try #require(
      run.text(.output).split(separator: "\n").first.flatMap { Transition(json: Array($0.utf8)) })
    #expect(record.evidence.first?.line.contains(#""event":"rules_broken""#) == true)
    #expect(record.evidence.first?.file == "tripline")
    let status = try site.tripline("status", "--state", "state")
    #expect(status.output.contains("rules.yaml:7:"), "\(status.output)")
    try site.append(RunLine.slow(count: 3))
    try run.wait(for: #""monitor":"slow""#)
    try site.write(good + "\n", to: "rules.yaml")
    try run.wait(for: "the rules were loaded: 2 as before", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
  }

  @Test func `SIGHUP loads the rules, whether they have changed or not`() throws {
    let site = try RunSite(rules: Self.rules(Self.monitor("slow")))
    try site.write("", to: "app.log")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    run.send(SIGHUP)
    try run.wait(for: "the rules were loaded: 1 as before", on: .errors)
    run.send(SIGHUP)
    try run.wait(for: "the rules were loaded: 1 as before", times: 2, on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
  }

  @Test func `an action that has changed acts as it does now`() throws {
    let site = try RunSite(rules: Self.rules(Self.monitor("slow")))
    try site.write("", to: "app.log")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    try site.write(
      Self.rules(Self.monitor("slow")).replacingOccurrences(of: "told.ndjson", with: "new.ndjson"),
      to: "rules.yaml")
    try run.wait(for: "the rules were loaded", on: .errors)
    try site.append(RunLine.slow(count: 3))
    try run.wait(for: "tell (file) for slow: done", on: .errors)
    run.send(SIGTERM)
    _ = try run.status()
    #expect(site.exists("new.ndjson") && !site.exists("told.ndjson"))
  }

  @Test func `what watches tripline itself changes nothing for what watches logs`() throws {
    // A monitor of every line sees no line of tripline's own, whoever else asks for them.
    let all = """
        - name: all
          query: "*"
          window: 10m
          critical: { alert: "> 3" }
        - name: own
          query: _sourceCategory=tripline
          window: 1m
          critical: { alert: "> 0" }
      """
    let site = try RunSite(rules: Self.rules(all, Self.monitor("slow")))
    try site.write("", to: "app.log")
    let run = try site.run("app.log")
    try run.wait(for: "watching", on: .errors)
    for _ in 0..<4 { run.send(SIGHUP) }
    try run.wait(for: #""monitor":"own""#)
    try site.append(RunLine.slow(count: 4))
    try run.wait(for: #""monitor":"all""#)
    run.send(SIGTERM)
    _ = try run.status()
    #expect(steps(run).contains("all firing condition 4"))
  }
}
