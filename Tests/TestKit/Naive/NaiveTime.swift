/// Milliseconds since the epoch, to and from the text of RFC 3339, by the civil calendar.
package enum NaiveTime {
  package static let second: Int64 = 1_000
  package static let minute: Int64 = 60 * second
  package static let hour: Int64 = 60 * minute
  package static let day: Int64 = 24 * hour

  /// `2026-03-01T10:00:00.250Z`
  package static func text(_ time: Int64) -> String {
    let (days, ofDay) = floorDivide(time, day)
    let (year, month, dayOfMonth) = civil(days)
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(dayOfMonth, 2))T"
      + "\(digits(ofDay / hour, 2)):\(digits(ofDay / minute % 60, 2)):"
      + "\(digits(ofDay / second % 60, 2)).\(digits(ofDay % second, 3))Z"
  }

  /// Reads `2026-03-01T10:00:00Z` with or without a fraction, of which milliseconds are kept.
  package static func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      Int64(String(decoding: bytes[range], as: UTF8.self))
    }
    let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
    guard marks.allSatisfy({ bytes[$0.0] == $0.1.asciiValue }),
      let year = number(0..<4), let month = number(5..<7), (1...12).contains(month),
      let dayOfMonth = number(8..<10),
      let hours = number(11..<13), let minutes = number(14..<16), let seconds = number(17..<19)
    else { return nil }
    var fraction: Int64 = 0
    if bytes.count > 20 {
      let decimals = bytes[20..<bytes.count - 1]
      guard bytes[19] == UInt8(ascii: "."), decimals.allSatisfy({ (48...57).contains($0) }) else {
        return nil
      }
      let padded = String(decoding: decimals.prefix(3), as: UTF8.self) + "00"
      fraction = Int64(padded.prefix(3))!
    }
    let date = days(year, month, dayOfMonth) * day
    return date + hours * hour + minutes * minute + seconds * second + fraction
  }

  /// An epoch number by its magnitude: seconds, milliseconds, microseconds, else nanoseconds.
  package static func parse(epoch number: Double) -> Int64 {
    switch abs(number) {
    case ..<1e11: Int64((number * 1_000).rounded(.down))
    case ..<1e14: Int64(number.rounded(.down))
    case ..<1e17: Int64((number / 1e3).rounded(.down))
    default: Int64((number / 1e6).rounded(.down))
    }
  }

  /// `90s`, `1500ms`: a duration as a rule file writes it.
  package static func durationText(_ duration: Int64) -> String {
    if duration == 0 { return "0s" }
    if duration % minute == 0 { return "\(duration / minute)m" }
    return duration % second == 0 ? "\(duration / second)s" : "\(duration)ms"
  }

  /// The first multiple of `step` at or after `time`.
  package static func firstMultiple(of step: Int64, atOrAfter time: Int64) -> Int64 {
    let (quotient, rest) = floorDivide(time, step)
    return rest == 0 ? time : (quotient + 1) * step
  }

  private static func floorDivide(_ number: Int64, _ by: Int64) -> (quotient: Int64, rest: Int64) {
    let rest = ((number % by) + by) % by
    return ((number - rest) / by, rest)
  }

  private static func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  private static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func monthLengths(_ year: Int64) -> [Int64] {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  }

  private static func days(_ year: Int64, _ month: Int64, _ dayOfMonth: Int64) -> Int64 {
    var days: Int64 = 0
    var counted: Int64 = 1970
    while counted < year {
      days += isLeap(counted) ? 366 : 365
      counted += 1
    }
    return days + monthLengths(year).prefix(Int(month) - 1).reduce(0, +) + dayOfMonth - 1
  }

  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    var rest = days
    var year: Int64 = 1970
    while rest >= (isLeap(year) ? 366 : 365) {
      rest -= isLeap(year) ? 366 : 365
      year += 1
    }
    var month: Int64 = 1
    for length in monthLengths(year) {
      if rest < length { break }
      rest -= length
      month += 1
    }
    return (year, month, rest + 1)
  }
}
