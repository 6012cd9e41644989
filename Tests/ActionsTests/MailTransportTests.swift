import Actions
import Alerting
import Foundation
import QueryLanguage
import TestKit
import Testing

/// The kind `email` against a real mail server.
@Suite(
  .enabled(
    if: Counterpart.mailServer.isThere, Comment(rawValue: Counterpart.mailServer.remedy)))
struct MailTransportTests {
  /// Binds an action as a rule file has it, and sends an alert.
  private func send(
    _ keys: String, _ alert: AlertContext = SampleAlerts.alert(),
    environment: [String: String] = ["PASSWORD": "s3cr3t-password"]
  ) throws -> Result<Reply, ActionError> {
    let sink = DiagnosticSink()
    let text = """
      tell:
        email: { from: "Tripline é <tripline@example.com>", to: [a@example.com, b@example.com], \(keys) }
      """
    let source = SourceText(name: "rules.yaml", text: text)
    let node = try #require(YAMLReader.read(source, sink: sink))
    guard case .map(let entries) = node.content else { fatalError() }
    let action = ActionTable.bind(
      name: "tell", node: entries[0].value, environment: .variables(environment), sink: sink)
    let bound = try #require(action, "\(sink.list.map { $0.rendered() })")
    var transport = SystemTransport(environment: [:])
    let effect = bound.action.effect(for: alert)
    return Result { () throws(ActionError) in
      try transport.perform(effect, now: 0, timeout: .seconds(20), redaction: bound.redaction)
    }
  }

  @Test func `a mail arrives as it was written`() throws {
    var manner = MailServer.Manner()
    manner.user = "tripline"
    manner.password = "s3cr3t-password"
    let server = try MailServer(manner)
    defer { server.stop() }
    let result = try send(
      #"""
      url: "smtp://localhost:\#(server.port)", user: tripline, password: "${env:PASSWORD}",
          ca_file: "\#(server.certificate)", subject: "Grüße: {{Name}}",
          body: ".\nFrom: x\n{{AlertGroup}} = é\n..\nend"
      """#)
    #expect(result.success?.summary == "accepted", "\(result)")
    let mail = try #require(server.mails.first)
    #expect(server.mails.count == 1)
    #expect(mail.from == "tripline@example.com")
    #expect(mail.to == ["a@example.com", "b@example.com"])
    #expect(mail.isEncrypted)
    #expect(mail.user == "tripline")
    let read = try MailReading(mail.content)
    #expect(read.subject == "Grüße: Slow API")
    #expect(read.from == "Tripline é <tripline@example.com>")
    #expect(read.kinds == ["text/plain", "text/html"])
    #expect(read.text == ".\nFrom: x\nhost=web \"1\", code=500 = é\n..\nend\n")
    // Every line ends as the post office wants it, and none is too long for it.
    #expect(!mail.content.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" })
    #expect(mail.content.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    #expect(!mail.content.contains("s3cr3t"))
  }

  @Test func `the end of an alert answers its beginning`() throws {
    let server = try MailServer()
    defer { server.stop() }
    let keys = "url: \"smtp://127.0.0.1:\(server.port)\", ca_file: \"\(server.certificate)\""
    _ = try send(keys)
    _ = try send(keys)
    _ = try send(keys, SampleAlerts.alert(.critical, .resolved))
    let mails = try server.mails.map { try MailReading($0.content) }
    try #require(mails.count == 3)
    #expect(mails[0].id == mails[1].id)
    #expect(mails[0].references == nil)
    #expect(mails[2].references == mails[0].id)
    #expect(mails[2].id != mails[0].id)
  }

  @Test func `what a log says stays text`() throws {
    let server = try MailServer()
    defer { server.stop() }
    let alert = try #require(SampleAlerts.named("hostile"))
    _ = try send(
      "url: \"smtp://127.0.0.1:\(server.port)\", subject: \"{{ResultsJson.host.name}}\"", alert)
    let content = try #require(server.mails.first?.content)
    let read = try MailReading(content)
    #expect(!read.html.contains("<script>"))
    #expect(read.html.contains("&lt;script&gt;"))
    #expect(read.subject.contains("<!channel>"))
  }

  @Test func `a server without TLS is sent nothing`() throws {
    var manner = MailServer.Manner()
    manner.offersTLS = false
    let server = try MailServer(manner)
    defer { server.stop() }
    let error = try #require(
      try send(
        "url: \"smtp://127.0.0.1:\(server.port)\", ca_file: \"\(server.certificate)\""
      ).failure)
    #expect(error.advice == .giveUp)
    #expect(server.mails.isEmpty)
  }

  @Test func `a certificate that nobody vouches for is refused`() throws {
    let server = try MailServer()
    defer { server.stop() }
    let system = "/etc/ssl/certs/ca-certificates.crt"
    let error = try #require(
      try send("url: \"smtp://127.0.0.1:\(server.port)\", ca_file: \"\(system)\"").failure)
    #expect(error.advice == .giveUp)
    #expect(error.reason.contains("certificate"))
  }

  @Test func `a wrong password is refused for good and not shown`() throws {
    var manner = MailServer.Manner()
    manner.user = "tripline"
    manner.password = "another"
    let server = try MailServer(manner)
    defer { server.stop() }
    let error = try #require(
      try send(
        """
        url: "smtp://127.0.0.1:\(server.port)", user: tripline, password: "${env:PASSWORD}",
            ca_file: "\(server.certificate)"
        """
      ).failure)
    #expect(error.advice == .giveUp, "\(error)")
    #expect(error.reason.contains("535"))
    #expect(!error.reason.contains("s3cr3t"))
  }

  @Test(arguments: [
    ("421 closing", ActionError.Advice.retry(after: nil)), ("450 busy", .retry(after: nil)),
    ("550 no such user", .giveUp), ("552 too large", .giveUp),
  ])
  func `what a server says decides whether it is tried again`(
    _ said: String, _ advice: ActionError.Advice
  ) throws {
    var manner = MailServer.Manner()
    manner.refusals = ["": said]
    let server = try MailServer(manner)
    defer { server.stop() }
    let error = try #require(try send("url: \"smtp://127.0.0.1:\(server.port)\"").failure)
    #expect(error.advice == advice)
    #expect(error.reason.contains(said))
  }

  @Test func `one bad address does not keep the news from the others`() throws {
    var manner = MailServer.Manner()
    manner.refusals = ["a@example.com": "550 5.1.1 nobody of that name"]
    let server = try MailServer(manner)
    defer { server.stop() }
    let reply = try #require(try send("url: \"smtp://127.0.0.1:\(server.port)\"").success)
    #expect(server.mails.first?.to == ["b@example.com"])
    #expect(reply.summary.contains("550 5.1.1 nobody of that name"))
  }

  @Test func `a server that is not there is tried again`() throws {
    let error = try #require(
      try send("url: \"smtp://127.0.0.1:\(LoopbackServer.deadPort())\"").failure)
    #expect(error.advice == .retry(after: nil))
  }
}

extension Result {
  var success: Success? { if case .success(let value) = self { value } else { nil } }
}

/// A mail as Python's own library reads it: what a mail program would show.
private struct MailReading: Decodable {
  var subject: String
  var from: String
  var id: String
  var references: String?
  var kinds: [String]
  var text: String
  var html: String

  init(_ content: String) throws {
    let scratch = try Scratch()
    try scratch.write(Array(content.unicodeScalars.map { UInt8($0.value) }), to: "mail")
    try scratch.write(
      """
      import email, email.policy, json, sys
      mail = email.message_from_bytes(open("mail", "rb").read(), policy=email.policy.default)
      parts = list(mail.iter_parts())
      assert not mail.defects and not any(part.defects for part in parts)
      json.dump({
          "subject": mail["Subject"], "from": str(mail["From"]), "id": mail["Message-ID"],
          "references": mail["References"], "kinds": [part.get_content_type() for part in parts],
          "text": parts[0].get_content().replace("\\r\\n", "\\n"), "html": parts[1].get_content(),
      }, open("read", "w"))
      """, to: "read.py")
    let program = try ChildProgram(
      Counterpart.mailServer.program, ["read.py"], in: scratch.folder)
    try #require(try program.wait() == 0)
    self = try JSONDecoder().decode(MailReading.self, from: Data(scratch.text(of: "read").utf8))
  }
}
