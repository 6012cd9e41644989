import CCurl
import Glibc

/// Sends requests with libcurl.
///
/// It verifies certificates, follows no redirects, speaks only http and https, goes no further than a
/// request's `reach`, and keeps its connections for the next one. A proxy is curl's business:
/// `https_proxy` and its relatives are honoured, but for this machine; names are then resolved there,
/// so that only numeric addresses are looked at here. It belongs to one thread.
final class HTTPTransport {
  /// How much of an answer is looked at.
  private static let answerLimit = 65_536
  /// The headers of an answer that somebody here asks for.
  private static let readHeaders = ["x-amz-function-error", "x-amzn-errortype"]

  private let session = CurlSession()
  private var identity: AWSIdentity
  /// How long all requests took together.
  private var spent = Duration.zero

  /// `environment` is where credentials for AWS are looked for.
  init(environment: [String: String]) { identity = AWSIdentity(environment: environment) }

  /// `now` is what a signature says the time is.
  func send(
    _ request: HTTPRequest, now: Int64, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply {
    var request = request
    var redaction = redaction
    let start = spent
    if let signing = request.signing {
      var credentials: AWSCredentials?
      if case .aws = signing {
        let found = try identity.credentials(at: now, for: request, asking: self)
        redaction.add(found.redaction)
        credentials = found
      }
      request.headers += signing.headers(for: request, at: now, as: credentials)
    }
    let rest = max(.milliseconds(1), timeout - (spent - start))
    let answer = try exchange(request, timeout: rest, redaction: redaction)
    let target = Effect.request(request).target
    return try request.reading.judge(answer, from: target, at: now, redaction: redaction)
  }

  /// Sends a request as it is and gives the answer, whatever it says.
  func exchange(
    _ request: HTTPRequest, timeout: Duration, redaction: Redaction = Redaction()
  ) throws(ActionError) -> HTTPAnswer {
    let target = Effect.request(request).target
    guard let address = WebAddress(request.url.revealed) else {
      throw ActionError("\(target): no URL", advice: .giveUp, proof: .nothingDone)
    }
    if let refusal = request.reach.refusal(of: address) { throw .refused(target, refusal) }
    let gate = SocketGuard(address, request.reach)
    let received = Received(limit: HTTPTransport.answerLimit)
    let handle = try session.begin(
      request.url, schemes: "http,https", authorities: request.authorities, timeout: timeout)
    if request.isLocal { tripline_curl_set_text(handle, CURLOPT_PROXY, "") }
    let code = perform(request, received: received, gate: gate, on: handle)
    spent += session.spent
    // A body without end is none of our business: what it began with has been read.
    guard code == CURLE_OK || code == CURLE_WRITE_ERROR && received.isFull else {
      if let refusal = gate.refusal { throw .refused(target, refusal) }
      throw failure(code, target: target, redaction: redaction)
    }
    return HTTPAnswer(
      status: session.number(CURLINFO_RESPONSE_CODE), body: received.bytes,
      headers: HTTPTransport.readHeaders.reduce(into: [:]) { $0[$1] = session.header($1) },
      retryAfter: session.retryAfter, date: session.date)
  }

  /// Sends the requests one after the other, each in its share of the time; it's well when one is.
  func send(
    toAll requests: [HTTPRequest], now: Int64, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply {
    var replies: [Reply] = []
    var failures: [ActionError] = []
    for request in requests {
      do throws(ActionError) {
        let share = timeout / requests.count
        replies.append(
          try send(request, now: now, timeout: share, redaction: redaction))
      } catch {
        failures.append(error)
      }
    }
    guard let reply = replies.first else {
      throw failures.first { $0.advice != .giveUp } ?? failures[0]
    }
    guard let failure = failures.first else { return reply }
    let count = "\(replies.count) of \(requests.count) took it"
    return Reply("\(count); \(failure.reason)", status: reply.status, body: reply.body)
  }

  private func perform(
    _ request: HTTPRequest, received: Received, gate: SocketGuard,
    on handle: UnsafeMutableRawPointer
  ) -> CURLcode {
    // An empty one takes curl's own away: waiting for "100 Continue" only costs a second.
    let headers = CurlList(["Expect:"] + request.headers.map(\.line))
    tripline_curl_set_text(handle, CURLOPT_USERAGENT, "tripline")
    tripline_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    setBody(request, on: handle)
    gate.watch(handle)
    tripline_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers.first)

    // SAFETY: curl uses `headers` and calls back with `received` and `gate` only inside
    // curl_easy_perform, during which all are alive and nobody else touches them. A dangling one would
    // show in `a refusal says what the server said`.
    return withExtendedLifetime((received, headers, gate)) {
      tripline_curl_set_data(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
        guard let data, let context else { return 0 }
        let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
        return Unmanaged<Received>.fromOpaque(context).takeUnretainedValue().take(bytes)
      }
      tripline_curl_set_pointer(
        handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque())
      return curl_easy_perform(handle)
    }
  }

  private func setBody(_ request: HTTPRequest, on handle: UnsafeMutableRawPointer) {
    if request.method == "GET" {
      tripline_curl_set_long(handle, CURLOPT_HTTPGET, 1)
      return
    }
    let body = request.body.revealed
    // The size first: it tells curl how much to copy.
    tripline_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.utf8.count)
    tripline_curl_set_text(handle, CURLOPT_COPYPOSTFIELDS, body)
    tripline_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method)
  }

  /// What no answer means.
  private func failure(_ code: CURLcode, target: String, redaction: Redaction) -> ActionError {
    // Not a byte of the request left us: nobody can have acted on it.
    let isUnsent = session.number(CURLINFO_REQUEST_SIZE) == 0
    return ActionError(
      "\(target): \(redaction.redact(session.reason(code)))",
      advice: CurlSession.isLasting(code) ? .giveUp : .retry(after: nil),
      proof: isUnsent ? .nothingDone : .unknown)
  }
}

extension ActionError {
  /// Nothing was sent, because it may not go there.
  static func refused(_ target: String, _ refusal: Reach.Refusal) -> ActionError {
    let remedy = refusal.remedy.map { "; \($0)" } ?? ""
    return ActionError(
      "\(target): not sent, because \(refusal.what)\(remedy)", advice: .giveUp, proof: .nothingDone)
  }
}

/// The beginning of what a server says.
private final class Received {
  private(set) var bytes: [UInt8] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Whether there was more than is read.
  private(set) var isFull = false

  /// How many bytes were taken; fewer than there are ends the transfer.
  func take(_ more: UnsafeRawBufferPointer) -> Int {
    let piece = more.prefix(limit - bytes.count)
    bytes += piece
    isFull = piece.count < more.count
    return piece.count
  }
}

extension HTTPRequest.Header {
  /// The header as libcurl wants it; whatever a value holds, it can't begin another one.
  fileprivate var line: String {
    let value = value.revealed.onOneLine
    // curl drops "Name:" without a value; a semicolon keeps it.
    return value.isEmpty ? "\(name);" : "\(name): \(value)"
  }
}
