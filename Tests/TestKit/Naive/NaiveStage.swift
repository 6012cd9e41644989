/// A stage between the filter and the aggregate that hangs on other rows or on the instant, so that it
/// is asked anew at each instant, of all the lines in the window in the order of absorption.
package enum NaiveStage: Sendable {
  package struct Key: Sendable {
    package var field: String
    package var isAscending: Bool

    package init(_ field: String, isAscending: Bool) {
      self.field = field
      self.isAscending = isAscending
    }
  }

  case dedup([String], count: Int, consecutive: Bool)
  case limit(Int)
  case sort([Key])
  /// `where now() - _messageTime < 90s`
  case age(NaiveOperator, Int64)
  /// `where` of a row alone; never the first of the stages, as it would be part of the filter.
  case filter(NaiveFilter)

  func rows(of lines: [NaiveArrival], at instant: Int64) -> [NaiveArrival] {
    switch self {
    case .dedup(let fields, let count, let consecutive):
      return lines.enumerated().filter { index, line in
        let key = fields.map { line.line.value($0) }
        let before = lines[..<index]
        let others =
          consecutive
          ? Array(before.reversed().prefix { other in fields.map { other.line.value($0) } == key })
          : before.filter { other in fields.map { other.line.value($0) } == key }
        return others.count < count
      }.map(\.element)
    case .limit(let count):
      return Array(lines.prefix(count))
    case .sort(let keys):
      // An insertion sort: each goes behind the last that it does not have to stand before.
      return lines.reduce(into: []) { sorted, line in
        let place = sorted.lastIndex { !Self.stands(line, before: $0, by: keys) } ?? -1
        sorted.insert(line, at: place + 1)
      }
    case .age(let comparator, let milliseconds):
      return lines.filter { comparator.holds(instant - $0.time, milliseconds) }
    case .filter(let filter):
      return lines.filter { filter.keeps($0.line) }
    }
  }

  private static func stands(
    _ left: NaiveArrival, before right: NaiveArrival, by keys: [Key]
  ) -> Bool {
    for key in keys {
      let (a, b) = (left.line.value(key.field), right.line.value(key.field))
      if isLess(a, b) != isLess(b, a) {
        if a == .null || b == .null { return b == .null }
        return isLess(a, b) == key.isAscending
      }
    }
    return false
  }

  /// Numbers, then text with lower case before upper, then nothing; text that looks like a number is
  /// text.
  private static func isLess(_ left: NaiveValue, _ right: NaiveValue) -> Bool {
    switch (left, right) {
    case (.null, _): return false
    case (_, .null): return true
    case (.number(let left), .number(let right)): return left < right
    case (.number, _): return true
    case (_, .number): return false
    default:
      func swapped(_ text: String) -> [UInt8] {
        text.utf8.map { byte in
          let isLetter = (97...122).contains(byte | 0x20)
          return isLetter ? byte ^ 0x20 : byte
        }
      }
      return swapped(left.asText!).lexicographicallyPrecedes(swapped(right.asText!))
    }
  }
}

extension NaiveMonitor {
  /// What the stages leave of the lines of a window, for the aggregate.
  func rows(of lines: [NaiveArrival], at instant: Int64) -> [NaiveArrival] {
    stages.reduce(lines) { $1.rows(of: $0, at: instant) }
  }

  /// Whether rows stand in an order of their own, by which `first` is the first row.
  var sorts: Bool {
    stages.contains { if case .sort = $0 { true } else { false } }
  }
}
