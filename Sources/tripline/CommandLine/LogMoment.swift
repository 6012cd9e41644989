package import Records
import TerminalUI

/// `--at`: a moment as other flags take it, or a time of the day that the log is of.
package struct LogMoment: Sendable, Hashable {
  package let text: String
  /// Whether only the time of day is written.
  package let isClock: Bool

  /// Nil when the text is no time whatever the log.
  package init?(_ text: String) {
    self.text = text
    isClock = LogMoment.isClock(text)
    guard isClock || TimePoint(text) != nil else { return nil }
    // `10:61` looks like a time of day and is none.
    if isClock, Timestamp.parse(LogMoment.on("1970-01-01", text), now: nil) == nil { return nil }
  }

  /// The moments that may be meant: of a time of day one for each day of the log that has it, or the
  /// next behind its end.
  package func candidates(now: Int64, zone: Zone, log: ClosedRange<Int64>) -> [Int64] {
    guard isClock else {
      return [Timestamp.parse(text, zone: zone, now: now)].compactMap { $0 }
    }
    let day: Int64 = 86_400_000
    var moments: [Int64] = []
    // In another zone the log may begin a day earlier or end a day later.
    for start in stride(from: log.lowerBound - day, through: log.upperBound + day, by: Int(day)) {
      if let moment = Timestamp.parse(
        LogMoment.on(Moment.day(start), text), zone: zone, now: nil), !moments.contains(moment)
      {
        moments.append(moment)
      }
    }
    let inside = moments.filter(log.contains)
    guard inside.isEmpty else { return inside }
    return [moments.first { $0 > log.upperBound } ?? moments.first].compactMap { $0 }
  }

  private static func on(_ day: String, _ clock: String) -> String {
    let padded = clock.prefix { $0 != ":" }.count == 1 ? "0" + clock : clock
    return "\(day)T\(padded)" + (padded.split(separator: ":").count == 2 ? ":00" : "")
  }

  /// `9:05`, `10:14`, `10:14:26.519`.
  private static func isClock(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), (1...2).contains(parts[0].count), parts[1].count == 2
    else { return false }
    return parts.enumerated().allSatisfy { index, part in
      !part.isEmpty && part.allSatisfy { ("0"..."9").contains($0) || (index == 2 && $0 == ".") }
    }
  }
}

extension LogMoment: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> LogMoment {
    guard let moment = LogMoment(text) else {
      throw FlagMistake(
        problem: "needs a time, found '\(text)'",
        help: "write 2026-03-02T10:14:00Z, 10:14 of the log's day, -15m or epoch milliseconds")
    }
    return moment
  }
}
