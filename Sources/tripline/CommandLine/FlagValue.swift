package import Alerting
import QueryLanguage
package import Records
package import TerminalUI

/// Why the text given to a flag is no value of it, and what to write instead.
package struct FlagMistake: Error, Hashable {
  package var problem: String
  package var help: String?
}

/// A type that a flag can be read into.
package protocol FlagValue: Sendable {
  static func read(flag text: String) throws(FlagMistake) -> Self
}

extension String: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> String {
    if text.isEmpty { throw FlagMistake(problem: "needs a value, found ''", help: nil) }
    return text
  }
}

extension Int: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> Int {
    guard let number = Int(text), number >= 1, number <= 1_024 else {
      throw FlagMistake(problem: "needs a whole number from 1 to 1024, found '\(text)'", help: nil)
    }
    return number
  }
}

extension Count: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> Count {
    guard let number = Int(text), number >= 0 else {
      throw FlagMistake(problem: "needs a whole number, found '\(text)'", help: nil)
    }
    return Count(number)
  }
}

extension ByteCount: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> ByteCount {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...].drop { $0 == " " }.lowercased()
    if let number = Int(digits), number >= 1, let size = factors[unit] {
      let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: size)
      if !isTooLarge { return ByteCount(bytes) }
    }
    throw FlagMistake(
      problem: "needs a size, found '\(text)'", help: "write a size as 65536, 64KiB or 1MiB")
  }

  /// A bare `k` means 1024, as in dd and sort.
  private static let factors = [
    "": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "kib": 1 << 10, "mib": 1 << 20,
    "gib": 1 << 30, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000,
  ]
}

extension Milliseconds: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> Milliseconds {
    guard let count = Durations.milliseconds(strict: text) else {
      throw FlagMistake(
        problem: "needs a duration, found '\(text)'",
        help: "write a duration as 500ms, 90s or 1m30s")
    }
    return Milliseconds(count)
  }
}

extension TimePoint: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> TimePoint {
    guard let moment = TimePoint(text) else {
      throw FlagMistake(
        problem: "needs a time, found '\(text)'",
        help: "write -15m, now, 2025-06-01, 2025-06-01T09:00:00Z or epoch milliseconds")
    }
    return moment
  }
}

extension Assignment: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> Assignment {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw FlagMistake(
        problem: "needs NAME=VALUE, found '\(text)'", help: "write the name, '=' and the value")
    }
    return Assignment(
      name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
  }
}

/// A flag with a fixed set of words.
package protocol FlagChoice: FlagValue, CaseIterable, RawRepresentable<String> {}

extension FlagChoice {
  package static func read(flag text: String) throws(FlagMistake) -> Self {
    if let value = Self(rawValue: text) { return value }
    let words = allCases.map(\.rawValue)
    let list = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    throw FlagMistake(
      problem: "needs \(list), found '\(text)'",
      help: Suggestion.didYouMean(text, among: words))
  }
}

extension Multiline: FlagValue {
  package static func read(flag text: String) throws(FlagMistake) -> Multiline {
    do throws(Regex.Failure) { return try Multiline(text) } catch {
      throw FlagMistake(
        problem: "needs off, auto or a regular expression, found '\(text)': \(error.reason)",
        help: Multiline.help)
    }
  }
}

extension ResultFormat: FlagChoice {}
extension RecordFormat.Wrapper: FlagChoice {}
extension When: FlagChoice {}
extension Options.EndOfInput: FlagChoice {}
extension Options.Finding: FlagChoice {}
