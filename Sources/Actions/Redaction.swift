import Alerting

/// Takes an action's secrets out of text that came from outside: replies, outputs, errors.
///
/// What the action itself says is a `GuardedText` and needs none of this; but a server may answer
/// with the token it was sent.
package struct Redaction: Sendable, Hashable {
  fileprivate struct Secret: Hashable {
    var shown: String
    var value: [UInt8]
  }
  /// Shorter values are words like `eu` or `8080`; taking them out would only garble the text.
  private static let shortest = 4

  private var secrets: [Secret] = []

  package init() {}

  /// From now on `shown` stands in place of the value, however it's written.
  package mutating func add(_ value: String, shown: String) {
    let forms = [
      value, JSONWriter.escaped(value), value.onOneLine, Markup.html.text(value),
      value.percentEncoded, Base64.encode(Array(value.utf8)),
    ]
    for form in forms where form.utf8.count >= Redaction.shortest {
      let secret = Secret(shown: shown, value: Array(form.utf8))
      if !secrets.contains(secret) { secrets.append(secret) }
    }
    // A secret may contain another one: the longest goes first.
    secrets.sort { $0.value.count > $1.value.count }
  }

  package mutating func add(name: String, value: String) { add(value, shown: "${env:\(name)}") }

  package mutating func add(_ other: Redaction) {
    for secret in other.secrets where !secrets.contains(secret) { secrets.append(secret) }
    secrets.sort { $0.value.count > $1.value.count }
  }

  /// The text with secrets taken out. When it was cut, what may be the beginning of one goes too.
  package func redact(_ text: String, isCut: Bool = false) -> String {
    var bytes = Array(text.utf8)
    for secret in secrets {
      bytes = bytes.replacing(secret.value, with: Array(secret.shown.utf8))
    }
    if isCut {
      let begun = secrets.compactMap { $0.begun(atEndOf: bytes) }.max() ?? 0
      bytes.removeLast(begun)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Redaction.Secret {
  /// How many bytes at the end may be the beginning of this secret; nil when none.
  fileprivate func begun(atEndOf bytes: [UInt8]) -> Int? {
    let longest = min(value.count - 1, bytes.count)
    return stride(from: longest, to: 0, by: -1).first { bytes.suffix($0) == value.prefix($0) }
  }
}

extension String {
  /// RFC 3986: all but letters, digits and `-._~` as `%` and two digits.
  fileprivate var percentEncoded: String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in utf8 {
      let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      if isLetter || (0x30...0x39).contains(byte) || "-._~".utf8.contains(byte) {
        result.append(byte)
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
