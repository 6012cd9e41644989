import CCurl
import Glibc

/// A handle of libcurl with the rules that hold for everything that is sent. It belongs to one thread.
final class CurlSession {
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Nil only when the system is out of memory.
  let handle: UnsafeMutableRawPointer?
  private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init() { handle = CurlSession.isReady ? curl_easy_init() : nil }

  deinit {
    if let handle { curl_easy_cleanup(handle) }
    message.deallocate()
  }

  /// Keeps the connections, forgets everything else, and sets what holds for all: certificates are
  /// verified, only these schemes are spoken, and the whole attempt takes at most `timeout`.
  func begin(
    _ url: GuardedText, schemes: String, authorities: String?, timeout: Duration
  ) throws(ActionError) -> UnsafeMutableRawPointer {
    guard let handle else {
      throw ActionError("libcurl can't start", advice: .retry(after: nil), proof: .nothingDone)
    }
    curl_easy_reset(handle)
    message.pointee = 0
    let milliseconds = Int(max(1, timeout.milliseconds))
    tripline_curl_set_text(handle, CURLOPT_URL, url.revealed)
    tripline_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, schemes)
    tripline_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
    tripline_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
    // Signals and threads don't mix; the lane's thread blocks SIGPIPE.
    tripline_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    tripline_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(5_000, milliseconds))
    tripline_curl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds)
    tripline_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
    if let authorities { tripline_curl_set_text(handle, CURLOPT_CAINFO, authorities) }
    return handle
  }

  /// Why it failed, in libcurl's words.
  func reason(_ code: CURLcode) -> String {
    let said = String(cString: message)
    return said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
  }

  /// Whether the same will fail again, whatever the other side does.
  static func isLasting(_ code: CURLcode) -> Bool {
    [
      CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_USE_SSL_FAILED,
    ].contains(code)
  }

  func number(_ info: CURLINFO) -> Int {
    guard let handle else { return 0 }
    var value = 0
    tripline_curl_get_long(handle, info, &value)
    return value
  }

  /// When the server wants to be asked again.
  var retryAfter: Duration? {
    let seconds = offset(CURLINFO_RETRY_AFTER)
    return seconds > 0 ? .seconds(seconds) : nil
  }

  /// How long the last attempt took.
  var spent: Duration { .microseconds(offset(CURLINFO_TOTAL_TIME_T)) }

  /// When the server says it is, in milliseconds since the epoch.
  var date: Int64? {
    guard let text = header("date") else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Int64(seconds) * 1_000
  }

  /// A header of the last answer.
  func header(_ name: String) -> String? {
    guard let handle else { return nil }
    var found: UnsafeMutablePointer<curl_header>?
    let origin = UInt32(CURLH_HEADER)
    // SAFETY: what is found belongs to the handle until its next request, and is copied here.
    guard curl_easy_header(handle, name, 0, origin, -1, &found) == CURLHE_OK,
      let value = found?.pointee.value
    else { return nil }
    return String(cString: value)
  }

  private func offset(_ info: CURLINFO) -> Int64 {
    guard let handle else { return 0 }
    var value: curl_off_t = 0
    tripline_curl_get_offset(handle, info, &value)
    return Int64(value)
  }
}

/// A list of texts as libcurl wants them; owns it.
final class CurlList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  init(_ lines: [String]) {
    for line in lines {
      if let longer = curl_slist_append(first, line) { first = longer }
    }
  }

  deinit { curl_slist_free_all(first) }
}
