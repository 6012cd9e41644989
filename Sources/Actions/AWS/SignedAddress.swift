/// The parts of an http or https URL that a signature is about.
struct SignedAddress: Sendable, Hashable {
  /// In lower case.
  var scheme: String
  /// As the `Host` header has it: with the port, unless it is the usual one.
  var host: String
  /// From its first slash on, as written; never empty.
  var path: String
  /// Behind the question mark, as written.
  var query: String

  /// Nil when the text is not such a URL.
  init?(_ text: String) {
    guard let separator = text.firstRange(of: "://") else { return nil }
    scheme = text[..<separator.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = text[separator.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let target = rest[authority.endIndex...]
    path = String(target.prefix { $0 != "?" })
    query = String(target.dropFirst(path.count).dropFirst())
    if path.isEmpty { path = "/" }
    // Whoever gives a name and a password there does not mean them to be signed.
    host = authority.split(separator: "@").last.map { $0.lowercased() } ?? ""
    let usual = scheme == "https" ? ":443" : ":80"
    if host.hasSuffix(usual) { host.removeLast(usual.count) }
    if host.isEmpty { return nil }
  }
}
