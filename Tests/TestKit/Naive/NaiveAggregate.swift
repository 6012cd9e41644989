/// `avg(rt) as slow`: one column of an aggregate, computed from scratch over the lines of a row.
package struct NaiveAggregate: Sendable {
  package enum Function: Sendable, Equatable {
    case count, sum, avg, min, max, countDistinct, first, last
    case pct(Double)
  }

  package var function: Function
  /// Nil only for a count of lines.
  package var field: String?
  package var name: String
  /// The expression that stands behind `field`, when that is not a member of the line.
  package var flag: NaiveFlag?

  package init(_ function: Function, _ field: String? = nil, as name: String) {
    self.function = function
    self.field = field
    self.name = name
  }

  /// `if(rt > 2, 1, 0) as n_flag | sum(n_flag) as n`
  package init(sumOf flag: NaiveFlag, as name: String) {
    self.init(.sum, "\(name)_flag", as: name)
    self.flag = flag
  }

  /// Whether no rows compare as 0, instead of being no value.
  var isZeroWithoutRows: Bool { function == .count || function == .sum }

  /// `first` and `last` go by message time, or by the order of the rows when a stage made one.
  func value(over lines: [NaiveArrival], inOrder: Bool = false) -> NaiveValue {
    guard let field else { return .number(Double(lines.count)) }
    if let flag {
      return .number(Double(thousandths(lines.map { flag.value(of: $0.line) })) / 1_000)
    }
    let present = lines.filter { $0.line.value(field) != .null }
    let numbers = present.compactMap { $0.line.value(field).asNumber }
    switch function {
    case .count:
      return .number(Double(present.count))
    case .countDistinct:
      return .number(Double(Set(present.map { $0.line.value(field) }).count))
    case .sum:
      return .number(Double(thousandths(numbers)) / 1_000)
    case .avg:
      if numbers.isEmpty { return .null }
      // Both sides are exact, so the quotient is the double nearest to the exact average.
      return .number(Double(thousandths(numbers)) / Double(1_000 * numbers.count))
    case .min:
      return numbers.min().map { .number($0) } ?? .null
    case .max:
      return numbers.max().map { .number($0) } ?? .null
    case .pct(let percent):
      return percentile(percent, of: numbers.sorted()).map { .number($0) } ?? .null
    case .first:
      // Newest first: the first is the newest.
      return (inOrder ? present.first : present.max(by: NaiveArrival.isOlder))?.line.value(field)
        ?? .null
    case .last:
      return (inOrder ? present.last : present.min(by: NaiveArrival.isOlder))?.line.value(field)
        ?? .null
    }
  }

  /// The exact sum, for numbers of at most three decimals.
  private func thousandths(_ numbers: [Double]) -> Int64 {
    numbers.reduce(0) { sum, number in
      let whole = Int64((number * 1_000).rounded())
      precondition(Double(whole) / 1_000 == number, "\(number) has more than three decimals")
      return sum + whole
    }
  }

  private func percentile(_ percent: Double, of sorted: [Double]) -> Double? {
    precondition(sorted.count <= 1_000, "percentiles beyond 1,000 points are not raw")
    guard let last = sorted.last else { return nil }
    let rank = percent / 100 * Double(sorted.count - 1)
    let below = Int(rank.rounded(.down))
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (sorted[below + 1] - sorted[below]) * (rank - Double(below))
  }
}

/// `if(rt > 2, 1, 0)`: a number for each line, known to be one of two.
package struct NaiveFlag: Sendable {
  package var condition: NaiveFilter
  package var yes: Double
  package var no: Double

  package init(_ condition: NaiveFilter, _ yes: Double, _ no: Double) {
    self.condition = condition
    self.yes = yes
    self.no = no
  }

  package var isNonNegative: Bool { yes >= 0 && no >= 0 }

  func value(of line: NaiveLine) -> Double { condition.keeps(line) ? yes : no }
}
