import Records

/// `--from`, `--to`: a moment as written, resolved once the clock and the time zone are known.
package enum TimePoint: Sendable, Hashable {
  /// Milliseconds after now, negative for the past: `-15m`, `now`.
  case relative(Int64)
  /// Milliseconds since the epoch, because the text named its offset.
  case absolute(Int64)
  /// A reading of a clock on some wall, as if that clock showed UTC.
  case wall(Int64)

  /// Milliseconds since the epoch.
  ///
  /// - Parameter offset: how far the wall clock is ahead of UTC, in milliseconds, at a reading.
  package func resolved(now: Int64, offset: (Int64) -> Int64) -> Int64 {
    switch self {
    case .relative(let distance): now + distance
    case .absolute(let moment): moment
    case .wall(let reading): reading - offset(reading)
    }
  }

  package init?(_ text: String) {
    let text = text.split(separator: " ").joined(separator: " ")
    if text == "now" {
      self = .relative(0)
    } else if let relative = Self.relative(text) {
      self = .relative(relative)
    } else if let moment = DateReader.read(text) {
      self = moment
    } else {
      return nil
    }
  }

  /// `-15m`, `+15m`, `-1d -12h`, `now +15m`.
  private static func relative(_ text: String) -> Int64? {
    var total: Int64 = 0
    for (index, part) in text.split(separator: " ").enumerated() {
      if index == 0, part == "now" { continue }
      guard let sign = part.first, sign == "-" || sign == "+",
        let span = Durations.milliseconds(strict: String(part.dropFirst()))
      else { return nil }
      let (sum, isTooFar) = total.addingReportingOverflow(sign == "-" ? -span : span)
      // Thirty thousand years either way leave room for every addition that follows.
      if isTooFar || sum.magnitude > 1_000_000_000_000_000 { return nil }
      total = sum
    }
    return text.isEmpty ? nil : total
  }
}

/// Reads ISO 8601, `MM/dd/yyyy [HH:mm:ss]` and epoch milliseconds from left to right.
private struct DateReader {
  private var rest: Substring

  static func read(_ text: String) -> TimePoint? {
    // Eleven digits and more are milliseconds; fewer would be a year, or anything.
    if text.utf8.count >= 11, let epoch = Int64(text) { return .absolute(epoch) }
    var reader = DateReader(rest: text[...])
    guard let day = reader.date() else { return nil }
    var moment = day * CivilTime.day
    if reader.rest.isEmpty { return .wall(moment) }
    guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let time = reader.time()
    else { return nil }
    moment += time
    if reader.rest.isEmpty { return .wall(moment) }
    guard let offset = reader.offset(), reader.rest.isEmpty else { return nil }
    return .absolute(moment - offset)
  }

  /// Days since the epoch.
  private mutating func date() -> Int64? {
    let slashed = rest.contains("/")
    let year: Int
    let month: Int
    let day: Int
    if slashed {
      guard let m = number(1...2), skip("/"), let d = number(1...2), skip("/"),
        let y = number(4...4)
      else { return nil }
      (year, month, day) = (y, m, d)
    } else {
      guard let y = number(4...4), skip("-"), let m = number(2...2), skip("-"),
        let d = number(2...2)
      else { return nil }
      (year, month, day) = (y, m, d)
    }
    guard (1...12).contains(month), day >= 1,
      day <= CivilTime.days(inMonth: month, of: year)
    else { return nil }
    return CivilTime.days(year: year, month: month, day: day)
  }

  /// Milliseconds since midnight.
  private mutating func time() -> Int64? {
    guard let hour = number(2...2), hour < 24, skip(":"), let minute = number(2...2), minute < 60
    else { return nil }
    var result = Int64(hour * 60 + minute) * 60_000
    guard skip(":") else { return result }
    guard let second = number(2...2), second < 60 else { return nil }
    result += Int64(second) * 1_000
    guard skip(".") || skip(",") else { return result }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest[digits.endIndex...]
    guard !digits.isEmpty, let thousandths = Int64(String((digits + "00").prefix(3)))
    else { return nil }
    return result + thousandths
  }

  /// `Z`, `+02:00`, `-0500`, in milliseconds ahead of UTC.
  private mutating func offset() -> Int64? {
    _ = skip(" ")
    if skip("Z") || skip("z") { return 0 }
    let sign: Int
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(2...2), hours < 24 else { return nil }
    _ = skip(":")
    guard let minutes = rest.isEmpty ? 0 : number(2...2), minutes < 60 else { return nil }
    return Int64(sign * (hours * 60 + minutes)) * 60_000
  }

  private mutating func number(_ length: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix(length.upperBound).prefix { $0.isASCII && $0.isNumber }
    guard digits.count >= length.lowerBound else { return nil }
    rest = rest[digits.endIndex...]
    return Int(digits)
  }

  private mutating func skip(_ character: Character) -> Bool {
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }
}
