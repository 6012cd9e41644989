import Alerting
import QueryLanguage

/// A service of AWS in a region: where a kind of action sends its requests.
///
///     aws.sns: { topic: "${env:TOPIC}", region: eu-west-1, endpoint: "http://127.0.0.1:5551" }
///
/// Without `region` it is that of the resource's name, else what AWS's own tools would take; without
/// `endpoint`, that of AWS or what `AWS_ENDPOINT_URL` names.
struct AWSService: Sendable {
  /// `ec2`, as IAM and signatures have it.
  let name: String
  let region: String
  private let endpoint: GuardedText
  private let reach: Reach
  private let authorities: String?

  /// `id` is the service's own word for itself in `AWS_ENDPOINT_URL_...`; `resource` is what is acted
  /// on, whose name may say the region. Nil when something is wrong, which has then been reported.
  init?(
    _ name: String, id: String? = nil, at place: AWSPlace, of resource: GuardedText? = nil,
    reporting keys: ActionKeys
  ) {
    self.name = name
    let found =
      place.region ?? resource.flatMap { ARN($0.revealed) }.map { GuardedText($0.region) }
      ?? (keys.variable("AWS_REGION") ?? keys.variable("AWS_DEFAULT_REGION")).map {
        GuardedText($0)
      }
      ?? (keys.isRehearsal ? AWSService.unknownRegion : nil)
    guard let found else {
      keys.report(.noRegion, at: "region", help: AWSService.regionHelp)
      return nil
    }
    region = found.revealed
    let isSpelled = !region.isEmpty && region.allSatisfy(\.isRegionCharacter)
    guard isSpelled || keys.isUnknown(found) || found == AWSService.unknownRegion else {
      keys.report(.badRegion(found.description), at: "region", help: "write one such as eu-west-1")
      return nil
    }
    let domain = AWSService.domain(of: region)
    let usual = found.mapped { "https://\(name).\($0).\(domain)" }
    let override = AWSService.override(id ?? name, keys).map { GuardedText($0) }
    endpoint = place.endpoint ?? override ?? usual
    reach = place.network.reach
    authorities = place.network.authorities ?? keys.variable("AWS_CA_BUNDLE")
    // The name of an unknown region is no part of a URL.
    if found != AWSService.unknownRegion || endpoint != usual {
      keys.check(endpoint, schemes: ["http", "https"], reach, at: "endpoint")
    }
  }

  /// The environment may have one where the action is performed.
  private static let unknownRegion = GuardedText("<region>")

  private static let regionHelp =
    "write `region: eu-west-1` here, set AWS_REGION or AWS_DEFAULT_REGION, or give your profile in "
    + "~/.aws/config a region"

  private static func override(_ id: String, _ keys: ActionKeys) -> String? {
    if keys.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() == "true" { return nil }
    return keys.variable("AWS_ENDPOINT_URL_\(id.uppercased())") ?? keys.variable("AWS_ENDPOINT_URL")
  }

  private static func domain(of region: String) -> String {
    region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  }

  /// A request of the older services: an action with its parameters as a form, answered in XML.
  func query(
    _ action: String, version: String, _ parameters: [(name: String, value: GuardedText)],
    allowing allowed: [String] = []
  ) -> Effect {
    let all =
      [(name: "Action", value: GuardedText(action))] + parameters
      + [(name: "Version", value: GuardedText(version))]
    // People read one parameter in each line, without the encoding.
    let wire = all.map { "\($0.name)=\(AWSService.formEncoded($0.value.revealed))" }
    let shown = all.map { "\($0.name)=\($0.value)" }
    let body = GuardedText(
      revealed: wire.joined(separator: "&"), shown: shown.joined(separator: "\n"))
    return request(
      to: "/", type: "application/x-www-form-urlencoded; charset=utf-8", body: body,
      reading: AWSReading(needing: "\(name):\(action)", allowing: allowed))
  }

  /// In a form, and nowhere else, a blank is a plus sign.
  private static func formEncoded(_ text: String) -> String {
    PercentEncoding.encoded(text, keeping: " ").replacing(" ", with: "+")
  }

  /// A request of the newer services: an operation and its JSON.
  func json(
    _ operation: String, of target: String, body: GuardedText, allowing allowed: [String] = []
  ) -> Effect {
    request(
      to: "/", type: "application/x-amz-json-1.1",
      headers: [HTTPRequest.Header("X-Amz-Target", GuardedText("\(target).\(operation)"))],
      body: body, reading: AWSReading(needing: "\(name):\(operation)", allowing: allowed))
  }

  /// A request whose path says what it is about; what is part of the path must be encoded.
  func request(
    to path: String, type: String, headers: [HTTPRequest.Header] = [], body: GuardedText,
    reading: AWSReading
  ) -> Effect {
    request(to: GuardedText(path), type: type, headers: headers, body: body, reading: reading)
  }

  /// The same with a path that people see differently.
  func request(
    to path: GuardedText, type: String, headers: [HTTPRequest.Header] = [], body: GuardedText,
    reading: AWSReading
  ) -> Effect {
    var url = endpoint.mapped { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    url.append(path)
    let content = HTTPRequest.Header("Content-Type", GuardedText(type))
    return .request(
      HTTPRequest(
        method: "POST", url: url, headers: [content] + headers, body: body,
        authorities: authorities, reach: reach,
        signing: .aws(service: name, region: region), reading: .aws(reading)))
  }
}

/// Where a kind of action was told to send its requests.
struct AWSPlace: Sendable {
  fileprivate let region: GuardedText?
  fileprivate let endpoint: GuardedText?
  fileprivate let network: NetworkKeys

  init(binding keys: inout ActionKeys) {
    network = NetworkKeys(binding: &keys)
    region = keys.fixed("region")?.mapped(\.trimmed)
    endpoint = keys.fixed("endpoint")?.mapped(\.trimmed)
  }
}

/// The name of a resource: `arn:aws:sns:eu-west-1:123456789012:ops`.
struct ARN: Sendable, Hashable {
  let service: String
  let region: String
  /// Everything behind the account.
  let resource: String

  /// Nil when the text is no such name, or that of a resource which belongs to no region.
  init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", !parts[3].isEmpty, !parts[5].isEmpty else {
      return nil
    }
    service = String(parts[2])
    region = String(parts[3])
    resource = String(parts[5])
  }
}

extension Character {
  /// A region becomes part of the name of a server.
  fileprivate var isRegionCharacter: Bool {
    ("a"..."z").contains(self) || ("0"..."9").contains(self) || self == "-"
  }
}

extension Diagnostic.Message {
  fileprivate static let noRegion = Self("no-region", "nothing says which region of AWS is meant")
  fileprivate static func badRegion(_ found: String) -> Self {
    Self("bad-region", "'\(found)' is not the name of a region of AWS")
  }
}
