import CCurl
import Glibc

/// Sends requests with libcurl.
///
/// It verifies certificates, follows no redirects, speaks only http and https, and keeps its
/// connections for the next request. A proxy is curl's business: `https_proxy` and its relatives
/// are honoured. It belongs to one thread.
final class HTTPTransport {
  /// How much of an answer is looked at.
  private static let answerLimit = 65_536

  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Nil only when the system is out of memory.
  private let handle: UnsafeMutableRawPointer?
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var identity: AWSIdentity
  /// How long all requests took together.
  private var spent = Duration.zero

  /// `environment` is where credentials for AWS are looked for.
  init(environment: [String: String]) {
    handle = HTTPTransport.isReady ? curl_easy_init() : nil
    identity = AWSIdentity(environment: environment)
  }

  deinit {
    if let handle { curl_easy_cleanup(handle) }
    message.deallocate()
  }

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
    guard let handle else {
      throw ActionError(
        "\(target): libcurl can't start", advice: .retry(after: nil), proof: .nothingDone)
    }
    let received = Received(limit: HTTPTransport.answerLimit)
    let code = perform(request, timeout: timeout, received: received, on: handle)
    spent += .microseconds(offset(CURLINFO_TOTAL_TIME_T, on: handle))
    guard code == CURLE_OK else {
      throw failure(code, target: target, redaction: redaction, on: handle)
    }
    return HTTPAnswer(
      status: number(CURLINFO_RESPONSE_CODE, on: handle), body: received.bytes,
      headers: headers(on: handle), retryAfter: retryAfter(on: handle), date: date(on: handle))
  }

  private func perform(
    _ request: HTTPRequest, timeout: Duration, received: Received,
    on handle: UnsafeMutableRawPointer
  ) -> CURLcode {
    // Keeps the connections, forgets everything else.
    curl_easy_reset(handle)
    message.pointee = 0
    let headers = HeaderList(request.headers)
    setRules(request, timeout: timeout, on: handle)
    setBody(request, on: handle)
    tripline_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers.first)

    // SAFETY: curl uses `headers` and calls back with `received` only inside curl_easy_perform, during
    // which both are alive and nobody else touches them. A dangling one would show in `a refusal
    // says what the server said`.
    return withExtendedLifetime((received, headers)) {
      tripline_curl_set_data(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
        guard let data, let context else { return 0 }
        let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
        Unmanaged<Received>.fromOpaque(context).takeUnretainedValue().take(bytes)
        return size * count
      }
      tripline_curl_set_pointer(
        handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque())
      return curl_easy_perform(handle)
    }
  }

  private func setRules(
    _ request: HTTPRequest, timeout: Duration, on handle: UnsafeMutableRawPointer
  ) {
    let milliseconds = Int(max(1, timeout.milliseconds))
    tripline_curl_set_text(handle, CURLOPT_URL, request.url.revealed)
    tripline_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    tripline_curl_set_text(handle, CURLOPT_USERAGENT, "tripline")
    tripline_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    tripline_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
    tripline_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
    // Signals and threads don't mix; the lane's thread blocks SIGPIPE.
    tripline_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    tripline_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(5_000, milliseconds))
    tripline_curl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds)
    tripline_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
    if request.isLocal { tripline_curl_set_text(handle, CURLOPT_PROXY, "") }
    if let authorities = request.authorities {
      tripline_curl_set_text(handle, CURLOPT_CAINFO, authorities)
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
  private func failure(
    _ code: CURLcode, target: String, redaction: Redaction, on handle: UnsafeMutableRawPointer
  ) -> ActionError {
    let said = String(cString: message)
    let reason = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
    let lasting = [
      CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
    ]
    // Not a byte of the request left us: nobody can have acted on it.
    let isUnsent = number(CURLINFO_REQUEST_SIZE, on: handle) == 0
    return ActionError(
      "\(target): \(redaction.redact(reason))",
      advice: lasting.contains(code) ? .giveUp : .retry(after: nil),
      proof: isUnsent ? .nothingDone : .unknown)
  }

  private func number(_ info: CURLINFO, on handle: UnsafeMutableRawPointer) -> Int {
    var value = 0
    tripline_curl_get_long(handle, info, &value)
    return value
  }

  /// The headers of an answer that somebody here asks for.
  private static let readHeaders = ["x-amz-function-error", "x-amzn-errortype"]

  private func headers(on handle: UnsafeMutableRawPointer) -> [String: String] {
    HTTPTransport.readHeaders.reduce(into: [:]) { $0[$1] = header($1, on: handle) }
  }

  private func header(_ name: String, on handle: UnsafeMutableRawPointer) -> String? {
    var found: UnsafeMutablePointer<curl_header>?
    let origin = UInt32(CURLH_HEADER)
    // SAFETY: what is found belongs to the handle until its next request, and is copied here.
    guard curl_easy_header(handle, name, 0, origin, -1, &found) == CURLHE_OK,
      let value = found?.pointee.value
    else { return nil }
    return String(cString: value)
  }

  private func date(on handle: UnsafeMutableRawPointer) -> Int64? {
    guard let text = header("date", on: handle) else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Int64(seconds) * 1_000
  }

  private func retryAfter(on handle: UnsafeMutableRawPointer) -> Duration? {
    let seconds = offset(CURLINFO_RETRY_AFTER, on: handle)
    return seconds > 0 ? .seconds(seconds) : nil
  }

  private func offset(_ info: CURLINFO, on handle: UnsafeMutableRawPointer) -> Int64 {
    var value: curl_off_t = 0
    tripline_curl_get_offset(handle, info, &value)
    return Int64(value)
  }
}

/// The beginning of what a server says.
private final class Received {
  private(set) var bytes: [UInt8] = []
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func take(_ more: UnsafeRawBufferPointer) { bytes += more.prefix(limit - bytes.count) }
}

/// Headers as curl wants them; owns the list.
private final class HeaderList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  init(_ headers: [HTTPRequest.Header]) {
    // An empty one takes curl's own away: waiting for "100 Continue" only costs a second.
    add("Expect:")
    for header in headers {
      let value = header.value.revealed
      // curl drops "Name:" without a value; a semicolon keeps it.
      add(value.isEmpty ? "\(header.name);" : "\(header.name): \(value)")
    }
  }

  deinit { curl_slist_free_all(first) }

  private func add(_ line: String) {
    if let longer = curl_slist_append(first, line) { first = longer }
  }
}
