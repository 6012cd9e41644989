import Alerting
import Foundation
import TestKit
import Testing

/// `tripline status` and `tripline alerts`, on a run and on what it left.
@Suite struct StatusTests {
  private static let rules = """
    monitors:
      - name: slow
        query: "* | where took_ms > 3s"
        window: 10m
        group_by: [host]
        critical: { alert: "> 2" }
        actions: [tell]
      - name: busy
        query: "*"
        window: 1h
        warning: { alert: "> 1000" }
    actions:
      tell:
        file: { path: told.ndjson }
    """

  /// A run in which `slow` fires for two hosts.
  private func firingRun(_ site: RunSite, more: [String] = []) throws -> RunningProgram {
    try site.write("", to: "app.log")
    let run = try site.run(["--state", "state"] + more + ["app.log"])
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3) + RunLine.slow("web-2", count: 4))
    try run.wait(for: #""to":"firing""#, times: 2)
    try run.wait(for: "tell (file) for slow: done", times: 2, on: .errors)
    return run
  }

  private func json(_ run: BinaryRun) throws -> JSONTree {
    #expect(run.status == 0, "\(run.errors)")
    return try #require(JSONTree(run.output), "\(run.output)")
  }

  private func end(_ run: RunningProgram) throws {
    run.send(SIGTERM)
    #expect(try run.status() == 143, "\(run.text(.errors))")
  }

  @Test func `the status shows logs, monitors, alerts and deliveries`() throws {
    let site = try RunSite(rules: Self.rules)
    let run = try firingRun(site)
    var status = try json(try site.tripline("status", "--state", "state", "-o", "json"))
    #expect(status["running"]?.flag == true)
    let alerts = status["alerts"]?.elements ?? []
    #expect(alerts.count == 2 && alerts.allSatisfy { $0["state"]?.text == "firing" })
    #expect(status["deliveries"]?["done"]?.whole == 2)
    try end(run)

    // The last commit says it all.
    try site.append(RunLine.slow())
    status = try json(try site.tripline("status", "--state", "state", "-o", "json"))
    #expect(status["running"]?.flag == false)
    let source = try #require(status["sources"]?.elements.first)
    #expect(source["source"]?.text == "app.log" && source["lines"]?.whole == 7)
    #expect(source["behind"]?.whole == Int64(RunLine.slow().utf8.count))
    let monitors = status["monitors"]?.elements ?? []
    #expect(monitors.compactMap { $0["monitor"]?.text } == ["busy", "slow"])
    #expect(monitors[0]["value"]?.whole == 7 && monitors[0]["state"]?.text == "ok")
    #expect(monitors[1]["firing_critical"]?.whole == 2 && monitors[1]["value"]?.whole == 4)
    #expect(monitors[1]["health"]?.text == "ok")

    let lines = try site.tripline("status", "--state", "state", "-o", "ndjson").output
      .split(separator: "\n").compactMap { JSONTree(String($0))?["kind"]?.text }
    #expect(lines == ["run", "source", "monitor", "monitor", "alert", "alert", "deliveries"])
    let page = try site.tripline("status", "--state", "state")
    #expect(page.output.hasPrefix("not running; last commit"))
    #expect(page.output.contains("firing critical 2"))
    // Plain for a file, with colours for whoever asks for them.
    #expect(!page.output.contains("\u{1B}"))
    let coloured = try site.tripline("status", "--state", "state", "--color", "always")
    #expect(coloured.output.contains("\u{1B}[1;31mfiring critical 2\u{1B}[0m"))
  }

  @Test func `deliveries that fail are seen waiting`() throws {
    let rules = Self.rules.replacingOccurrences(
      of: "file: { path: told.ndjson }", with: "webhook: { url: \"http://127.0.0.1:9/\" }")
    let site = try RunSite(rules: rules)
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    try run.wait(for: "tell (webhook) for slow: retrying", on: .errors)
    let status = try json(try site.tripline("status", "--state", "state", "-o", "json"))
    #expect(status["deliveries"]?["retrying"]?.whole == 1)
    run.send(SIGTERM)
    // What could not be delivered stays in the outbox.
    #expect(try run.status() == 5)
    let after = try json(try site.tripline("status", "--state", "state", "-o", "json"))
    #expect(after["deliveries"]?["retrying"]?.whole == 1)
  }

  @Test func `what an endpoint does not take stays in the outbox, and is sent again`() throws {
    let release = DispatchSemaphore(value: 0)
    let server = LoopbackServer { _ in
      release.wait()
      return .init(200)
    }
    defer { server.stop() }
    let site = try RunSite(
      rules: Self.rules.replacingOccurrences(
        of: "file: { path: told.ndjson }", with: "webhook: { url: \"\(server.url)\" }"))
    try site.write("", to: "app.log")
    let first = try site.run("--state", "state", "app.log")
    try first.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow(count: 3))
    try first.wait(for: #""to":"firing""#)
    // It does not wait for the ten seconds that the endpoint may take: they would be a failure.
    first.send(SIGTERM)
    #expect(try first.status() == 5)
    try first.wait(for: "tell (webhook) for slow: abandoned", on: .errors)
    let status = try json(try site.tripline("status", "--state", "state", "-o", "json"))
    let counts = try #require(status["deliveries"])
    #expect((counts["waiting"]?.whole ?? 0) + (counts["retrying"]?.whole ?? 0) == 1)
    for _ in 0..<8 { release.signal() }
    let second = try site.run("--state", "state", "app.log")
    try second.wait(for: "tell (webhook) for slow: done", on: .errors)
    try end(second)
    let keys = server.requests.compactMap { $0.headers["idempotency-key"] }
    #expect(keys.count >= 1 && Set(keys).count == 1, "\(keys)")
  }

  @Test func `an alert is shown with its evidence and its deliveries`() throws {
    let site = try RunSite(rules: Self.rules)
    let run = try firingRun(site)
    let list = try site.tripline("alerts", "--state", "state", "-o", "ndjson").output
      .split(separator: "\n").compactMap { JSONTree(String($0)) }
    #expect(list.count == 2)
    let id = try #require(list.first?["id"]?.text)
    let shown = try json(
      try site.tripline("alerts", "show", String(id.prefix(7)), "--state", "state", "-o", "json"))
    let step = try #require(shown["steps"]?.elements.first)
    #expect(step["transition"]?["id"]?.text == id)
    #expect(step["transition"]?["evidence"]?.elements.count == 3)
    #expect(step["deliveries"]?.elements.first?["status"]?.text == "done")
    let page = try site.tripline("alerts", "show", id, "--state", "state").output
    #expect(page.contains("app.log:0 {\"timestamp\"") && page.contains("  evidence  app.log:"))
    #expect(page.contains("delivery  tell (live): done"))
    let none = try site.tripline("alerts", "show", "0000", "--state", "state")
    #expect(none.status == 2 && none.errors.contains("there is no alert '0000'"))
    try end(run)
  }

  @Test func `a run ends an alert that somebody resolves`() throws {
    let site = try RunSite(rules: Self.rules)
    let run = try firingRun(site)
    let list = try site.tripline("alerts", "list", "--state", "state", "-o", "ndjson").output
      .split(separator: "\n").compactMap { JSONTree(String($0))?["id"]?.text }
    let resolved = try site.tripline(
      "alerts", "resolve", try #require(list.first), "--state", "state", "-o", "ndjson")
    #expect(resolved.status == 0, "\(resolved.errors)")
    let end = try #require(Transition(json: Array(resolved.output.dropLast().utf8)))
    #expect(end.reason == .manual && end.to == .resolved && end.value == nil)
    try run.wait(for: "tell (file) for slow: done", times: 3, on: .errors)
    try run.wait(for: "was resolved by hand", on: .errors)
    #expect(run.text(.output).contains(#""reason":"manual""#))
    try self.end(run)
    #expect(!site.exists("state/requests/\(list[0])"))
  }

  @Test func `without a run it is written down, and the next one tells the actions`() throws {
    let site = try RunSite(rules: Self.rules)
    try end(try firingRun(site))
    let id = try #require(
      try site.tripline("alerts", "--state", "state", "-o", "ndjson").output
        .split(separator: "\n").first.flatMap { JSONTree(String($0))?["id"]?.text })
    let resolved = try site.tripline("alerts", "resolve", id, "--state", "state")
    #expect(resolved.status == 0 && resolved.output.hasPrefix("resolved slow critical host=web-1"))
    #expect(resolved.errors.contains("nothing is running"))
    let again = try site.tripline("alerts", "resolve", id, "--state", "state")
    #expect(again.status == 2 && again.errors.contains("is not firing: it is resolved since"))
    #expect(try site.tripline("journal", "--state", "state").status == 0)
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "tell (file) for slow: done", on: .errors)
    // Its condition still holds, so that the first instant fires anew.
    try run.wait(for: #""to":"firing""#)
    try end(run)
    let told = try String(contentsOf: site.url("told.ndjson"), encoding: .utf8)
    #expect(told.ranges(of: #""reason":"manual""#).count == 1)
  }
}
