import Foundation
import TestKit
import Testing

/// Mutes, silences and gathering through the built program.
@Suite struct QuietingTests {
  private static let tell = """
    actions:
      tell: { file: { path: told.ndjson } }

    """

  private static func rules(_ more: String = "") -> String {
    """
    monitors:
      - name: slow
        query: "* | where took_ms > 3s"
        window: 10m
        group_by: [host]
        critical: { alert: "> 2" }
        actions: [tell]
    \(more)
    """
  }

  @Test func `the examples of the page are true`() throws {
    let page = try ConsolePage(Repository.root.appending(path: "docs/quieting.md"))
    let (text, commands) = try page.replayed()
    #expect(commands >= 2)
    if ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] != nil {
      return try page.rewrite(text)
    }
    #expect(text == page.text)
  }

  @Test(arguments: ["errors.yaml", "inhibit.yaml", "group.yaml"])
  func `each rule file of the page loads`(name: String) throws {
    let page = try String(
      contentsOf: Repository.root.appending(path: "docs/quieting.md"), encoding: .utf8)
    let start = try #require(page.range(of: "```yaml \(name)\n")).upperBound
    let end = try #require(page[start...].range(of: "\n```")).lowerBound
    let site = try RunSite(rules: String(page[start..<end]) + "\n")
    let check = try site.tripline("check", "rules.yaml")
    #expect(check.status == 0, "\(check.output)\(check.errors)")
  }

  @Test func `a silence holds an alert through kill -9, and its end tells of it`() throws {
    let site = try RunSite(rules: Self.rules(Self.tell))
    try site.write("", to: "app.log")
    let added = try site.tripline(
      "silence", "add", "host=web-1", "--for", "1h", "--reason", "disks", "--state", "state", "-o",
      "ndjson")
    #expect(added.status == 0 && added.errors.contains("nothing is running"), "\(added.errors)")
    let first = try site.run("--state", "state", "app.log")
    try first.wait(for: "watching", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3) + RunLine.slow("web-2", count: 3))
    try first.wait(for: "held, silence", on: .errors)
    try first.wait(for: "done", on: .errors)
    first.send(SIGKILL)
    _ = try first.status()

    let second = try site.run("--state", "state", "app.log")
    try second.wait(for: "held, silence", on: .errors)
    #expect(try site.tripline("status", "--state", "state").output.contains("1 held"))
    #expect(!(try told(in: site)).contains("web-1"))
    let id = try #require(added.output.firstMatch(of: /"id":"(\w+)"/)).1
    #expect(try site.tripline("silence", "expire", String(id), "--state", "state").status == 0)
    try second.wait(for: "done", on: .errors)
    second.send(SIGTERM)
    #expect(try second.status() == 143, "\(second.text(.errors))")
    #expect(try told(in: site) == ["web-2", "web-1"])
    let shown = try site.tripline("silence", "list", "--state", "state").output
    #expect(shown.contains("over") && shown.contains("disks"), "\(shown)")
  }

  @Test func `a mute that is loaded while the run goes on is obeyed, and so is its end`() throws {
    let mute = """
      mutes:
        - { name: today, match: host=web-1, hours: "00:00-24:00" }

      """
    let site = try RunSite(rules: Self.rules(Self.tell))
    try site.write("", to: "app.log")
    let run = try site.run("--state", "state", "app.log")
    try run.wait(for: "watching", on: .errors)
    try site.write(Self.rules(Self.tell + mute), to: "rules.yaml")
    run.send(SIGHUP)
    try run.wait(for: "the rules were loaded", on: .errors)
    try site.append(RunLine.slow("web-1", count: 3))
    try run.wait(for: "held, mute 'today'", on: .errors)
    try site.write(Self.rules(Self.tell), to: "rules.yaml")
    run.send(SIGHUP)
    try run.wait(for: "done", on: .errors)
    run.send(SIGTERM)
    #expect(try run.status() == 143)
    #expect(try told(in: site) == ["web-1"])
  }

  /// The hosts in the order in which they were told of.
  private func told(in site: RunSite) throws -> [String] {
    guard site.exists("told.ndjson") else { return [] }
    return try String(contentsOf: site.url("told.ndjson"), encoding: .utf8)
      .matches(of: /"group":{"host":"([^"]+)"}/).map { String($0.1) }
  }

  /// Where it dies, the same key never tells of others, and everything is told.
  @Test func `a gathered notification survives kill -9 as a whole`() throws {
    let hosts = ["a", "b", "c", "d", "e"]
    var repeated = 0
    for point in 4...15 {
      let server = LoopbackServer { _ in LoopbackServer.Response(200) }
      defer { server.stop() }
      let site = try RunSite(
        rules: Self.rules(
          """
          actions:
            tell:
              webhook: { url: "\(server.url)/" }
              group: { by: [monitor], wait: 50ms, interval: 0s }

          """))
      let now = Int(Date.now.timeIntervalSince1970 * 1_000)
      try site.append(
        hosts.flatMap { host in
          (0..<3).map { #"{"timestamp":\#(now + $0),"host":"\#(host)","took_ms":4000}"# + "\n" }
        }.joined())
      let arguments = ["--state", "state", "--from-start", "app.log"]
      let first = try site.run(arguments, environment: ["TRIPLINE_DIE_AT": String(point)])
      _ = try first.hasSaid("tell (webhook) for slow: done", on: .errors)
      first.send(SIGKILL)
      _ = try first.status()
      let second = try site.run(arguments)
      try second.wait(for: "watching", on: .errors)
      second.send(SIGTERM)
      #expect(try second.status() == 143, "\(second.text(.errors))")

      var carried: [String: Set<String>] = [:]
      for request in server.requests {
        let key = try #require(request.headers["idempotency-key"])
        let alerts = Set(request.body.matches(of: /"group":{"host":"(\w)"}/).map { String($0.1) })
        if let before = carried.updateValue(alerts, forKey: key) {
          #expect(before == alerts, "point \(point), key \(key)")
          repeated += 1
        }
      }
      #expect(
        carried.values.reduce(into: Set()) { $0.formUnion($1) } == Set(hosts), "point \(point)")
      let status = try site.tripline("status", "--state", "state", "-o", "json").output
      #expect(status.contains(#""done":5"#), "point \(point): \(status)")
    }
    #expect(repeated > 0, "no death fell into an attempt")
  }

  @Test func `a storm is told as one, and nothing of it is lost`() throws {
    let server = LoopbackServer { _ in LoopbackServer.Response(200) }
    defer { server.stop() }
    let site = try RunSite(
      rules: Self.rules(
        """
        actions:
          tell:
            webhook: { url: "\(server.url)/", body: '{"name":"{{Name}}","n":{{AlertCount}}}' }
            storm: 3

        """))
    try site.append((1...40).map { RunLine.slow("web-\($0)", count: 3) }.joined())
    // The input ends, and so does the wait.
    let run = try site.run("--from-start", "--on-eof", "exit", "-", input: true)
    try run.write(String(contentsOf: site.url("app.log"), encoding: .utf8))
    try run.endInput()
    #expect(try run.status() == 0, "\(run.text(.errors))")
    #expect(
      server.requests.map(\.body) == [
        #"{"name":"slow","n":1}"#, #"{"name":"slow","n":1}"#, #"{"name":"slow","n":1}"#,
        #"{"name":"slow and 36 more","n":37}"#,
      ])
  }
}
