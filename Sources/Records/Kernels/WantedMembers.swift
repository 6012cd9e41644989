/// The names that one walk along a line looks for, at most 64: each is a bit of a mask.
///
/// The low bits are members, one column each. The bits above them are ranks: names in an order of
/// preference, of which a line needs only the best one it has.
struct WantedMembers: Sendable {
  let names: [[UInt8]]
  let memberCount: Int
  private let folded: [[UInt8]]

  static let limit = 64

  init(members: ArraySlice<String>, ranks: [String]) {
    precondition(members.count + ranks.count <= WantedMembers.limit, "more names than bits")
    names = (members + ranks).map { Array($0.utf8) }
    folded = names.map { $0.map(WantedMembers.fold) }
    memberCount = members.count
  }

  /// One bit for each name.
  var all: UInt64 { names.isEmpty ? 0 : ~0 >> UInt64(64 - names.count) }

  /// The bits that are ranks.
  var ranks: UInt64 { memberCount == 64 ? 0 : all & (~0 << UInt64(memberCount)) }

  /// What a value's name has in common with the wanted ones.
  struct Match: Equatable {
    var exact: UInt64 = 0
    /// The same but for ASCII case; never a bit of `exact`.
    var loose: UInt64 = 0

    var isEmpty: Bool { exact | loose == 0 }
  }

  func match(_ name: [UInt8]) -> Match {
    var match = Match()
    for index in names.indices where names[index].count == name.count {
      guard WantedMembers.equal(name, folded[index]) else { continue }
      if names[index] == name {
        match.exact |= 1 << UInt64(index)
      } else {
        match.loose |= 1 << UInt64(index)
      }
    }
    return match
  }

  /// Whether a wanted name may stand inside the container of this name, whatever the case.
  func watches(_ name: [UInt8]) -> Bool {
    folded.contains { wanted in
      guard wanted.count > name.count else { return false }
      let joint = wanted[name.count]
      return (joint == UInt8(ascii: ".") || joint == UInt8(ascii: "["))
        && WantedMembers.equal(name, wanted[..<name.count])
    }
  }

  /// A key of the line's own object that matters: a whole name, or the head of one.
  struct Spelling {
    var text: [UInt8]
    var exact: UInt64
    /// The names spelled so but for case, and `exact`.
    var near: UInt64
    var isWatched: Bool
  }

  /// Every key that is a name or holds one, once.
  var spellings: [Spelling] {
    var known: Set<[UInt8]> = []
    for name in names {
      known.insert(name)
      for (index, byte) in name.enumerated()
      where byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") {
        known.insert(Array(name[..<index]))
      }
    }
    return known.map { text in
      let match = match(text)
      return Spelling(
        text: text, exact: match.exact, near: match.exact | match.loose, isWatched: watches(text))
    }
  }

  /// The ranks that nobody needs any more once the names in `found` have a value: all behind the
  /// first of them.
  func settled(by found: UInt64) -> UInt64 {
    let best = found & ranks
    return best == 0 ? 0 : ranks & ~(best ^ (best &- 1))
  }

  private static func equal(_ name: [UInt8], _ folded: some RandomAccessCollection<UInt8>) -> Bool {
    var index = folded.startIndex
    for byte in name {
      guard fold(byte) == folded[index] else { return false }
      folded.formIndex(after: &index)
    }
    return true
  }

  private static func fold(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }
}
