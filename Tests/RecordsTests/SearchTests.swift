import Records
import TestKit
import Testing

@Suite struct SearchTests {
  /// The twin of the kernel, as plain as can be.
  private func plain(_ needle: [UInt8], in text: [UInt8], from: Int) -> Int? {
    func folded(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
    guard text.count - from >= needle.count else { return nil }
    return (from...(text.count - needle.count)).first { place in
      needle.indices.allSatisfy { folded(text[place + $0]) == needle[$0] }
    }
  }

  @Test func `words are found in any case, wherever they stand`() {
    var random = SplitMix64(seed: 7)
    for round in 0..<4_000 {
      let letters = Array("abAB_1\u{E9}".utf8)
      let text = (0..<Int.random(in: 0...80, using: &random)).map { _ in
        letters.randomElement(using: &random)!
      }
      let needle = (0..<Int.random(in: 1...20, using: &random)).map { _ in
        Array("ab_1".utf8).randomElement(using: &random)!
      }
      let (haystack, word) = (PinnedText(text), PinnedText(needle))
      let from = Int.random(in: 0...text.count, using: &random)
      let found = haystack.bytes.firstIndex(folded: word.bytes, from: from)
      #expect(found == plain(needle, in: text, from: from), "round \(round): \(text) \(needle)")
    }
  }
}
