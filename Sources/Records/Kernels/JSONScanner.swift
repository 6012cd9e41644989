/// Reads JSON text front to back, one value at a time.
///
/// The general path, and the reference that the learned one is tested against. It checks every byte
/// of structure it passes and is lenient inside strings: raw control characters, bad UTF-8 and
/// unknown escapes are text like any other, because logs have them. `isValid` is the strict reading.
package struct JSONScanner {
  private let text: Bytes
  private let strict: Bool
  /// Offset of the next byte.
  private(set) var at = 0

  /// Containers inside containers; one more is an error of structure.
  package static let depthLimit = 512

  init(_ text: Bytes, strict: Bool = false) {
    self.text = text
    self.strict = strict
  }

  /// The value at the head of `text` and what follows it; nil if there is none or it is broken.
  package static func value(in text: Bytes) -> (cell: Cell, rest: Bytes)? {
    var scanner = JSONScanner(text)
    scanner.skipBlanks()
    guard let cell = scanner.value(depth: 0) else { return nil }
    return (cell, text.dropping(scanner.at))
  }

  /// Whether `line` is one JSON text as RFC 8259 has it, valid UTF-8 included.
  package static func isValid(_ line: Bytes) -> Bool {
    var scanner = JSONScanner(line, strict: true)
    scanner.skipBlanks()
    guard scanner.value(depth: 0) != nil else { return false }
    scanner.skipBlanks()
    return scanner.at == line.count
  }

  // SAFETY: `at` never exceeds `text.count`, and this is only reached with `index < text.count`; the
  // scanner's tests run on exactly sized heap blocks under the address sanitizer.
  @inline(__always)
  private func byte(_ index: Int) -> UInt8 { text.start.unsafelyUnwrapped[index] }

  /// The next byte; nil at the end.
  @inline(__always)
  var next: UInt8? { at < text.count ? byte(at) : nil }

  /// Whether an object or an array begins here.
  var isAtContainer: Bool { next == Mark.openObject || next == Mark.openArray }

  @inline(__always)
  mutating func skipBlanks() {
    while at < text.count {
      switch byte(at) {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }

  /// Steps over `mark` if it comes next.
  @inline(__always)
  mutating func take(_ mark: UInt8) -> Bool {
    guard next == mark else { return false }
    at += 1
    return true
  }

  /// The bytes between two offsets.
  func slice(_ lower: Int, _ upper: Int) -> Bytes { text.slice(lower, upper) }

  /// A member's key, its colon and the blanks around that; stops where the value begins.
  mutating func key() -> Cell? {
    guard let key = string() else { return nil }
    skipBlanks()
    guard take(Mark.colon) else { return nil }
    skipBlanks()
    return key
  }

  /// The value that begins here, inside `depth` containers.
  mutating func value(depth: Int) -> Cell? {
    isAtContainer ? container(depth: depth) : scalar()
  }

  mutating func scalar() -> Cell? {
    switch next {
    case Mark.quote: string()
    case UInt8(ascii: "t"): word("true", Cell(true))
    case UInt8(ascii: "f"): word("false", Cell(false))
    case UInt8(ascii: "n"): word("null", .null)
    default: number()
    }
  }

  private mutating func word(_ spelling: StaticString, _ cell: Cell) -> Cell? {
    let end = at + spelling.utf8CodeUnitCount
    guard end <= text.count else { return nil }
    for index in 0..<spelling.utf8CodeUnitCount
    where byte(at + index) != spelling.utf8Start[index] { return nil }
    at = end
    return endsScalar ? cell : nil
  }

  /// Whether a number or word may end here: `12a` and `truex` are no values at all.
  private var endsScalar: Bool {
    switch next {
    case nil, Mark.comma, Mark.closeObject, Mark.closeArray, 0x20, 0x09, 0x0A, 0x0D: true
    default: false
    }
  }

  /// A number of JSON's grammar.
  private mutating func number() -> Cell? {
    let start = at
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) {
      guard digits() else { return nil }
    }
    if take(UInt8(ascii: ".")) {
      guard digits() else { return nil }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() else { return nil }
    }
    return endsScalar ? Cell(text.slice(start, at), as: .numeral) : nil
  }

  private mutating func digits() -> Bool {
    let start = at
    while at < text.count, byte(at) &- UInt8(ascii: "0") <= 9 { at += 1 }
    return at > start
  }

  /// The inside of the string that begins here.
  mutating func string() -> Cell? {
    guard take(Mark.quote) else { return nil }
    if strict { return strictString() }
    let start = at
    var escaped = false
    while at < text.count {
      let head = byte(at)
      if head == Mark.quote {
        at += 1
        return Cell(text.slice(start, at - 1), as: escaped ? .escaped : .text)
      }
      if head == Mark.backslash {
        escaped = true
        at += 1
      }
      at += 1
    }
    at = text.count
    return nil
  }

  /// Steps over an object or array and checks its whole structure.
  ///
  /// A loop with one bit for each open container, not a recursion: input decides how deep it gets.
  private mutating func container(depth: Int) -> Cell? {
    let start = at
    var open = Nesting()
    while true {
      // A value begins here.
      if isAtContainer {
        guard depth + open.count < JSONScanner.depthLimit else { return nil }
        open.push(object: byte(at) == Mark.openObject)
        at += 1
        skipBlanks()
        if next != open.close {
          guard !open.isObject || key() != nil else { return nil }
          continue
        }
      } else {
        guard scalar() != nil else { return nil }
        skipBlanks()
      }
      // A value ended: leave the containers that end with it, then go to the next value.
      while take(open.close) {
        open.pop()
        if open.count == 0 { return Cell(text.slice(start, at), as: .json) }
        skipBlanks()
      }
      guard take(Mark.comma) else { return nil }
      skipBlanks()
      guard !open.isObject || key() != nil else { return nil }
    }
  }

  /// A string as RFC 8259 has it: no raw control characters, known escapes, valid UTF-8.
  private mutating func strictString() -> Cell? {
    let start = at
    var escaped = false
    while at < text.count {
      let head = byte(at)
      switch head {
      case Mark.quote:
        at += 1
        return Cell(text.slice(start, at - 1), as: escaped ? .escaped : .text)
      case Mark.backslash:
        escaped = true
        guard let length = JSONText.escapeLength(text, at: at) else { return nil }
        at += length
      case 0..<0x20:
        return nil
      case 0x20..<0x80:
        at += 1
      default:
        guard let length = JSONText.scalarLength(text, at: at) else { return nil }
        at += length
      }
    }
    return nil
  }
}

/// The bytes that carry JSON's structure.
enum Mark {
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let colon = UInt8(ascii: ":")
  static let comma = UInt8(ascii: ",")
  static let openObject = UInt8(ascii: "{")
  static let closeObject = UInt8(ascii: "}")
  static let openArray = UInt8(ascii: "[")
  static let closeArray = UInt8(ascii: "]")
}

/// Which of the open containers are objects: one bit each, the innermost last.
private struct Nesting {
  private var words: [8 of UInt64] = .init(repeating: 0)
  private(set) var count = 0
  private(set) var isObject = false

  var close: UInt8 { isObject ? Mark.closeObject : Mark.closeArray }

  mutating func push(object: Bool) {
    let bit: UInt64 = 1 << UInt64(count & 63)
    if object { words[count >> 6] |= bit } else { words[count >> 6] &= ~bit }
    count += 1
    isObject = object
  }

  mutating func pop() {
    count -= 1
    guard count > 0 else { return }
    isObject = words[(count - 1) >> 6] & (1 << UInt64((count - 1) & 63)) != 0
  }
}

extension JSONScanner {
  /// One member of an object.
  package struct Member: Sendable {
    /// The inside of the key as it stands.
    package var key: Bytes
    /// Whether the key has backslashes: `JSONScanner.unescape` reads it.
    package var keyEscaped: Bool
    package var value: Cell
  }

  /// The members of the object at the head of `text`, in order; ends early where it is broken.
  package static func members(of text: Bytes) -> Members { Members(text) }

  /// The elements of the array at the head of `text`, in order; ends early where it is broken.
  package static func elements(of text: Bytes) -> Elements { Elements(text) }

  /// Walks an object member by member.
  package struct Members: Sequence, IteratorProtocol {
    private var inside: Inside

    init(_ text: Bytes) { inside = Inside(text, Mark.openObject) }

    package mutating func next() -> Member? {
      inside.next { scanner in
        guard let key = scanner.key(), let value = scanner.value(depth: 1) else { return nil }
        return Member(key: key.place, keyEscaped: key.kind == .escaped, value: value)
      }
    }
  }

  /// Walks an array element by element.
  package struct Elements: Sequence, IteratorProtocol {
    private var inside: Inside

    init(_ text: Bytes) { inside = Inside(text, Mark.openArray) }

    package mutating func next() -> Cell? { inside.next { $0.value(depth: 1) } }
  }

  /// A place inside a container, before its first item or behind one.
  private struct Inside {
    private enum Place { case beforeFirst, behindItem, over }

    private var scanner: JSONScanner
    private var place: Place

    init(_ text: Bytes, _ opening: UInt8) {
      scanner = JSONScanner(text)
      scanner.skipBlanks()
      place = scanner.take(opening) ? .beforeFirst : .over
    }

    mutating func next<Item>(_ read: (inout JSONScanner) -> Item?) -> Item? {
      guard place != .over else { return nil }
      scanner.skipBlanks()
      if place == .beforeFirst || scanner.take(Mark.comma) {
        scanner.skipBlanks()
        place = .behindItem
        if let item = read(&scanner) { return item }
      }
      place = .over
      return nil
    }
  }
}
