// Numbers, sizes, spans and moments as people read them; what programs read is `NumberText`.

import Records

extension Double {
  /// At most four decimals, or four digits below one: enough to compare, calm to look at.
  package var readable: String {
    guard isFinite else { return isNaN ? "NaN" : self < 0 ? "-∞" : "∞" }
    let size = abs(self)
    guard size >= 1e-4, size < 1e14, self != rounded(.towardZero) else {
      return NumberText.shortest(self)
    }
    var decimals = 4
    var edge = 0.1
    while size < edge {
      decimals += 1
      edge /= 10
    }
    return (self < 0 ? "-" : "") + size.fixed(decimals, dropZeros: true)
  }

  /// The number, not negative, with this many decimals.
  func fixed(_ decimals: Int, dropZeros: Bool = false) -> String {
    var scale: Int64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int64((self * Double(scale)).rounded())
    var fraction = String(scaled % scale)
    fraction = String(repeating: "0", count: decimals - min(decimals, fraction.count)) + fraction
    if dropZeros { while fraction.last == "0" { fraction.removeLast() } }
    return decimals == 0 || fraction.isEmpty
      ? "\(scaled / scale)" : "\(scaled / scale).\(fraction)"
  }

  /// `4.2 kB`, `421 kB`, `3.1 M`: three digits and the unit's prefix.
  func scaled(_ unit: String) -> String {
    var value = self
    for prefix in ["", "k", "M", "G", "T"] {
      // What would round to 1000 belongs to the next prefix.
      if value < 999.5 || prefix == "T" {
        let digits = prefix.isEmpty ? value.fixed(0) : value.fixed(value < 9.95 ? 1 : 0)
        let symbol = prefix + unit
        return symbol.isEmpty ? digits : "\(digits) \(symbol)"
      }
      value /= 1_000
    }
    return ""
  }
}

extension BinaryInteger {
  /// `421 kB`: powers of a thousand.
  package var byteText: String { Double(self).scaled("B") }

  /// `64 MiB`: powers of 1,024, as memory is given out.
  package var memoryText: String {
    var value = Double(self)
    var units = ["B", "KiB", "MiB", "GiB", "TiB"][...]
    while value >= 1_024, units.count > 1 {
      value /= 1_024
      units.removeFirst()
    }
    return
      "\(value.fixed(value < 9.95 && value != value.rounded() ? 1 : 0)) \(units[units.startIndex])"
  }

  /// `1 line`, `2 lines`.
  package func counted(_ noun: String, _ plural: String? = nil) -> String {
    "\(grouped) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}

extension Duration {
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// `0.01 s`, `2.41 s`, `16 min 38 s`: as long as a person cares to read.
  package var readable: String {
    let seconds = max(0, seconds)
    if seconds < 0.01 { return seconds.fixed(3) + " s" }
    if seconds < 10 { return seconds.fixed(2) + " s" }
    return seconds < 60 ? seconds.fixed(1) + " s" : Moment.span(Int64(seconds.rounded()) * 1_000)
  }
}

/// Times and spans in milliseconds, as text.
package enum Moment {
  /// `250 ms`, `16 min 38 s`, `2 h 5 min`, `3 d`: the two largest units.
  package static func span(_ milliseconds: Int64) -> String {
    if milliseconds < 0 { return "-" + span(-max(milliseconds, -Int64.max)) }
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    let units: [(String, Int64)] = [
      ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1),
    ]
    let first = units.firstIndex { milliseconds >= $0.1 }!
    let large = milliseconds / units[first].1
    let small = milliseconds % units[first].1 / units[first + 1].1
    return "\(large) \(units[first].0)" + (small > 0 ? " \(small) \(units[first + 1].0)" : "")
  }

  /// `2025-06-01` in UTC.
  package static func day(_ milliseconds: Int64) -> String {
    let time = CivilTime(milliseconds)
    let sign = time.year < 0 ? "-" : ""
    return "\(sign)\(digits(abs(time.year), 4))-\(digits(time.month, 2))-\(digits(time.day, 2))"
  }

  /// `Sunday`, in English as everything here.
  package static func weekday(_ milliseconds: Int64) -> String {
    let names = [
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    return names[CivilTime(milliseconds).weekday - 1]
  }

  /// `09:14:22`, with milliseconds when there are any.
  package static func clock(_ milliseconds: Int64) -> String {
    let time = CivilTime(milliseconds)
    let text = "\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))"
    return time.millisecond == 0 ? text : "\(text).\(digits(time.millisecond, 3))"
  }

  /// `2025-06-01 09:14:22Z`.
  package static func stamp(_ milliseconds: Int64) -> String {
    "\(day(milliseconds)) \(clock(milliseconds))Z"
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
