import Records

/// `where <condition>`: drops the rows on which the condition is not true.
package struct Where: Operator {
  package var condition: ExpressionSyntax
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let condition = try parser.expression()
    return Where(condition: condition, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String { "where \(condition.printed)" }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let bound = try binder.bind(condition).expression
    binder.judge(bound, condition)
    binder.append(WhereStage(condition: bound))
  }
}

struct WhereStage: Stage {
  static var reach: StageReach { .row }
  let condition: Expression

  func apply(to frame: inout Frame) {
    var rows = frame.live
    condition.filter(&frame, &rows)
    frame.live = rows
  }
}
