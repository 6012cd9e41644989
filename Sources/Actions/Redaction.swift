import Alerting

/// Takes an action's secrets out of text that came from outside: replies, outputs, errors.
///
/// What the action itself says is a `GuardedText` and needs none of this; but a server may answer
/// with the token it was sent.
package struct Redaction: Sendable, Hashable {
  private struct Secret: Hashable {
    var name: String
    var value: [UInt8]
  }
  /// Shorter values are words like `eu` or `8080`; taking them out would only garble the text.
  private static let shortest = 4

  private var secrets: [Secret] = []

  package init() {}

  package mutating func add(name: String, value: String) {
    for form in [value, JSONWriter.escaped(value)] where form.utf8.count >= Redaction.shortest {
      let secret = Secret(name: name, value: Array(form.utf8))
      if !secrets.contains(secret) { secrets.append(secret) }
    }
    // A secret may contain another one: the longest goes first.
    secrets.sort { $0.value.count > $1.value.count }
  }

  package mutating func add(_ other: Redaction) {
    for secret in other.secrets {
      add(name: secret.name, value: String(decoding: secret.value, as: UTF8.self))
    }
  }

  package func redact(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for secret in secrets {
      bytes = bytes.replacing(secret.value, with: Array("${env:\(secret.name)}".utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
