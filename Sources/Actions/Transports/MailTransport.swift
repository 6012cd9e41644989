import Alerting
import CCurl
import Glibc

/// Sends mails with libcurl, over TLS that is verified or, to this machine and where `insecure` allows
/// it, without any. It belongs to one thread.
final class MailTransport {
  private let session = CurlSession()

  func send(
    _ mail: MailMessage, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply {
    let target = mail.line
    guard let address = WebAddress(mail.server.revealed) else {
      throw ActionError("\(target): no URL", advice: .giveUp, proof: .nothingDone)
    }
    if let refusal = mail.reach.refusal(of: address) { throw .refused(target, refusal) }
    let gate = SocketGuard(address, mail.reach)
    let handle = try session.begin(
      mail.server, schemes: "smtp,smtps", authorities: mail.authorities, timeout: timeout)
    let exchange = Exchange(mail.content.revealed)
    let recipients = CurlList(mail.recipients.map { "<\($0.revealed)>" })
    set(mail, address, recipients, on: handle)
    gate.watch(handle)

    // SAFETY: curl uses `recipients` and calls back with `exchange` and `gate` only inside
    // curl_easy_perform, during which all are alive and nobody else touches them. A dangling one would
    // show in `a mail arrives as it was written`.
    let code = withExtendedLifetime((exchange, recipients, gate)) {
      exchange.attach(to: handle)
      return curl_easy_perform(handle)
    }
    let said = redaction.redact(exchange.refusals.joined(separator: "; ").onOneLine)
    if code == CURLE_OK {
      let refused = said.isEmpty ? "" : ", but somebody was refused: \(said)"
      return Reply("accepted\(refused)", status: session.number(CURLINFO_RESPONSE_CODE))
    }
    if let refusal = gate.refusal { throw .refused(target, refusal) }
    throw failure(code, target, said: said, redaction: redaction)
  }

  private func set(
    _ mail: MailMessage, _ address: WebAddress, _ recipients: CurlList,
    on handle: UnsafeMutableRawPointer
  ) {
    let isPlain = address.isLoopback || mail.reach.contains(.plainText)
    let wantsTLS = !isPlain || mail.authorities != nil
    tripline_curl_set_long(
      handle, CURLOPT_USE_SSL, Int((wantsTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE).rawValue))
    if let user = mail.user, let password = mail.password {
      tripline_curl_set_text(handle, CURLOPT_USERNAME, user.revealed)
      tripline_curl_set_text(handle, CURLOPT_PASSWORD, password.revealed)
    }
    tripline_curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(mail.sender.revealed)>")
    tripline_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients.first)
    // One address with a slip in it must not keep the news from all others.
    tripline_curl_set_long(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
    tripline_curl_set_long(handle, CURLOPT_UPLOAD, 1)
    // The next mail may be hours away, and the server will not wait for it.
    tripline_curl_set_long(handle, CURLOPT_FORBID_REUSE, 1)
  }

  /// What a refusal, or no answer, means.
  private func failure(
    _ code: CURLcode, _ target: String, said: String, redaction: Redaction
  ) -> ActionError {
    let reason = redaction.redact(session.reason(code))
    let words = said.isEmpty ? reason : "\(reason): \(said)"
    // 4xx: come again later; 5xx: never.
    let isRefused = session.number(CURLINFO_RESPONSE_CODE) / 100 == 5
    let isLasting = CurlSession.isLasting(code) || isRefused
    return ActionError(
      "\(target): \(words)", advice: isLasting ? .giveUp : .retry(after: nil),
      proof: isRefused ? .answered : .unknown)
  }
}

/// What is said in both directions while a mail is sent.
private final class Exchange {
  private let content: [UInt8]
  private var sent = 0
  /// What the server said no with.
  private(set) var refusals: [String] = []

  init(_ content: String) { self.content = Array(content.utf8) }

  func attach(to handle: UnsafeMutableRawPointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    tripline_curl_set_data(handle, CURLOPT_READFUNCTION) { data, size, count, context in
      guard let data, let context else { return 0 }
      let room = UnsafeMutableRawBufferPointer(start: data, count: size * count)
      return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue().give(room)
    }
    tripline_curl_set_pointer(handle, CURLOPT_READDATA, context)
    tripline_curl_set_data(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      guard let data, let context else { return 0 }
      let line = UnsafeRawBufferPointer(start: data, count: size * count)
      Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue().hear(line)
      return size * count
    }
    tripline_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    tripline_curl_set_long(handle, CURLOPT_INFILESIZE, content.count)
  }

  private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let piece = content[sent...].prefix(room.count)
    room.copyBytes(from: piece)
    sent += piece.count
    return piece.count
  }

  private func hear(_ line: UnsafeRawBufferPointer) {
    let isRefusal = line.first == UInt8(ascii: "4") || line.first == UInt8(ascii: "5")
    guard isRefusal, refusals.count < 5 else { return }
    refusals.append(String(decoding: line.prefix(512), as: UTF8.self).trimmed)
  }
}
