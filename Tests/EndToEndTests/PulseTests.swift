import Foundation
import Synchronization
import TestKit
import Testing

/// What a run sends by the clock: that alerts still fire, and that it is alive.
@Suite struct PulseTests {
  private func site(_ action: String) throws -> RunSite {
    try RunSite(
      rules: """
        monitors:
          - name: slow
            description: Slow answers.
            query: "* | where took_ms > 3s"
            window: 10m
            group_by: [host]
            critical: { alert: "> 2" }
            runbook: https://runbooks.example/slow
            tags: { team: web }
            actions: [page]
        actions:
          page: { alertmanager: { \(action) } }
        """)
  }

  private func end(_ program: RunningProgram) throws {
    program.send(SIGTERM)
    #expect(try program.status() == 143)
  }

  @Test(
    .enabled(
      if: Counterpart.alertmanager.isThere, Comment(rawValue: Counterpart.alertmanager.remedy)))
  func `an Alertmanager knows what fires, also after a restart, and what is over`() throws {
    let server = try AlertmanagerServer()
    defer { server.stop() }
    let site = try site("url: \"\(server.url)\", refresh: 1s")
    try site.append("")
    let first = try site.run("--state", "state", "app.log")
    try first.wait(for: "watching app.log", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    #expect(try server.waits { $0.count == 1 })
    let alert = try #require(try server.alerts().first)
    #expect(
      alert.labels == [
        "alertname": "slow", "severity": "critical", "host": "web-1", "team": "web",
      ])
    #expect(alert.annotations["runbook_url"] == "https://runbooks.example/slow")
    #expect(alert.status.state == "active")
    // It is said again: its end moves on.
    #expect(try server.waits { $0.first.map { $0.endsAt > alert.endsAt } ?? false })
    // Whoever is not told again forgets.
    try end(first)
    #expect(try server.waits(until: \.isEmpty))
    let second = try site.run("--state", "state", "app.log")
    #expect(try server.waits { $0.first?.labels["host"] == "web-1" })
    let told = try #require(try server.alerts().first)
    #expect(told.startsAt == alert.startsAt)
    let id = try JSONLine.text("id", ofFirst: first.text(.output))
    let resolve = try site.tripline("alerts", "resolve", id, "--state", "state")
    #expect(resolve.status == 0, "\(resolve.errors)")
    #expect(try server.waits(until: \.isEmpty))
    try end(second)
  }

  @Test func `the end is said again, so that no older word comes after it`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let site = try site("url: \"\(server.url)\", refresh: 1s")
    try site.append("")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching app.log", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    try run.wait(for: "page (alertmanager) for slow: done", on: .errors)
    let id = try JSONLine.text("id", ofFirst: run.text(.output))
    #expect(try site.tripline("alerts", "resolve", id, "--state", "state").status == 0)
    // The delivery, and the refreshes behind it.
    #expect(server.waits { $0.count { !$0.body.contains("startsAt") } > 2 })
    #expect(server.requests.last?.body.contains("startsAt") == false)
    try end(run)
  }

  @Test func `rules that are loaded anew say anew who is told again`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let site = try site("url: \"\(server.url)/old\", refresh: 1s")
    try site.append("")
    let run = try site.run("app.log")
    try run.wait(for: "watching app.log", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    #expect(server.waits { $0.count > 2 })
    let rules = try String(contentsOf: site.url("rules.yaml"), encoding: .utf8)
    try site.write(rules.replacing("/old", with: "/new"), to: "rules.yaml")
    try run.wait(for: "the rules were loaded", on: .errors)
    #expect(server.waits { $0.contains { $0.path == "/new/api/v2/alerts" } })
    try end(run)
  }

  @Test func `a receiver that is gone is told of once, and when it is back`() throws {
    let isBack = Flag()
    let server = LoopbackServer { _ in .init(isBack.isSet ? 200 : 500) }
    defer { server.stop() }
    let site = try site("url: \"\(server.url)\", refresh: 1s")
    try site.append("")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching app.log", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    try run.wait(for: "'page' sends again and again, and it does not arrive", on: .errors)
    let before = server.requests.count
    #expect(server.waits { $0.count > before + 3 })
    #expect(run.text(.errors).ranges(of: "sends again and again").count == 1)
    isBack.set()
    try run.wait(for: "what 'page' sends again and again arrives again", on: .errors)
    try end(run)
  }

  @Test func `the heart beats as long as the run decides, and keeps what it decides`() throws {
    let server = LoopbackServer { _ in .init(204) }
    defer { server.stop() }
    let site = try site("url: \"\(server.url)\"")
    try site.write("heartbeat: { every: 1s, url: \"${env:HEART}\" }\n", to: "tripline.yaml")
    try site.append("")
    let run = try site.run(
      "--state", "state", "app.log", environment: ["HEART": server.url + "/alive"])
    try run.wait(for: "watching app.log", on: .errors)
    #expect(server.waits { $0.count >= 3 })
    #expect(Set(server.requests.map { "\($0.method) \($0.path)" }) == ["GET /alive"])
    try end(run)
  }

  @Test func `no heart beats where the state can not be kept`() throws {
    let server = LoopbackServer { _ in .init(204) }
    defer { server.stop() }
    let library = try SharedLibrary("faulty_disk")
    // The refreshes of an alert tell that time has passed.
    let site = try site("url: \"\(server.url)\", refresh: 1s")
    try site.write("heartbeat: { every: 1s, url: \"\(server.url)/alive\" }\n", to: "tripline.yaml")
    try site.append("")
    let run = try site.run(
      "--state", "state", "app.log",
      environment: [
        "LD_PRELOAD": library.path, "FAULTY_DISK": site.url("fault").path,
        "FAULTY_PATH": "state.db",
      ])
    try run.wait(for: "watching app.log", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    #expect(server.waits { $0.beats > 1 && $0.count > $0.beats })
    try site.write("full", to: "fault")
    try site.append(RunLine.slow("web-1"))
    try run.wait(for: "alerts are told all the same", on: .errors)
    let before = server.requests
    #expect(server.waits { $0.refreshes > before.refreshes + 3 })
    // One may have been on its way.
    #expect(server.requests.beats <= before.beats + 1)
    try FileManager.default.removeItem(at: site.url("fault"))
    try run.wait(for: "the state can be written again", on: .errors)
    #expect(server.waits { $0.beats > before.beats + 2 })
    try end(run)
  }

  @Test func `a heartbeat with a mistake is a mistake of the configuration`() throws {
    let site = try site("url: \"http://127.0.0.1:1\"")
    try site.write(
      "heartbeat: { every: 10ms, ulr: \"https://example\" }\n", to: "tripline.yaml")
    let check = try site.tripline("check", "rules.yaml")
    #expect(check.status == 2)
    #expect(check.output.contains("this `heartbeat` has no `url`"), "\(check.output)")
    #expect(check.output.contains("did you mean 'url'?"))
  }
}

/// Something that happens once, as other threads see it.
private final class Flag: Sendable {
  private let flag = Mutex(false)

  var isSet: Bool { flag.withLock { $0 } }

  func set() { flag.withLock { $0 = true } }
}

extension [LoopbackServer.Request] {
  fileprivate var beats: Int { count { $0.path == "/alive" } }
  fileprivate var refreshes: Int { count - beats }
}

/// Records as a run prints them.
enum JSONLine {
  static func text(_ member: String, ofFirst lines: String) throws -> String {
    let line = try #require(lines.split(separator: "\n").first)
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    return try #require(object?[member] as? String)
  }
}
