import CCrypto
import Records

/// The digests that `hash` makes.
enum Digest: Sendable {
  case md5, sha1, sha256, murmur3

  init?(named name: String) {
    switch name.lowercased() {
    case "md5": self = .md5
    case "sha1": self = .sha1
    case "sha2_256", "sha_256", "sha256": self = .sha256
    case "murmur3_128": self = .murmur3
    default: return nil
    }
  }

  func bytes(of text: Bytes) -> [UInt8] {
    switch self {
    case .md5: Digest.evaluate(EVP_md5(), 16, text)
    case .sha1: Digest.evaluate(EVP_sha1(), 20, text)
    case .sha256: Digest.evaluate(EVP_sha256(), 32, text)
    case .murmur3: Murmur3.hash128(text)
    }
  }

  // SAFETY: the algorithm writes exactly `size` bytes, and the call reads only the bytes lent to it.
  private static func evaluate(_ algorithm: OpaquePointer?, _ size: Int, _ text: Bytes) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { room, count in
      let done = text.withUnsafeBytes {
        EVP_Digest($0.baseAddress, $0.count, room.baseAddress, nil, algorithm, nil)
      }
      precondition(done == 1, "libcrypto refused a digest of \(text.count) bytes")
      count = size
    }
  }
}

/// MurmurHash3 x64 128 with seed 0, its two words written the little end first, as Guava does.
private enum Murmur3 {
  private static let c1: UInt64 = 0x87C3_7B91_1142_53D5
  private static let c2: UInt64 = 0x4CF5_AD43_2745_937F

  static func hash128(_ text: Bytes) -> [UInt8] {
    var h1: UInt64 = 0
    var h2: UInt64 = 0
    var start = 0
    while start + 16 <= text.count {
      h1 ^= mixed1(word(text, start, 8))
      h1 = (h1.rotatedLeft(27) &+ h2) &* 5 &+ 0x52DC_E729
      h2 ^= mixed2(word(text, start + 8, 8))
      h2 = (h2.rotatedLeft(31) &+ h1) &* 5 &+ 0x3849_5AB5
      start += 16
    }
    let rest = text.count - start
    if rest > 8 { h2 ^= mixed2(word(text, start + 8, rest - 8)) }
    if rest > 0 { h1 ^= mixed1(word(text, start, min(rest, 8))) }

    h1 ^= UInt64(text.count)
    h2 ^= UInt64(text.count)
    h1 &+= h2
    h2 &+= h1
    h1 = finished(h1)
    h2 = finished(h2)
    h1 &+= h2
    h2 &+= h1
    return [h1, h2].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }

  /// Up to eight bytes, the first in the low end.
  private static func word(_ text: Bytes, _ start: Int, _ count: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<count { word |= UInt64(text[start + index]) << UInt64(index * 8) }
    return word
  }

  private static func mixed1(_ k: UInt64) -> UInt64 { (k &* c1).rotatedLeft(31) &* c2 }

  private static func mixed2(_ k: UInt64) -> UInt64 { (k &* c2).rotatedLeft(33) &* c1 }

  private static func finished(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ hash >> 33
  }
}

extension UInt64 {
  fileprivate func rotatedLeft(_ bits: UInt64) -> UInt64 { self << bits | self >> (64 - bits) }
}
