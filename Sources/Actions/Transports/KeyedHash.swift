import CCrypto

/// HMAC: proofs that a text comes from somebody who knows a key.
package enum KeyedHash {
  package static func sha256(_ content: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    var count: UInt32 = 0
    let done = HMAC(
      EVP_sha256(), key, Int32(key.count), content, content.count, &digest, &count)
    precondition(done != nil && count == digest.count, "libcrypto refused an HMAC")
    return digest
  }
}
