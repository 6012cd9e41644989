import Alerting

/// Somebody a mail comes from or goes to: `ops@example.com`, `On call <ops@example.com>`.
struct MailAddress: Sendable, Hashable {
  /// What the post office reads.
  let address: String
  let name: String

  /// Nil when the text is no address; one with a line's end in it never is.
  init?(_ text: String) {
    let text = text.trimmed
    if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
      address = String(text[text.index(after: open)...].dropLast())
      name = String(text[..<open]).trimmed.withoutQuotes
    } else {
      address = text
      name = ""
    }
    guard MailAddress.isAddress(address), !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else { return nil }
  }

  /// The part behind the `@`.
  var domain: String { String(address.split(separator: "@").last ?? "") }

  /// The address as a header has it.
  var header: String {
    name.isEmpty ? address : HeaderText.phrase(name) + " <" + address + ">"
  }

  /// What every post office takes: ASCII without blanks, one `@`, something on both sides of it.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let isPlain = text.utf8.allSatisfy { byte in
      (0x21...0x7E).contains(byte) && !"<>()[],;:\\\"".utf8.contains(byte)
    }
    return isPlain && parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
  }
}

extension String {
  fileprivate var withoutQuotes: String {
    count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
  }
}
