import CCrypto

/// Names for contents: the hex digits of a SHA-256.
package enum Digest {
  /// All 64 digits.
  package static func full(_ content: [UInt8]) -> String { hex(of: content, bytes: 32) }

  /// The first 16 digits.
  package static func short(_ content: [UInt8]) -> String { hex(of: content, bytes: 8) }

  private static func hex(of content: [UInt8], bytes: Int) -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    _ = SHA256(content, content.count, &digest)
    return digest.prefix(bytes).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
