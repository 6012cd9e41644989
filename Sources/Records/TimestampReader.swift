/// Reads the time of messages: from the field that has it, or from the text of the line.
///
/// Neighbouring lines were mostly written in the same minute, so the reader remembers the date and
/// minute it decoded last and compares sixteen bytes instead of decoding them again. What it
/// remembers is complete and checked: answers never depend on the lines before.
package struct TimestampReader: Sendable {
  private let zone: Zone
  private let format: DatePattern?

  /// The sixteen bytes `2024-01-31T12:00` decoded last, and the moments that minute began.
  private var minuteText = TimestampReader.words(of: "1970-01-01T00:00")
  private var minute: Int64 = 0
  /// The same minute of `zone`'s clock; nil if the offset changes within it.
  private var zonedMinute: Int64?

  /// A time without an offset is of `zone`. A `format` is tried before the recognised formats.
  package init(zone: Zone = .utc, format: DatePattern? = nil) {
    self.zone = zone
    self.format = format
  }

  /// Sixteen bytes as two words; what a new reader remembers must be as true as what comes later.
  private static func words(of text: String) -> (UInt64, UInt64) {
    let pinned = PinnedText(text)
    return withExtendedLifetime(pinned) { (pinned.bytes.word(at: 0), pinned.bytes.word(at: 8)) }
  }

  /// The moment that a whole field means: text in a recognised format, or an epoch number in seconds,
  /// milliseconds, microseconds or nanoseconds by its size; rounded down to milliseconds.
  ///
  /// Nil if it is no time, or has no year: a field has no neighbours that could tell.
  package mutating func read(_ cell: Cell) -> Int64? {
    switch cell.kind {
    case .text:
      // Nearly every field that has the time is this and nothing else.
      if format == nil, let found = iso(cell.place, at: 0), found.end == cell.place.count {
        return found.moment
      }
      return read(cell.place, near: nil)
    case .escaped:
      let plain = TimestampReader.unescaped(cell.place)
      return withExtendedLifetime(plain) { read(plain.bytes, near: nil) }
    case .numeral: return TimestampReader.epoch(cell.place)
    case .whole:
      let value = cell.wholeValue
      return Timestamp.epoch(Decimal(isNegative: value < 0, digits: value.magnitude))
    case .number:
      guard cell.numberValue.isFinite else { return nil }
      // A double near 1700000000.123 is not exactly that; its shortest text is what was meant.
      let shortest = ShortestDecimal(cell.numberValue)
      return Timestamp.epoch(
        Decimal(
          isNegative: shortest.isNegative, digits: shortest.digits, exponent: shortest.exponent))
    case .null, .yes, .no, .json: return nil
    }
  }

  /// The moment of the leftmost recognised format that begins within the first 256 bytes of a line.
  ///
  /// What a format leaves out of the date is what puts the line nearest to `previous`; without a
  /// previous moment such formats are passed over.
  package mutating func leftmost(in line: Bytes, near previous: Int64?) -> Int64? {
    if let format, let moment = leftmost(format, in: line, near: previous) { return moment }
    if let found = iso(line, at: 0) { return found.moment }
    var scanner = LineTimeScanner(line)
    while let place = scanner.next() {
      switch place.kind {
      case .epoch:
        if let moment = scanner.epoch(place) { return moment }
      case .digits where place.count == 4:
        if let found = iso(line, at: place.start) { return found.moment }
        fallthrough
      case .digits:
        var text = TimeScanner(line, at: place.start)
        if let time = TimeFormats.beginning(withDigits: place.count, &text),
          let moment = time.moment(zone: zone, near: previous)
        {
          return moment
        }
      case .letters:
        var text = TimeScanner(line, at: place.start)
        if let moment = TimeFormats.monthFirst(&text)?.moment(zone: zone, near: previous) {
          return moment
        }
      }
    }
    return nil
  }

  private func leftmost(_ format: DatePattern, in line: Bytes, near previous: Int64?) -> Int64? {
    for start in 0..<min(line.count, LineTimeScanner.reach)
    where start == 0 || !TimeScanner.isWord(line[start - 1]) {
      if let moment = format.match(line, at: start)?.moment(zone: zone, near: previous) {
        return moment
      }
    }
    return nil
  }

  /// The moment that `text` as a whole means; blanks around it do not matter.
  mutating func read(_ untrimmed: Bytes, near previous: Int64?) -> Int64? {
    let text = untrimmed.trimmed
    if let moment = format?.match(text, at: 0)?.moment(zone: zone, near: previous) { return moment }
    if let found = iso(text, at: 0), isEnd(of: text, found.end) { return found.moment }
    if let moment = TimestampReader.epoch(text) { return moment }
    var scanner = TimeScanner(text, at: 0)
    let count = scanner.digitCount()
    let time =
      count > 0
      ? TimeFormats.beginning(withDigits: count, &scanner) : TimestampReader.named(&scanner)
    if let time, isEnd(of: text, scanner.position) {
      return time.moment(zone: zone, near: previous)
    }
    scanner.position = 0
    guard count == 4, let date = TimeFormats.dateOnly(&scanner), scanner.position == text.count
    else {
      return nil
    }
    return date.moment(zone: zone, near: previous)
  }

  /// `Jan 31 ...`, with or without the weekday before it.
  private static func named(_ scanner: inout TimeScanner) -> WrittenTime? {
    let start = scanner.position
    if let weekday = DateNames.weekdays.match(scanner.text, at: start) {
      scanner.position = start + weekday.length
      _ = scanner.skip(",")
      guard scanner.skipBlanks() else { return nil }
      let count = scanner.digitCount()
      if count > 0 { return TimeFormats.beginning(withDigits: count, &scanner) }
    }
    return TimeFormats.monthFirst(&scanner)
  }

  /// Whether nothing but the name of a zone in brackets, as Java writes it, follows the time.
  private func isEnd(of text: Bytes, _ end: Int) -> Bool {
    end == text.count
      || (text[end] == UInt8(ascii: "[") && text[text.count - 1] == UInt8(ascii: "]"))
  }

  private static func epoch(_ text: Bytes) -> Int64? {
    var cursor = 0
    guard let number = Decimal(text, at: &cursor), cursor == text.count else { return nil }
    return Timestamp.epoch(number)
  }
}

extension TimestampReader {
  /// ISO 8601 at `start`: date, `T` or a space, hours and minutes in sixteen bytes, then what there
  /// is of seconds, fraction and offset.
  @inline(__always)
  private mutating func iso(_ text: Bytes, at start: Int) -> (moment: Int64, end: Int)? {
    guard text.count &- start >= 16 else { return nil }
    let words = (text.word(at: start), text.word(at: start &+ 8))
    if words != minuteText {
      guard remember(text, at: start) else { return nil }
      minuteText = words
    }
    var end = start &+ 16
    var clock: Int64 = 0
    if text.count &- end >= 3, text[end] == UInt8(ascii: ":") {
      let tens = text[end &+ 1] &- 0x30
      let ones = text[end &+ 2] &- 0x30
      guard tens <= 6, ones <= 9, tens < 6 || ones == 0 else { return nil }
      end &+= 3
      clock = Int64(tens &* 10 &+ ones) &* 1000
      if end < text.count {
        if text[end] &- 0x30 <= 9 { return nil }
        if text[end] == UInt8(ascii: ".") {
          clock &+= TimestampReader.fraction(text, at: &end)
        } else if text[end] != UInt8(ascii: "Z") {
          var scanner = TimeScanner(text, at: end)
          clock &+= Int64(scanner.fraction())
          end = scanner.position
        }
      }
      // Second 60 is the last millisecond of second 59: see `WrittenTime`.
      if tens == 6 { clock = 59_999 }
    } else if end < text.count, text[end] &- 0x30 <= 9 {
      return nil
    }
    if end < text.count {
      if text[end] == UInt8(ascii: "Z"), end &+ 1 == text.count {
        return (minute &+ clock, end &+ 1)
      }
      var scanner = TimeScanner(text, at: end)
      if let offset = scanner.offset() { return (minute &+ clock &- offset, scanner.position) }
    }
    if let zonedMinute { return (zonedMinute &+ clock, end) }
    return (zone.utc(fromLocal: minute &+ clock), end)
  }

  /// The milliseconds of `.123456`, rounded down.
  @inline(__always)
  private static func fraction(_ text: Bytes, at end: inout Int) -> Int64 {
    var index = end &+ 1
    var value: Int64 = 0
    var weight: Int64 = 100
    while index < text.count {
      let digit = text[index] &- 0x30
      guard digit <= 9 else { break }
      value &+= Int64(digit) &* weight
      weight /= 10
      index &+= 1
    }
    guard index > end &+ 1 else { return 0 }
    end = index
    return value
  }

  /// Decodes `2024-01-31T12:00` and remembers its moments; false, and nothing remembered, if it is
  /// not a minute that exists.
  private mutating func remember(_ text: Bytes, at start: Int) -> Bool {
    var scanner = TimeScanner(text, at: start)
    var time = WrittenTime()
    guard let year = scanner.number(4, 4), scanner.skip("-"), let month = scanner.number(2, 2),
      scanner.skip("-"), let day = scanner.number(2, 2),
      scanner.skip("T") || scanner.skip(" ") || scanner.skip("t"),
      let hour = scanner.number(2, 2), scanner.skip(":"),
      // What follows the sixteen bytes is not part of what is remembered.
      scanner.byte() &- 0x30 <= 9, scanner.byte(1) &- 0x30 <= 9
    else { return false }
    (time.year, time.month, time.day) = (year, month, day)
    time.hour = hour
    time.minute = Int(scanner.byte() &- 0x30) * 10 + Int(scanner.byte(1) &- 0x30)
    guard time.isValid else { return false }
    let days = CivilTime.days(year: year, month: month, day: day)
    minute = days * CivilTime.day + Int64(time.hour * 60 + time.minute) * 60_000
    let begin = zone.utc(fromLocal: minute)
    zonedMinute = zone.utc(fromLocal: minute + 59_999) == begin + 59_999 ? begin : nil
    return true
  }

  /// The text of a JSON string without its escapes; times that need this are rare (`31\/Jan\/2024`).
  private static func unescaped(_ text: Bytes) -> PinnedText {
    var plain: [UInt8] = []
    var index = 0
    while index < text.count {
      var byte = text[index]
      index += 1
      if byte == UInt8(ascii: "\\"), index < text.count {
        byte = text[index]
        index += 1
        switch byte {
        case UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "r"): byte = 0x20
        case UInt8(ascii: "u"):
          // No time has a character beyond ASCII; a zero is not part of any either.
          let code = text.slice(index, min(index + 4, text.count)).string
          byte = UInt32(code, radix: 16).flatMap { UInt8(exactly: $0) } ?? 0
          index = min(index + 4, text.count)
        default: break
        }
      }
      plain.append(byte)
    }
    return PinnedText(plain)
  }
}
