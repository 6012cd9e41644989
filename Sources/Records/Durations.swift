/// Lengths of time as people and logs write them, in milliseconds.
package enum Durations {
  /// The length of a unit in milliseconds: `ns us ms s m h d w` and the words field names end in.
  package static func factor(ofUnit unit: String) -> Double? {
    Unit(unit).map {
      Double($0.count) * ($0.exponent < 0 ? 1 / pow($0.exponent) : pow($0.exponent))
    }
  }

  /// A duration of configuration or query: whole numbers with `ms s m h d w`, larger units first, as
  /// in `90s` or `1h30m`.
  package static func milliseconds(strict text: String) -> Int64? {
    var total: Int64 = 0
    var number: Int64?
    var unit: [UInt8] = []
    var previous: Int64 = .max

    /// Adds the part read so far; false if it is none.
    func finish() -> Bool {
      guard let count = number, let length = strictUnits[String(decoding: unit, as: UTF8.self)],
        length < previous
      else { return false }
      let (size, tooLong) = count.multipliedReportingOverflow(by: length)
      let (sum, tooFar) = total.addingReportingOverflow(size)
      guard !tooLong, !tooFar else { return false }
      total = sum
      previous = length
      number = nil
      unit = []
      return true
    }

    for byte in text.utf8 {
      let digit = byte &- 0x30
      guard digit <= 9 else {
        unit.append(byte)
        continue
      }
      if !unit.isEmpty, !finish() { return nil }
      let (scaled, tooLong) = (number ?? 0).multipliedReportingOverflow(by: 10)
      let (next, tooFar) = scaled.addingReportingOverflow(Int64(digit))
      guard !tooLong, !tooFar else { return nil }
      number = next
    }
    return finish() ? total : nil
  }

  /// A length of time in log text: `3.2s`, `850ms`, `1m2s`, `3µs`, `1.5 h`; nil for a plain number,
  /// whose unit only its field can tell.
  ///
  /// One sign in front covers all parts. The decimal is scaled before it is rounded, so `1.005s` is
  /// 1005 and not the double next to it.
  package static func milliseconds(measured bytes: Bytes) -> Double? {
    let text = bytes.trimmed
    var cursor = 0
    var isNegative = false
    if !text.isEmpty, text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
      isNegative = text[0] == UInt8(ascii: "-")
      cursor = 1
    }
    guard cursor < text.count else { return nil }
    var total = 0.0
    while cursor < text.count {
      guard let part = measuredPart(text, at: &cursor) else { return nil }
      total += part
      while cursor < text.count, Bytes.isBlank(text[cursor]) { cursor += 1 }
    }
    return isNegative ? -total : total
  }

  private static func measuredPart(_ text: Bytes, at cursor: inout Int) -> Double? {
    guard text[cursor] &- 0x30 <= 9 || text[cursor] == UInt8(ascii: "."),
      let decimal = Decimal(text, at: &cursor)
    else { return nil }
    while cursor < text.count, Bytes.isBlank(text[cursor]) { cursor += 1 }
    let first = cursor
    while cursor < text.count, text[cursor] | 0x20 >= UInt8(ascii: "a") { cursor += 1 }
    guard let unit = Unit(text.slice(first, cursor)) else { return nil }
    let value = unit.milliseconds(decimal)
    return value.isFinite ? value : nil
  }

  /// The shortest usual text: `10m`, `1h30m`, `0s`, `250ms`; weeks only when nothing is left over.
  package static func text(_ milliseconds: Int64) -> String {
    guard milliseconds != 0 else { return "0s" }
    var text = milliseconds < 0 ? "-" : ""
    var rest = milliseconds.magnitude
    if rest % 604_800_000 == 0 { return text + "\(rest / 604_800_000)w" }
    let units: [(String, UInt64)] = [
      ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    for (name, length) in units where rest >= length {
      text += "\(rest / length)\(name)"
      rest %= length
    }
    return text
  }

  private static let strictUnits: [String: Int64] = [
    "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
  ]

  private static func pow(_ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1) { power, _ in power * 10 }
  }
}

/// A unit of time: `count * 10^exponent` milliseconds, both whole so that scaling is exact.
private struct Unit {
  let count: UInt64
  let exponent: Int

  init?(_ name: String) {
    switch name {
    case "ns", "nanos": self.init(1, -6)
    case "us", "µs", "μs", "micros": self.init(1, -3)
    case "ms", "millis": self.init(1, 0)
    case "s", "sec", "seconds": self.init(1, 3)
    case "m": self.init(6, 4)
    case "h": self.init(36, 5)
    case "d": self.init(864, 5)
    case "w": self.init(6048, 5)
    default: return nil
    }
  }

  private init(_ count: UInt64, _ exponent: Int) {
    self.count = count
    self.exponent = exponent
  }

  /// The unit named by log text; the usual short ones without making a string.
  init?(_ name: Bytes) {
    switch name.count {
    case 1 where name[0] == UInt8(ascii: "s"): self.init(1, 3)
    case 2 where name[0] == UInt8(ascii: "m") && name[1] == UInt8(ascii: "s"): self.init(1, 0)
    default: self.init(name.string)
    }
  }

  func milliseconds(_ decimal: Decimal) -> Double {
    let (digits, isTooLong) = decimal.digits.multipliedReportingOverflow(by: count)
    let exponent = decimal.exponent + self.exponent
    if !isTooLong, !decimal.isCut {
      if let value = Decimal.nearest(digits, tenTo: exponent) { return value }
      return Double("\(digits)e\(exponent)") ?? .infinity
    }
    let scaled = Double("\(decimal.digits)e\(exponent)") ?? .infinity
    return scaled * Double(count)
  }
}
