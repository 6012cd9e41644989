/// Text for the headers of a mail: RFC 5322, and RFC 2047 where ASCII is not enough.
enum HeaderText {
  /// How much of a text one encoded word holds: 45 bytes are 60 digits, and with what is around
  /// them fewer than the 75 that are allowed.
  private static let wordLength = 45

  /// Text that people read, in one or several lines, of which each but the first begins with a blank.
  static func unstructured(_ text: String) -> String {
    let text = text.onOneLine
    // A line may have 998 characters; long before that, nobody reads on.
    let isPlain = text.utf8.allSatisfy { $0 < 0x7F } && text.utf8.count < 200
    // What looks like an encoded word would be read as one.
    return isPlain && !text.contains("=?") ? text : encoded(text)
  }

  /// A name in front of an address.
  static func phrase(_ text: String) -> String {
    guard text.utf8.allSatisfy({ $0 < 0x7F }), !text.contains("=?") else { return encoded(text) }
    let escaped = text.flatMap { "\"\\".contains($0) ? "\\" + String($0) : String($0) }
    return "\"" + String(escaped) + "\""
  }

  private static func encoded(_ text: String) -> String {
    var words: [[UInt8]] = [[]]
    for scalar in text.unicodeScalars {
      // No character may be cut in two.
      let bytes = Array(String(scalar).utf8)
      if words[words.count - 1].count + bytes.count > wordLength { words.append([]) }
      words[words.count - 1] += bytes
    }
    return words.map { "=?UTF-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
  }
}
