import Records

/// `limit N`: the first N rows. On raw rows in input order, and reading stops early.
package struct Limit: Operator {
  package var count: Int
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let count = try parser.wholeNumber(after: "limit")
    return Limit(count: count, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String { "limit \(count)" }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    binder.facts.limit(to: count)
    binder.append(LimitStage(remaining: count))
  }
}

struct LimitStage: Stage {
  static var reach: StageReach { .order }
  var remaining: Int

  var wantsMore: Bool { remaining > 0 }

  mutating func apply(to frame: inout Frame) {
    var left = remaining
    frame.live.filter { _ in
      left -= 1
      return left >= 0
    }
    remaining = max(0, left)
  }
}
