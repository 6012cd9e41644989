package import Records

/// A query as a person wrote it: what it looks at, and the stages its rows pass.
package struct Query: Sendable {
  package var scope: Scope
  package var stages: [any Operator]
  package var source: SourceText
  /// How many stages stand before the first that could not be read; nil when all could.
  package var unreadFrom: Int?

  package init(scope: Scope, stages: [any Operator], source: SourceText) {
    self.scope = scope
    self.stages = stages
    self.source = source
  }

  /// Where the search words stand.
  package var scopeSpan: Span { ScopeParser.place(in: source) }

  /// The query as text that parses to the same query.
  package var printed: String {
    ([scope.printed] + stages.map(\.printed)).joined(separator: " | ")
  }
}

extension Query {
  /// Whether the query ends in result rows rather than messages.
  package var isAggregate: Bool {
    stages.contains { $0 is AggregateStage || $0 is Top || $0 is CountFrequent }
  }

  /// The query that counts the rows of this one by some fields: what a monitor without aggregate
  /// compares.
  package func counting(by keys: [String]) -> Query {
    let count = AggregateStage.Call(
      keyword: "count", field: nil, numbers: [], alias: nil, span: Span(0, 0))
    var result = self
    result.stages.append(
      AggregateStage(
        calls: [count], keys: keys.map { FieldName(text: $0) }, span: Span(0, 0)))
    return result
  }
}

/// One stage as written: immutable, knows how to print itself and how to bind itself to a plan.
///
/// An operator is one file in `Operators/` and one line in `OperatorTable`. What runs is a `Stage`,
/// which `bind` appends to the plan.
package protocol Operator: Sendable {
  /// Reads the stage; the keyword has been taken and stands at `keyword`.
  static func parse(_ parser: inout Parser, _ keyword: Span) throws(Diagnostic) -> any Operator

  /// Where the stage stands in the query.
  var span: Span { get }

  /// The stage as text, without its pipe.
  var printed: String { get }

  /// Resolves the fields and appends what runs; mistakes go to the binder, which goes on.
  func bind(_ binder: inout Binder) throws(Diagnostic)
}

/// What runs: a step that changes a frame. Called once a batch, never once a row.
package protocol Stage: Sendable {
  /// What the stage must see to be right, which decides where it may run.
  static var reach: StageReach { get }

  mutating func apply(to frame: inout Frame)

  /// False when no later row can get through, so that reading may stop.
  var wantsMore: Bool { get }
}

extension Stage {
  package var wantsMore: Bool { true }
}

/// How much of its input a stage looks at.
package enum StageReach: Sendable {
  /// Each row alone: any batch, any thread.
  case row
  /// Rows in their order, one batch after the other.
  case order
  /// All rows at once.
  case table
}
