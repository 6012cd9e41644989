/// Finds where in the file each byte of a scalar's value came from, so that a caret in a query
/// points at the real character whatever way the query was quoted.
///
/// libyaml yields a value and where it began and ended. This decodes the same stretch once more,
/// byte by byte as libyaml does, and keeps an offset beside each byte:
///
///     query: >            value    a = 1 | count\n
///       a = 1             offsets  12..16, 17 (the fold), 24..30, 31
///       | count
struct YAMLScalarPlaces {
  /// For each byte of the value its offset in the file, then one past the last.
  let offsets: [Int]
  /// Whether the decoded value was libyaml's own; if not, offsets only count up from the start.
  let isExact: Bool

  init(_ value: [UInt8], _ style: YAMLEvent.Style, in bytes: [UInt8], from start: Int, to end: Int)
  {
    var decoder = Decoder(bytes: bytes, at: start, end: end)
    switch style {
    case .plain: decoder.readFlow(style)
    case .singleQuoted, .doubleQuoted:
      decoder.at += 1
      decoder.end -= 1
      decoder.readFlow(style)
      decoder.past = max(start, decoder.end)
    case .literal, .folded: decoder.readBlock(style, value: value)
    }
    isExact = decoder.value == value
    offsets =
      isExact ? decoder.offsets + [decoder.past] : (0...value.count).map { min(start + $0, end) }
  }
}

private struct Decoder {
  let bytes: [UInt8]
  var at: Int
  var end: Int
  var value: [UInt8] = []
  var offsets: [Int] = []
  var past: Int

  init(bytes: [UInt8], at: Int, end: Int) {
    self.bytes = bytes
    self.at = at
    self.end = end
    past = at
  }

  struct LineBreak {
    var offset: Int
    var length: Int
    /// What stands for it in a value: a newline, or itself for U+2028 and U+2029.
    var value: [UInt8]
    var isNewline: Bool { value == [0x0A] }
  }

  private func byte(_ offset: Int) -> UInt8 { offset < end ? bytes[offset] : 0 }

  private func isBlank(_ offset: Int) -> Bool { byte(offset) == 0x20 || byte(offset) == 0x09 }

  private func lineBreak(_ offset: Int) -> LineBreak? {
    switch (byte(offset), byte(offset + 1), byte(offset + 2)) {
    case (0x0D, 0x0A, _): LineBreak(offset: offset, length: 2, value: [0x0A])
    case (0x0A, _, _), (0x0D, _, _): LineBreak(offset: offset, length: 1, value: [0x0A])
    case (0xC2, 0x85, _): LineBreak(offset: offset, length: 2, value: [0x0A])
    case (0xE2, 0x80, let last) where last == 0xA8 || last == 0xA9:
      LineBreak(offset: offset, length: 3, value: [0xE2, 0x80, last])
    default: nil
    }
  }

  private mutating func append(_ text: some Sequence<UInt8>, from offset: Int, to upper: Int) {
    for byte in text {
      value.append(byte)
      offsets.append(offset)
    }
    past = upper
  }

  private mutating func append(_ breaks: some Sequence<LineBreak>) {
    for item in breaks {
      append(item.value, from: item.offset, to: item.offset + item.length)
    }
  }

  private mutating func copy(upTo upper: Int) {
    while at < upper {
      append(CollectionOfOne(bytes[at]), from: at, to: at + 1)
      at += 1
    }
  }

  // Plain and quoted scalars.

  mutating func readFlow(_ style: YAMLEvent.Style) {
    while at < end {
      if isBlank(at) || lineBreak(at) != nil {
        fold(afterEscape: false)
      } else if style == .doubleQuoted, bytes[at] == UInt8(ascii: "\\") {
        readEscape()
      } else if style == .singleQuoted, bytes[at] == UInt8(ascii: "'") {
        append(CollectionOfOne(bytes[at]), from: at, to: at + 2)
        at += 2
      } else {
        copy(upTo: at + 1)
      }
    }
  }

  /// One line break among blanks is a space, more are one newline less; blanks alone stay.
  private mutating func fold(afterEscape: Bool) {
    let start = at
    var breaks: [LineBreak] = []
    while at < end {
      if let found = lineBreak(at) {
        breaks.append(found)
        at += found.length
      } else if isBlank(at) {
        at += 1
      } else {
        break
      }
    }
    if afterEscape {
      append(breaks)
    } else if let first = breaks.first {
      join(first, breaks.dropFirst())
    } else {
      let upper = at
      at = start
      copy(upTo: upper)
    }
  }

  private mutating func join(_ first: LineBreak, _ rest: ArraySlice<LineBreak>) {
    if !first.isNewline { append(CollectionOfOne(first)) }
    if first.isNewline, rest.isEmpty {
      append(CollectionOfOne(0x20), from: first.offset, to: first.offset + first.length)
    }
    append(rest)
  }

  private mutating func readEscape() {
    let start = at
    if let ended = lineBreak(at + 1) {
      at += 1 + ended.length
      fold(afterEscape: true)
      return
    }
    let digits =
      switch byte(at + 1) {
      case UInt8(ascii: "x"): 2
      case UInt8(ascii: "u"): 4
      case UInt8(ascii: "U"): 8
      default: 0
      }
    let scalar: Unicode.Scalar?
    if digits > 0 {
      let text = String(
        decoding: bytes[min(at + 2, end)..<min(at + 2 + digits, end)], as: UTF8.self)
      scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
    } else {
      scalar = Self.escapes[byte(at + 1)] ?? Unicode.Scalar(byte(at + 1))
    }
    at = min(at + 2 + digits, end)
    append(Array(String(scalar ?? "\u{FFFD}").utf8), from: start, to: at)
  }

  private static let escapes: [UInt8: Unicode.Scalar] = [
    UInt8(ascii: "0"): "\u{0}", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}",
    UInt8(ascii: "t"): "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{B}",
    UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}",
    UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}", UInt8(ascii: "L"): "\u{2028}",
    UInt8(ascii: "P"): "\u{2029}",
  ]

  // Block scalars.

  mutating func readBlock(_ style: YAMLEvent.Style, value expected: [UInt8]) {
    let (strip, keep) = readHeader()
    guard let indent = indentation(of: expected) else { return }
    var pending: LineBreak?
    var empty: [LineBreak] = []
    var wasIndented = false
    while readEmptyLines(indent, into: &empty) {
      let isIndented = isBlank(at)
      if style == .folded, let ended = pending, ended.isNewline, !wasIndented, !isIndented {
        join(ended, empty[...])
      } else {
        append(pending.map { [$0] } ?? [])
        append(empty)
      }
      empty = []
      wasIndented = isIndented
      var upper = at
      while upper < end, lineBreak(upper) == nil { upper += 1 }
      copy(upTo: upper)
      pending = lineBreak(at)
      at += pending?.length ?? 0
    }
    if !strip { append(pending.map { [$0] } ?? []) }
    if keep { append(empty) }
  }

  /// `|`, `>-`, `|2+ # why`, and the end of that line.
  private mutating func readHeader() -> (strip: Bool, keep: Bool) {
    var (strip, keep) = (false, false)
    at += 1
    while at < end, !isBlank(at), lineBreak(at) == nil {
      strip = strip || bytes[at] == UInt8(ascii: "-")
      keep = keep || bytes[at] == UInt8(ascii: "+")
      at += 1
    }
    past = at
    while at < end, lineBreak(at) == nil { at += 1 }
    at += lineBreak(at)?.length ?? 0
    return (strip, keep)
  }

  /// How many spaces the lines of the block lost: what the first line of text has in the file more
  /// than in the value. Nil when the two don't fit.
  private func indentation(of expected: [UInt8]) -> Int? {
    let first = expected.prefix { $0 == 0x0A }.count
    guard first < expected.count else { return .max }
    var line = at
    for _ in 0..<first {
      while line < end, lineBreak(line) == nil { line += 1 }
      line += lineBreak(line)?.length ?? 0
    }
    let there = bytes[line..<max(line, end)].prefix { $0 == 0x20 }.count
    let here = expected[first...].prefix { $0 == 0x20 }.count
    return there >= here ? there - here : nil
  }

  /// Skips the indentation and lines without text; whether a line with text follows.
  private mutating func readEmptyLines(_ indent: Int, into breaks: inout [LineBreak]) -> Bool {
    while at < end {
      var text = at
      while text < end, text - at < indent, bytes[text] == 0x20 { text += 1 }
      guard let found = lineBreak(text) else {
        guard text < end, text - at == indent else { return false }
        at = text
        return true
      }
      breaks.append(found)
      at = text + found.length
    }
    return false
  }
}
