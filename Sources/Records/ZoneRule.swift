/// The POSIX rule at the end of a zone file, `CET-1CEST,M3.5.0,M10.5.0/3`: when clocks will change.
struct ZoneRule: Sendable, Hashable {
  /// When in a year clocks change, in seconds of the clock that ends there.
  struct Change: Sendable, Hashable {
    enum Day: Sendable, Hashable {
      /// 1...365, never counting 29 February.
      case julian(Int)
      /// 0...365, counting it.
      case zeroBased(Int)
      /// A weekday (Sunday is 0) of a week (5 is the last) of a month.
      case weekday(month: Int, week: Int, weekday: Int)
    }

    let day: Day
    let time: Int64

    /// Local seconds since 1970 at which the change happens in `year`.
    func seconds(in year: Int) -> Int64 {
      let days: Int64
      switch day {
      case .julian(let number):
        let leap = CivilTime.isLeap(year) && number >= 60 ? 1 : 0
        days = CivilTime.days(year: year, month: 1, day: number + leap)
      case .zeroBased(let number):
        days = CivilTime.days(year: year, month: 1, day: number + 1)
      case .weekday(let month, let week, let weekday):
        let first = CivilTime.days(year: year, month: month, day: 1)
        let ahead = (weekday - CivilTime.weekday(first) + 7) % 7
        let number = ahead + (week - 1) * 7
        let length = CivilTime.days(inMonth: month, of: year)
        days = first + Int64(number < length ? number : number - 7)
      }
      return days * 86_400 + time
    }
  }

  private let standard: ZoneTable.Period
  private let summer: (period: ZoneTable.Period, start: Change, end: Change)?

  func period(at second: Int64) -> ZoneTable.Period {
    guard let summer else { return standard }
    let days = (second + standard.offset).floorDivided(by: 86_400).quotient
    let year = CivilTime.date(days).year
    let start = summer.start.seconds(in: year) - standard.offset
    let end = summer.end.seconds(in: year) - summer.period.offset
    // In the south the year begins and ends in summer.
    let isSummer = start < end ? start <= second && second < end : second < end || start <= second
    return isSummer ? summer.period : standard
  }

  /// Reads a rule; nil if it is not one.
  init?(posix text: [UInt8]) {
    var reader = Reader(text: text)
    guard let name = reader.name(), let west = reader.time() else { return nil }
    standard = ZoneTable.Period(offset: -west, abbreviation: name)
    guard !reader.isAtEnd else {
      summer = nil
      return
    }
    guard let summerName = reader.name() else { return nil }
    var offset = standard.offset + 3600
    if reader.next != UInt8(ascii: ","), !reader.isAtEnd {
      guard let west = reader.time() else { return nil }
      offset = -west
    }
    guard reader.skip(","), let start = reader.change(), reader.skip(","),
      let end = reader.change(), reader.isAtEnd
    else { return nil }
    summer = (ZoneTable.Period(offset: offset, abbreviation: summerName), start, end)
  }

  static func == (left: ZoneRule, right: ZoneRule) -> Bool {
    left.standard == right.standard && left.summer?.period == right.summer?.period
      && left.summer?.start == right.summer?.start && left.summer?.end == right.summer?.end
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(standard)
    hasher.combine(summer?.period)
  }
}

extension ZoneRule {
  private struct Reader {
    let text: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == text.count }
    var next: UInt8? { isAtEnd ? nil : text[position] }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    /// `CET` or `<+03>`.
    mutating func name() -> String? {
      let isQuoted = skip("<")
      let start = position
      while let byte = next, isQuoted ? byte != UInt8(ascii: ">") : byte | 0x20 >= 0x61 {
        position += 1
      }
      let name = String(decoding: text[start..<position], as: UTF8.self)
      guard !name.isEmpty, !isQuoted || skip(">") else { return nil }
      return name
    }

    mutating func number(upTo limit: Int) -> Int? {
      let start = position
      var value = 0
      while let byte = next, byte &- 0x30 <= 9, value <= limit {
        value = value * 10 + Int(byte - 0x30)
        position += 1
      }
      return position > start && value <= limit ? value : nil
    }

    /// `[+-]h[:m[:s]]` in seconds; up to a week, as version 3 of the format allows.
    mutating func time() -> Int64? {
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      guard let hours = number(upTo: 167) else { return nil }
      var seconds = hours * 3600
      if skip(":") {
        guard let minutes = number(upTo: 59) else { return nil }
        seconds += minutes * 60
        if skip(":") {
          guard let rest = number(upTo: 59) else { return nil }
          seconds += rest
        }
      }
      return Int64(isNegative ? -seconds : seconds)
    }

    mutating func change() -> Change? {
      guard let day = day() else { return nil }
      guard skip("/") else { return Change(day: day, time: 7200) }
      return time().map { Change(day: day, time: $0) }
    }

    private mutating func day() -> Change.Day? {
      if skip("J") {
        guard let number = number(upTo: 365), number > 0 else { return nil }
        return .julian(number)
      }
      guard skip("M") else { return number(upTo: 365).map(Change.Day.zeroBased) }
      guard let month = number(upTo: 12), month > 0, skip("."),
        let week = number(upTo: 5), week > 0, skip("."), let weekday = number(upTo: 6)
      else { return nil }
      return .weekday(month: month, week: week, weekday: weekday)
    }
  }
}
