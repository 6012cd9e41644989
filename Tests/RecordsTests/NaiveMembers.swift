import Records

/// The members of a line by the rules as they are told, in the most obvious way: parse everything,
/// name every value, then choose. Nothing here is shared with the product.
struct NaiveMembers {
  private var named: [(name: [UInt8], cell: String)] = []
  private let text: [UInt8]
  private var at = 0

  private struct Broken: Error {}

  init(_ line: Bytes) {
    text = line.array
    blanks()
    // What was named before an error stands.
    if peek == UInt8(ascii: "{") { try? value(named: [], depth: 0) }
  }

  /// The cell of a name.
  func cell(_ name: String) -> String {
    let wanted = Array(name.utf8)
    return
      (named.first { $0.name == wanted } ?? named.first { lowercase($0.name) == lowercase(wanted) })?
      .cell ?? "null"
  }

  private func lowercase(_ name: [UInt8]) -> [UInt8] {
    name.map { (65...90).contains($0) ? $0 + 32 : $0 }
  }

  private var peek: UInt8? { at < text.count ? text[at] : nil }

  private mutating func blanks() {
    while let next = peek, [0x20, 0x09, 0x0A, 0x0D].contains(next) { at += 1 }
  }

  private mutating func expect(_ mark: Character) throws(Broken) {
    guard peek == mark.asciiValue else { throw Broken() }
    at += 1
  }

  private mutating func value(named name: [UInt8], depth: Int) throws(Broken) {
    let start = at
    var shown = ""
    switch peek {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < JSONScanner.depthLimit else { throw Broken() }
      if peek == UInt8(ascii: "{") {
        try object(named: name, depth: depth)
      } else {
        try array(named: name, depth: depth)
      }
      shown = "json \(string(start, at))"
    case UInt8(ascii: "\""):
      let inside = try quoted()
      shown =
        (inside.contains(UInt8(ascii: "\\")) ? "escaped " : "text ") + string(start + 1, at - 1)
    default:
      while let next = peek, !Array(" \t\r\n,]}".utf8).contains(next) { at += 1 }
      let word = string(start, at)
      switch word {
      case "true": shown = "yes"
      case "false": shown = "no"
      case "null": shown = "null"
      default:
        let number = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+\-]?[0-9]+)?/.asciiOnlyDigits()
        guard word.wholeMatch(of: number) != nil else { throw Broken() }
        shown = "numeral \(word)"
      }
    }
    if depth > 0 { named.append((name, shown)) }
  }

  private mutating func object(named name: [UInt8], depth: Int) throws(Broken) {
    try expect("{")
    blanks()
    if peek == UInt8(ascii: "}") { return at += 1 }
    while true {
      let key = unescaped(try quoted())
      blanks()
      try expect(":")
      blanks()
      try value(named: depth == 0 ? key : name + Array(".".utf8) + key, depth: depth + 1)
      blanks()
      if peek == UInt8(ascii: "}") { return at += 1 }
      try expect(",")
      blanks()
    }
  }

  private mutating func array(named name: [UInt8], depth: Int) throws(Broken) {
    try expect("[")
    blanks()
    if peek == UInt8(ascii: "]") { return at += 1 }
    var index = 0
    while true {
      try value(named: name + Array("[\(index)]".utf8), depth: depth + 1)
      index += 1
      blanks()
      if peek == UInt8(ascii: "]") { return at += 1 }
      try expect(",")
      blanks()
    }
  }

  /// The raw inside of a string.
  private mutating func quoted() throws(Broken) -> [UInt8] {
    try expect("\"")
    let start = at
    while let next = peek, next != UInt8(ascii: "\"") { at += next == UInt8(ascii: "\\") ? 2 : 1 }
    guard at < text.count else { throw Broken() }
    at += 1
    return Array(text[start..<at - 1])
  }

  /// Escape by escape, from left to right; one that JSON does not know stands as it is.
  private func unescaped(_ raw: [UInt8]) -> [UInt8] {
    let meanings = Dictionary(
      uniqueKeysWithValues: zip(Array("\"\\/bfnrt".utf8), Array("\"\\/\u{8}\u{c}\n\r\t".utf8)))
    var name: [UInt8] = []
    var at = 0
    while at < raw.count {
      // Side by side, as two of them may be one scalar.
      var units: [UInt16] = []
      while let unit = codeUnit(raw, at: at) {
        units.append(unit)
        at += 6
      }
      name += Array(String(decoding: units, as: UTF16.self).utf8)
      guard at < raw.count else { break }
      let next = raw[at...].dropFirst().first
      if raw[at] == UInt8(ascii: "\\"), let next, let meaning = meanings[next] {
        name.append(meaning)
        at += 2
      } else {
        name.append(raw[at])
        at += 1
      }
    }
    return name
  }

  /// The number of `\u0061`.
  private func codeUnit(_ raw: [UInt8], at index: Int) -> UInt16? {
    guard index + 6 <= raw.count, raw[index...].starts(with: "\\u".utf8) else { return nil }
    let digits = String(decoding: raw[index + 2..<index + 6], as: UTF8.self)
    return digits.allSatisfy(\.isHexDigit) ? UInt16(digits, radix: 16) : nil
  }

  private func string(_ lower: Int, _ upper: Int) -> String {
    String(decoding: text[lower..<upper], as: UTF8.self)
  }
}
