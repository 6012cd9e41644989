import QueryLanguage
import Records

extension BoundRule {
  /// The levels as written and as bound.
  var levelPairs: [(written: LevelRule, bound: BoundLevel)] { Array(zip(rule.levels, levels)) }

  /// What a level compares, in words.
  func subjectWords(_ level: BoundLevel) -> String {
    switch level.subject {
    case .rows: "the number of rows"
    case .column(let slot): "'\(plan.result[slot].spelling)'"
    }
  }

  /// The numbers that a level may come to compare, as far as that is provable; without those of no
  /// rows at all.
  func values(of level: BoundLevel) -> NumberRange {
    switch level.subject {
    case .column(let slot): return plan.ranges[slot.index]
    case .rows:
      var range = NumberRange.fromZero(whole: true)
      if let limit = rowLimit { range.narrow(to: .lessOrEqual, Double(limit)) }
      return range
    }
  }

  /// The most rows that the result may have.
  private var rowLimit: Int? {
    var limits: [Int] = []
    for stage in plan.query.stages.reversed() {
      if let limit = stage as? Limit { limits.append(limit.count) }
      if let top = stage as? Top { limits.append(top.count) }
      if let aggregate = stage as? AggregateStage {
        if aggregate.keys.isEmpty { limits.append(1) }
        break
      }
    }
    return limits.min()
  }
}
