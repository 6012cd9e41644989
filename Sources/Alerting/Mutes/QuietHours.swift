import QueryLanguage
import Records

/// Times of day at which it should be quiet: `"22:00-06:00"`, a list of such texts, or
/// `{ hours: "22:00-06:00", days: [mon-fri], timezone: Europe/Berlin }`.
///
/// A range that ends before it begins lasts until the next day and belongs to the day on which it
/// begins. Its ends are moments of that day in the zone: where the clocks skip one it is meant an
/// hour later, where they show it twice the first time counts.
package struct QuietHours: Sendable {
  /// Minutes of the day on which it begins; past midnight they go on behind 1440.
  private let ranges: [Range<Int>]
  private let days: Set<Weekday>
  private let zone: Zone

  /// Nil when something was reported that is no time of day, no weekday, or no zone.
  package init?(binding node: ConfigNode, zones: ZoneBook, sink: DiagnosticSink) {
    let own = DiagnosticSink()
    defer { for finding in own.list { sink.report(finding) } }
    if case .map = node.content {
      guard var keys = ConfigBinder(node, as: "quiet hours", sink: own) else { return nil }
      _ = keys.requiredNode("hours")
      self = QuietHours(keys: &keys, zones: zones)
      keys.finish()
    } else {
      self = QuietHours(
        ranges: QuietHours.ranges(in: node, sink: own), days: Set(Weekday.allCases),
        zone: zones.usual)
    }
    if own.hasErrors { return nil }
  }

  /// Takes `hours`, `days` and `timezone` from a map that has other keys too; what is wrong is
  /// reported and left out. Without `hours` the whole day is meant.
  init(keys: inout ConfigBinder, zones: ZoneBook) {
    ranges = keys.node("hours").map { keys.ranges($0) } ?? [0..<1_440]
    days = keys.node("days").map { keys.weekdays($0) } ?? Set(Weekday.allCases)
    zone = zones.zone(of: &keys)
  }

  private init(ranges: [Range<Int>], days: Set<Weekday>, zone: Zone) {
    self.ranges = ranges
    self.days = days
    self.zone = zone
  }

  /// Whether it should be quiet at a moment.
  package func contains(_ time: Int64) -> Bool { span(around: time) != nil }

  /// The quiet time that a moment lies in; nil when it lies in none.
  package func span(around time: Int64) -> Range<Int64>? {
    let today = (time + zone.offset(at: time)).floorDivided(by: CivilTime.day).quotient
    // A night that began yesterday; and a zone may have changed its offset by hours since.
    for day in today - 2...today + 1 where days.contains(Weekday(ofDay: day)) {
      for range in ranges {
        let lower = moment(range.lowerBound, of: day)
        let upper = moment(range.upperBound, of: day)
        if lower <= time, time < upper { return lower..<upper }
      }
    }
    return nil
  }

  private func moment(_ minute: Int, of day: Int64) -> Int64 {
    zone.utc(fromLocal: day * CivilTime.day + Int64(minute) * 60_000)
  }

  fileprivate static func ranges(in node: ConfigNode, sink: DiagnosticSink) -> [Range<Int>] {
    let items = node.items
    if items.isEmpty { sink.report(node.diagnostic(.badHours("none"), help: "write 22:00-06:00")) }
    return items.compactMap { item in
      guard let text = item.text, let range = TimeOfDay.range(text) else {
        sink.report(item.diagnostic(.badHours(item.found), help: "write 22:00-06:00"))
        return nil
      }
      if range.isEmpty {
        sink.report(item.diagnostic(.noHours, help: "write 00:00-24:00 for the whole day"))
      }
      return range
    }
  }
}

/// A day of the week; Monday is 1.
enum Weekday: Int, CaseIterable {
  case monday = 1
  case tuesday, wednesday, thursday, friday, saturday, sunday

  /// Of a day counted from 1970-01-01.
  init(ofDay day: Int64) { self = Weekday.allCases[CivilTime.weekday(day) - 1] }

  /// By its name or the first three letters of it, whatever their case.
  init?(name: some StringProtocol) {
    let name = name.lowercased()
    guard let day = Weekday.allCases.first(where: { "\($0)" == name || "\($0)".prefix(3) == name })
    else { return nil }
    self = day
  }

  /// `mon`, `mon-fri`, `fri-mon`, `weekdays`, `weekends`.
  static func days(_ text: String) -> [Weekday]? {
    switch text.lowercased() {
    case "weekdays": return [.monday, .tuesday, .wednesday, .thursday, .friday]
    case "weekends", "weekend": return [.saturday, .sunday]
    default: break
    }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
      .map { Weekday(name: $0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
      return nil
    }
    let count = (last.rawValue - first.rawValue + 7) % 7
    return (0...count).map { allCases[(first.rawValue - 1 + $0) % 7] }
  }
}

/// `22:00`, as minutes of a day.
enum TimeOfDay {
  static func minute(_ text: some StringProtocol) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
      parts.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
    else { return nil }
    return hour * 60 + minute
  }

  /// `22:00-06:00`; the end of one that lasts until the next day is beyond 1440.
  static func range(_ text: String) -> Range<Int>? {
    let ends = text.filter { $0 != " " }.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let lower = minute(ends[0]), let upper = minute(ends[1]), lower < 1_440
    else { return nil }
    return lower..<(upper < lower ? upper + 1_440 : upper)
  }
}

extension ConfigNode {
  /// The items of a list; anything else stands for a list of one.
  var items: [ConfigNode] { if case .list(let items) = content { items } else { [self] } }
}

extension ConfigBinder {
  fileprivate func ranges(_ node: ConfigNode) -> [Range<Int>] {
    QuietHours.ranges(in: node, sink: sink)
  }

  fileprivate func weekdays(_ node: ConfigNode) -> Set<Weekday> {
    var days: Set<Weekday> = []
    for item in node.items {
      if let named = item.text.flatMap(Weekday.days) {
        days.formUnion(named)
      } else {
        report(.badDay(item.found), on: item, help: "write mon, mon-fri, weekdays or weekends")
      }
    }
    return days
  }
}

extension Diagnostic.Message {
  fileprivate static func badHours(_ found: String) -> Self {
    Self("bad-hours", "quiet hours are two times of day, found \(found)")
  }
  fileprivate static let noHours = Self("bad-hours", "these quiet hours are over at once")
  fileprivate static func badDay(_ found: String) -> Self {
    Self("bad-day", "`days` needs days of the week, found \(found)")
  }
}
