import Records

/// How a query is carried out, in words and numbers a person can check.
package struct Explanation: Sendable {
  /// The scope or a stage, printed back in its canonical form.
  package struct Step: Sendable {
    package let text: String
    package let phase: Plan.Phase
    /// Added by the program: a monitor without aggregate counts its lines.
    package let isImplied: Bool
  }

  /// A field that is taken from lines or their source.
  package struct Field: Sendable {
    package let name: String
    package let isMetadata: Bool
  }

  /// What the plain numbers of a field mean.
  package struct UnitInForce: Sendable {
    package let field: String
    package let unit: String
  }

  package let steps: [Step]
  package let reads: [Field]
  /// Texts that every matching line contains, in any letter case.
  package let literals: [String]
  package let units: [UnitInForce]
  package let warnings: [Diagnostic]

  package init(_ plan: Plan) {
    let query = plan.query
    steps =
      [Step(text: query.scope.printed, phase: .head, isImplied: false)]
      + zip(query.stages, plan.phases).map { stage, phase in
        Step(text: stage.printed, phase: phase, isImplied: stage.span == Span(0, 0))
      }
    reads = plan.fields.fields.compactMap { field in
      switch field.load {
      case .none: nil
      case .member: Field(name: field.spelling, isMetadata: false)
      case .metadata(let metadata, _): Field(name: metadata.spelling, isMetadata: true)
      }
    }
    literals = plan.literals
    units = Explanation.units(of: plan)
    warnings = plan.warnings
  }

  private static func units(of plan: Plan) -> [UnitInForce] {
    var units: [UnitInForce] = []
    for field in plan.fields.fields + (plan.isAggregate ? plan.result.fields : []) {
      guard let factor = field.unit, let unit = Units.name(of: factor), !field.spelling.isEmpty,
        Metadata(rawValue: field.spelling.lowercased()) == nil,
        !units.contains(where: { $0.field == field.spelling })
      else { continue }
      units.append(UnitInForce(field: field.spelling, unit: unit))
    }
    return units
  }

  /// The whole query on one line.
  package var query: String { steps.map(\.text).joined(separator: " | ") }
}

extension Units {
  /// The usual name of a unit of so many milliseconds.
  package static func name(of factor: Double) -> String? {
    ["ns", "us", "ms", "s", "m", "h", "d", "w"].first { Durations.factor(ofUnit: $0) == factor }
  }
}

/// What the state of a fold costs.
package struct FoldCost: Sendable {
  /// Bytes of one group in one pane, as far as they don't depend on the lines.
  package let bytes: Int
  /// What grows with the lines, in words.
  package let growth: [String]

  package init(_ fold: FoldPlan) {
    // The number of the group, its place in the index, and its rows.
    var bytes = 2 * MemoryLayout<Int32>.stride + MemoryLayout<Int>.stride
    var growth: [String] = []
    for column in fold.columns where !column.countsRows {
      let state = FoldCost.state(of: column.aggregate)
      bytes += state.bytes
      if let more = state.growth, !growth.contains(more) { growth.append(more) }
    }
    self.bytes = bytes
    self.growth = growth
  }

  private static func state(of aggregate: any Aggregate) -> (bytes: Int, growth: String?) {
    switch aggregate {
    case is Percentile:
      (
        MemoryLayout<[Double]>.stride * 3,
        "8 bytes a number for percentiles, up to \(PercentileState.exactLimit) of them"
      )
    case is Spread:
      (MemoryLayout<ExactSpread>.stride + MemoryLayout<Int>.stride, nil)
    case is CountDistinct, is DistinctValues:
      (MemoryLayout<[Int32: Int]>.stride, "some 60 bytes a distinct value")
    case is Newest, is Oldest:
      (MemoryLayout<Moment>.stride + MemoryLayout<Value>.stride, nil)
    case is Sum, is Average:
      (MemoryLayout<SumState.Group>.stride, nil)
    default:
      (MemoryLayout<Double>.stride, nil)
    }
  }
}
