/// RFC 2045, section 6.7: text in lines of at most 76 characters of ASCII, still readable.
enum QuotedPrintable {
  private static let longest = 76

  /// Encodes text whose lines end with `\n`; those of the result end with `\r\n`.
  static func encode(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { encode(line: Array($0.utf8)) }.joined(separator: "\r\n")
  }

  private static func encode(line: [UInt8]) -> String {
    var result = ""
    var length = 0
    for (index, byte) in line.enumerated() {
      let isBlank = byte == 0x20 || byte == 0x09
      let isLast = index == line.count - 1
      let isItself = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isBlank && !isLast
      let piece = isItself ? String(UnicodeScalar(byte)) : "=" + hex(byte)
      // One place is kept for the `=` that says that the line goes on.
      if length + piece.utf8.count > longest - 1 {
        result += "=\r\n"
        length = 0
      }
      result += piece
      length += piece.utf8.count
    }
    return result
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
