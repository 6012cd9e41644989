package import Records

/// The times of a recurrence rule, found by looking at each minute that the clocks could show: slow,
/// and with nothing in common with the product but the calendar.
package struct NaiveRecurrence {
  package var isWeekly: Bool
  package var interval: Int
  /// Monday is 1.
  package var days: Set<Int>?
  package var hours: Set<Int>?
  package var minutes: Set<Int>?
  package var count: Int?
  /// What the clocks show at the last time.
  package var until: Int64?
  package var weekStart: Int
  /// What the clocks show at the beginning, on a minute.
  package var start: Int64
  package var zone: Zone

  package init(start: Int64, zone: Zone) {
    self.start = start
    self.zone = zone
    isWeekly = false
    interval = 1
    weekStart = 1
  }

  /// The moments of the times at which the clocks show no more than `end`.
  package func moments(through end: Int64) -> [Int64] {
    var found: [Int64] = []
    var local = start
    while local <= min(end, until ?? end) {
      if found.count == count { break }
      if isTime(local) { found.append(moment(local)) }
      local += 60_000
    }
    return found
  }

  private func isTime(_ local: Int64) -> Bool {
    let (time, first) = (CivilTime(local), CivilTime(start))
    guard hours?.contains(time.hour) ?? (time.hour == first.hour),
      minutes?.contains(time.minute) ?? (time.minute == first.minute)
    else { return false }
    if isWeekly {
      guard days?.contains(time.weekday) ?? (time.weekday == first.weekday) else { return false }
      return (weekBegin(local) - weekBegin(start)) / 7 % Int64(interval) == 0
    }
    guard days?.contains(time.weekday) ?? true else { return false }
    return (day(local) - day(start)) % Int64(interval) == 0
  }

  private func day(_ local: Int64) -> Int64 {
    let time = CivilTime(local)
    return CivilTime.days(year: time.year, month: time.month, day: time.day)
  }

  /// The day on which the week of a time began.
  private func weekBegin(_ local: Int64) -> Int64 {
    var time = local
    while CivilTime(time).weekday != weekStart { time -= CivilTime.day }
    return day(time)
  }

  /// The first moment at which the clocks show it; when none does, that of a clock which nobody has
  /// moved yet.
  private func moment(_ local: Int64) -> Int64 {
    var moment = local - 30 * 3_600_000
    var before = moment
    while moment <= local + 30 * 3_600_000 {
      let shown = moment + zone.offset(at: moment)
      if shown == local { return moment }
      if shown < local { before = moment }
      moment += 15 * 60_000
      // Changes and offsets are whole quarters of an hour: what is between them is the same.
      moment -= (moment + zone.offset(at: moment) - local) % 900_000
    }
    return local - zone.offset(at: before)
  }
}
