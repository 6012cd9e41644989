import Foundation
import TestKit
import Testing

/// Remediation by the built program: programs that really run, on a log that really grows.
@Suite struct RemediationTests {
  /// A monitor of errors per host; its alerts end by themselves.
  private static func rules(_ keys: String, program: String = "echo $1 >> healed") -> String {
    """
    monitors:
      - name: sick
        query: '"error" | json "host"'
        window: 2s
        every: 1s
        group_by: [host]
        critical: { alert: "> 1", resolve: "<= 1", resolution_window: 0s }
        actions: [heal]
    actions:
      heal:
        exec: { command: [/bin/sh, -c, '\(program)', sh, "{{ResultsJson.host}}"] }
        live: true
        then: [did]
        else: [page]
        \(keys.replacing("\n", with: "\n    "))
      did: { file: { path: did } }
      page: { file: { path: paged } }
    """
  }

  private func site(_ keys: String, program: String = "echo $1 >> healed") throws -> RunSite {
    let site = try RunSite(rules: Self.rules(keys, program: program))
    try site.write("", to: "app.log")
    return site
  }

  private func start(_ site: RunSite) throws -> RunningProgram {
    let run = try RunningProgram(
      ["run", "-r", "rules.yaml", "-o", "ndjson", "--state", "state", "app.log"], in: site.scratch)
    try run.wait(for: "watching", on: .errors)
    return run
  }

  private func stop(_ run: RunningProgram, status: Int32 = 143) throws {
    run.send(SIGTERM)
    #expect(try run.status() == status)
  }

  /// Alerts that last beyond the test.
  private func lastLong(at site: RunSite) throws {
    let rules = try site.scratch.text(of: "rules.yaml")
    try site.write(rules.replacing("window: 2s", with: "window: 10m"), to: "rules.yaml")
  }

  private func fall(sick hosts: String..., at site: RunSite) throws {
    try fall(sick: hosts, at: site)
  }

  private func fall(sick hosts: [String], at site: RunSite) throws {
    let lines = (hosts + hosts).map { #"{"level":"error","host":"\#($0)"}"# + "\n" }
    try site.append(lines.joined())
  }

  private func healed(_ site: RunSite) throws -> [String] {
    guard site.exists("healed") else { return [] }
    return try site.scratch.text(of: "healed").split(separator: "\n").map(String.init)
  }

  @Test func `what helps is said to help, and those who want to know are told`() throws {
    let site = try site("targets: ['web-*']\nverify: { within: 20s }")
    let run = try start(site)
    try fall(sick: "web-1", at: site)
    try run.wait(for: "heal (exec) for sick: helped", on: .errors)
    try stop(run)
    #expect(try healed(site) == ["web-1"])
    let did = try site.scratch.text(of: "did")
    #expect(
      did.contains(#""deed":{"target":"web-1","action_taken":"exec","timestamp_utc":"2"#), "\(did)")
    #expect(!site.exists("paged"))
  }

  @Test func `what does not help is said not to, and somebody is paged`() throws {
    // The alert goes on, because the program makes it worse.
    let site = try site(
      "targets: ['web-*']\nverify: { within: 4s }", program: "sh worse.sh $1 > /dev/null 2>&1 &")
    let line = #"{"level":"error","host":"%s"}\n"#
    try site.write(
      "for i in $(seq 40); do printf '\(line)' $1 >> app.log; sleep 0.2; done", to: "worse.sh")
    let run = try start(site)
    try fall(sick: "web-1", at: site)
    try run.wait(for: "heal (exec) for sick: did not help", on: .errors)
    try run.wait(for: "page (file) for sick: done", on: .errors)
    try stop(run)
    #expect(try site.scratch.text(of: "paged").contains("did not help"))
  }

  @Test func `a probe alone decides where the alert can't end in time`() throws {
    let site = try site(
      """
      targets: ['web-*']
      verify: { within: 60s, probe: { exec: { command: [/bin/sh, -c, "test -e well"] } } }
      """)
    try lastLong(at: site)
    let run = try start(site)
    try fall(sick: "web-1", at: site)
    try run.wait(for: "heal (exec) for sick: done", on: .errors)
    try site.write("", to: "well")
    try run.wait(for: "heal (exec) for sick: helped, the probe says so", on: .errors)
    try stop(run)
  }

  @Test func `a target that is not allowed is left alone, and that is on record`() throws {
    let site = try site("targets: ['web-*']")
    let run = try start(site)
    try fall(sick: "db-1; rm", "web-1", at: site)
    try run.wait(
      for: "heal (exec) for sick: blocked, target 'db-1; rm' is not allowed", on: .errors)
    try run.wait(for: "heal (exec) for sick: done", on: .errors)
    try run.wait(for: "page (file) for sick: done", on: .errors)
    try stop(run)
    #expect(try healed(site) == ["web-1"])
    let listed = try site.tripline("actions", "--state", "state", "-o", "ndjson")
    #expect(listed.output.contains("is not allowed"))
    let journal = try site.tripline("journal", "--state", "state")
    #expect(journal.status == 0 && journal.output.contains("is not allowed"))
  }

  @Test func `a storm touches nothing`() throws {
    let site = try site("targets: ['web-*']\nguard: { max_targets: 3, stale_after: 1m }")
    try lastLong(at: site)
    let run = try start(site)
    try fall(sick: (1...200).map { "web-\($0)" }, at: site)
    // Each waits until all are known.
    try run.wait(for: "targets are sick at once, more than 3", times: 200, on: .errors)
    try stop(run)
    #expect(try healed(site).isEmpty)
  }

  @Test func `the cooldown outlives kill -9`() throws {
    let site = try site("targets: ['web-*']\nguard: { settle: 0s, cooldown: 10m }")
    let first = try start(site)
    try fall(sick: "web-1", at: site)
    try first.wait(for: "did (file) for sick: done", on: .errors)
    first.send(SIGKILL)
    _ = try first.status()

    let second = try start(site)
    try fall(sick: "web-2", at: site)
    try second.wait(for: "heal (exec) for sick: done", on: .errors)
    try second.wait(for: #""to":"resolved""#, times: 2)
    try fall(sick: "web-1", at: site)
    try second.wait(for: "the cooldown is 10m", on: .errors)
    try stop(second)
    #expect(try healed(site) == ["web-1", "web-2"])
  }

  @Test func `an act that a kill cut short is not done again, and pages`() throws {
    let site = try site("targets: ['web-*']", program: "echo $1 >> healed; sleep 30")
    let first = try start(site)
    try fall(sick: "web-1", at: site)
    while try healed(site).isEmpty { usleep(20_000) }
    first.send(SIGKILL)
    _ = try first.status()

    let second = try start(site)
    try second.wait(for: "heal (exec) for sick: unknown", on: .errors)
    try second.wait(for: "page (file) for sick: done", on: .errors)
    try stop(second)
    #expect(try healed(site) == ["web-1"])
    #expect(try site.scratch.text(of: "paged").contains("unknown outcome"))
  }

  @Test func `where nobody is named to page, those who know of the alert are`() throws {
    let site = try site("targets: ['web-*']", program: "echo $1 >> healed; sleep 30")
    let rules = try site.scratch.text(of: "rules.yaml")
      .replacing("actions: [heal]", with: "actions: [heal, tell]")
      .replacing("    else: [page]\n", with: "")
      .replacing("  page: { file", with: "  tell: { file")
    try site.write(rules, to: "rules.yaml")
    let first = try start(site)
    try fall(sick: "web-1", at: site)
    try first.wait(for: "tell (file) for sick: done", on: .errors)
    while try healed(site).isEmpty { usleep(20_000) }
    first.send(SIGKILL)
    _ = try first.status()

    let second = try start(site)
    try second.wait(for: "tell (file) for sick: done", on: .errors)
    try stop(second)
    #expect(try site.scratch.text(of: "paged").contains("unknown outcome"))
    #expect(try healed(site) == ["web-1"])
  }

  @Test func `what needs a yes waits for it, also beyond kill -9`() throws {
    let site = try site("targets: ['web-*']\nrequire: approval\nguard: { stale_after: 10m }")
    // It would end before anybody could say yes.
    try lastLong(at: site)
    let first = try start(site)
    try fall(sick: "web-1", at: site)
    try first.wait(for: "heal (exec) for sick: waiting", on: .errors)
    first.send(SIGKILL)
    _ = try first.status()

    let second = try start(site)
    try second.wait(for: "heal (exec) for sick: waiting", on: .errors)
    let listed = try site.tripline("actions", "--state", "state", "-o", "ndjson")
    let key = try #require(
      listed.output.split(separator: "\"").first { $0.hasSuffix("-heal") }.map(String.init))
    #expect(try healed(site).isEmpty)
    let approved = try site.tripline("actions", "approve", key, "--state", "state")
    #expect(approved.status == 0 && approved.output.contains("is approved"))
    try second.wait(for: "heal (exec) for sick: done", on: .errors)
    try stop(second)
    #expect(try healed(site) == ["web-1"])
  }

  @Test func `what is held is left alone until it is released`() throws {
    let site = try site("targets: ['web-*']\nguard: { settle: 0s, cooldown: 0s }")
    let run = try start(site)
    let held = try site.tripline(
      "actions", "hold", "--for", "1h", "--reason", "rack move", "--state", "state")
    #expect(held.status == 0, "\(held.errors)")
    let status = try site.tripline("status", "--state", "state")
    #expect(status.output.contains("all remediation is held by"), "\(status.output)")
    try fall(sick: "web-1", at: site)
    try run.wait(for: "heal (exec) for sick: blocked, held by", on: .errors)
    #expect(run.text(.errors).contains("rack move"))
    #expect(try site.tripline("actions", "release", "--state", "state").status == 0)
    try run.wait(for: #""to":"resolved""#)
    try fall(sick: "web-1", at: site)
    try run.wait(for: "heal (exec) for sick: done", on: .errors)
    try stop(run)
  }

  @Test func `a message that could not be sent is sent again when somebody wants it`() throws {
    let rules = """
      monitors:
        - name: sick
          query: error
          critical: { alert: "> 0" }
          actions: [tell]
      actions:
        tell: { file: { path: not/there } }
      """
    let site = try RunSite(rules: rules)
    try site.write("", to: "app.log")
    let run = try start(site)
    try site.append("error\n")
    try run.wait(for: "tell (file) for sick: failed", on: .errors)
    let listed = try site.tripline("actions", "--state", "state", "-o", "ndjson")
    let key = try #require(
      listed.output.split(separator: "\"").first { $0.hasSuffix("-tell") }.map(String.init))
    try FileManager.default.createDirectory(
      at: site.url("not"), withIntermediateDirectories: false)
    #expect(try site.tripline("actions", "retry", key, "--state", "state").status == 0)
    try run.wait(for: "tell (file) for sick: done", on: .errors)
    try stop(run, status: 5)
    #expect(try site.scratch.text(of: "not/there").contains(#""monitor":"sick""#))
    // What is done is done.
    #expect(try site.tripline("actions", "retry", key, "--state", "state").status == 2)
  }
}
