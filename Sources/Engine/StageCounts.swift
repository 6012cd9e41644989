package import QueryLanguage
package import Records

/// How many lines come through the scope of a query, and through each operator that looks at lines
/// one by one: where a query loses its lines.
package struct StageCounts: Sendable {
  package struct Step: Sendable {
    /// The scope or the operator, printed back.
    package let text: String
    /// Where the operator stands in the query; nil for the scope.
    package let span: Span?
    /// The lines that came through.
    package fileprivate(set) var passed = 0
  }

  /// The lines that were there at first.
  package private(set) var lines = 0
  /// The scope, then the operators of the head in their order.
  package private(set) var steps: [Step]
  private let plan: Plan
  /// For each step, how far into the head it goes.
  private let ends: [Int]

  package init(_ plan: Plan) {
    self.plan = plan
    let operators = zip(plan.query.stages, plan.phases).prefix { $0.1 == .head }.map(\.0)
    ends = plan.reaches.prefix(operators.count + 1).map(\.head)
    steps =
      [Step(text: plan.query.scope.printed, span: nil)]
      + operators.map { Step(text: $0.printed, span: $0.span) }
  }

  /// The first step that let nothing through, though lines had come as far.
  package var deadEnd: Int? {
    lines > 0 ? steps.firstIndex { $0.passed == 0 } : nil
  }

  /// Takes lines of a batch through the head, and gives what comes out of it.
  ///
  /// `memberMap` says at which column of the batch each of the plan's members stands.
  package mutating func add(
    _ batch: Batch, live: Selection, memberMap: [Int], now: Int64 = 0
  ) -> Frame {
    lines += live.population
    var frame = plan.frame(on: batch, live: live, memberMap: memberMap, now: now)
    var done = 0
    for (step, end) in ends.enumerated() {
      plan.runHead(done..<end, on: &frame)
      done = end
      steps[step].passed += frame.live.population
    }
    return frame
  }
}
