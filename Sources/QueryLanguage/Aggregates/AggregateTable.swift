/// What people may write as an aggregate; each has a file here and one line in the table.
package struct AggregateDefinition: Sendable {
  package enum Argument: Sendable { case none, optionalField, field, fieldAndNumbers }

  package var name: String
  package var parameters: String
  package var summary: String
  package var argument: Argument
  /// Whether the result has the unit of the argument.
  package var keepsUnit: Bool
  /// Whether it looks at numbers only.
  package var isNumeric: Bool {
    ["sum", "avg", "min", "max", "pct", "median", "stddev", "variance"].contains(name)
  }
  /// The aggregates of one call, each with its default column name.
  package var make:
    @Sendable (_ field: String?, _ numbers: [Double]) -> [(name: String, aggregate: any Aggregate)]

  init(
    _ name: String, _ parameters: String, _ argument: Argument, keepsUnit: Bool = false,
    _ summary: String,
    make:
      @escaping @Sendable (_ field: String?, _ numbers: [Double]) -> [(
        name: String, aggregate: any Aggregate
      )]
  ) {
    self.name = name
    self.parameters = parameters
    self.argument = argument
    self.keepsUnit = keepsUnit
    self.summary = summary
    self.make = make
  }
}

/// Every aggregate, in the order help lists them.
package enum AggregateTable {
  package static let all: [AggregateDefinition] = [
    Count.definition, CountDistinct.definition, Sum.definition, Average.definition,
    Minimum.definition, Maximum.definition, Percentile.definition, Percentile.median,
    Newest.definition,
    Oldest.definition, Newest.mostRecent, Oldest.leastRecent, DistinctValues.definition,
    Spread.deviation, Spread.variance,
  ]

  package static func entry(for keyword: String) -> AggregateDefinition? {
    all.first { $0.name == keyword.lowercased() }
  }

  package static var keywords: [String] { all.map(\.name) }
}
