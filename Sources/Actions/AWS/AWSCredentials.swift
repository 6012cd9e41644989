/// What AWS knows somebody by.
package struct AWSCredentials: Sendable, Hashable {
  package var keyID: String
  package var secret: String
  /// Credentials that end have one, and the request must carry it.
  package var sessionToken: String?
  /// When they end, in milliseconds since the epoch; nil when nobody said.
  package var expiration: Int64?

  package init(
    keyID: String, secret: String, sessionToken: String? = nil, expiration: Int64? = nil
  ) {
    self.keyID = keyID
    self.secret = secret
    self.sessionToken = sessionToken
    self.expiration = expiration
  }
}
