extension DatePattern {
  /// The moment that the beginning of `bytes` means; text behind it does not matter.
  ///
  /// As lenient as Java: blanks before a field are skipped, a number may have any number of digits
  /// unless another number follows at once, and fields run over (30 February is in March). What the
  /// pattern leaves out is of 1970-01-01T00:00; a time without an offset is of `zone`.
  package func parse(_ bytes: Bytes, zone: Zone) -> Int64? {
    guard let time = match(bytes, at: 0) else { return nil }
    var civil = CivilTime(0)
    civil.year = time.year ?? 1970
    civil.month = time.month ?? 1
    civil.day = time.day ?? 1
    civil.hour = time.hour
    civil.minute = time.minute
    civil.second = time.second
    civil.millisecond = time.millisecond
    guard let local = civil.milliseconds, local > CivilTime.earliest, local < CivilTime.latest
    else {
      return nil
    }
    return time.offset.map { local - $0 } ?? zone.utc(fromLocal: local)
  }

  /// What the pattern finds at `start`, not yet checked against the calendar.
  func match(_ bytes: Bytes, at start: Int) -> WrittenTime? {
    var scanner = TimeScanner(bytes, at: start)
    var found = Found()
    for (index, part) in parts.enumerated() {
      switch part {
      case .literal(let literal):
        for byte in literal {
          guard scanner.position < bytes.count, bytes[scanner.position] == byte else { return nil }
          scanner.position += 1
        }
      case .epoch:
        return DatePattern.epoch(bytes, at: start)
      case .field(let field, let count):
        _ = scanner.skipBlanks()
        // In `yyyyMMdd` nothing but its letters tells where a number ends.
        let isAbutting = index + 1 < parts.count && parts[index + 1].isNumber
        let limit = isAbutting ? count : 9
        guard found.read(field, count: count, digits: limit, &scanner) else { return nil }
      }
    }
    return found.time
  }

  /// An epoch of at least ten digits: shorter numbers are too common to be times.
  private static func epoch(_ bytes: Bytes, at start: Int) -> WrittenTime? {
    var cursor = start
    guard TimeScanner(bytes, at: start).digitCount() >= 10,
      let number = Decimal(bytes, at: &cursor, allowsExponent: false),
      let moment = Timestamp.epoch(number)
    else { return nil }
    let time = CivilTime(moment)
    return WrittenTime(
      year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
      second: time.second, millisecond: time.millisecond, offset: 0)
  }
}

extension DatePattern.Part {
  fileprivate var isNumber: Bool {
    switch self {
    case .literal, .epoch, .field(.era, _), .field(.weekday, _), .field(.meridiem, _),
      .field(.zoneName, _), .field(.zoneOffset, _), .field(.isoOffset, _):
      false
    case .field(.month, let count), .field(.standaloneMonth, let count): count < 3
    case .field: true
    }
  }
}

/// The fields read so far. Those that only make sense together are joined at the end.
private struct Found {
  private var written = WrittenTime()
  private var hour: Int?
  private var hour12: Int?
  private var isAfternoon = false
  private var isBeforeChrist = false
  private var dayOfYear: Int?
  private var week: Int?
  private var weekday: Int?

  var time: WrittenTime {
    var time = written
    if let hour {
      time.hour = hour
    } else {
      time.hour = (hour12 ?? 0) + (isAfternoon ? 12 : 0)
    }
    if isBeforeChrist, let year = time.year { time.year = 1 - year }
    if time.month == nil, time.day == nil, let dayOfYear {
      let leap = time.year.map(CivilTime.isLeap) ?? false
      if time.year != nil, (1...(leap ? 366 : 365)).contains(dayOfYear) {
        let first = CivilTime.days(year: time.year ?? 1970, month: 1, day: 1)
        let date = CivilTime.date(first + Int64(dayOfYear) - 1)
        (time.month, time.day) = (date.month, date.day)
      } else {
        (time.month, time.day) = (1, dayOfYear)
      }
    }
    if time.month == nil, time.day == nil, let week, let year = time.year {
      // American weeks, as they are written: the first holds 1 January and begins on Sunday.
      let first = CivilTime.days(year: year, month: 1, day: 1)
      let sunday = first - Int64(CivilTime.weekday(first) % 7)
      let date = CivilTime.date(sunday + Int64(week - 1) * 7 + Int64((weekday ?? 7) % 7))
      (time.year, time.month, time.day) = (date.year, date.month, date.day)
    }
    return time
  }

  /// Reads one field; false if it is not there.
  mutating func read(
    _ field: DatePattern.Field, count: Int, digits limit: Int, _ scanner: inout TimeScanner
  ) -> Bool {
    switch field {
    case .era:
      guard let era = scanner.word(["BC", "AD"]) else { return false }
      isBeforeChrist = era == 0
    case .weekday:
      guard let name = DateNames.weekdays.match(scanner.text, at: scanner.position)
      else {
        return false
      }
      scanner.position += name.length
      weekday = name.index + 1
    case .meridiem:
      guard let half = scanner.word(["AM", "PM"]) else { return false }
      isAfternoon = half == 1
    case .zoneName, .zoneOffset, .isoOffset:
      guard let offset = scanner.zone() else { return false }
      written.offset = offset
    case .month, .standaloneMonth:
      if count >= 3 {
        guard let name = DateNames.months.match(scanner.text, at: scanner.position)
        else {
          return false
        }
        scanner.position += name.length
        written.month = name.index + 1
        return true
      }
      guard let number = scanner.leading(limit) else { return false }
      written.month = number
    case .year, .weekYear:
      let start = scanner.position
      guard let number = scanner.leading(limit) else { return false }
      written.year = number
      // As in POSIX: Java's eighty years before today would need a clock.
      if count <= 2, scanner.position - start == 2 { written.year! += number < 70 ? 2000 : 1900 }
    case .millisecond:
      guard count > 3 else {
        guard let number = scanner.leading(limit) else { return false }
        written.millisecond = number
        return true
      }
      guard let fraction = scanner.fractionDigits(limit) else { return false }
      written.millisecond = fraction
    default:
      guard let number = scanner.leading(limit) else { return false }
      set(field, number)
    }
    return true
  }

  private mutating func set(_ field: DatePattern.Field, _ number: Int) {
    switch field {
    case .dayOfYear: dayOfYear = number
    case .day: written.day = number
    case .hour: hour = number
    case .hourFrom1: hour = number == 24 ? 0 : number
    case .hour12From0: hour12 = number
    case .hour12: hour12 = number == 12 ? 0 : number
    case .minute: written.minute = number
    case .second: written.second = number
    case .weekOfYear: week = number
    case .weekdayNumber: weekday = number
    // Weeks of a month are only written: beside a date they say nothing new, alone they are no date.
    default: break
    }
  }
}

extension TimeScanner {
  /// The number of up to `limit` digits that begins here, whatever follows.
  fileprivate mutating func leading(_ limit: Int) -> Int? {
    let count = digitCount(limit: min(limit, 9))
    guard count > 0 else { return nil }
    var value = 0
    for index in 0..<count { value = value * 10 + Int(byte(index) &- 0x30) }
    position += count
    return value
  }

  /// The milliseconds of the digits of a fraction.
  fileprivate mutating func fractionDigits(_ limit: Int) -> Int? {
    let count = digitCount(limit: limit)
    guard count > 0 else { return nil }
    var value = 0
    for index in 0..<3 { value = value * 10 + (index < count ? Int(byte(index) &- 0x30) : 0) }
    position += count
    return value
  }

  /// Which of some words of two capitals stands here, whatever its case.
  fileprivate mutating func word(_ words: [String]) -> Int? {
    for (index, word) in words.enumerated()
    where word.utf8.enumerated().allSatisfy({ byte($0.offset) & 0xDF == $0.element }) {
      position += word.utf8.count
      return index
    }
    return nil
  }

  /// An offset as any of the zone letters writes it: `+0200`, `+02:00`, `+02`, `Z`, `PST`, `GMT+2:00`.
  fileprivate mutating func zone() -> Int64? {
    if let offset = numericOffset(allowsHours: true) { return offset }
    let start = position
    if let name = word(["GM", "UT"]), skip(name == 0 ? "T" : "C") {
      if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") {
        if let offset = numericOffset(allowsHours: true) ?? shortOffset() { return offset }
      }
    }
    position = start
    return namedOffset()
  }

  /// `+2` and `+2:30`, which only stand behind GMT.
  private mutating func shortOffset() -> Int64? {
    let isWest = byte() == UInt8(ascii: "-")
    position += 1
    guard let hours = number(1, 1) else { return nil }
    var minutes = 0
    if byte() == UInt8(ascii: ":") {
      position += 1
      guard let rest = number(2, 2), rest < 60 else { return nil }
      minutes = rest
    }
    return Int64((hours * 60 + minutes) * (isWest ? -1 : 1)) * 60_000
  }
}
