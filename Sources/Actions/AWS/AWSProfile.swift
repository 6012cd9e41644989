/// Who to be and where, as `~/.aws/config` and `~/.aws/credentials` have it under one name.
package struct AWSProfile: Sendable, Hashable {
  package let name: String
  private let properties: [String: String]

  /// Nil when neither file knows the name. What the credentials file says goes before the other.
  package init?(_ name: String, config: ProfileFile, credentials: ProfileFile) {
    // Only the default profile may be written without the word, and with it it counts more.
    var titles = ["profile \(name)", "profile \"\(name)\""]
    if name == "default" { titles.insert(name, at: 0) }
    let own =
      titles.flatMap { title in config.sections.filter { $0.name == title } }
      + credentials.sections.filter { $0.name == name }
    guard !own.isEmpty else { return nil }
    self.name = name
    properties = own.reduce(into: [:]) { $0.merge($1.properties) { _, later in later } }
  }

  package var region: String? { filled("region") }

  /// Why the profile can't be used by this program: it needs somebody to be asked first.
  package var unsupported: String? {
    let words = [
      "role_arn": "takes a role", "sso_session": "signs in through SSO",
      "sso_start_url": "signs in through SSO", "login_session": "signs in through a browser",
    ]
    if let key = words.keys.sorted().first(where: { properties[$0] != nil }) {
      return "\(words[key] ?? "") (`\(key)`)"
    }
    guard filled("aws_access_key_id") == nil else { return nil }
    return properties["credential_process"] == nil
      ? nil : "runs a program for its credentials (`credential_process`)"
  }

  /// Nil when the profile has none of its own.
  package var credentials: AWSCredentials? {
    guard let keyID = filled("aws_access_key_id"), let secret = filled("aws_secret_access_key")
    else { return nil }
    return AWSCredentials(keyID: keyID, secret: secret, sessionToken: filled("aws_session_token"))
  }

  private func filled(_ key: String) -> String? {
    properties[key].flatMap { $0.isEmpty ? nil : $0 }
  }
}
