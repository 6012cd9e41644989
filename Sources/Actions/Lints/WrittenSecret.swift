import Alerting
package import QueryLanguage
import Records

/// A password, key or token that stands in a rule file as it is.
package enum WrittenSecret: ActionLint {
  package static let page = LintPage(
    "written-secret", "a secret stands in the rule file",
    meaning: """
      The text looks like a password, a key or a token: by its shape, by the name of its key, or by \
      its place in an address. What is taken from the environment with ${env:NAME} is kept out of \
      every output, and of the repository.
      """,
    night: """
      Rule files are read by many, copied into tickets and kept for ever. Whoever has the token can \
      page you, or restart what you run.
      """,
    wrong: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [chat]
      actions:
        chat: { webhook: { url: "https://bot:correct-horse@chat.example.com/alerts" } }
      """),
    right: .file(
      """
      monitors:
        - name: example
          query: error
          critical: { alert: "> 5" }
          actions: [chat]
      actions:
        chat: { webhook: { url: "https://bot:${env:CHAT_PASSWORD}@chat.example.com/alerts" } }
      """))

  /// What a secret looks like; the first group of the pattern is the secret itself.
  private struct Shape: Sendable {
    var what: String
    var regex: Regex

    init(_ what: String, _ pattern: String) {
      self.what = what
      guard let regex = try? Regex(pattern) else {
        preconditionFailure("a bad pattern: \(pattern)")
      }
      self.regex = regex
    }
  }

  private static let shapes = [
    Shape("a password in an address", #"://[^/\s:@"'${}]*:([^/\s@"'${}]+)@"#),
    Shape(
      "a token in an address",
      #"(?i)[?&](?:access_?token|auth_?token|token|api_?key|secret|password|signature|sig)="#
        + #"([^&\s"'#${}]{6,})"#),
    Shape("an AWS access key", #"\b((?:AKIA|ASIA)[0-9A-Z]{16})\b"#),
    Shape("a Slack token", #"\b(xox[abeoprs]-[0-9A-Za-z-]{10,})"#),
    Shape("the secret address of a chat", #"hooks\.slack\.com/[a-z]+/([A-Za-z0-9/_-]{12,})"#),
    Shape("the secret address of a chat", #"discord(?:app)?\.com/api/webhooks/([\w/-]{12,})"#),
    Shape("the secret address of a chat", #"webhook\.office\.com/webhookb2/([\w@/-]{12,})"#),
    Shape("a GitHub token", #"\b((?:gh[pousr]|github_pat)_[0-9A-Za-z_]{20,})"#),
    Shape("a private key", #"-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]+)"#),
    Shape("a token", #"(?i)\b(?:bearer|basic|geniekey|splunk)\s+([A-Za-z0-9._~+/=-]{8,})"#),
    Shape(
      "a password or key",
      #"(?i)(?:password|passwd|secret|api_?key|access_?key|token|(?:routing|integration|service)_?key)"#
        + #"["']?\s*[:=]\s*["']?([^\s"',;${}()<>\[\]]{6,})"#),
  ]

  /// Keys whose value is a secret, whatever it looks like; without case and punctuation.
  private static let secretKeys = [
    "password", "passwd", "secret", "token", "apikey", "routingkey", "integrationkey", "accesskey",
    "secretkey", "authorization",
  ]

  private struct Found {
    var what: String
    var span: Span
    var source: SourceText
  }

  package static func findings(in files: LintedFiles) -> [Diagnostic] {
    let found = files.entries.flatMap { secrets(in: $0.value, under: $0.key, isKey: false) }
    return found.map { secret in
      // The line is shown to whoever reads the finding, so it must not hold what was found.
      let others = found.filter { $0.source.name == secret.source.name }.map(\.span)
      return Diagnostic(
        .written(secret.what), at: secret.span, in: secret.source.masked(others),
        help: "write ${env:NAME}, and set that variable where tripline runs", severity: .warning)
    }
  }

  private static func secrets(in node: ConfigNode, under key: String, isKey: Bool) -> [Found] {
    switch node.content {
    case .map(let entries):
      return entries.flatMap { secrets(in: $0.value, under: $0.key, isKey: true) }
    case .list(let items):
      return items.flatMap { secrets(in: $0, under: key, isKey: false) }
    case .scalar(let text, _):
      if let (what, range) = secret(in: text) {
        return [Found(what: what, span: node.span(ofBytes: range), source: node.source)]
      }
      guard isKey, hidesSecret(key), !text.contains("${"), !text.contains("{{"),
        text.utf8.count >= 6
      else { return [] }
      let span = node.span(ofBytes: 0..<text.utf8.count)
      return [Found(what: "the value of '\(key)'", span: span, source: node.source)]
    }
  }

  private static func secret(in text: String) -> (what: String, range: Range<Int>)? {
    let pinned = PinnedText(text)
    return withExtendedLifetime(pinned) {
      for shape in shapes {
        let matcher = shape.regex.matcher()
        if matcher.matches(pinned.bytes), let range = matcher.range(of: 1) {
          return (shape.what, range)
        }
      }
      return nil
    }
  }

  private static func hidesSecret(_ key: String) -> Bool {
    let plain = key.lowercased().filter { $0.isLetter || $0.isNumber }
    return secretKeys.contains { plain.hasSuffix($0) }
  }
}

extension SourceText {
  /// The same text with stars in place of some of it.
  fileprivate func masked(_ spans: [Span]) -> SourceText {
    var bytes = bytes
    for span in spans {
      for index in span.lower..<span.upper where bytes[index] != 0x0A {
        bytes[index] = UInt8(ascii: "*")
      }
    }
    return SourceText(name: name, bytes: bytes)
  }
}

extension Diagnostic.Message {
  fileprivate static func written(_ what: String) -> Self {
    Self("written-secret", "\(what) stands here for all to read")
  }
}
