import Records

/// Times that come again and again: the part of a recurrence rule (RFC 5545) that muting needs.
///
///     FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;BYHOUR=2;BYMINUTE=30;UNTIL=20271231
///
/// Times are what the clocks of the zone show. One that the clocks skip is meant an hour later rather
/// than not at all, because a window that silently stays away pages somebody; of one that they show
/// twice the first is meant.
struct Recurrence: Sendable {
  /// Why a text is no rule.
  struct Failure: Error, Sendable, Hashable {
    var problem: String
    var help: String?
  }

  private enum Frequency: String { case daily = "DAILY", weekly = "WEEKLY" }

  private let frequency: Frequency
  private let interval: Int64
  /// Empty when every day will do.
  private let days: Set<Weekday>
  private let weekStart: Weekday
  /// Milliseconds of the day, ascending.
  private let times: [Int64]
  /// What the clocks show at the beginning; nothing happens earlier.
  private let start: Int64
  private let zone: Zone
  /// What the clocks show at the last time there is; nil when it goes on forever.
  private var last: Int64?

  /// The rule of a text, from a moment on.
  init(_ text: String, from moment: Int64, zone: Zone) throws(Failure) {
    let parts = try RuleParts(text)
    start = moment + zone.offset(at: moment)
    self.zone = zone
    guard let frequency = try parts.word("FREQ") else {
      throw Failure(
        problem: "the rule has no FREQ", help: "begin it with FREQ=DAILY or FREQ=WEEKLY")
    }
    guard let frequency = Frequency(rawValue: frequency) else {
      throw Failure(
        problem: "FREQ=\(frequency) can't be had", help: "write FREQ=DAILY or FREQ=WEEKLY")
    }
    self.frequency = frequency
    interval = Int64(try parts.numbers("INTERVAL", in: 1...10_000)?.first ?? 1)
    let today = start.floorDivided(by: CivilTime.day)
    let named = try parts.days("BYDAY")
    days = named ?? (frequency == .weekly ? [Weekday(ofDay: today.quotient)] : [])
    weekStart = try parts.days("WKST")?.first ?? .monday
    // What the rule leaves open is as it is at the beginning.
    let clock = CivilTime(start)
    let hours = try parts.numbers("BYHOUR", in: 0...23) ?? [clock.hour]
    let minutes = try parts.numbers("BYMINUTE", in: 0...59) ?? [clock.minute]
    let rest = today.remainder % 60_000
    times = Set(hours.flatMap { hour in minutes.map { Int64(hour * 60 + $0) * 60_000 + rest } })
      .sorted()
    let count = try parts.numbers("COUNT", in: 1...100_000)?.first
    let until = try parts.word("UNTIL")
    if count != nil, until != nil {
      throw Failure(problem: "a rule has COUNT or UNTIL, not both", help: "remove one of them")
    }
    if let until {
      guard let end = Recurrence.end(until, zone: zone) else {
        throw Failure(
          problem: "UNTIL=\(until) is no time", help: "write 20271231 or 20271231T235959Z")
      }
      last = end
    }
    if let count { last = time(number: count) }
  }

  /// The latest beginning at or before `time` of which less than `length` has passed since.
  func occurrence(around time: Int64, lasting length: Int64) -> Int64? {
    let today = day(of: time + zone.offset(at: time))
    var latest: Int64?
    // Clocks may have been moved by a day since.
    for day in (today - length / CivilTime.day - 2...today + 1).reversed() {
      // What the clocks skipped may have come behind what they showed next.
      if let latest, latest > (day + 3) * CivilTime.day { break }
      for moment in moments(of: day) where moment <= time && moment > time - length {
        latest = max(latest ?? moment, moment)
      }
    }
    return latest
  }

  /// The first beginning after a moment; nil when there is none any more.
  func next(after time: Int64) -> Int64? {
    let first = max(day(of: max(time, start - CivilTime.day)) - 2, day(of: start))
    for day in first...first + cycle + 4 {
      let soonest = (day...day + 1).flatMap(moments).filter { $0 > time }.min()
      if let soonest { return soonest }
    }
    return nil
  }

  /// The beginnings on a day, as moments.
  private func moments(of day: Int64) -> [Int64] {
    guard includes(day) else { return [] }
    return times.map { day * CivilTime.day + $0 }
      .filter { local in local >= start && last.map { local <= $0 } ?? true }
      .map(zone.utc(fromLocal:))
  }

  private func day(of local: Int64) -> Int64 { local.floorDivided(by: CivilTime.day).quotient }

  /// Days after which everything comes again.
  private var cycle: Int64 { interval * 7 }

  private func includes(_ day: Int64) -> Bool {
    let first = self.day(of: start)
    let distance = frequency == .daily ? day - first : week(of: day) - week(of: first)
    return distance >= 0 && distance % interval == 0
      && (days.isEmpty || days.contains(Weekday(ofDay: day)))
  }

  /// Weeks since 1970, each beginning on `weekStart`; that year began on a Thursday.
  private func week(of day: Int64) -> Int64 {
    let shift = Int64(Weekday.thursday.rawValue - weekStart.rawValue)
    return (day + shift).floorDivided(by: 7).quotient
  }

  /// What the clocks show at the time with this number, from 1; the time before the start when there
  /// is not even a first.
  private func time(number: Int) -> Int64 {
    var day = day(of: start)
    var left = number
    var end = day + cycle
    while day <= end {
      if includes(day) {
        for clock in times where day * CivilTime.day + clock >= start {
          left -= 1
          if left == 0 { return day * CivilTime.day + clock }
          end = day + cycle
        }
      }
      day += 1
    }
    return start - 1
  }

  /// `20271231` with all of its day, `20271231T235959` in the zone, with `Z` in universal time.
  private static func end(_ text: String, zone: Zone) -> Int64? {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].count == 8, let date = Int(parts[0]), date > 0
    else { return nil }
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
    guard (1...12).contains(month), (1...CivilTime.days(inMonth: month, of: year)).contains(day)
    else { return nil }
    let midnight = CivilTime.days(year: year, month: month, day: day) * CivilTime.day
    guard parts.count == 2 else { return midnight + CivilTime.day - 1 }
    let digits = parts[1].hasSuffix("Z") ? parts[1].dropLast() : parts[1]
    guard digits.count == 6, digits.allSatisfy(\.isASCIIDigit), let clock = Int(digits),
      clock / 10_000 < 24, clock / 100 % 100 < 60, clock % 100 <= 60
    else { return nil }
    let seconds = clock / 10_000 * 3_600 + clock / 100 % 100 * 60 + clock % 100
    let time = midnight + Int64(seconds) * 1_000
    return parts[1].hasSuffix("Z") ? time + zone.offset(at: time) : time
  }
}

/// `NAME=VALUE;NAME=VALUE`, each name known and once.
private struct RuleParts {
  private static let known = [
    "FREQ", "INTERVAL", "BYDAY", "BYHOUR", "BYMINUTE", "COUNT", "UNTIL", "WKST",
  ]
  private var values: [String: String] = [:]

  init(_ text: String) throws(Recurrence.Failure) {
    let upper = text.uppercased()
    let rule = upper.hasPrefix("RRULE:") ? upper.dropFirst(6) : upper[...]
    for part in rule.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = sides[0].filter { $0 != " " }
      guard sides.count == 2, !sides[1].isEmpty else {
        throw Recurrence.Failure(
          problem: "'\(part)' is no part of a rule", help: "write FREQ=WEEKLY;BYDAY=SA,SU")
      }
      guard RuleParts.known.contains(name) else {
        throw Recurrence.Failure(
          problem: "\(name) can't be had", help: "known parts are \(RuleParts.known.listed)")
      }
      guard values.updateValue(sides[1].filter { $0 != " " }, forKey: name) == nil else {
        throw Recurrence.Failure(problem: "\(name) stands there twice", help: "remove one of them")
      }
    }
  }

  func word(_ name: String) throws(Recurrence.Failure) -> String? { values[name] }

  func numbers(_ name: String, in range: ClosedRange<Int>) throws(Recurrence.Failure) -> [Int]? {
    guard let value = values[name] else { return nil }
    let numbers = value.split(separator: ",").compactMap { $0.first == "+" ? nil : Int($0) }
      .filter(range.contains)
    let isList = name.hasPrefix("BY")
    let commas = value.count { $0 == "," }
    guard numbers.count == commas + 1, isList || commas == 0 else {
      let need = isList ? "numbers" : "a number"
      throw Recurrence.Failure(
        problem: "\(name)=\(value) can't be had",
        help: "write \(need) from \(range.lowerBound) to \(range.upperBound)")
    }
    return numbers
  }

  func days(_ name: String) throws(Recurrence.Failure) -> Set<Weekday>? {
    guard let value = values[name] else { return nil }
    let names = value.split(separator: ",", omittingEmptySubsequences: false)
    let days = names.compactMap { name in
      Weekday.allCases.first { "\($0)".prefix(2).uppercased() == name }
    }
    guard days.count == names.count, name == "BYDAY" || days.count == 1 else {
      throw Recurrence.Failure(
        problem: "\(name)=\(value) can't be had",
        help: "days are MO, TU, WE, TH, FR, SA and SU, without numbers")
    }
    return Set(days)
  }
}
