/// A date and a time of day as they stood in a text; what was left out is settled afterwards.
struct WrittenTime {
  var year: Int?
  var month: Int?
  var day: Int?
  var hour = 0
  var minute = 0
  var second = 0
  var millisecond = 0
  /// Milliseconds east of universal time, if the text said so.
  var offset: Int64?

  /// Whether calendars and clocks show such a time. A leap second does exist.
  var isValid: Bool {
    guard hour >= 0, hour < 24, minute >= 0, minute < 60, second >= 0, second <= 60,
      millisecond >= 0, millisecond < 1000, (0...9999).contains(year ?? 0)
    else { return false }
    let month = month ?? 1
    guard month >= 1, month <= 12, let day else { return month >= 1 && month <= 12 }
    // Without a year 29 February may be meant.
    return day >= 1 && day <= CivilTime.days(inMonth: month, of: year ?? 2000)
  }

  /// Milliseconds of the day. Second 60 counts as the last millisecond of second 59, so that a leap
  /// second neither repeats the next minute nor overtakes it.
  private var clock: Int64 {
    let (second, millisecond) = second == 60 ? (59, 999) : (self.second, self.millisecond)
    return Int64(((hour * 60 + minute) * 60 + second) * 1000 + millisecond)
  }

  /// The moment this means, in `zone` unless it has its own offset. What is missing of the date is
  /// what puts it nearest to `previous`, of two equally near the earlier; nil when it can't be told.
  func moment(zone: Zone, near previous: Int64?) -> Int64? {
    guard isValid else { return nil }
    if let year { return moment(year: year, zone: zone) }
    guard let previous else { return nil }
    let (shown, isFar) = previous.addingReportingOverflow(offset ?? zone.offset(at: previous))
    guard !isFar, shown > CivilTime.earliest, shown < CivilTime.latest else { return nil }
    var nearest: Int64?
    func offer(_ moment: Int64) {
      guard let best = nearest else {
        nearest = moment
        return
      }
      if abs(moment - previous) < abs(best - previous) { nearest = moment }
    }
    if month == nil, day == nil {
      let today = shown.floorDivided(by: CivilTime.day).quotient
      for day in today - 1...today + 1 { offer(settle(day * CivilTime.day + clock, zone)) }
    } else {
      let year = CivilTime(shown).year
      // 29 February may be up to eight years away.
      let reach = month == 2 && day == 29 ? 8 : 1
      for year in year - reach...year + reach {
        if let moment = moment(year: year, zone: zone) { offer(moment) }
      }
    }
    return nearest
  }

  private func moment(year: Int, zone: Zone) -> Int64? {
    let month = month ?? 1
    let day = day ?? 1
    guard day <= CivilTime.days(inMonth: month, of: year) else { return nil }
    return settle(
      CivilTime.days(year: year, month: month, day: day) * CivilTime.day + clock, zone)
  }

  private func settle(_ local: Int64, _ zone: Zone) -> Int64 {
    if let offset { local - offset } else { zone.utc(fromLocal: local) }
  }
}

extension CivilTime {
  /// Bounds of the years 0 to 9999 with room around them: arithmetic between them can't overflow.
  static let earliest: Int64 = -100_000_000_000_000
  static let latest: Int64 = 1_000_000_000_000_000
}
