/// Reads the pieces that written times are made of, from left to right; a piece that is not there
/// leaves the position where it was.
struct TimeScanner {
  let text: Bytes
  var position: Int

  init(_ text: Bytes, at position: Int) {
    self.text = text
    self.position = position
  }

  @inline(__always)
  func byte(_ ahead: Int = 0) -> UInt8 {
    let index = position &+ ahead
    // Zero stands for the end: no piece of a time contains it.
    return index < text.count ? text[index] : 0
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard byte() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Skips spaces and tells whether there were any.
  mutating func skipBlanks() -> Bool {
    let start = position
    while byte() == 0x20 || byte() == 0x09 { position += 1 }
    return position > start
  }

  /// The number of digits that begin here.
  func digitCount(limit: Int = 20) -> Int {
    var count = 0
    while count < limit, byte(count) &- 0x30 <= 9 { count += 1 }
    return count
  }

  /// A number of `shortest` to `longest` digits that no other digit follows.
  mutating func number(_ shortest: Int, _ longest: Int) -> Int? {
    let count = digitCount(limit: longest + 1)
    guard count >= shortest, count <= longest else { return nil }
    var value = 0
    for index in 0..<count { value = value * 10 + Int(byte(index) &- 0x30) }
    position += count
    return value
  }

  /// An English month, short or in full, whatever its case.
  mutating func month() -> Int? {
    guard let month = DateNames.months.match(text, at: position) else { return nil }
    let end = position + month.length
    guard end >= text.count || !TimeScanner.isLetter(text[end]) else { return nil }
    position = end
    return month.index + 1
  }

  /// `12:00`, `12:00:00`, `9:05:00.123`, `12:00:00,5`, `12:00:00:123`, with or without AM or PM.
  mutating func clock(into time: inout WrittenTime, needsSeconds: Bool = false) -> Bool {
    let start = position
    guard let hour = number(1, 2), skip(":"), let minute = number(2, 2) else {
      position = start
      return false
    }
    time.hour = hour
    time.minute = minute
    if byte() == UInt8(ascii: ":"), TimeScanner(text, at: position + 1).digitCount() == 2 {
      position += 1
      time.second = number(2, 2) ?? 0
      time.millisecond = fraction()
    } else if needsSeconds {
      position = start
      return false
    }
    if let isAfternoon = meridiem(), (1...12).contains(hour) {
      time.hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    return true
  }

  /// The milliseconds of a fraction of any length, rounded down; 0 if there is none.
  mutating func fraction() -> Int {
    let isColon = byte() == UInt8(ascii: ":")
    guard byte() == UInt8(ascii: ".") || byte() == UInt8(ascii: ",") || isColon else { return 0 }
    // A colon is the mark of log formats that write milliseconds in full.
    let count = TimeScanner(text, at: position + 1).digitCount(limit: text.count)
    guard count > 0, !isColon || count == 3 else { return 0 }
    var value = 0
    for index in 1...3 { value = value * 10 + (index <= count ? Int(byte(index) &- 0x30) : 0) }
    position += 1 + count
    return value
  }

  /// Whether PM is written here; nil when neither AM nor PM is.
  private mutating func meridiem() -> Bool? {
    let gap = byte() == 0x20 ? 1 : 0
    let letter = byte(gap) | 0x20
    guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p"),
      byte(gap + 1) | 0x20 == UInt8(ascii: "m"), !TimeScanner.isLetter(byte(gap + 2))
    else { return nil }
    position += gap + 2
    return letter == UInt8(ascii: "p")
  }

  /// The offset of a zone written here: `Z`, `+02:00`, `-0530`, `+02`, ` +0200`, ` UTC`, ` PST`.
  mutating func offset() -> Int64? {
    let start = position
    let hasGap = skip(" ")
    if let offset = numericOffset(allowsHours: !hasGap) ?? namedOffset() { return offset }
    position = start
    return nil
  }

  /// `+02:00`, `+0200` and, if allowed, `+02`.
  mutating func numericOffset(allowsHours: Bool) -> Int64? {
    let start = position
    let isWest = byte() == UInt8(ascii: "-")
    guard isWest || byte() == UInt8(ascii: "+") else { return nil }
    position += 1
    var minutes: Int?
    switch digitCount() {
    case 4:
      let value = number(4, 4) ?? 0
      minutes = value / 100 <= 18 && value % 100 < 60 ? value / 100 * 60 + value % 100 : nil
    case 2:
      let hours = number(2, 2) ?? 0
      if byte() == UInt8(ascii: ":"), TimeScanner(text, at: position + 1).digitCount() == 2 {
        position += 1
        let rest = number(2, 2) ?? 0
        minutes = hours <= 18 && rest < 60 ? hours * 60 + rest : nil
      } else if allowsHours, hours <= 18 {
        minutes = hours * 60
      }
    default: break
    }
    guard let minutes else {
      position = start
      return nil
    }
    return Int64(isWest ? -minutes : minutes) * 60_000
  }

  /// `Z`, `UTC`, `CEST` and the like, as a word of its own; in capitals, for `ist` is also German.
  mutating func namedOffset() -> Int64? {
    var length = 0
    while length < 6, byte(length) &- 0x41 < 26 { length += 1 }
    if length == 0, byte() == UInt8(ascii: "z") { length = 1 }
    guard length > 0, length < 6, byte(length) &- 0x30 > 9, !TimeScanner.isLetter(byte(length)),
      let offset = DateNames.offset(ofZone: text.slice(position, position + length))
    else { return nil }
    position += length
    return offset
  }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
}
