package import Records

/// Writes compact JSON: the transition record, the bodies of actions, the audit log.
///
///     var writer = JSONWriter()
///     writer.object {
///       $0.key("monitor")
///       $0.string("Slow API")
///     }
///
/// Commas are its business; that a key comes before each value of an object is the caller's.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() {}

  /// What was written, as text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package mutating func object(_ members: (inout JSONWriter) -> Void) {
    enclosed(in: "{", "}", members)
  }

  package mutating func array(_ elements: (inout JSONWriter) -> Void) {
    enclosed(in: "[", "]", elements)
  }

  package mutating func key(_ name: String) {
    string(name)
    append(":")
    needsComma = false
  }

  package mutating func string(_ text: String) {
    separate()
    append("\"")
    bytes += JSONWriter.escaped(text).utf8
    append("\"")
  }

  package mutating func null() { raw("null") }

  package mutating func whole(_ number: Int64) { raw(String(number)) }

  /// The shortest text of the number; null when it's not finite, for which JSON has no text.
  package mutating func number(_ number: Double) {
    raw(number.isFinite ? NumberText.shortest(number) : "null")
  }

  package mutating func value(_ value: Value) {
    switch value {
    case .null: null()
    case .bool(let flag): raw(flag ? "true" : "false")
    case .whole(let number): whole(number)
    case .number(let number): self.number(number)
    case .text(let text): string(text)
    }
  }

  /// Text that is a JSON value already.
  package mutating func raw(_ json: String) {
    separate()
    append(json)
  }

  /// The text as it stands between the quotes of a JSON string.
  package static func escaped(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    let digits = Array("0123456789abcdef".utf8)
    for byte in text.utf8 {
      switch byte {
      case 0x22: result += [0x5C, 0x22]
      case 0x5C: result += [0x5C, 0x5C]
      case 0x08: result += "\\b".utf8
      case 0x09: result += "\\t".utf8
      case 0x0A: result += "\\n".utf8
      case 0x0C: result += "\\f".utf8
      case 0x0D: result += "\\r".utf8
      case ..<0x20:
        result += "\\u00".utf8
        result += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func enclosed(
    in open: String, _ close: String, _ content: (inout JSONWriter) -> Void
  ) {
    separate()
    append(open)
    needsComma = false
    content(&self)
    append(close)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { append(",") }
    needsComma = true
  }

  private mutating func append(_ text: String) { bytes += text.utf8 }
}
