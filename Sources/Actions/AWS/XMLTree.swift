/// A small XML document as a tree: what the services of AWS that don't speak JSON answer with.
///
/// Names come without their prefix; attributes, comments and instructions are skipped. A document
/// type is refused, because what it declares could be of any size.
package struct XMLTree: Sendable, Hashable {
  package let name: String
  /// The text right inside, with its references resolved; not that of the children.
  package fileprivate(set) var text = ""
  package fileprivate(set) var children: [XMLTree] = []

  /// Deeper documents are nothing that AWS sends.
  static let deepest = 64

  /// Nil when the bytes are not one element, with what may stand around it.
  package init?(_ bytes: [UInt8]) {
    var reader = XMLReader(bytes)
    guard let root = reader.document() else { return nil }
    self = root
  }

  fileprivate init(name: String) { self.name = name }

  /// The first child with this name.
  package subscript(name: String) -> XMLTree? { children.first { $0.name == name } }

  /// The first element with this name anywhere, from the top.
  package func first(_ name: String) -> XMLTree? {
    if self.name == name { return self }
    for child in children {
      if let found = child.first(name) { return found }
    }
    return nil
  }

  /// All elements with this name, outermost only, in the order written.
  package func all(_ name: String) -> [XMLTree] {
    self.name == name ? [self] : children.flatMap { $0.all(name) }
  }
}

private struct XMLReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() -> XMLTree? {
    guard skipAround(), let root = element(depth: 1), skipAround(), offset == bytes.count else {
      return nil
    }
    return root
  }

  /// Passes blanks, comments and instructions; false when one of them never ends.
  private mutating func skipAround() -> Bool {
    // A byte order mark.
    if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    while true {
      skipBlanks()
      if starts("<?") {
        guard pass("?>") != nil else { return false }
      } else if starts("<!--") {
        guard pass("-->", after: 4) != nil else { return false }
      } else {
        return true
      }
    }
  }

  private mutating func element(depth: Int) -> XMLTree? {
    guard depth <= XMLTree.deepest, starts("<") else { return nil }
    offset += 1
    guard let name = name(), let isEmpty = attributes() else { return nil }
    var tree = XMLTree(name: name.local)
    if isEmpty { return tree }
    while offset < bytes.count {
      if starts("</") {
        offset += 2
        guard let closing = self.name(), closing.full == name.full else { return nil }
        skipBlanks()
        guard starts(">") else { return nil }
        offset += 1
        return tree
      } else if starts("<!--") {
        guard pass("-->", after: 4) != nil else { return nil }
      } else if starts("<![CDATA[") {
        guard let text = pass("]]>", after: 9) else { return nil }
        tree.text += String(decoding: text, as: UTF8.self)
      } else if starts("<?") {
        guard pass("?>") != nil else { return nil }
      } else if starts("<") {
        guard let child = element(depth: depth + 1) else { return nil }
        tree.children.append(child)
      } else {
        let end = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        tree.text += XMLReader.resolved(bytes[offset..<end])
        offset = end
      }
    }
    return nil
  }

  private mutating func name() -> (full: String, local: String)? {
    let name = bytes[offset...].prefix { !" \t\r\n/><=\"'&".utf8.contains($0) }
    guard !name.isEmpty else { return nil }
    offset = name.endIndex
    let full = String(decoding: name, as: UTF8.self)
    let local = full.split(separator: ":").last.map(String.init) ?? full
    return (full, local)
  }

  /// Passes the rest of a start tag; whether it ends its element too. Nil when it never ends.
  private mutating func attributes() -> Bool? {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: ">"):
        offset += 1
        return false
      case UInt8(ascii: "/"):
        guard starts("/>") else { return nil }
        offset += 2
        return true
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let quote = bytes[offset]
        guard let end = bytes[(offset + 1)...].firstIndex(of: quote) else { return nil }
        offset = end + 1
      case UInt8(ascii: "<"): return nil
      default: offset += 1
      }
    }
    return nil
  }

  /// The text with its references; one that nobody knows stays as it is.
  private static func resolved(_ text: ArraySlice<UInt8>) -> String {
    guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
    var result = ""
    var rest = text
    while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
      result += String(decoding: rest[..<start], as: UTF8.self)
      rest = rest[start...]
      let name = rest.dropFirst().prefix { $0 != UInt8(ascii: ";") }
      if name.endIndex < rest.endIndex,
        let character = character(named: String(decoding: name, as: UTF8.self))
      {
        result.unicodeScalars.append(character)
        rest = rest[(name.endIndex + 1)...]
      } else {
        result += "&"
        rest = rest.dropFirst()
      }
    }
    return result + String(decoding: rest, as: UTF8.self)
  }

  private static func character(named name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    default:
      if name.hasPrefix("#x") {
        digits(name.dropFirst(2), radix: 16)
      } else if name.hasPrefix("#") {
        digits(name.dropFirst(), radix: 10)
      } else {
        nil
      }
    }
  }

  /// Digits only: the number reader would take a sign too.
  private static func digits(_ text: Substring, radix: Int) -> Unicode.Scalar? {
    guard let first = text.first, first != "+", first != "-" else { return nil }
    return UInt32(text, radix: radix).flatMap(Unicode.Scalar.init)
  }

  /// Passes everything up to and with `end`, and gives what stood before it.
  private mutating func pass(_ end: StaticString, after begin: Int = 2) -> ArraySlice<UInt8>? {
    let rest = bytes[(offset + begin)...]
    let found = end.withUTF8Buffer { rest.firstRange(of: Array($0)) }
    guard let found else { return nil }
    offset = found.upperBound
    return rest[..<found.lowerBound]
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, " \t\r\n".utf8.contains(bytes[offset]) { offset += 1 }
  }

  private func starts(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[offset...].starts(with: $0) }
  }
}
