/// Moments as text. A moment is whole milliseconds since 1970-01-01T00:00:00Z.
package enum Timestamp {
  /// The moment in RFC 3339 with milliseconds, `2024-01-31T12:00:00.000Z`.
  ///
  /// Years outside 0...9999 have a sign and at least six digits, as in ECMAScript.
  package static func rfc3339(_ ms: Int64) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(24)
    append(ms, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the moment in RFC 3339 to `output`.
  package static func append(_ ms: Int64, to output: inout [UInt8]) {
    let time = CivilTime(ms)
    if (0...9999).contains(time.year) {
      append(time.year, digits: 4, to: &output)
    } else {
      output.append(UInt8(ascii: time.year < 0 ? "-" : "+"))
      append(abs(time.year), digits: 6, to: &output)
    }
    output.append(UInt8(ascii: "-"))
    append(time.month, digits: 2, to: &output)
    output.append(UInt8(ascii: "-"))
    append(time.day, digits: 2, to: &output)
    output.append(UInt8(ascii: "T"))
    append(time.hour, digits: 2, to: &output)
    output.append(UInt8(ascii: ":"))
    append(time.minute, digits: 2, to: &output)
    output.append(UInt8(ascii: ":"))
    append(time.second, digits: 2, to: &output)
    output.append(UInt8(ascii: "."))
    append(time.millisecond, digits: 3, to: &output)
    output.append(UInt8(ascii: "Z"))
  }

  /// Appends a number that is not negative with at least `digits` digits.
  static func append(_ value: Int, digits: Int, to output: inout [UInt8]) {
    var limit = 1
    for _ in 1..<digits { limit *= 10 }
    while limit > max(value, 1) {
      output.append(0x30)
      limit /= 10
    }
    NumberText.append(Int64(value), to: &output)
  }

  /// A moment that somebody typed: what `TimestampReader.read` takes, and when `now` is given also
  /// `now`, `-15m`, `-1d12h` and `now-15m`.
  ///
  /// A time without an offset is of `zone`; one without a year is the nearest to `now`.
  package static func parse(_ text: String, zone: Zone = .utc, now: Int64?) -> Int64? {
    let typed = PinnedText(text)
    return withExtendedLifetime(typed) {
      if let now, let moment = relative(typed.bytes.trimmed.string, to: now) { return moment }
      var reader = TimestampReader(zone: zone)
      return reader.read(typed.bytes, near: now)
    }
  }

  private static func relative(_ text: String, to now: Int64) -> Int64? {
    var rest = text[...]
    if rest.hasPrefix("now") {
      rest = rest.dropFirst(3)
      if rest.isEmpty { return now }
    }
    guard let sign = rest.popFirst(), sign == "-" || sign == "+",
      let length = Durations.milliseconds(strict: String(rest))
    else { return nil }
    let (moment, isFar) =
      sign == "-" ? now.subtractingReportingOverflow(length) : now.addingReportingOverflow(length)
    return isFar ? nil : moment
  }

  /// The moment that an epoch number means, its unit told by its size: below 1e11 seconds, 1e14
  /// milliseconds, 1e17 microseconds, else nanoseconds. Fractions are rounded down to milliseconds.
  static func epoch(_ number: Decimal) -> Int64? {
    guard let whole = scaled(number.digits, tenTo: number.exponent)?.quotient else { return nil }
    let unit =
      switch whole {
      case ..<100_000_000_000: 3
      case ..<100_000_000_000_000: 0
      case ..<100_000_000_000_000_000: -3
      default: -6
      }
    guard let size = scaled(number.digits, tenTo: number.exponent + unit),
      let milliseconds = Int64(exactly: size.quotient)
    else { return nil }
    guard number.isNegative else { return milliseconds }
    return -milliseconds - (size.hasRest || number.isCut ? 1 : 0)
  }

  /// `digits * 10^exponent` rounded down, and whether that lost something; nil beyond 64 bits.
  private static func scaled(
    _ digits: UInt64, tenTo exponent: Int
  ) -> (quotient: UInt64, hasRest: Bool)? {
    if digits == 0 { return (0, false) }
    guard exponent > -20 else { return (0, true) }
    guard exponent < 20 else { return nil }
    var power: UInt64 = 1
    for _ in 0..<abs(exponent) { power *= 10 }
    if exponent < 0 {
      let (quotient, rest) = digits.quotientAndRemainder(dividingBy: power)
      return (quotient, rest > 0)
    }
    let (product, isTooLarge) = digits.multipliedReportingOverflow(by: power)
    return isTooLarge ? nil : (product, false)
  }

  /// Decimal text with leading zeros.
  static func padded(_ value: Int, _ digits: Int) -> String {
    var text: [UInt8] = []
    append(value, digits: digits, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
