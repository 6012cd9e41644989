import Alerting
import Records

/// Signs requests for AWS, with Signature Version 4.
///
///     let signature = SignatureV4(credentials: ours, service: "ec2", region: "eu-west-1")
///     request.headers += signature.headers(for: request, at: now)
///
/// Every header that the request has by then is signed; what the transport adds later is not, and
/// need not be. libcurl has a signer too, but it signs some requests wrongly: queries that are not
/// sorted, and paths with a percent sign in them.
package struct SignatureV4: Sendable {
  private let credentials: AWSCredentials
  private let service: String
  private let region: String

  package init(credentials: AWSCredentials, service: String, region: String) {
    self.credentials = credentials
    self.service = service
    self.region = region
  }

  /// The headers to add to a request that is sent at a time, in milliseconds since the epoch. Nil
  /// when the URL is none.
  package func headers(for request: HTTPRequest, at time: Int64) -> [HTTPRequest.Header]? {
    guard let address = SignedAddress(request.url.revealed) else { return nil }
    let moment = SignatureV4.moment(time)
    let scope = "\(moment.prefix(8))/\(region)/\(service)/aws4_request"
    var added = [HTTPRequest.Header("X-Amz-Date", GuardedText(moment))]
    if let token = credentials.sessionToken {
      let hidden = GuardedText(revealed: token, shown: "<session token>")
      added.append(HTTPRequest.Header("X-Amz-Security-Token", hidden))
    }
    let canonical = CanonicalRequest(request, to: address, adding: added)
    let signed = [
      "AWS4-HMAC-SHA256", moment, scope, Digest.full(Array(canonical.text.utf8)),
    ].joined(separator: "\n")
    let signature = Digest.hex(of: hmac(signed, with: key(of: moment.prefix(8)))[...])
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.keyID)/\(scope), "
      + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
    added.append(HTTPRequest.Header("Authorization", GuardedText(authorization)))
    return added
  }

  /// The key of one day, region and service: a key that leaks opens nothing else.
  private func key(of day: some StringProtocol) -> [UInt8] {
    [String(day), region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secret)".utf8)) {
      hmac($1, with: $0)
    }
  }

  private func hmac(_ text: String, with key: [UInt8]) -> [UInt8] {
    KeyedHash.sha256(Array(text.utf8), key: key)
  }

  /// `20150830T123600Z`.
  private static func moment(_ time: Int64) -> String {
    Timestamp.rfc3339(time).prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
  }
}

/// The one form of a request that both sides hash, however it was written and whatever it met on
/// its way.
private struct CanonicalRequest {
  let text: String
  /// The names of the signed headers, in order.
  let signedHeaders: String

  init(_ request: HTTPRequest, to address: SignedAddress, adding added: [HTTPRequest.Header]) {
    var values: [String: [String]] = ["host": [address.host]]
    for header in request.headers + added {
      values[header.name.lowercased(), default: []].append(header.value.revealed.collapsed)
    }
    let names = values.keys.sorted()
    signedHeaders = names.joined(separator: ";")
    var lines = [request.method, Self.path(address.path), Self.query(address.query)]
    lines += names.map { "\($0):\(values[$0, default: []].joined(separator: ","))" }
    lines += ["", signedHeaders, Digest.full(Array(request.body.revealed.utf8))]
    text = lines.joined(separator: "\n")
  }

  /// Without empty and dotted parts, and encoded once more than it is sent, as every service but S3
  /// wants it.
  private static func path(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        _ = parts.popLast()
      } else {
        parts.append(part)
      }
    }
    let isFolder = ["/", "/.", "/.."].contains { path.hasSuffix($0) }
    let joined = "/" + parts.joined(separator: "/") + (isFolder && !parts.isEmpty ? "/" : "")
    return PercentEncoding.encoded(joined, keeping: "/")
  }

  /// Encoded and sorted; a name without a value has an empty one.
  private static func query(_ query: String) -> String {
    let members = query.split(separator: "&").map { member in
      let name = member.prefix { $0 != "=" }
      let value = member[name.endIndex...].dropFirst()
      return (name: normal(name), value: normal(value))
    }
    // By name first: `a` goes before `a-b`, although `a=` would not. Encoded text is ASCII, in
    // which the order of characters is that of bytes.
    return members.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
      .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  private static func normal(_ text: Substring) -> String {
    PercentEncoding.encoded(PercentEncoding.decoded(text))
  }
}

extension String {
  /// Without white space at the ends, and with one blank for any inside.
  fileprivate var collapsed: String {
    split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
      .joined(separator: " ")
  }
}
