package import Records

/// A whole-text pattern: `*` stands for anything; `?` for one character when asked for.
package struct Glob: Sendable {
  private let pattern: PinnedText
  private let folding: Bool
  private let singles: Bool
  package let hasWildcard: Bool

  package init(_ pattern: String, ignoringCase: Bool, questionMark: Bool) {
    let text = ignoringCase ? pattern.lowercased() : pattern
    self.pattern = PinnedText(text)
    folding = ignoringCase
    singles = questionMark
    hasWildcard = text.utf8.contains { $0 == 0x2A || (questionMark && $0 == 0x3F) }
  }

  package func matches(_ text: String) -> Bool {
    let pinned = PinnedText(text)
    return withExtendedLifetime(pinned) { matches(pinned.bytes) }
  }

  package func matches(_ text: Bytes) -> Bool {
    let pattern = pattern.bytes
    if !hasWildcard, !folding { return pattern == text }
    var p = 0
    var t = 0
    var starP = -1
    var starT = 0
    while t < text.count {
      if p < pattern.count, pattern[p] == 0x2A {
        starP = p
        starT = t
        p += 1
      } else if p < pattern.count,
        (singles && pattern[p] == 0x3F)
          || pattern[p] == (folding ? TextPattern.folded(text[t]) : text[t])
      {
        // `?` is one character: the rest of a multi-byte one goes with it.
        let single = singles && pattern[p] == 0x3F
        p += 1
        t += 1
        while single, t < text.count, text[t] & 0xC0 == 0x80 { t += 1 }
      } else if starP >= 0 {
        p = starP + 1
        starT += 1
        t = starT
      } else {
        return false
      }
    }
    while p < pattern.count, pattern[p] == 0x2A { p += 1 }
    return p == pattern.count
  }
}

/// Letters and tokens as the scope sees them.
enum TextPattern {
  /// ASCII only: other letters compare as they are.
  static func folded(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// Letters, digits, `_` and everything beyond ASCII make tokens; the rest is punctuation.
  static func isTokenPart(_ byte: UInt8) -> Bool { Lexer.isWordPart(byte) }
}

/// Finds a scope's word or phrase in a message, token by token, ignoring case.
///
/// A token is a run of letters and digits; every punctuation mark is a token of its own. The pattern's
/// ends must fall on token borders, and a wildcard never crosses one.
package struct KeywordPattern: Sendable {
  private enum Piece: Sendable {
    case byte(UInt8)
    /// Any token characters, none included.
    case star
    /// One whole token: a star between two punctuation marks.
    case token
    /// One character.
    case single
    /// A run of blanks.
    case blanks
  }

  private let pieces: [Piece]
  /// The pattern without wildcards, when it has none: found by plain search.
  private let literal: PinnedText?
  /// The longest stretch without wildcards: a text without it is not looked at any further.
  private let longest: PinnedText?
  private let startsInToken: Bool
  private let endsInToken: Bool

  package init(word: String) { self.init(Array(word.lowercased().utf8), wildcards: true) }

  package init(phrase: String) { self.init(Array(phrase.lowercased().utf8), wildcards: false) }

  private init(_ text: [UInt8], wildcards: Bool) {
    var pieces: [Piece] = []
    for (index, byte) in text.enumerated() {
      if wildcards, byte == 0x2A {
        let before = index > 0 ? text[index - 1] : 0x20
        let after = index + 1 < text.count ? text[index + 1] : 0x20
        let between =
          index > 0 && index + 1 < text.count && !TextPattern.isTokenPart(before)
          && !TextPattern.isTokenPart(after) && before != 0x2A && after != 0x2A
        pieces.append(between ? .token : .star)
      } else if wildcards, byte == 0x3F {
        pieces.append(.single)
      } else if Bytes.isBlank(byte) {
        if case .blanks? = pieces.last { continue }
        pieces.append(.blanks)
      } else {
        pieces.append(.byte(byte))
      }
    }
    self.pieces = pieces
    let plain = pieces.allSatisfy { if case .byte = $0 { true } else { false } }
    literal = plain ? PinnedText(text) : nil
    var runs: [[UInt8]] = [[]]
    for piece in pieces {
      if case .byte(let byte) = piece {
        runs[runs.count - 1].append(byte)
      } else {
        runs.append([])
      }
    }
    longest = runs.max { $0.count < $1.count }.flatMap { $0.isEmpty ? nil : PinnedText($0) }
    func inToken(_ piece: Piece?) -> Bool {
      switch piece {
      case .byte(let byte): TextPattern.isTokenPart(byte)
      case .star, .token, .single: true
      case .blanks, nil: false
      }
    }
    startsInToken = inToken(pieces.first)
    endsInToken = inToken(pieces.last)
  }

  package func matches(_ text: Bytes) -> Bool {
    if let literal { return findLiteral(literal.bytes, in: text) }
    if let longest, text.firstIndex(folded: longest.bytes) == nil { return false }
    var start = 0
    while start <= text.count {
      if !startsInToken || start == 0 || !TextPattern.isTokenPart(text[start - 1]),
        matches(text, at: start, piece: 0)
      {
        return true
      }
      start += 1
    }
    return false
  }

  private func findLiteral(_ needle: Bytes, in text: Bytes) -> Bool {
    guard !needle.isEmpty else { return true }
    var from = 0
    while let place = text.firstIndex(folded: needle, from: from) {
      let end = place + needle.count
      if !startsInToken || place == 0 || !TextPattern.isTokenPart(text[place - 1]),
        !endsInToken || end == text.count || !TextPattern.isTokenPart(text[end])
      {
        return true
      }
      from = place + 1
    }
    return false
  }

  private func matches(_ text: Bytes, at start: Int, piece first: Int) -> Bool {
    var place = start
    var index = first
    while index < pieces.count {
      switch pieces[index] {
      case .byte(let byte):
        guard place < text.count, TextPattern.folded(text[place]) == byte else { return false }
        place += 1
      case .single:
        guard place < text.count, !Bytes.isBlank(text[place]) else { return false }
        place += 1
        while place < text.count, text[place] & 0xC0 == 0x80 { place += 1 }
      case .blanks:
        guard place < text.count, Bytes.isBlank(text[place]) else { return false }
        while place < text.count, Bytes.isBlank(text[place]) { place += 1 }
      case .token:
        guard place < text.count, TextPattern.isTokenPart(text[place]) else { return false }
        while place < text.count, TextPattern.isTokenPart(text[place]) { place += 1 }
      case .star:
        var end = place
        while end < text.count, TextPattern.isTokenPart(text[end]) { end += 1 }
        if index == pieces.count - 1 { return true }
        while true {
          if matches(text, at: place, piece: index + 1) { return true }
          if place == end { return false }
          place += 1
        }
      }
      index += 1
    }
    return !endsInToken || place == text.count || !TextPattern.isTokenPart(text[place])
      || !TextPattern.isTokenPart(text[max(0, place - 1)])
  }
}
