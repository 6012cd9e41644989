/// Durations as people write them in rule files: `10m`, `1h30m`, `250ms`, `1.5s`.
package enum DurationText {
  /// Why a text is not a duration.
  package enum Failure: Error, Sendable {
    case malformed
    /// A number with nothing behind it.
    case noUnit
    /// Not a whole number of milliseconds.
    case tooFine
    case tooLong
  }

  /// Units from the longest to the shortest, in nanoseconds.
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000),
    ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]

  /// The names of all units of time: `ns us ms s m h d w`.
  package static let unitNames = Array(units.map(\.name).reversed())

  /// Milliseconds of a text; parts stand from the longest unit to the shortest, each once.
  package static func milliseconds(of text: String) throws(Failure) -> Int64 {
    var rest = Substring(text)
    var total: Int64 = 0
    var smallest = -1
    repeat {
      let number = rest.prefix { $0.isASCIIDigit || $0 == "." }
      rest = rest.dropFirst(number.count)
      let name = rest.prefix { $0.isASCIILetter }
      rest = rest.dropFirst(name.count)
      guard let amount = Amount(number) else {
        throw number.count > 18 && number.allSatisfy(\.isASCIIDigit) ? .tooLong : .malformed
      }
      if name.isEmpty, rest.isEmpty, smallest < 0 { throw .noUnit }
      guard let unit = units.firstIndex(where: { $0.name == name }), unit > smallest else {
        throw .malformed
      }
      smallest = unit
      let part = try amount.times(units[unit].nanoseconds)
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { throw .tooLong }
      total = sum
    } while !rest.isEmpty
    let (milliseconds, remainder) = total.quotientAndRemainder(dividingBy: 1_000_000)
    if remainder != 0 { throw .tooFine }
    return milliseconds
  }

  /// What somebody may have meant who wrote `5mins`, `5 m` or `2 hours`; nil when that is no duration
  /// either.
  static func meant(by text: String) -> String? {
    var result = ""
    var word = ""
    func unit(_ word: String) -> String {
      units.contains { $0.name == word } ? word : others[word.lowercased()] ?? word
    }
    for character in text where !character.isWhitespace {
      if character.isASCIILetter {
        word.append(character)
      } else {
        result += unit(word) + String(character)
        word = ""
      }
    }
    result += unit(word)
    return result != text && (try? milliseconds(of: result)) != nil ? result : nil
  }

  /// Units as others write them.
  private static let others = [
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m",
    "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    "week": "w", "weeks": "w", "msec": "ms", "msecs": "ms", "millis": "ms", "millisecond": "ms",
    "milliseconds": "ms",
  ]

  /// The text of a duration: `90_000` is `1m30s`.
  package static func text(_ milliseconds: Int64) -> String {
    if milliseconds <= 0 { return milliseconds == 0 ? "0s" : "-" + text(-milliseconds) }
    var rest = milliseconds
    var result = ""
    for (name, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
      as [(String, Int64)] where rest >= size
    {
      result += "\(rest / size)\(name)"
      rest %= size
    }
    return rest > 0 ? result + "\(rest)ms" : result
  }

  /// A decimal number kept exactly: 1.25 is 125 hundredths.
  private struct Amount {
    var digits: Int64
    var scale: Int64 = 1

    init?(_ text: Substring) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }),
        let digits = Int64(parts.joined())
      else { return nil }
      self.digits = digits
      guard parts.count == 2 else { return }
      guard parts[1].count <= 9 else { return nil }
      for _ in parts[1] { scale *= 10 }
    }

    /// The product, which must be whole.
    func times(_ unit: Int64) throws(Failure) -> Int64 {
      let (product, overflow) = digits.multipliedReportingOverflow(by: unit)
      if overflow { throw .tooLong }
      guard product % scale == 0 else { throw .tooFine }
      return product / scale
    }
  }
}

extension Character {
  /// 0 to 9 and no digit of another script.
  var isASCIIDigit: Bool { "0"..."9" ~= self }
  /// a to z and A to Z.
  var isASCIILetter: Bool { "a"..."z" ~= self || "A"..."Z" ~= self }
}
