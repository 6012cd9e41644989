package import Records

/// `-o json` and `-o ndjson`: one object a row, keys in column order, numbers as numbers.
package struct JSONWriter: ResultWriter, Sendable {
  package enum Layout: Sendable { case array, lines }

  private let layout: Layout
  /// `{"host":`, `,"_count":`: what stands before each value, escaped once.
  private var keys: [[UInt8]] = []
  private var isFirst = true

  package init(layout: Layout) { self.layout = layout }

  package mutating func begin(_ columns: [String], into text: inout [UInt8]) {
    keys = columns.enumerated().map { index, name in
      var key = Array((index == 0 ? "{" : ",").utf8)
      JSONText.append(name, to: &key)
      key.append(UInt8(ascii: ":"))
      return key
    }
    if layout == .array { text.append(UInt8(ascii: "[")) }
  }

  package mutating func row(_ values: [Value], into text: inout [UInt8]) {
    if layout == .array { text.append(contentsOf: (isFirst ? "\n  " : ",\n  ").utf8) }
    isFirst = false
    if keys.isEmpty { text.append(UInt8(ascii: "{")) }
    for (key, value) in zip(keys, values) {
      text.append(contentsOf: key)
      JSONText.append(value, to: &text)
    }
    text.append(UInt8(ascii: "}"))
    if layout == .lines { text.append(UInt8(ascii: "\n")) }
  }

  package mutating func end(into text: inout [UInt8]) {
    if layout == .array { text.append(contentsOf: (isFirst ? "]\n" : "\n]\n").utf8) }
  }
}

/// JSON spelled as bytes.
enum JSONText {
  static func append(_ value: Value, to text: inout [UInt8]) {
    switch value {
    case .null: text.append(contentsOf: "null".utf8)
    case .bool(let flag): text.append(contentsOf: (flag ? "true" : "false").utf8)
    case .whole(let number): NumberText.append(number, to: &text)
    // JSON has no infinities and no not-a-number: like a value that could not be computed.
    case .number(let number) where !number.isFinite: text.append(contentsOf: "null".utf8)
    case .number(let number): NumberText.append(number, to: &text)
    case .text(let string): append(string, to: &text)
    }
  }

  static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    var lead: UInt8 = 0
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): text.append(contentsOf: #"\""#.utf8)
      case UInt8(ascii: "\\"): text.append(contentsOf: #"\\"#.utf8)
      case 0x0A: text.append(contentsOf: #"\n"#.utf8)
      case 0x0D: text.append(contentsOf: #"\r"#.utf8)
      case 0x09: text.append(contentsOf: #"\t"#.utf8)
      case 0..<0x20, 0x7F: escape(byte, to: &text)
      // C2 80 ... C2 9F are controls that some terminals obey; escaped, JSON means the same.
      case 0x80..<0xA0 where lead == 0xC2:
        text.removeLast()
        escape(byte, to: &text)
      default: text.append(byte)
      }
      lead = byte
    }
    text.append(UInt8(ascii: "\""))
  }

  private static func escape(_ code: UInt8, to text: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    text.append(contentsOf: #"\u00"#.utf8)
    text.append(digits[Int(code >> 4)])
    text.append(digits[Int(code & 15)])
  }
}
