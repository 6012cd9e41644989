import Alerting

/// What stands in a text in place of a secret: `${env:NAME}`, `${file:PATH}`, `${cmd:[program, word]}`.
package enum SecretReference: Sendable, Hashable {
  case variable(String)
  /// The content of a file, without the end of its last line.
  case file(String)
  /// What a program writes, likewise.
  case command([String])

  /// How a reference begins.
  enum Opening: String, CaseIterable {
    case variable = "${env:"
    case file = "${file:"
    case command = "${cmd:"

    /// How it ends: a command may have braces in it.
    var closing: String { self == .command ? "]}" : "}" }
  }

  /// Reads what stands between opening and closing; nil when that names nothing.
  init?(_ opening: Opening, _ content: String) {
    switch opening {
    case .variable:
      guard SecretReference.isVariableName(content) else { return nil }
      self = .variable(content)
    case .file:
      guard !content.trimmed.isEmpty else { return nil }
      self = .file(content.trimmed)
    case .command:
      guard content.hasPrefix("[") else { return nil }
      let words = content.dropFirst().split(separator: ",", omittingEmptySubsequences: false)
        .map { String($0).trimmed }
      guard !words.contains("") else { return nil }
      self = .command(words.map(\.unquoted))
    }
  }

  /// The reference as people may see it.
  package var shown: String {
    switch self {
    case .variable(let name): "${env:\(name)}"
    case .file(let path): "${file:\(path)}"
    case .command(let words): "${cmd:[\(words.joined(separator: ", "))]}"
    }
  }

  /// Letters, digits and underscores, no digit first: what a shell can set.
  private static func isVariableName(_ name: String) -> Bool {
    let isWord = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "_")
    }
    return isWord && name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
  }
}

extension String {
  /// The text without the quotes around it.
  fileprivate var unquoted: String {
    for quote in ["\"", "'"] where count >= 2 && hasPrefix(quote) && hasSuffix(quote) {
      return String(dropFirst().dropLast())
    }
    return self
  }
}
