/// What the environment says about AWS, in the words of AWS's own tools.
struct AWSEnvironment: Sendable {
  private let variables: [String: String]

  init(_ variables: [String: String]) { self.variables = variables }

  /// A variable that says something: an empty one counts as not set.
  subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

  var profile: String { namedProfile ?? "default" }

  /// The profile that somebody asked for, which then must be there.
  var namedProfile: String? { self["AWS_PROFILE"] ?? self["AWS_DEFAULT_PROFILE"] }

  var configFile: String { path("AWS_CONFIG_FILE", usual: "~/.aws/config") }

  var credentialsFile: String {
    path("AWS_SHARED_CREDENTIALS_FILE", usual: "~/.aws/credentials")
  }

  /// Where a machine of EC2 asks for its credentials; nil when it must not.
  var metadataEndpoint: String? {
    if self["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" { return nil }
    let isIPv6 = self["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
    let usual = isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    var endpoint = self["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? usual
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    return endpoint
  }

  private func path(_ variable: String, usual: String) -> String {
    let path = self[variable] ?? usual
    guard path.hasPrefix("~/"), let home = self["HOME"] else { return path }
    return home + path.dropFirst()
  }
}
