import Alerting
import Glibc

/// Finds out who to be in AWS, in the places and the order of AWS's own tools, and remembers
/// credentials that end until shortly before they do.
///
/// Files are read again for each request: keys that are changed there need no restart. It belongs to
/// one thread.
struct AWSIdentity {
  /// How long the machine's own endpoints may take for one answer.
  private static let patience = Duration.seconds(1)

  private let sources: [CredentialSource]
  private var kept: AWSCredentials?

  init(environment: [String: String]) {
    sources = CredentialSource.all(in: environment)
  }

  /// The credentials to sign a request with; where none are found, the error says where they were
  /// looked for.
  mutating func credentials(
    at now: Int64, for request: HTTPRequest, asking http: HTTPTransport
  ) throws(ActionError) -> AWSCredentials {
    if let kept, kept.areFresh(at: now) { return kept }
    var tried: [String] = []
    for source in sources {
      switch look(in: source, asking: http) {
      case .found(let credentials):
        kept = credentials.expiration == nil ? nil : credentials
        return credentials
      case .nothing(let reason):
        tried.append(reason)
      case .broken(let reason, let passes):
        // They are good for some more minutes; by the next request there may be new ones.
        if let kept, kept.areValid(at: now) { return kept }
        throw .noCredentials(tried + [reason], for: request, passes ? .retry(after: nil) : .giveUp)
      }
    }
    throw .noCredentials(tried, for: request, .giveUp)
  }

  private enum Finding {
    case found(AWSCredentials)
    /// Look on.
    case nothing(String)
    /// They should have been here: whoever looks on could end up as somebody else.
    case broken(String, passes: Bool)
  }

  private func look(in source: CredentialSource, asking http: HTTPTransport) -> Finding {
    switch source {
    case .given(let credentials): .found(credentials)
    case .absent(let reason): .nothing(reason)
    case .unusable(let reason): .broken(reason, passes: false)
    case .profile(let name, let isNamed, let config, let credentials):
      profile(name, isNamed: isNamed, config: config, credentials: credentials)
    case .container(let url, let token): container(url, token, asking: http)
    case .instance(let endpoint): instance(endpoint, asking: http)
    }
  }

  private func profile(
    _ name: String, isNamed: Bool, config: String, credentials: String
  ) -> Finding {
    let files = [config, credentials].map { ProfileFile(at: $0) }
    guard let profile = AWSProfile(name, config: files[0], credentials: files[1]) else {
      let reason = "no profile '\(name)' in '\(credentials)' or '\(config)'"
      return isNamed ? .broken(reason, passes: false) : .nothing(reason)
    }
    if let reason = profile.unsupported {
      return .broken(
        "profile '\(name)' \(reason), which is not supported; set AWS_ACCESS_KEY_ID and "
          + "AWS_SECRET_ACCESS_KEY, or run where the machine has a role", passes: false)
    }
    return profile.credentials.map { .found($0) }
      ?? .nothing("profile '\(name)' has no keys of its own")
  }

  private func container(
    _ url: String, _ token: CredentialSource.ContainerToken?, asking http: HTTPTransport
  ) -> Finding {
    var headers: [HTTPRequest.Header] = []
    switch token {
    case nil: break
    case .text(let text): headers = [.secret("Authorization", text)]
    case .file(let path):
      // The token is renewed there, so it's read each time.
      guard let bytes = SmallFile.read(path) else {
        return .broken("can't read the container's token in '\(path)'", passes: true)
      }
      headers = [.secret("Authorization", String(decoding: bytes, as: UTF8.self).trimmed)]
    }
    return document("GET", url, headers, asking: http)
  }

  /// The second version of the protocol: first a token, which a forged request could not ask for.
  private func instance(_ endpoint: String, asking http: HTTPTransport) -> Finding {
    do throws(ActionError) {
      let lifetime = HTTPRequest.Header(
        "X-aws-ec2-metadata-token-ttl-seconds", GuardedText("21600"))
      let token = try ask("PUT", endpoint + "/latest/api/token", [lifetime], asking: http)
      let headers = [HTTPRequest.Header.secret("X-aws-ec2-metadata-token", token)]
      let path = endpoint + "/latest/meta-data/iam/security-credentials/"
      let roles = try ask("GET", path, headers, asking: http)
      guard let role = roles.split(whereSeparator: \.isNewline).first, !role.isEmpty else {
        return .nothing("this machine has no role")
      }
      return document("GET", path + PercentEncoding.encoded(role), headers, asking: http)
    } catch {
      if case .retry = error.advice { return .broken(error.reason, passes: true) }
      return .nothing(error.reason)
    }
  }

  private func document(
    _ method: String, _ url: String, _ headers: [HTTPRequest.Header], asking http: HTTPTransport
  ) -> Finding {
    do throws(ActionError) {
      let text = try ask(method, url, headers, asking: http)
      return AWSCredentials(document: Array(text.utf8)).map { .found($0) }
        ?? .broken("GET \(url): no credentials in the answer", passes: true)
    } catch {
      if case .retry = error.advice { return .broken(error.reason, passes: true) }
      return .broken(error.reason, passes: false)
    }
  }

  private func ask(
    _ method: String, _ url: String, _ headers: [HTTPRequest.Header], asking http: HTTPTransport
  ) throws(ActionError) -> String {
    var request = HTTPRequest(method: method, url: GuardedText(url), headers: headers)
    request.isLocal = true
    // Where clouds hand out credentials is where they are wanted.
    request.reach = [.plainText, .linkLocal]
    let answer = try http.exchange(request, timeout: AWSIdentity.patience)
    guard answer.status == 200 else {
      // What such an endpoint says could be a secret: only the status is told.
      throw ActionError(
        "\(method) \(url): status \(answer.status)", status: answer.status, retryAfter: nil)
    }
    return String(decoding: answer.body, as: UTF8.self)
  }
}

extension ActionError {
  fileprivate static func noCredentials(
    _ tried: [String], for request: HTTPRequest, _ advice: Advice
  ) -> ActionError {
    let target = Effect.request(request).target
    return ActionError(
      "\(target): no AWS credentials: \(tried.joined(separator: "; "))", advice: advice,
      proof: .nothingDone)
  }
}

extension HTTPRequest.Header {
  fileprivate static func secret(_ name: String, _ value: String) -> HTTPRequest.Header {
    HTTPRequest.Header(name, GuardedText(revealed: value.onOneLine, shown: "<token>"))
  }
}

extension ProfileFile {
  /// The file at a path; one that can't be read has nothing in it.
  init(at path: String) {
    self.init(String(decoding: SmallFile.read(path) ?? [], as: UTF8.self))
  }
}
