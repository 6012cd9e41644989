import Foundation
import TestKit
import Testing

/// Secrets by reference: found at the start, and seen by nobody but the receivers.
@Suite struct SecretTests {
  /// In every secret that is planted, and nowhere else.
  private static let mark = "s3cr3t"
  private static let environment = ["PAGER": "\(mark)-variable \"<&>\" 1", "PATH": "/usr/bin:/bin"]

  /// Every kind but those of AWS and systemd, whose keys are names.
  private static func kinds() throws -> [String] {
    let page = Repository.root.appending(path: "docs/actions/README.md")
    return try String(contentsOf: page, encoding: .utf8)
      .matches(of: /\]\(([a-z.]+)\.md\)/).map { String($0.output.1) }
      .filter { !$0.contains(".") }
  }

  private func site(_ actions: String) throws -> RunSite {
    let names = actions.matches(of: /(?m)^  ([a-z]+):/).map(\.output.1)
    let site = try RunSite(
      rules: """
        monitors:
          - name: slow
            query: "* | where took_ms > 3s"
            window: 10m
            critical: { alert: "> 2" }
            actions: [\(names.joined(separator: ", "))]
        actions:
        \(actions)
        """)
    try site.write("\(Self.mark)-file\n", to: "token")
    try site.write("\(Self.mark)-command\r\n", to: "vault")
    try site.protect("token")
    return site
  }

  private func run(
    _ site: RunSite, _ arguments: String..., environment: [String: String] = environment
  ) throws -> BinaryRun {
    try BinaryRun.tripline(
      ["run", "-r", "rules.yaml", "--on-eof", "exit"] + arguments + ["-"], in: site.directory,
      environment: environment, input: .text(RunLine.slow(count: 3) + "{\"broken\n"))
  }

  @Test(arguments: [200, 400, 500], [false, true])
  func `no secret is ever seen, whatever the receivers answer`(
    _ status: Int, _ isLive: Bool
  ) throws {
    // Says all that it was told.
    let server = LoopbackServer { request in
      .init(
        status, headers: ["Retry-After: 1"],
        body: request.path + "\r\n" + request.headers.map { "\($0): \($1)" }.joined(separator: "\n")
          + request.body)
    }
    defer { server.stop() }
    let all = #"${env:PAGER} ${file:token} ${cmd:[cat, vault]}"#
    let once = "retry: { max: 1 }"
    let actions = """
        webhook:
          webhook:
            url: "\(server.url)/${file:token}"
            headers: { X-All: "\(all)" }
            body: '{"all": "\(all)"}'
            secret: "${env:PAGER}"
          \(once)
        slack: { slack: { url: "\(server.url)/${cmd:[cat, vault]}", text: "\(all)" }, \(once) }
        teams: { teams: { url: "\(server.url)/${cmd:[cat, vault]}", text: "\(all)" }, \(once) }
        discord: { discord: { url: "\(server.url)/x", text: "\(all)" }, \(once) }
        pagerduty: { pagerduty: { url: "\(server.url)", routing_key: "\(all)" }, \(once) }
        opsgenie: { opsgenie: { url: "\(server.url)", api_key: "${file:token}" }, \(once) }
        alertmanager: { alertmanager: { url: "\(server.url)", labels: { all: "\(all)" } }, \(once) }
        email:
          email:
            url: "smtp://127.0.0.1:\(LoopbackServer.deadPort())"
            user: "${env:PAGER}"
            password: "${file:token}"
            from: a@example.com
            to: b@example.com
            subject: "\(all)"
          \(once)
        exec:
          exec:
            command: [sh, -c, 'echo "$0 $ALL"; echo "$ALL" >&2; exit \(status / 200 - 1)', "${env:PAGER}"]
            env: { ALL: "\(all)" }
        http: { http: { url: "\(server.url)/http", headers: { X-All: "\(all)" }, body: "\(all)" } }
        file: { file: { path: told.ndjson } }
        log: { log: { text: "\(all)" } }
      """
    for kind in try Self.kinds() { #expect(actions.contains(" \(kind):"), "\(kind)") }
    let site = try site(actions)
    try site.write(
      "heartbeat: { every: 1s, url: \"\(server.url)/${file:token}\" }\n", to: "tripline.yaml")
    var arguments = ["--state", "state", "--quarantine", "quarantine", "--allow-secret-commands"]
    if isLive { arguments.append("--live") }
    let run = try BinaryRun.tripline(
      ["run", "-r", "rules.yaml", "-o", "ndjson", "--on-eof", "exit"] + arguments + ["-"],
      in: site.directory, environment: Self.environment,
      input: .text(RunLine.slow(count: 3) + "{\"broken\n"))
    #expect(run.status == 5, "\(run.errors)")
    // `log` is seen, and so names them.
    #expect(run.errors.contains(all), "\(run.errors)")
    // The receivers were told them, or there would be nothing to hide.
    let told = server.requests.map { "\($0.path) \($0.headers) \($0.body)" }.joined()
    #expect(told.contains("\(Self.mark)-variable"))
    #expect(told.contains("\(Self.mark)-file"))
    #expect(told.contains("\(Self.mark)-command"))

    let id = try JSONLine.text("id", ofFirst: run.output)
    let state = ["--state", "state"]
    var seen = [run.output, run.errors]
    for verb in [
      ["journal"], ["journal", "-o", "ndjson"], ["status"], ["status", "-o", "json"], ["alerts"],
      ["alerts", "show", id], ["audit"], ["doctor"],
    ] {
      let run = try BinaryRun.tripline(verb + state, in: site.directory)
      seen += [run.output, run.errors]
    }
    let explained = try site.tripline("explain", "-r", "rules.yaml")
    seen += [explained.output, explained.errors]
    for text in seen { #expect(!text.contains(Self.mark), "\(text)") }
    let keepers = ["token", "vault"]
    for (name, bytes) in try site.files() where !keepers.contains(name) {
      #expect(bytes.firstRange(of: Data(Self.mark.utf8)) == nil, "\(name)")
    }
  }

  @Test func `a secret that is missing ends the run before it begins, by its name`() throws {
    let site = try site(
      """
        page: { webhook: { url: "${file:/nowhere/pager}", headers: { A: "${env:NOPE}" } } }
      """)
    let run = try run(site)
    #expect(run.status == 3)
    #expect(run.errors.contains("can't read a secret from '/nowhere/pager': No such file"))
    #expect(run.errors.contains("the environment variable 'NOPE' is not set"))
  }

  @Test func `programs tell secrets only to who allows it`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let site = try site(
      """
        page: { webhook: { url: "\(server.url)/hook", body: "${cmd:[cat, vault]}" } }
      """)
    let refused = try run(site)
    #expect(refused.status == 3)
    #expect(refused.errors.contains("a secret asks to run 'cat', which nobody has allowed"))
    #expect(try run(site, "--allow-secret-commands").status == 0)
    #expect(server.requests.map(\.body) == ["\(Self.mark)-command"])
    try site.write("allow_secret_commands: true\n", to: "tripline.yaml")
    #expect(try run(site).status == 0)
    #expect(server.requests.count == 2)
  }

  @Test(arguments: [
    ("[sh, -c, exit 7]", "'sh' told no secret: exit 7"), ("[no-such-program]", "can't run"),
    ("[printf, '']", "is empty"),
  ])
  func `a program that tells no secret ends the run before it begins`(
    _ command: String, _ words: String
  ) throws {
    let site = try site(
      """
        page: { webhook: { url: "https://example", body: "${cmd:\(command)}" } }
      """)
    let run = try run(site, "--allow-secret-commands")
    #expect(run.status == 3)
    #expect(run.errors.contains(words), "\(run.errors)")
  }

  @Test func `a file that everybody can read is warned of`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let site = try site(
      """
        page: { webhook: { url: "\(server.url)/${file:vault}" } }
      """)
    let run = try run(site)
    #expect(run.status == 0)
    #expect(run.errors.contains("everybody on this machine can read '${file:vault}'"))
    try site.protect("vault")
    #expect(try !self.run(site).errors.contains("everybody"))
  }

  @Test func `a check reads no secret and runs no program`() throws {
    let site = try site(
      """
        page: { webhook: { url: "${file:nowhere}", body: "${cmd:[touch, witness]}" } }
      """)
    let check = try site.tripline("check", "rules.yaml")
    #expect(check.status == 0, "\(check.output)")
    #expect(!site.exists("witness"))
  }
}

extension RunSite {
  /// Lets nobody but its owner read a file.
  fileprivate func protect(_ name: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url(name).path)
  }

  /// Every file in the place, by its path within it.
  fileprivate func files() throws -> [(String, Data)] {
    try FileManager.default.subpathsOfDirectory(atPath: directory.path).compactMap { path in
      let isFile = try url(path).resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
      return isFile == true ? (path, try Data(contentsOf: url(path))) : nil
    }
  }
}
