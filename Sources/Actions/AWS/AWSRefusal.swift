import Alerting

/// Why AWS did not do what it was asked, in its own words.
package struct AWSRefusal: Sendable, Hashable {
  /// `UnauthorizedOperation`, without what some services write around it.
  package var code: String
  package var message: String

  /// Reads the XML of the older services and the JSON of the newer ones; nil when the body is
  /// neither. `type` is the header that some of the latter name the error in.
  package init?(body: [UInt8], type: String?) {
    if let tree = JSONTree(body) {
      guard let name = type ?? tree["__type"]?.text ?? tree["code"]?.text else { return nil }
      // `com.amazonaws.logs#ResourceNotFoundException`, `ResourceNotFoundException:http://...`.
      let code = name.prefix { $0 != ":" }.split(separator: "#").last
      self.code = code.map { $0.trimmed } ?? ""
      message = tree["message"]?.text ?? tree["Message"]?.text ?? ""
    } else if let tree = XMLTree(body) {
      // `<Response><Errors><Error><Code>`, `<ErrorResponse><Error><Code>`: wherever it stands.
      code = tree.first("Code")?.text.trimmed ?? ""
      message = tree.first("Message")?.text.trimmed ?? ""
    } else {
      return nil
    }
    if code.isEmpty { return nil }
  }

  /// What the error means for another attempt.
  enum Family {
    /// Too much was asked, or there is no room: nothing was done, and later may be better.
    case busy
    /// The keys are not known, or the signature is not theirs.
    case unknownCaller
    /// The session of the keys is over; by the next attempt there may be others.
    case ended
    /// The keys are fine, and may not do this.
    case forbidden
    case other
  }

  var family: Family {
    let known: [(family: Family, codes: Set<String>)] = [
      (.busy, AWSRefusal.busy), (.unknownCaller, AWSRefusal.unknownCaller),
      (.ended, ["ExpiredToken", "ExpiredTokenException"]), (.forbidden, AWSRefusal.forbidden),
    ]
    return known.first { $0.codes.contains(code) }?.family ?? .other
  }

  private static let busy: Set = [
    "BandwidthLimitExceeded", "EC2ThrottledException", "InsufficientInstanceCapacity",
    "PriorRequestNotComplete", "RequestLimitExceeded", "RequestThrottled",
    "RequestThrottledException", "SlowDown", "Throttled", "ThrottledException", "Throttling",
    "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
  ]

  private static let unknownCaller: Set = [
    "AuthFailure", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
    "InvalidSignature", "InvalidSignatureException", "InvalidToken", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "NotSignedUp", "OptInRequired", "RequestExpired",
    "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
  ]

  private static let forbidden: Set = [
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException",
    "UnauthorizedOperation",
  ]
}
