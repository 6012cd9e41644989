import Actions
import Foundation
import TestKit
import Testing

@Suite struct HTTPTransportTests {
  private func send(
    to url: String, method: String = "POST", headers: [HTTPRequest.Header] = [],
    body: String = "{}", authorities: String? = nil, timeout: Duration = .seconds(30),
    redaction: Redaction = Redaction()
  ) -> Result<String, ActionError> {
    var transport = SystemTransport(environment: [:])
    let request = HTTPRequest(
      method: method, url: GuardedText(url), headers: headers, body: GuardedText(body),
      authorities: authorities)
    return Result { () throws(ActionError) in
      try transport.perform(
        .request(request), now: 0, timeout: timeout, redaction: redaction
      ).summary
    }
  }

  @Test func `a request arrives as it was described`() throws {
    let server = LoopbackServer { _ in .init(204) }
    defer { server.stop() }
    let headers = [
      HTTPRequest.Header("X-One", GuardedText("1")), HTTPRequest.Header("X-None", GuardedText()),
    ]
    let result = send(
      to: server.url + "/hook?a=b", method: "PUT", headers: headers, body: "{\"a\":\"ü\"}")
    #expect(result == .success("status 204"))
    let request = try #require(server.requests.first)
    #expect(request.method == "PUT")
    #expect(request.path == "/hook?a=b")
    #expect(request.body == "{\"a\":\"ü\"}")
    #expect(request.headers["x-one"] == "1")
    #expect(request.headers["x-none"] == "")
    #expect(request.headers["user-agent"] == "tripline")
    #expect(request.headers["expect"] == nil)
  }

  @Test(arguments: ["POST", "PATCH", "DELETE", "GET"])
  func `every method is spoken, with an empty body too`(_ method: String) throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    #expect(send(to: server.url, method: method, body: "") == .success("status 200"))
    #expect(server.requests.first?.method == method)
  }

  @Test(arguments: [429, 502, 503, 504])
  func `a passing failure may be tried again, when the server says`(_ status: Int) {
    let server = LoopbackServer { _ in .init(status, headers: ["Retry-After: 7"], body: "busy") }
    defer { server.stop() }
    let proof: ActionError.Proof = status == 429 ? .nothingDone : .answered
    #expect(
      send(to: server.url)
        == .failure(
          ActionError(
            "POST \(server.url): status \(status): busy", advice: .retry(after: .seconds(7)),
            proof: proof)))
  }

  @Test func `a refusal says what the server said, cut and without secrets`() throws {
    var redaction = Redaction()
    redaction.add(name: "TOKEN", value: "hunter2hunter2")
    let long = "no hunter2hunter2\r\n" + String(repeating: "x", count: 600) + "hunter2hunter2"
    let server = LoopbackServer { _ in .init(400, body: long) }
    defer { server.stop() }
    let error = try #require(send(to: server.url, redaction: redaction).failure)
    #expect(error.reason.hasPrefix("POST \(server.url): status 400: no ${env:TOKEN}"))
    #expect(error.reason.hasSuffix("x"))
    #expect(error.reason.utf8.count < 600)
    #expect(error.advice == .giveUp)
  }

  @Test func `a redirect is not followed`() throws {
    let target = LoopbackServer { _ in .init(200) }
    defer { target.stop() }
    let server = LoopbackServer { [url = target.url] _ in
      .init(307, headers: ["Location: \(url)/else"])
    }
    defer { server.stop() }
    let error = try #require(send(to: server.url).failure)
    #expect(
      error.reason == "POST \(server.url): status 307, redirects are not followed")
    #expect(error.advice == .giveUp)
    #expect(target.requests.isEmpty)
  }

  @Test func `nothing was done where nobody listens`() throws {
    let error = try #require(send(to: "http://127.0.0.1:\(LoopbackServer.deadPort())").failure)
    #expect(error.advice == .retry(after: nil))
    #expect(error.proof == .nothingDone)
  }

  @Test func `without an answer nobody knows what was done`() throws {
    let server = LoopbackServer { _ in nil }
    defer { server.stop() }
    let error = try #require(send(to: server.url).failure)
    #expect(error.advice == .retry(after: nil))
    #expect(error.proof == .unknown)
  }

  @Test func `a server that keeps silent is given up at the timeout`() throws {
    let release = DispatchSemaphore(value: 0)
    let server = LoopbackServer { _ in
      release.wait()
      return nil
    }
    defer { server.stop() }
    let error = try #require(send(to: server.url, timeout: .milliseconds(200)).failure)
    release.signal()
    #expect(error.advice == .retry(after: nil))
    #expect(error.proof == .unknown)
  }

  @Test func `a connection that is torn down may have been acted upon`() throws {
    let server = LoopbackServer { _ in .init(200, ending: .reset) }
    defer { server.stop() }
    let error = try #require(send(to: server.url).failure)
    #expect(error.advice == .retry(after: nil))
    #expect(error.proof == .unknown)
  }

  @Test func `an answer without end is read as far as it matters`() {
    let server = LoopbackServer { _ in .init(202, body: "accepted", ending: .endless) }
    defer { server.stop() }
    #expect(send(to: server.url) == .success("status 202"))
  }

  @Test func `an answer that never comes to its end is given up at the timeout`() throws {
    let server = LoopbackServer { _ in .init(200, body: "wait", ending: .stalled) }
    defer { server.stop() }
    let error = try #require(send(to: server.url, timeout: .milliseconds(300)).failure)
    #expect(error.advice == .retry(after: nil))
    #expect(error.proof == .unknown)
  }

  @Test func `a header can't begin another one, whatever it holds`() throws {
    let server = LoopbackServer { _ in .init(200) }
    defer { server.stop() }
    let header = HTTPRequest.Header("X-Token", GuardedText("a\r\nX-Admin: yes"))
    #expect(send(to: server.url, headers: [header]) == .success("status 200"))
    let headers = try #require(server.requests.first?.headers)
    #expect(headers["x-admin"] == nil)
    #expect(headers["x-token"] == "a  X-Admin: yes")
  }

  @Test(
    arguments: [
      ("http://192.0.2.1/", []), ("http://pager.example/", Reach.linkLocal),
      ("https://169.254.169.254/", .plainText), ("http://2852039166/", .plainText),
      ("https://[fe80::1%25lo]/", .plainText), ("https://[fd00:ec2::254]/", []),
      ("https://[::ffff:169.254.169.254]/", []), ("https://[64:ff9b::a9fe:a9fe]/", []),
      ("https://0.0.0.0/", [.plainText, .linkLocal]), ("https://[::]/", [.plainText, .linkLocal]),
    ] as [(String, Reach)])
  func `what may not be reached is not asked`(_ url: String, _ reach: Reach) throws {
    var transport = SystemTransport(environment: [:])
    let request = HTTPRequest(method: "POST", url: GuardedText(url), reach: reach)
    let error = #expect(throws: ActionError.self) {
      try transport.perform(
        .request(request), now: 0, timeout: .seconds(30), redaction: Redaction())
    }
    #expect(error?.reason.contains("not sent, because") == true, "\(error as Any)")
    #expect(error?.advice == .giveUp)
    #expect(error?.proof == .nothingDone)
  }

  @Test func `of several receivers all are asked, and one is enough`() throws {
    let servers = [500, 200, 200].map { status in LoopbackServer { _ in .init(status) } }
    defer { for server in servers { server.stop() } }
    var transport = SystemTransport(environment: [:])
    func send(_ servers: [LoopbackServer]) throws(ActionError) -> Reply {
      let requests = servers.map { HTTPRequest(method: "POST", url: GuardedText($0.url)) }
      return try transport.perform(
        .anyRequest(requests), now: 0, timeout: .seconds(30), redaction: Redaction())
    }
    #expect(
      try send(servers).summary.hasPrefix("2 of 3 took it; POST \(servers[0].url): status 500"))
    #expect(servers.map(\.requests.count) == [1, 1, 1])
    let error = #expect(throws: ActionError.self) { try send([servers[0]]) }
    #expect(error?.advice == .retry(after: nil))
  }

  @Test func `only http and https are spoken`() throws {
    let error = try #require(send(to: "file:///etc/passwd").failure)
    #expect(error.advice == .giveUp)
    #expect(error.proof == .nothingDone)
  }

  @Test func `a certificate that nobody vouches for is refused, one we trust is not`() throws {
    let tls = try TLSServer()
    defer { tls.stop() }
    let error = try #require(send(to: tls.url, method: "GET").failure)
    #expect(error.advice == .giveUp)
    #expect(error.proof == .nothingDone)
    #expect(error.reason.contains("certificate"))
    let trusted = send(to: tls.url, method: "GET", authorities: tls.certificate.path)
    #expect(trusted == .success("status 200"))
  }
}

extension Result {
  var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}

/// `openssl s_server` with a certificate that signs itself.
private final class TLSServer {
  let certificate: URL
  let url: String
  private let server: ChildProgram
  /// Its server ends with its input.
  private let input = Pipe()

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificate = folder.appending(path: "certificate.pem")
    let key = folder.appending(path: "key.pem")
    let request = try ChildProgram(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key.path, "-out", certificate.path, "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1",
      ])
    try #require(try request.wait() == 0)

    let output = Pipe()
    server = try ChildProgram(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-key", key.path, "-cert", certificate.path, "-www"],
      input: input.fileHandleForReading, output: output.fileHandleForWriting)
    try output.fileHandleForWriting.close()
    var said = ""
    var port: Substring?
    // It says "ACCEPT 127.0.0.1:40001" when it listens.
    while port == nil {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty, "openssl said: \(said)")
      said += String(decoding: data, as: UTF8.self)
      for line in said.split(separator: "\n").dropLast(said.hasSuffix("\n") ? 0 : 1)
      where line.hasPrefix("ACCEPT 127.0.0.1:") {
        port = line.split(separator: ":").last
      }
    }
    url = "https://127.0.0.1:\(port ?? "")/"
  }

  func stop() {
    server.send(SIGTERM)
    _ = try? server.wait()
    try? FileManager.default.removeItem(at: certificate.deletingLastPathComponent())
  }
}
