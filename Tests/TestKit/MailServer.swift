import Foundation

/// A mail server on loopback that keeps what it is sent: Python's aiosmtpd, with STARTTLS and AUTH.
///
/// It has to be stopped. What arrives is one JSON object a mail.
package final class MailServer: Sendable {
  package struct Mail: Decodable, Sendable {
    package var from: String
    package var to: [String]
    package var content: String
    package var isEncrypted: Bool
    package var user: String?
  }

  /// What the server is like.
  package struct Manner: Sendable {
    /// Whether it offers TLS.
    package var offersTLS = true
    package var user: String?
    package var password = ""
    /// Recipients it refuses, with what it says.
    package var refusals: [String: String] = [:]

    package init() {}
  }

  package let port: Int
  /// A certificate that signs itself, for 127.0.0.1 and localhost.
  package let certificate: String
  private let program: ChildProgram
  private let scratch: Scratch

  package init(_ manner: Manner = Manner()) throws {
    scratch = try Scratch()
    certificate = scratch.folder.appending(path: "certificate.pem").path
    let key = scratch.folder.appending(path: "key.pem").path
    let request = try ChildProgram(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
      ])
    try request.wait()
    try scratch.write(MailServer.script, to: "server.py")
    let refusals = try JSONEncoder().encode(manner.refusals)
    let output = Pipe()
    program = try ChildProgram(
      Counterpart.mailServer.program,
      [
        "server.py", certificate, key, manner.offersTLS ? "tls" : "plain", manner.user ?? "",
        manner.password, String(decoding: refusals, as: UTF8.self), "mails.ndjson",
      ], in: scratch.folder, output: output.fileHandleForWriting)
    try output.fileHandleForWriting.close()
    var said = ""
    // It says its port when it listens.
    while !said.hasSuffix("\n") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      said += String(decoding: data, as: UTF8.self)
    }
    port = Int(said.filter(\.isNumber)) ?? 0
  }

  /// What has arrived so far.
  package var mails: [Mail] {
    let lines = ((try? scratch.text(of: "mails.ndjson")) ?? "").split(separator: "\n")
    return lines.compactMap { try? JSONDecoder().decode(Mail.self, from: Data($0.utf8)) }
  }

  package func stop() {
    program.send(SIGTERM)
    _ = try? program.wait()
  }

  private static let script = """
    import asyncio, json, ssl, sys
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    certificate, key, tls, user, password, refusals, output = sys.argv[1:]
    refusals = json.loads(refusals)

    class Keeper:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address in refusals:
                return refusals[address]
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):
            if "" in refusals:
                return refusals[""]
            mail = {
                "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "content": envelope.original_content.decode("latin-1"),
                "isEncrypted": session.ssl is not None,
                "user": session.auth_data.login.decode() if session.auth_data else None,
            }
            with open(output, "a") as file:
                file.write(json.dumps(mail) + "\\n")
            return "250 OK"

    def authenticator(server, session, envelope, mechanism, data):
        good = LoginPassword(user.encode(), password.encode())
        if isinstance(data, LoginPassword) and data == good:
            return AuthResult(success=True, auth_data=data)
        return AuthResult(success=False, handled=False)

    def factory():
        context = None
        if tls == "tls":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key)
        return SMTP(
            Keeper(), hostname="localhost", tls_context=context,
            authenticator=authenticator if user else None, auth_required=bool(user),
            auth_require_tls=tls == "tls")

    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(factory, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
    """
}
