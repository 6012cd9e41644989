import Alerting
import Records

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

  /// From the document in which the machine or the container is told them; nil when it is another.
  package init?(document: [UInt8]) {
    guard let tree = JSONTree(document), let keyID = tree["AccessKeyId"]?.text,
      let secret = tree["SecretAccessKey"]?.text, !keyID.isEmpty, !secret.isEmpty
    else { return nil }
    self.init(keyID: keyID, secret: secret, sessionToken: tree["Token"]?.text)
    expiration = tree["Expiration"]?.text.flatMap { Timestamp.parse($0, now: nil) }
  }

  /// How long before their end they are asked for anew; the next ones are there by then.
  private static let margin: Int64 = 5 * 60_000

  /// Whether they will do for a while.
  package func areFresh(at now: Int64) -> Bool {
    expiration.map { now < $0 - AWSCredentials.margin } ?? true
  }

  /// Whether AWS still takes them.
  package func areValid(at now: Int64) -> Bool { expiration.map { now < $0 } ?? true }

  /// Takes them out of what a server says.
  var redaction: Redaction {
    var redaction = Redaction()
    redaction.add(name: "AWS_SECRET_ACCESS_KEY", value: secret)
    if let sessionToken { redaction.add(name: "AWS_SESSION_TOKEN", value: sessionToken) }
    return redaction
  }
}
