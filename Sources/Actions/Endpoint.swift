import Alerting
import QueryLanguage

/// Where a kind sends its requests: the keys that every kind over HTTP has, and the rules that none
/// can get round.
///
///     url: "https://hooks.example.com/alerts"
///     ca_file: /etc/ssl/private-ca.pem      # trusted instead of the system's authorities
///     insecure: true                        # plain http to another machine
///     allow_link_local: true                # addresses where clouds keep credentials
package struct Endpoint: Sendable {
  private let url: GuardedText
  private let authorities: String?
  private let reach: Reach

  /// Binds the keys; `standard` is where requests go when there is no `url`.
  package init?(binding keys: inout ActionKeys, otherwise standard: String? = nil) {
    let common = NetworkKeys(binding: &keys)
    let written: GuardedText? =
      if let standard, !keys.keys.has("url") { GuardedText(standard) } else { keys.required("url") }
    guard let written else { return nil }
    self.init(written, common, in: keys, of: "url")
  }

  /// Binds `url` as a list; a single one stands for a list of one.
  package static func several(binding keys: inout ActionKeys) -> [Endpoint] {
    let common = NetworkKeys(binding: &keys)
    guard keys.keys.requiredNode("url") != nil else { return [] }
    return (keys.fixedList("url") ?? []).map { Endpoint($0, common, in: keys, of: "url") }
  }

  /// One of several addresses that share their other keys.
  init(_ written: GuardedText, _ common: NetworkKeys, in keys: ActionKeys, of key: String) {
    url = written.mapped(\.trimmed)
    authorities = common.authorities
    reach = common.reach
    keys.check(url, schemes: ["http", "https"], reach, at: key)
  }

  /// A request to a path below the URL.
  package func request(_ method: String = "POST", to path: String = "") -> HTTPRequest {
    var target = url
    if !path.isEmpty {
      target = target.mapped { String($0.reversed().drop { $0 == "/" }.reversed()) }
      target.append(path)
    }
    return HTTPRequest(method: method, url: target, authorities: authorities, reach: reach)
  }

  /// A request with a JSON body, which receivers recognise by its key when it comes again.
  package func post(_ body: GuardedText, to path: String = "", key: String) -> HTTPRequest {
    var request = request(to: path)
    request.body = body
    request.addHeader("Idempotency-Key", key)
    request.addHeader("Content-Type", "application/json")
    return request
  }
}

/// The keys of everything that goes over the network.
struct NetworkKeys {
  var authorities: String?
  var reach: Reach = []

  init(binding keys: inout ActionKeys) {
    authorities = keys.fixed("ca_file")?.revealed
    if keys.keys.bool("insecure") == true { reach.insert(.plainText) }
    if keys.keys.bool("allow_link_local") == true { reach.insert(.linkLocal) }
  }
}

extension ActionKeys {
  /// Reports an address that nothing can be sent to.
  func check(_ url: GuardedText, schemes: [String], _ reach: Reach, at key: String) {
    // What a secret holds is looked at once it is known.
    let isOpen = url.revealed.contains("${")
    guard let address = WebAddress(url.revealed), schemes.contains(address.scheme) else {
      let isBlank = isOpen && (url.revealed.hasPrefix("${") || WebAddress(url.revealed) == nil)
      if isBlank { return }
      let forms = schemes.map { "\($0)://..." }.joined(separator: " or ")
      return report(.badURL(url.description, key, schemes), at: key, help: "write \(forms)")
    }
    if let reason = reach.refusal(of: address) {
      report(.refusedURL(url.description, reason.what), at: key, help: reason.remedy)
    }
  }
}

extension HTTPRequest {
  /// Adds a header unless it is there.
  package mutating func addHeader(_ name: String, _ value: String) {
    guard !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) else { return }
    headers.append(Header(name, GuardedText(value).mapped(\.onOneLine)))
  }
}

extension Diagnostic.Message {
  fileprivate static func badURL(_ found: String, _ key: String, _ schemes: [String]) -> Self {
    let kinds = schemes.joined(separator: " or ")
    return Self("bad-url", "`\(key)` needs an \(kinds) URL, found '\(found)'")
  }
  fileprivate static func refusedURL(_ found: String, _ reason: String) -> Self {
    Self("refused-url", "nothing is sent to '\(found)': \(reason)")
  }
}
