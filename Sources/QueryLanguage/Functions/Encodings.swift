import Records

/// Digits of base 16, as text carries bytes and numbers in them.
enum Hexadecimal {
  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  /// The bits that up to sixteen digits mean.
  static func number(of text: Bytes) -> UInt64? {
    let digits = withoutPrefix(text)
    guard (1...16).contains(digits.count) else { return nil }
    var number: UInt64 = 0
    for index in 0..<digits.count {
      guard let digit = value(of: digits[index]) else { return nil }
      number = number << 4 | UInt64(digit)
    }
    return number
  }

  /// The bytes that pairs of digits mean.
  static func bytes(of text: Bytes) -> [UInt8]? {
    let digits = withoutPrefix(text)
    guard digits.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(of: digits[index]), let low = value(of: digits[index + 1]) else {
        return nil
      }
      result.append(high << 4 | low)
    }
    return result
  }

  private static func withoutPrefix(_ text: Bytes) -> Bytes {
    text.count > 1 && text[0] == 0x30 && text[1] | 0x20 == UInt8(ascii: "x")
      ? text.dropping(2) : text
  }

  static let lowerDigits = Array("0123456789abcdef".utf8)
  static let upperDigits = Array("0123456789ABCDEF".utf8)

  /// Two lower-case digits a byte.
  static func write(_ bytes: [UInt8], into arena: Arena) -> Bytes {
    arena.write(capacity: bytes.count * 2) { room in
      for (index, byte) in bytes.enumerated() {
        room[index * 2] = lowerDigits[Int(byte >> 4)]
        room[index * 2 + 1] = lowerDigits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }
}

/// Base64 of RFC 4648. Read are both alphabets, with and without the padding, as Java does and tokens
/// in logs need.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: Bytes, into arena: Arena) -> Bytes {
    let length = (bytes.count + 2) / 3 * 4
    return arena.write(capacity: length) { room in
      var used = 0
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let present = min(3, bytes.count - start)
        var group: UInt32 = 0
        for index in 0..<3 {
          group = group << 8 | (index < present ? UInt32(bytes[start + index]) : 0)
        }
        for index in 0..<4 {
          let digit = Int(group >> UInt32(18 - 6 * index)) & 63
          room[used + index] = index <= present ? alphabet[digit] : UInt8(ascii: "=")
        }
        used += 4
      }
      return length
    }
  }

  /// Nil if `text` is no base64.
  static func decode(_ text: Bytes) -> [UInt8]? {
    var digits = text
    while text.count - digits.count < 2, digits.last == UInt8(ascii: "=") {
      digits = digits.slice(0, digits.count - 1)
    }
    guard digits.count == text.count || text.count % 4 == 0, digits.count % 4 != 1 else {
      return nil
    }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count * 3 / 4)
    var group: UInt32 = 0
    var bits = 0
    for index in 0..<digits.count {
      guard let digit = value(of: digits[index]) else { return nil }
      group = group << 6 | digit
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    return result
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case 0x41...0x5A: UInt32(digit - 0x41)
    case 0x61...0x7A: UInt32(digit - 0x61) + 26
    case 0x30...0x39: UInt32(digit - 0x30) + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}

/// The encodings that `base64Decode` reads.
enum TextEncoding: String, Sendable {
  case ascii = "US-ASCII"
  case utf8 = "UTF-8"
  case utf16 = "UTF-16"
  case utf16Big = "UTF-16BE"
  case utf16Little = "UTF-16LE"
  case utf32 = "UTF-32"
  case utf32Big = "UTF-32BE"
  case utf32Little = "UTF-32LE"

  init?(named name: String) { self.init(rawValue: name.uppercased()) }

  /// The text of `bytes`; what is no text in this encoding becomes U+FFFD.
  func decode(_ bytes: [UInt8]) -> String {
    switch self {
    case .utf8: return String(decoding: bytes, as: UTF8.self)
    case .ascii:
      return String(
        String.UnicodeScalarView(bytes.map { $0 < 0x80 ? Unicode.Scalar($0) : "\u{FFFD}" }))
    case .utf16, .utf16Big, .utf16Little:
      let units = words(bytes, size: 2, UInt16.self)
      return String(decoding: units, as: UTF16.self)
    case .utf32, .utf32Big, .utf32Little:
      let units = words(bytes, size: 4, UInt32.self)
      return String(String.UnicodeScalarView(units.map { Unicode.Scalar($0) ?? "\u{FFFD}" }))
    }
  }

  /// Code units in the encoding's byte order; without one in its name a mark at the head decides,
  /// else the big end comes first.
  private func words<Word: FixedWidthInteger>(
    _ bytes: [UInt8], size: Int, _: Word.Type
  ) -> [Word] {
    var units: [Word] = stride(from: 0, to: bytes.count - bytes.count % size, by: size).map {
      start in
      bytes[start..<start + size].reduce(Word(0)) { $0 << 8 | Word($1) }
    }
    let mark: Word = 0xFEFF
    let swappedMark = mark.byteSwapped
    let isLittle = self == .utf16Little || self == .utf32Little
    let isNamed = isLittle || self == .utf16Big || self == .utf32Big
    if isLittle || (!isNamed && units.first == swappedMark) { units = units.map(\.byteSwapped) }
    if !isNamed, units.first == mark { units.removeFirst() }
    return units
  }
}

/// The encoding of HTML forms in URLs, as Java's `URLEncoder` writes it.
enum PercentText {
  static func encode(_ text: Bytes, into arena: Arena) -> Bytes {
    arena.write(capacity: text.count * 3) { room in
      var used = 0
      for index in 0..<text.count {
        let byte = text[index]
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: "*"), UInt8(ascii: "_"):
          room[used] = byte
          used += 1
        case 0x20:
          room[used] = UInt8(ascii: "+")
          used += 1
        default:
          room[used] = UInt8(ascii: "%")
          room[used + 1] = Hexadecimal.upperDigits[Int(byte >> 4)]
          room[used + 2] = Hexadecimal.upperDigits[Int(byte & 15)]
          used += 3
        }
      }
      return used
    }
  }

  /// A percent sign without two digits behind it stays.
  static func decode(_ text: Bytes, into arena: Arena) -> Bytes {
    var isASCII = true
    let decoded = arena.write(capacity: text.count) { room in
      var used = 0
      var index = 0
      while index < text.count {
        var byte = text[index]
        index += 1
        if byte == UInt8(ascii: "+") {
          byte = 0x20
        } else if byte == UInt8(ascii: "%"), index + 1 < text.count,
          let high = Hexadecimal.value(of: text[index]),
          let low = Hexadecimal.value(of: text[index + 1])
        {
          byte = high << 4 | low
          index += 2
        }
        if byte >= 0x80 { isASCII = false }
        room[used] = byte
        used += 1
      }
      return used
    }
    return isASCII ? decoded : arena.store(decoded.string)
  }
}

extension Arena {
  /// Stores bytes from outside as text: what is not UTF-8 becomes U+FFFD.
  func storeText(_ bytes: [UInt8]) -> Bytes {
    bytes.allSatisfy { $0 < 0x80 } ? store(bytes) : store(String(decoding: bytes, as: UTF8.self))
  }
}

extension Bytes {
  var first: UInt8? { isEmpty ? nil : self[0] }
  var last: UInt8? { isEmpty ? nil : self[count - 1] }

  func allSatisfy(_ test: (UInt8) -> Bool) -> Bool {
    for index in 0..<count where !test(self[index]) { return false }
    return true
  }
}
