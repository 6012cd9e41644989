import Foundation
import TestKit
import Testing

/// Whole systems, from what a service prints to what people receive.
@Suite struct ScenarioTests {
  private func site(_ actions: String) throws -> RunSite {
    let site = try RunSite(rules: "")
    try site.write(actions, to: "actions.yaml")
    return site
  }

  private func rule(_ name: String) -> [String] {
    ["-r", Repository.root.appending(path: "rules/\(name).yaml").path]
  }

  /// The log of a pet shop's service that ails of something, up to now.
  private func log(of ailment: String) throws -> String {
    let run = try BinaryRun.tripline(
      ["demo-app", ailment, "--from", "-15m", "--for", "15m", "-q"], in: Repository.root)
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(
    .enabled(if: Counterpart.mailServer.isThere && Counterpart.alertmanager.isThere),
    arguments: [
      ("errors", "error-ratio"), ("slow", "latency-p95"), ("cpu", "host-cpu"),
      ("memory", "host-memory"), ("down", "api-down"),
    ])
  func `what ails a pet shop reaches its people by mail and its Alertmanager`(
    _ ailment: String, _ rule: String
  ) throws {
    let mail = try MailServer()
    defer { mail.stop() }
    let alertmanager = try AlertmanagerServer()
    defer { alertmanager.stop() }
    let site = try site(
      """
      actions:
        page-oncall:
          email:
            url: smtp://127.0.0.1:\(mail.port)
            from: tripline@example.com
            to: [oncall@example.com]
            insecure: true
        tell-observability:
          alertmanager: { url: "\(alertmanager.url)" }
      """)
    try site.write(try log(of: ailment), to: "pets.ndjson")
    let run = try RunningProgram(
      ["run", "--from-start", "-r", "actions.yaml"] + self.rule(rule) + ["pets.ndjson"],
      in: site.scratch)
    try run.wait(for: "page-oncall (email) for \(rule): done", on: .errors)
    try run.wait(for: "tell-observability (alertmanager) for \(rule): done", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    let alerts = try alertmanager.alerts().filter { $0.labels["alertname"] == rule }
    #expect(!alerts.isEmpty)
    #expect(
      alerts.allSatisfy {
        $0.annotations.values.contains { $0.contains("docs/runbooks/\(rule).md") }
      })
    let mails = mail.mails
    #expect(mails.contains { $0.content.contains(rule) && $0.to == ["oncall@example.com"] })
    // The way out comes with the alert.
    #expect(mails.contains { $0.content.contains("docs/runbooks/") })
  }

  @Test func `a sustained alarm reaches all who subscribe, though one of them is down`() throws {
    let server = LoopbackServer { _ in LoopbackServer.Response(200) }
    defer { server.stop() }
    let site = try site(
      """
      actions:
        page-oncall: { webhook: { url: "http://127.0.0.1:\(LoopbackServer.deadPort())/" }, retry: { for: 2s } }
        tell-observability: { webhook: { url: "\(server.url)" } }
      """)
    let start = Int(Date.now.timeIntervalSince1970) - 600
    let lines = (0..<14).map { number in
      #"{"timestamp":\#(start + number * 30),"metric":"database_cpu_percent","db":"orders","value":91}"#
        + "\n"
    }
    try site.write(lines.joined(), to: "metrics.ndjson")
    let run = try BinaryRun.shell(
      "cat metrics.ndjson | '\(ChildProgram.tripline)' run "
        + rule("database-cpu").joined(separator: " ") + " -r actions.yaml --on-eof exit -",
      in: site.directory)
    // One delivery has failed for good, and that is said.
    #expect(run.status == 5, "\(run.errors)")
    #expect(run.errors.contains("tell-observability (webhook) for database-cpu: done"))
    #expect(run.errors.contains("page-oncall (webhook) for database-cpu: retrying"))
    #expect(run.errors.contains("page-oncall (webhook) for database-cpu: failed"))
  }

  @Test func `a health script that fails is an alert`() throws {
    let site = try site("actions: { tell: { file: { path: told } } }")
    try site.write(
      """
      monitors:
        - name: health-script
          query: "* | where exit_code != 0"
          window: 1m
          every: 1s
          critical: { alert: "> 0" }
          actions: [tell]
      """, to: "rules.yaml")
    try site.write(
      "sources: [{ command: [/bin/sh, -c, 'echo disk full; exit 3'], every: 1s }]\n",
      to: "tripline.yaml")
    let run = try site.run("-r", "actions.yaml")
    try run.wait(for: "tell (file) for health-script: done", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    #expect(try site.scratch.text(of: "told").contains("disk full"))
  }
}
