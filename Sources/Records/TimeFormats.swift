/// The formats of written times that are recognised without being told, each at a place where it
/// could begin. Every one returns nil or moves `scanner` behind the time.
enum TimeFormats {
  /// The format that begins with these `count` digits, told by what follows them.
  @inline(__always)
  static func beginning(withDigits count: Int, _ scanner: inout TimeScanner) -> WrittenTime? {
    let next = scanner.byte(count)
    switch (count, next) {
    case (4, UInt8(ascii: "-")), (4, UInt8(ascii: "/")):
      return yearFirst(&scanner)
    case (1...2, UInt8(ascii: "/")):
      return TimeScanner.isLetter(scanner.byte(count + 1))
        ? accessLog(&scanner) : american(&scanner)
    case (1...2, UInt8(ascii: " ")), (1...2, UInt8(ascii: "-")):
      return dayFirst(&scanner)
    case (2, UInt8(ascii: ":")):
      return timeOnly(&scanner)
    case (6, UInt8(ascii: " ")):
      return compact(&scanner)
    case (8, UInt8(ascii: "T")):
      return basic(&scanner)
    default:
      return nil
    }
  }

  /// `2024-01-31 12:00:00`, `2024/01/31 12:00:00.5 +0200`.
  static func yearFirst(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    guard let date = yearFirstDate(&scanner) else { return nil }
    (time.year, time.month, time.day) = date
    guard scanner.skip("T") || scanner.skip("t") || scanner.skipBlanks(),
      scanner.clock(into: &time), time.isValid
    else { return nil }
    time.offset = scanner.offset()
    return time
  }

  /// `2024-01-31` alone: only where a whole text is a date.
  static func dateOnly(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    guard let date = yearFirstDate(&scanner) else { return nil }
    (time.year, time.month, time.day) = date
    return time.isValid ? time : nil
  }

  private static func yearFirstDate(_ scanner: inout TimeScanner) -> (Int?, Int?, Int?)? {
    guard let year = scanner.number(4, 4) else { return nil }
    let mark: Unicode.Scalar = scanner.byte() == UInt8(ascii: "-") ? "-" : "/"
    guard scanner.skip(mark), let month = scanner.number(2, 2), scanner.skip(mark),
      let day = scanner.number(2, 2)
    else { return nil }
    return (year, month, day)
  }

  /// `20240131T120000Z`, ISO 8601 without its separators.
  private static func basic(_ scanner: inout TimeScanner) -> WrittenTime? {
    guard let date = scanner.number(8, 8), scanner.skip("T"), let clock = scanner.number(6, 6)
    else {
      return nil
    }
    var time = WrittenTime(
      year: date / 10_000, month: date / 100 % 100, day: date % 100, hour: clock / 10_000,
      minute: clock / 100 % 100, second: clock % 100)
    time.millisecond = scanner.fraction()
    guard time.isValid else { return nil }
    time.offset = scanner.offset()
    return time
  }

  /// `31/Jan/2024:12:00:00 +0100`, as web servers write it.
  private static func accessLog(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    time.day = scanner.number(1, 2)
    guard scanner.skip("/") else { return nil }
    time.month = scanner.month()
    guard time.month != nil, scanner.skip("/") else { return nil }
    time.year = scanner.number(4, 4)
    guard time.year != nil, scanner.skip(":") || scanner.skipBlanks(),
      scanner.clock(into: &time, needsSeconds: true), time.isValid
    else { return nil }
    time.offset = scanner.offset()
    return time
  }

  /// `01/31/2024 12:00:00 PM`: the month comes first.
  private static func american(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    time.month = scanner.number(1, 2)
    guard scanner.skip("/"), let day = scanner.number(1, 2), scanner.skip("/"),
      let year = scanner.number(4, 4)
    else { return nil }
    (time.day, time.year) = (day, year)
    guard scanner.skip("T") || scanner.skipComma(), scanner.clock(into: &time), time.isValid else {
      return nil
    }
    time.offset = scanner.offset()
    return time
  }

  /// `31 Jan 2024`, `31-Jan-2024 12:00:00.123`, `31 Jan 12:00:00`.
  private static func dayFirst(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    time.day = scanner.number(1, 2)
    let mark: Unicode.Scalar = scanner.byte() == UInt8(ascii: "-") ? "-" : " "
    guard scanner.skip(mark) else { return nil }
    time.month = scanner.month()
    guard time.month != nil, scanner.skip(mark) else { return nil }
    time.year = scanner.number(4, 4)
    guard time.year != nil else {
      guard mark == " ", scanner.clock(into: &time, needsSeconds: true), time.isValid else {
        return nil
      }
      time.offset = scanner.offset()
      return time
    }
    return dated(&time, &scanner)
  }

  /// `Jan 31 12:00:00`, `Jan 31 12:00:00 UTC 2024`, `Jan 31, 2024 9:05:00 PM`.
  static func monthFirst(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    time.month = scanner.month()
    guard time.month != nil, scanner.skipBlanks() else { return nil }
    time.day = scanner.number(1, 2)
    guard time.day != nil, scanner.skipComma() else { return nil }
    time.year = scanner.number(4, 4)
    if time.year != nil { return dated(&time, &scanner) }
    guard scanner.clock(into: &time, needsSeconds: true), time.isValid else { return nil }
    time.offset = scanner.offset()
    time.year = scanner.yearBehind()
    if time.offset == nil { time.offset = scanner.offset() }
    return time.isValid ? time : nil
  }

  /// A date that has its year may be followed by a clock.
  private static func dated(
    _ time: inout WrittenTime, _ scanner: inout TimeScanner
  ) -> WrittenTime? {
    guard time.isValid else { return nil }
    let date = (time, scanner)
    guard scanner.skip(":") || scanner.skip("T") || scanner.skipComma(),
      scanner.clock(into: &time), time.isValid
    else {
      (time, scanner) = date
      return time
    }
    time.offset = scanner.offset()
    return time
  }

  /// `240131 12:00:00`, as MySQL wrote it; the hour may have one digit.
  private static func compact(_ scanner: inout TimeScanner) -> WrittenTime? {
    guard let date = scanner.number(6, 6), scanner.skipBlanks() else { return nil }
    let year = date / 10_000
    var time = WrittenTime(
      year: year < 70 ? 2000 + year : 1900 + year, month: date / 100 % 100, day: date % 100)
    guard scanner.clock(into: &time, needsSeconds: true), time.isValid else { return nil }
    return time
  }

  /// `12:00:00.123` alone; not a piece of an address such as `00:1b:12:00:00:ff`.
  private static func timeOnly(_ scanner: inout TimeScanner) -> WrittenTime? {
    var time = WrittenTime()
    guard scanner.clock(into: &time, needsSeconds: true), time.isValid,
      scanner.byte() != UInt8(ascii: ":") || scanner.byte(1) &- 0x30 > 9,
      !TimeScanner.isLetter(scanner.byte())
    else { return nil }
    return time
  }
}

extension TimeScanner {
  /// Skips blanks with or without a comma before them.
  fileprivate mutating func skipComma() -> Bool {
    let start = position
    _ = skip(",")
    if skipBlanks() { return true }
    position = start
    return false
  }

  /// A year written behind the clock, as a word of its own.
  fileprivate mutating func yearBehind() -> Int? {
    let start = position
    if skip(" "), let year = number(4, 4), (1970...2099).contains(year), !TimeScanner.isWord(byte())
    {
      return year
    }
    position = start
    return nil
  }

  /// Whether a number that `byte` follows or precedes is part of something longer.
  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"):
      true
    default: isLetter(byte)
    }
  }
}
