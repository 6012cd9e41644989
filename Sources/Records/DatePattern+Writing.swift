extension DatePattern {
  /// The moment as the clocks of `zone` show it, in this pattern.
  package func format(_ ms: Int64, zone: Zone) -> String {
    let offset = zone.offset(at: ms)
    let (local, isFar) = ms.addingReportingOverflow(offset)
    let time = CivilTime(isFar ? ms : local)
    var text: [UInt8] = []
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .epoch: NumberText.append(ms, to: &text)
      case .field(let field, let count):
        DatePattern.append(field, count, of: time, offset, to: &text) {
          zone.abbreviation(at: ms)
        }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(
    _ field: Field, _ count: Int, of time: CivilTime, _ offset: Int64, to text: inout [UInt8],
    abbreviation: () -> String
  ) {
    func number(_ value: Int) {
      if value < 0 { text.append(UInt8(ascii: "-")) }
      Timestamp.append(abs(value), digits: min(count, 18), to: &text)
    }
    func name(_ names: [String], _ index: Int) {
      text += count > 3 ? Array(names[index].utf8) : Array(names[index].utf8.prefix(3))
    }
    switch field {
    case .era: text += Array((time.year > 0 ? "AD" : "BC").utf8)
    case .year, .weekYear:
      let year = field == .year ? (time.year > 0 ? time.year : 1 - time.year) : time.weekYear
      number(count == 2 ? abs(year) % 100 : year)
    case .month, .standaloneMonth:
      if count > 2 { name(DateNames.months.full, time.month - 1) } else { number(time.month) }
    case .weekOfYear: number(time.weekOfYear)
    case .weekOfMonth: number((time.day - 1 + CivilTime.sundayFirst(time.weekdayOfFirst)) / 7 + 1)
    case .dayOfYear: number(time.dayOfYear)
    case .day: number(time.day)
    case .weekdayOfMonth: number((time.day - 1) / 7 + 1)
    case .weekday: name(DateNames.weekdays.full, time.weekday - 1)
    case .weekdayNumber: number(time.weekday)
    case .meridiem: text += Array((time.hour < 12 ? "AM" : "PM").utf8)
    case .hour: number(time.hour)
    case .hourFrom1: number(time.hour == 0 ? 24 : time.hour)
    case .hour12From0: number(time.hour % 12)
    case .hour12: number(time.hour % 12 == 0 ? 12 : time.hour % 12)
    case .minute: number(time.minute)
    case .second: number(time.second)
    case .millisecond:
      guard count > 3 else { return number(time.millisecond) }
      Timestamp.append(time.millisecond, digits: 3, to: &text)
      text += repeatElement(UInt8(ascii: "0"), count: count - 3)
    case .zoneName: text += Array(abbreviation().utf8)
    case .zoneOffset: text += Array(Zone.text(ofOffset: offset, separator: "").utf8)
    case .isoOffset:
      guard offset != 0 else { return text.append(UInt8(ascii: "Z")) }
      let whole = Zone.text(ofOffset: offset, separator: count == 3 ? ":" : "")
      text += count == 1 ? Array(whole.utf8.prefix(3)) : Array(whole.utf8)
    }
  }
}

extension CivilTime {
  /// 0 for Sunday to 6 for Saturday.
  fileprivate static func sundayFirst(_ weekday: Int) -> Int { weekday % 7 }

  /// The weekday of the first of this month.
  fileprivate var weekdayOfFirst: Int {
    CivilTime.weekday(CivilTime.days(year: year, month: month, day: 1))
  }

  /// Days between the Sunday that begins the first week of `year` and this one.
  private func daysIntoWeekYear(_ year: Int) -> Int {
    let first = CivilTime.days(year: year, month: 1, day: 1)
    let sunday = first - Int64(CivilTime.sundayFirst(CivilTime.weekday(first)))
    return Int(CivilTime.days(year: self.year, month: month, day: day) - sunday)
  }

  /// The year that this day's week belongs to: the week of 1 January is the new year's.
  fileprivate var weekYear: Int { daysIntoWeekYear(year + 1) >= 0 ? year + 1 : year }

  fileprivate var weekOfYear: Int { daysIntoWeekYear(weekYear) / 7 + 1 }
}
