/// A moment as a calendar and a wall clock show it (proleptic Gregorian).
///
/// It knows no zone: whoever makes it from milliseconds has added the offset before.
package struct CivilTime: Sendable, Equatable {
  package var year: Int
  package var month: Int
  package var day: Int
  package var hour: Int
  package var minute: Int
  package var second: Int
  package var millisecond: Int

  /// The calendar and clock at `milliseconds` since 1970-01-01T00:00.
  package init(_ milliseconds: Int64) {
    let (days, rest) = milliseconds.floorDivided(by: CivilTime.day)
    let date = CivilTime.date(days)
    (year, month, day) = (date.year, date.month, date.day)
    let clock = Int(rest)
    hour = clock / 3_600_000
    minute = clock / 60_000 % 60
    second = clock / 1000 % 60
    millisecond = clock % 1000
  }

  /// Milliseconds since 1970-01-01T00:00; the fields may run over (month 13, hour 25), as they do in
  /// lenient date formats. Nil beyond the range of 64 bits.
  package var milliseconds: Int64? {
    let months = Int64(year).multipliedReportingOverflow(by: 12)
    guard !months.overflow, abs(year) < 1 << 40, abs(month) < 1 << 40 else { return nil }
    let (carriedYear, month) = (months.partialValue + Int64(self.month) - 1).floorDivided(by: 12)
    let firstDay = CivilTime.days(year: Int(carriedYear), month: Int(month) + 1, day: 1)
    let (days, isFar) = firstDay.addingReportingOverflow(Int64(day) - 1)
    var total = days.multipliedReportingOverflow(by: CivilTime.day)
    guard !isFar, !total.overflow else { return nil }
    let parts: [(Int, Int64)] = [
      (hour, 3_600_000), (minute, 60_000), (second, 1000), (millisecond, 1),
    ]
    for (count, length) in parts {
      let part = Int64(count).multipliedReportingOverflow(by: length)
      guard !part.overflow else { return nil }
      total = total.partialValue.addingReportingOverflow(part.partialValue)
      guard !total.overflow else { return nil }
    }
    return total.partialValue
  }

  /// Monday is 1 and Sunday is 7.
  package var weekday: Int {
    CivilTime.weekday(CivilTime.days(year: year, month: month, day: day))
  }

  /// 1 January is 1.
  package var dayOfYear: Int {
    let first = CivilTime.days(year: year, month: 1, day: 1)
    return Int(CivilTime.days(year: year, month: month, day: day) - first) + 1
  }

  /// Milliseconds of a day.
  package static let day: Int64 = 86_400_000

  /// The weekday of a day counted from 1970-01-01, a Thursday; Monday is 1.
  package static func weekday(_ days: Int64) -> Int {
    Int((days + 3).floorDivided(by: 7).remainder) + 1
  }

  package static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// How many days `month` (1...12) has.
  package static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 of a date with a month in 1...12.
  ///
  /// Howard Hinnant's `days_from_civil`: years start in March, so the leap day comes last.
  package static func days(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = Int64(month <= 2 ? year &- 1 : year)
    let (era, yearOfEra) = shifted.floorDivided(by: 400)
    let monthFromMarch = Int64(month > 2 ? month &- 3 : month &+ 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date of a day counted from 1970-01-01; the inverse of `days(year:month:day:)`.
  package static func date(_ days: Int64) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(day))
  }
}

extension Int64 {
  /// Division that rounds down, so that times before 1970 fall into the unit they are in.
  @inline(__always)
  package func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
