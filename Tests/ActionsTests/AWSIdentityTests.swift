import Actions
import Foundation
import Synchronization
import TestKit
import Testing

/// Who a request is signed as, seen from the other side: a server on loopback that plays the
/// service, the machine's metadata and the container's endpoint at once.
@Suite struct AWSIdentityTests {
  /// 2026-03-02T10:00:00Z.
  private static let now: Int64 = 1_772_445_600_000

  /// What happens when nobody has told us anything.
  private static let nothing = [
    "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
  ]

  private static func request(to server: LoopbackServer) -> Effect {
    .request(
      HTTPRequest(
        method: "POST", url: GuardedText(server.url + "/service"), body: GuardedText("x"),
        signing: .aws(service: "ec2", region: "eu-west-1"),
        reading: .aws(AWSReading(needing: "ec2:RebootInstances"))))
  }

  /// A transport for an environment, on top of one in which there is nothing.
  private static func transport(_ environment: [String: String]) -> SystemTransport {
    SystemTransport(environment: nothing.merging(environment) { $1 })
  }

  private static func send(
    _ environment: [String: String], to server: LoopbackServer, at now: Int64 = now
  ) -> Result<Reply, ActionError> {
    var transport = transport(environment)
    return send(on: &transport, to: server, at: now)
  }

  private static func send(
    on transport: inout SystemTransport, to server: LoopbackServer, at now: Int64 = now
  ) -> Result<Reply, ActionError> {
    let effect = request(to: server)
    return Result { () throws(ActionError) in
      try transport.perform(
        effect, now: now, timeout: .seconds(20), redaction: Redaction())
    }
  }

  /// The key and the token of the last request that reached the service.
  private static func caller(_ server: LoopbackServer) -> String? {
    guard let request = server.requests.last(where: { $0.path == "/service" }) else { return nil }
    let key = request.headers["authorization"]?.firstMatch(of: /Credential=([^\/]+)\//)?.output.1
    let token = request.headers["x-amz-security-token"].map { ", token \($0)" } ?? ""
    return (key.map(String.init) ?? "nobody") + token
  }

  private static func plain() -> LoopbackServer { LoopbackServer { _ in .init(200) } }

  @Test func `keys of the environment go before everything else`() throws {
    let server = AWSIdentityTests.plain()
    defer { server.stop() }
    let scratch = try Scratch()
    try scratch.write("[default]\naws_access_key_id=B\naws_secret_access_key=b\n", to: "keys")
    let environment = [
      "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "a", "AWS_SESSION_TOKEN": "t",
      "AWS_SHARED_CREDENTIALS_FILE": scratch.folder.path + "/keys",
    ]
    #expect(AWSIdentityTests.send(environment, to: server).isDone)
    #expect(AWSIdentityTests.caller(server) == "A, token t")
    let request = try #require(server.requests.last)
    #expect(request.headers["x-amz-date"] == "20260302T100000Z")
  }

  @Test func `a profile's keys are read again for each request`() throws {
    let server = AWSIdentityTests.plain()
    defer { server.stop() }
    let scratch = try Scratch()
    try scratch.write("[web]\naws_access_key_id=B\naws_secret_access_key=b\n", to: "keys")
    var transport = AWSIdentityTests.transport([
      "AWS_PROFILE": "web", "HOME": scratch.folder.path, "AWS_SHARED_CREDENTIALS_FILE": "~/keys",
    ])
    #expect(AWSIdentityTests.send(on: &transport, to: server).isDone)
    #expect(AWSIdentityTests.caller(server) == "B")
    try scratch.write("[web]\naws_access_key_id=C\naws_secret_access_key=c\n", to: "keys")
    #expect(AWSIdentityTests.send(on: &transport, to: server).isDone)
    #expect(AWSIdentityTests.caller(server) == "C")
  }

  @Test func `without credentials the error says where they were looked for`() throws {
    let server = AWSIdentityTests.plain()
    defer { server.stop() }
    let error = try #require(AWSIdentityTests.send([:], to: server).failure)
    #expect(
      error
        == ActionError(
          "POST \(server.url)/service: no AWS credentials: AWS_ACCESS_KEY_ID is not set; no profile "
            + "'default' in '/nowhere/credentials' or '/nowhere/config'; "
            + "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set; AWS_EC2_METADATA_DISABLED is true",
          advice: .giveUp, proof: .nothingDone))
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [
    (["AWS_ACCESS_KEY_ID": "A"], "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"),
    (["AWS_SECRET_ACCESS_KEY": "a"], "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"),
    (
      ["AWS_PROFILE": "web"],
      "AWS_ACCESS_KEY_ID is not set; no profile 'web' in '/nowhere/credentials' or '/nowhere/config'"
    ),
    (
      ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token"],
      "AWS_ACCESS_KEY_ID is not set; AWS_WEB_IDENTITY_TOKEN_FILE is set, but taking a role with a "
        + "web identity is not supported; on EKS use Pod Identity"
    ),
  ])
  func `nobody looks on where that could mean to be somebody else`(
    _ environment: [String: String], _ reason: String
  ) throws {
    let server = AWSIdentityTests.plain()
    defer { server.stop() }
    var environment = environment
    // It would answer.
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url
    let error = try #require(AWSIdentityTests.send(environment, to: server).failure)
    #expect(error.reason == "POST \(server.url)/service: no AWS credentials: \(reason)")
    #expect(error.advice == .giveUp)
    #expect(server.requests.isEmpty)
  }

  @Test func `a profile that takes a role is not supported, and that is said`() throws {
    let server = AWSIdentityTests.plain()
    defer { server.stop() }
    let scratch = try Scratch()
    try scratch.write("[default]\nrole_arn = arn:aws:iam::1:role/ops\n", to: "config")
    let environment = ["AWS_CONFIG_FILE": scratch.folder.path + "/config"]
    let error = try #require(AWSIdentityTests.send(environment, to: server).failure)
    #expect(error.reason.contains("profile 'default' takes a role (`role_arn`), which is not"))
  }

  @Test func `a container is told its credentials, and shows its token`() throws {
    let server = LoopbackServer { request in
      guard request.path == "/keys" else { return .init(200) }
      guard request.headers["authorization"] == "let me in" else { return .init(403) }
      return .init(200, body: AWSIdentityTests.document("A", ends: "2026-03-02T11:00:00Z"))
    }
    defer { server.stop() }
    let scratch = try Scratch()
    try scratch.write("let me in\n", to: "token")
    let url = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/keys"]
    let token = ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": scratch.folder.path + "/token"]
    #expect(AWSIdentityTests.send(url.merging(token) { $1 }, to: server).isDone)
    #expect(AWSIdentityTests.caller(server) == "A, token t-A")

    let error = try #require(AWSIdentityTests.send(url, to: server).failure)
    #expect(error.reason.hasSuffix("; GET \(server.url)/keys: status 403"))
    #expect(error.advice == .giveUp)
  }

  @Test(arguments: ["http://10.0.0.1/", "http://127.evil.example/", "http://169.254.170.3/", "no"])
  func `credentials are not asked for in plain text over a network`(_ url: String) {
    let sources = CredentialSource.all(in: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
    let isRefused = sources.contains { if case .unusable = $0 { true } else { false } }
    #expect(isRefused)
  }

  @Test(arguments: [
    "http://127.0.0.1:9/", "http://localhost/x", "http://[::1]:80/", "http://169.254.170.23/v1",
    "http://[fd00:ec2::23]/", "https://anywhere.example/",
  ])
  func `a container's endpoint may be on this machine, or safe`(_ url: String) {
    let sources = CredentialSource.all(in: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
    #expect(sources.contains(.container(url: url, token: nil)))
  }

  @Test func `a container's relative address is that of its agent`() {
    let sources = CredentialSource.all(in: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"])
    #expect(sources.contains(.container(url: "http://169.254.170.2/v2/x", token: nil)))
  }

  @Test func `a machine's role is asked for with a token, and again before it ends`() throws {
    let role = Role()
    let server = LoopbackServer(role.answer)
    defer { server.stop() }
    let environment = [
      "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url + "/",
    ]
    var transport = AWSIdentityTests.transport(environment)
    role.set("A", ends: "2026-03-02T10:20:00Z")
    #expect(AWSIdentityTests.send(on: &transport, to: server).isDone)
    #expect(AWSIdentityTests.caller(server) == "A, token t-A")

    // 14 minutes on: six are left.
    role.set("B", ends: "2026-03-02T12:00:00Z")
    let later = AWSIdentityTests.now + 14 * 60_000
    #expect(AWSIdentityTests.send(on: &transport, to: server, at: later).isDone)
    #expect(AWSIdentityTests.caller(server) == "A, token t-A")

    // Four are left.
    let muchLater = AWSIdentityTests.now + 16 * 60_000
    #expect(AWSIdentityTests.send(on: &transport, to: server, at: muchLater).isDone)
    #expect(AWSIdentityTests.caller(server) == "B, token t-B")
  }

  @Test func `credentials that are about to end are used while there are no others`() throws {
    let role = Role()
    let server = LoopbackServer(role.answer)
    defer { server.stop() }
    var transport = AWSIdentityTests.transport([
      "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url,
    ])
    role.set("A", ends: "2026-03-02T10:20:00Z")
    #expect(AWSIdentityTests.send(on: &transport, to: server).isDone)
    role.fail()
    let nearEnd = AWSIdentityTests.now + 19 * 60_000
    #expect(AWSIdentityTests.send(on: &transport, to: server, at: nearEnd).isDone)
    #expect(AWSIdentityTests.caller(server) == "A, token t-A")
    let past = AWSIdentityTests.now + 20 * 60_000
    let error = try #require(AWSIdentityTests.send(on: &transport, to: server, at: past).failure)
    #expect(error.reason.hasSuffix("PUT \(server.url)/latest/api/token: status 503"))
    #expect(error.advice == .retry(after: nil))
    #expect(error.proof == .nothingDone)
  }

  @Test func `a machine without a role has no credentials`() throws {
    let server = LoopbackServer { request in
      request.method == "PUT" ? .init(200, body: "token") : .init(404, body: "none")
    }
    defer { server.stop() }
    let environment = [
      "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url,
    ]
    let error = try #require(AWSIdentityTests.send(environment, to: server).failure)
    #expect(
      error.reason.hasSuffix(
        "; GET \(server.url)/latest/meta-data/iam/security-credentials/: status 404"))
    #expect(error.advice == .giveUp)
  }

  @Test func `what AWS repeats of the credentials is not told`() throws {
    let server = LoopbackServer { request in
      let token = request.headers["x-amz-security-token"] ?? ""
      return .init(403, body: "<e><Code>Odd</Code><Message>not \(token), sec/ret+1</Message></e>")
    }
    defer { server.stop() }
    let environment = [
      "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "sec/ret+1", "AWS_SESSION_TOKEN": "t0k3n",
    ]
    let error = try #require(AWSIdentityTests.send(environment, to: server).failure)
    #expect(
      error.reason
        == "POST \(server.url)/service: Odd: not ${env:AWS_SESSION_TOKEN}, "
        + "${env:AWS_SECRET_ACCESS_KEY}")
  }

  @Test func `the region of the profile is that of the run`() throws {
    let scratch = try Scratch()
    try scratch.write("[default]\nregion = eu-west-1\n", to: "config")
    let variables = ["AWS_CONFIG_FILE": scratch.folder.path + "/config"]
    let found = RunEnvironment.variables(variables)
    let named = RunEnvironment.variables(variables.merging(["AWS_REGION": "x"]) { $1 })
    #expect(found["AWS_DEFAULT_REGION"] == "eu-west-1")
    #expect(named["AWS_DEFAULT_REGION"] == nil)
  }

  fileprivate static func document(_ key: String, ends: String) -> String {
    """
    {"Code": "Success", "AccessKeyId": "\(key)", "SecretAccessKey": "s-\(key)",
     "Token": "t-\(key)", "Expiration": "\(ends)"}
    """
  }
}

/// What a machine of EC2 is told about its role.
private final class Role: Sendable {
  private let document = Mutex<String?>(nil)

  func set(_ key: String, ends: String) {
    document.withLock { $0 = AWSIdentityTests.document(key, ends: ends) }
  }

  func fail() { document.withLock { $0 = nil } }

  func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response? {
    let path = "/latest/meta-data/iam/security-credentials/"
    switch (request.method, request.path) {
    case ("PUT", "/latest/api/token"):
      guard document.withLock({ $0 != nil }) else { return .init(503) }
      guard request.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600" else {
        return .init(400)
      }
      return .init(200, body: "token-1")
    case ("GET", path + "web-role"), ("GET", path):
      guard request.headers["x-aws-ec2-metadata-token"] == "token-1" else { return .init(401) }
      return .init(
        200, body: request.path == path ? "web-role\n" : document.withLock { $0 ?? "" })
    default:
      return .init(200)
    }
  }
}

extension Result<Reply, ActionError> {
  fileprivate var isDone: Bool { if case .success = self { true } else { false } }
}
