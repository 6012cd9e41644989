/// What the inside of JSON text means: escapes, blanks, UTF-8.
enum JSONText {
  /// Bytes of the escape that begins at `index`; nil if RFC 8259 does not know it.
  static func escapeLength(_ text: Bytes, at index: Int) -> Int? {
    guard index + 1 < text.count else { return nil }
    switch text[index + 1] {
    case UInt8(ascii: "u"): return codeUnit(text, at: index + 2) == nil ? nil : 6
    case let letter: return plain(letter) == nil ? nil : 2
    }
  }

  /// Bytes of the UTF-8 sequence of two to four bytes that begins at `index`; nil if it is not one.
  static func scalarLength(_ text: Bytes, at index: Int) -> Int? {
    // The second byte's range is what forbids overlong forms, surrogates and scalars above U+10FFFF.
    let length: Int
    let second: ClosedRange<UInt8>
    switch text[index] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard index + length <= text.count, second.contains(text[index + 1]) else { return nil }
    for place in (index + 2)..<max(index + length, index + 2)
    where text[place] & 0xC0 != 0x80 { return nil }
    return length
  }

  /// Gives `put` the bytes that `raw`, the inside of a JSON string, stands for. Never more bytes than
  /// `raw` has. Lone surrogates become U+FFFD; an escape that JSON does not know stays as it is.
  static func unescape(_ raw: Bytes, _ put: (UInt8) -> Void) {
    var at = 0
    while at < raw.count {
      let head = raw[at]
      guard head == Mark.backslash, at + 1 < raw.count else {
        put(head)
        at += 1
        continue
      }
      if let byte = plain(raw[at + 1]) {
        put(byte)
        at += 2
      } else if raw[at + 1] == UInt8(ascii: "u"), let scalar = scalar(raw, at: &at) {
        for byte in UTF8.encode(scalar).unsafelyUnwrapped { put(byte) }
      } else {
        put(head)
        at += 1
      }
    }
  }

  /// The byte that a backslash and `letter` stand for.
  private static func plain(_ letter: UInt8) -> UInt8? {
    switch letter {
    case Mark.quote, Mark.backslash, UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// The scalar of the `\\u` escape at `at`, or of the two of a surrogate pair, and steps over it.
  private static func scalar(_ raw: Bytes, at: inout Int) -> Unicode.Scalar? {
    guard let unit = codeUnit(raw, at: at + 2) else { return nil }
    at += 6
    if UTF16.isLeadSurrogate(unit), at + 1 < raw.count, raw[at] == Mark.backslash,
      raw[at + 1] == UInt8(ascii: "u"), let trail = codeUnit(raw, at: at + 2),
      UTF16.isTrailSurrogate(trail)
    {
      at += 6
      return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00))
    }
    return Unicode.Scalar(unit) ?? "\u{FFFD}"
  }

  /// Four hexadecimal digits.
  private static func codeUnit(_ text: Bytes, at index: Int) -> UInt16? {
    guard index + 4 <= text.count else { return nil }
    var unit: UInt16 = 0
    for place in index..<index + 4 {
      let digit: UInt8
      switch text[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = text[place] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = text[place] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = text[place] - UInt8(ascii: "A") + 10
      default: return nil
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}

extension JSONScanner {
  /// The text that a cell from JSON stands for: escapes resolved, containers compact. Text and
  /// numerals are returned as they are; so is a container that has no blanks to lose.
  package static func normalised(_ cell: Cell, arena: Arena) -> Cell {
    switch cell.kind {
    case .escaped: Cell(text: unescape(cell, into: arena))
    case .json: Cell(text: compact(cell, into: arena))
    case .text, .numeral, .yes, .no, .null, .number, .whole: cell
    }
  }

  /// The text of a string cell without its backslashes. Lone surrogates become U+FFFD; an escape
  /// that JSON does not know keeps its backslash.
  package static func unescape(_ cell: Cell, into arena: Arena) -> Bytes {
    let raw = cell.place
    guard cell.kind == .escaped else { return raw }
    return arena.write(capacity: raw.count) { room in
      var used = 0
      JSONText.unescape(raw) { byte in
        room[used] = byte
        used += 1
      }
      return used
    }
  }

  /// A container's text without blanks between its tokens; the place itself if it has none.
  package static func compact(_ cell: Cell, into arena: Arena) -> Bytes {
    let text = cell.place
    guard cell.kind == .json else { return text }
    guard let first = JSONText.firstBlank(text) else { return text }
    return arena.write(capacity: text.count) { room in
      var used = 0
      JSONText.visit(text, from: 0) { index, isBlank in
        guard index < first || !isBlank else { return true }
        room[used] = text[index]
        used += 1
        return true
      }
      return used
    }
  }
}

extension JSONText {
  /// Offset of the first blank between two tokens.
  fileprivate static func firstBlank(_ text: Bytes) -> Int? {
    var found: Int?
    visit(text, from: 0) { index, isBlank in
      if isBlank { found = index }
      return !isBlank
    }
    return found
  }

  /// Says of every byte whether it is a blank between tokens, until `body` has enough.
  @inline(__always)
  fileprivate static func visit(_ text: Bytes, from start: Int, _ body: (Int, Bool) -> Bool) {
    var inString = false
    var index = start
    while index < text.count {
      let byte = text[index]
      if inString, byte == Mark.backslash, index + 1 < text.count {
        guard body(index, false) else { return }
        index += 1
        guard body(index, false) else { return }
        index += 1
        continue
      }
      if byte == Mark.quote { inString.toggle() }
      let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
      guard body(index, !inString && isBlank) else { return }
      index += 1
    }
  }
}
