/// How a request proves who sent it; done anew for each attempt, since the time is part of it.
package enum Signing: Sendable, Hashable {
  /// The Standard Webhooks scheme: headers that sign the id, the time and the body with a key that
  /// both sides know.
  case standardWebhooks(id: String, key: GuardedText)
  /// Signature Version 4, with the credentials that are found when it's sent.
  case aws(service: String, region: String)

  /// The headers to add; `credentials` are who to be in AWS.
  package func headers(
    for request: HTTPRequest, at now: Int64, as credentials: AWSCredentials? = nil
  ) -> [HTTPRequest.Header] {
    switch self {
    case .aws(let service, let region):
      guard let credentials else { return [] }
      let signature = SignatureV4(credentials: credentials, service: service, region: region)
      return signature.headers(for: request, at: now) ?? []
    case .standardWebhooks(let id, let key):
      let time = String(now / 1_000)
      let content = "\(id).\(time).\(request.body.revealed)"
      let signature = Base64.encode(
        KeyedHash.sha256(Array(content.utf8), key: Signing.bytes(ofKey: key.revealed)))
      return [
        HTTPRequest.Header("webhook-id", GuardedText(id)),
        HTTPRequest.Header("webhook-timestamp", GuardedText(time)),
        HTTPRequest.Header("webhook-signature", GuardedText("v1,\(signature)")),
      ]
    }
  }

  /// A key that says `whsec_` is in base64; any other is its own bytes.
  private static func bytes(ofKey key: String) -> [UInt8] {
    let prefix = "whsec_"
    guard key.hasPrefix(prefix) else { return Array(key.utf8) }
    return Base64.decode(String(key.dropFirst(prefix.count))) ?? Array(key.utf8)
  }
}
