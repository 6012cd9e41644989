/// One of the six comparisons.
package enum NaiveOperator: String, CaseIterable, Sendable {
  case greater = ">"
  case greaterOrEqual = ">="
  case less = "<"
  case lessOrEqual = "<="
  case equal = "="
  case notEqual = "!="

  package func holds<T: Comparable>(_ left: T, _ right: T) -> Bool {
    switch self {
    case .greater: left > right
    case .greaterOrEqual: left >= right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .equal: left == right
    case .notEqual: left != right
    }
  }

  package var opposite: NaiveOperator {
    switch self {
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .equal: .notEqual
    case .notEqual: .equal
    }
  }
}

/// What a query keeps before its aggregate: row by row, no row knows of another.
package indirect enum NaiveFilter: Sendable {
  case everything
  case text(field: String, equals: String)
  case number(field: String, NaiveOperator, Double)
  case contains(field: String, String)
  case rawContains(String)
  case and(NaiveFilter, NaiveFilter)
  case or(NaiveFilter, NaiveFilter)
  case not(NaiveFilter)

  package func keeps(_ line: NaiveLine) -> Bool {
    switch self {
    case .everything:
      true
    case .text(let field, let text):
      Self.compare(line.value(field), .equal, .text(text))
    case .number(let field, let comparator, let number):
      Self.compare(line.value(field), comparator, .number(number))
    case .contains(let field, let part):
      line.value(field).asText?.contains(part) ?? false
    case .rawContains(let part):
      line.text.contains(part)
    case .and(let left, let right):
      left.keeps(line) && right.keeps(line)
    case .or(let left, let right):
      left.keeps(line) || right.keeps(line)
    case .not(let inner):
      !inner.keeps(line)
    }
  }

  /// Against null everything is false but `!=`. A number against text compares as numbers when the
  /// text is a number, else as text; two texts compare as text.
  static func compare(
    _ left: NaiveValue, _ comparator: NaiveOperator, _ right: NaiveValue
  ) -> Bool {
    guard let leftText = left.asText, let rightText = right.asText else {
      return comparator == .notEqual
    }
    if case .text = left, case .text = right { return comparator.holds(leftText, rightText) }
    if let left = left.asNumber, let right = right.asNumber { return comparator.holds(left, right) }
    return comparator.holds(leftText, rightText)
  }
}
