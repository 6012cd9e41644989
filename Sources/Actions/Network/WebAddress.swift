import CCurl

/// The parts of a URL that decide where a request goes, read as libcurl reads them: `http://0x7f.1/`
/// is `127.0.0.1` here too.
struct WebAddress: Hashable {
  /// In small letters.
  let scheme: String
  /// A name, or a numeric address without brackets.
  let host: String

  /// Nil when libcurl can't make anything of the text.
  init?(_ text: String) {
    guard let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
    guard curl_url_set(url, CURLUPART_URL, text, flags) == CURLUE_OK,
      let scheme = WebAddress.part(CURLUPART_SCHEME, of: url),
      let host = WebAddress.part(CURLUPART_HOST, of: url)
    else { return nil }
    self.scheme = scheme.lowercased()
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host.lowercased()
  }

  private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }

  /// Whether the host is this machine, by its name or its number.
  var isLoopback: Bool {
    if let address = NetworkAddress(host) { return address.isLoopback }
    let name = host.hasSuffix(".") ? String(host.dropLast()) : host
    return name == "localhost" || name.hasSuffix(".localhost")
  }
}
