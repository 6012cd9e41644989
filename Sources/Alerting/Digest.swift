import CCrypto

/// Names for contents: the hex digits of a SHA-256.
package enum Digest {
  /// All 64 digits.
  package static func full(_ content: [UInt8]) -> String { hex(of: sha256(content)[...]) }

  /// The first 16 digits.
  package static func short(_ content: [UInt8]) -> String { hex(of: sha256(content)[..<8]) }

  /// The hex digits of a digest.
  package static func hex(of digest: ArraySlice<UInt8>) -> String {
    digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private static func sha256(_ content: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    _ = SHA256(content, content.count, &digest)
    return digest
  }
}
