/// Walks over the beginning of a line and stops wherever a written time could begin.
struct LineTimeScanner {
  struct Place {
    enum Kind {
      /// A number that may open a date or a time of day.
      case digits
      /// A number that stands where only epochs stand.
      case epoch
      /// A word that may be a month.
      case letters
    }

    let kind: Kind
    let start: Int
    /// How many digits there are.
    let count: Int
  }

  /// A time must begin within this many bytes.
  static let reach = 256

  private static let member = Array("\"timestamp\":".utf8)

  private let line: Bytes
  private var position = 0
  private var commas = 0
  /// Where the line's first character other than a blank stands.
  private let beginning: Int

  init(_ line: Bytes) {
    self.line = line
    var beginning = 0
    while beginning < line.count, Bytes.isBlank(line[beginning]) { beginning += 1 }
    self.beginning = beginning
    position = beginning
  }

  private func byte(_ index: Int) -> UInt8 {
    index >= 0 && index < line.count ? line[index] : 0
  }

  /// The next place, or nil at the end of what is searched.
  mutating func next() -> Place? {
    let end = min(line.count, LineTimeScanner.reach)
    while position < end {
      let start = position
      let byte = line[start]
      if byte &- 0x30 <= 9 {
        let count = TimeScanner(line, at: start).digitCount(limit: line.count)
        position = start + count
        if isEpoch(start, count) { return Place(kind: .epoch, start: start, count: count) }
        if isOpening(start, count) { return Place(kind: .digits, start: start, count: count) }
      } else if TimeScanner.isLetter(byte) {
        repeat { position += 1 } while TimeScanner.isLetter(self.byte(position))
        // The shortest month is May; the longest, September.
        if (3...9).contains(position - start), !TimeScanner.isWord(self.byte(start - 1)) {
          return Place(kind: .letters, start: start, count: 0)
        }
      } else {
        if byte == UInt8(ascii: ",") { commas += 1 }
        position += 1
      }
    }
    return nil
  }

  /// Whether a date or a time of day may begin here rather than in the middle of something.
  private func isOpening(_ start: Int, _ count: Int) -> Bool {
    let before = byte(start - 1)
    guard count == 2, byte(start + 2) == UInt8(ascii: ":") else {
      return !TimeScanner.isLetter(before) && before != UInt8(ascii: ".")
    }
    return !TimeScanner.isWord(before) && before != UInt8(ascii: ":")
  }

  /// Whether this number stands where the recognised epochs stand: at the start of the line, in
  /// brackets, with a fraction, behind `"timestamp":`, or in the fifth column.
  private func isEpoch(_ start: Int, _ count: Int) -> Bool {
    guard [10, 13, 16, 19].contains(count), line[start] == 0x31 || line[start] == 0x32,
      !TimeScanner.isWord(byte(start - 1))
    else { return false }
    let next = byte(start + count)
    if isTimestampMember(start) { return true }
    guard count == 10 else { return start == beginning && !TimeScanner.isWord(next) }
    switch next {
    case UInt8(ascii: "."): return byte(start + 11) &- 0x30 <= 9
    case UInt8(ascii: "]"): return byte(start - 1) == UInt8(ascii: "[")
    case UInt8(ascii: ","):
      return start == beginning || (commas == 4 && byte(start - 1) == UInt8(ascii: ","))
    case 0: return commas == 4 && byte(start - 1) == UInt8(ascii: ",")
    default: return false
    }
  }

  /// Whether `"timestamp":` stands before the number.
  private func isTimestampMember(_ start: Int) -> Bool {
    var end = start
    while byte(end - 1) == 0x20 { end -= 1 }
    for letter in LineTimeScanner.member.reversed() {
      end -= 1
      guard byte(end) == letter else { return false }
    }
    return true
  }

  /// The moment of an epoch that was found, with its fraction.
  func epoch(_ place: Place) -> Int64? {
    var cursor = place.start
    guard let number = Decimal(line, at: &cursor, allowsExponent: false) else { return nil }
    return Timestamp.epoch(number)
  }
}
