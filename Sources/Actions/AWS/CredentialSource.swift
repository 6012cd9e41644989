/// A place where credentials may be, in the order in which AWS's own tools look.
package enum CredentialSource: Sendable, Hashable {
  /// Found in the environment.
  case given(AWSCredentials)
  /// A profile of the shared files; one that somebody named must be there.
  case profile(String, isNamed: Bool, config: String, credentials: String)
  /// What tells a container its credentials.
  case container(url: String, token: ContainerToken?)
  /// What tells a machine of EC2 its credentials.
  case instance(endpoint: String)
  /// The environment asks for what this program can't do, or half of what it needs: looking on could
  /// mean to act as somebody else.
  case unusable(String)
  /// Nobody to ask, and why.
  case absent(String)

  /// What proves to the container's endpoint who asks.
  package enum ContainerToken: Sendable, Hashable {
    case text(String)
    case file(String)
  }

  /// All of them for an environment; `run`'s, not this program's own.
  package static func all(in variables: [String: String]) -> [CredentialSource] {
    let environment = AWSEnvironment(variables)
    return [
      keys(environment), webIdentity(environment), profile(environment), container(environment),
      instance(environment),
    ].compactMap(\.self)
  }

  private static func keys(_ environment: AWSEnvironment) -> CredentialSource {
    let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    switch (environment[names[0]], environment[names[1]]) {
    case (let keyID?, let secret?):
      let token = environment["AWS_SESSION_TOKEN"]
      return .given(AWSCredentials(keyID: keyID, secret: secret, sessionToken: token))
    case (nil, nil): return .absent("\(names[0]) is not set")
    case (nil, _): return .unusable("\(names[1]) is set, but \(names[0]) is not")
    case (_, nil): return .unusable("\(names[0]) is set, but \(names[1]) is not")
    }
  }

  private static func webIdentity(_ environment: AWSEnvironment) -> CredentialSource? {
    environment["AWS_WEB_IDENTITY_TOKEN_FILE"].map { _ in
      .unusable(
        "AWS_WEB_IDENTITY_TOKEN_FILE is set, but taking a role with a web identity is not "
          + "supported; on EKS use Pod Identity")
    }
  }

  private static func profile(_ environment: AWSEnvironment) -> CredentialSource {
    .profile(
      environment.profile, isNamed: environment.namedProfile != nil,
      config: environment.configFile, credentials: environment.credentialsFile)
  }

  private static func container(_ environment: AWSEnvironment) -> CredentialSource {
    let names = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    let token =
      environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"].map(ContainerToken.file)
      ?? environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"].map(ContainerToken.text)
    if let path = environment[names[0]] {
      return .container(url: "http://169.254.170.2" + path, token: token)
    }
    guard let url = environment[names[1]] else { return .absent("\(names[1]) is not set") }
    guard isTrusted(url) else {
      return .unusable(
        "\(names[1]) is '\(url)': without https it must name this machine, 169.254.170.2, "
          + "169.254.170.23 or fd00:ec2::23")
    }
    return .container(url: url, token: token)
  }

  /// Credentials that come in plain text must not have been on the network.
  private static func isTrusted(_ url: String) -> Bool {
    guard let address = WebAddress(url) else { return false }
    return address.scheme == "https" || address.isLoopback
      || ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(address.host)
  }

  private static func instance(_ environment: AWSEnvironment) -> CredentialSource {
    environment.metadataEndpoint.map { .instance(endpoint: $0) }
      ?? .absent("AWS_EC2_METADATA_DISABLED is true")
  }
}
