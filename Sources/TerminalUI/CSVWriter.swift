package import Records

/// `-o csv`: RFC 4180, so lines end in CR LF; null is an empty field, empty text is `""`.
package struct CSVWriter: ResultWriter, Sendable {
  package init() {}

  package mutating func begin(_ columns: [String], into text: inout [UInt8]) {
    row(columns.map(Value.text), into: &text)
  }

  package mutating func row(_ values: [Value], into text: inout [UInt8]) {
    for (index, value) in values.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      switch value {
      case .null: break
      case .bool(let flag): text.append(contentsOf: (flag ? "true" : "false").utf8)
      case .whole(let number): NumberText.append(number, to: &text)
      case .number(let number) where !number.isFinite: break
      case .number(let number): NumberText.append(number, to: &text)
      case .text(let string): append(string, to: &text)
      }
    }
    text.append(contentsOf: "\r\n".utf8)
  }

  package mutating func end(into text: inout [UInt8]) {}

  private func append(_ string: String, to text: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let isPlain = string.utf8.allSatisfy {
      $0 != quote && $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D
    }
    if isPlain, !string.isEmpty, string.utf8.first != 0x20, string.utf8.last != 0x20 {
      text.append(contentsOf: string.utf8)
      return
    }
    text.append(quote)
    for byte in string.utf8 {
      if byte == quote { text.append(quote) }
      text.append(byte)
    }
    text.append(quote)
  }
}
