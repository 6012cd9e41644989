package import QueryLanguage

/// How a monitor is carried out: its query, its window and what decides each level.
package struct RuleExplanation: Sendable {
  /// What decides one level.
  package struct LevelPart: Sendable {
    package let level: Level
    package let alert: String
    package let resolve: String
    package let resolutionWindow: Int64
    /// What has to come together besides, in words: `for`, `at_least`, `keep_firing_for`.
    package let demands: [String]
    /// Why the level is decided only at instants; nil when it also trips on the line.
    package let onlyAtInstants: String?
    /// What no rows mean.
    package let withoutValue: String

    /// A condition that more lines only confirm is judged from the first line on.
    package let waitsForWindow: Bool
  }

  /// What a row-keeping monitor keeps.
  package struct KeptRowsPart: Sendable {
    package let fields: [String]
    /// Of one row, without its text.
    package let bytesPerRow: Int
    /// For all rows together.
    package let memory: Int
  }

  package let rule: BoundRule
  package let query: Explanation
  package let panes: Int64
  /// The memory of one group with lines in every pane, in bytes, without the text of its fields.
  package let bytesPerGroup: Int
  /// What comes on top, in words.
  package let growth: [String]
  /// The rows that it keeps; nil when it folds them as they come.
  package let keptRows: KeptRowsPart?
  package let levels: [LevelPart]
  /// What is told of missing data, in words; nil when nobody watches for it.
  package let missingData: String?

  package init(_ rule: BoundRule) {
    self.rule = rule
    query = Explanation(rule.plan)
    panes = rule.window / rule.every
    let cost = FoldCost(rule.fold)
    // Beside the panes there are totals; what can't be subtracted keeps merges of the older panes.
    let states = rule.fold.subtracts ? Int(panes) + 1 : 2 * Int(panes) + 2
    bytesPerGroup = cost.bytes * states
    growth = cost.growth
    keptRows =
      !rule.keepsRows
      ? nil
      : KeptRowsPart(
        fields: rule.plan.carried.map { rule.plan.fields[$0].spelling },
        bytesPerRow: rule.bytesPerRow, memory: rule.memory)
    levels =
      rule.series.map { LevelPart.parts(of: $0, in: rule) }
      ?? rule.levels.map { LevelPart(level: $0, of: rule) }
    missingData = rule.missingData.map { missing in
      let whose = missing.perGroup ? "no line of a group of the last 24h" : "no line"
      return "\(whose) for \(DurationText.text(missing.window))"
    }
  }

  /// `> 5`, with the name of what is compared.
  fileprivate static func comparison(_ text: String, _ subject: String) -> String {
    text.first.map { "<>=!".contains($0) } == true ? "\(subject) \(text)" : text
  }
}

extension RuleExplanation.LevelPart {
  fileprivate init(level: BoundLevel, of rule: BoundRule) {
    let subject =
      switch level.subject {
      case .rows: "rows"
      case .column(let slot): rule.plan.result[slot].spelling
      }
    let terms = level.terms
    self.level = terms.level
    alert = RuleExplanation.comparison(terms.alertText, subject)
    resolve = RuleExplanation.comparison(terms.resolveText, subject)
    resolutionWindow = terms.resolutionWindow
    demands = terms.demands(of: rule.rule)
    onlyAtInstants = level.tripsOnLine ? nil : level.reasonToWait(in: rule)
    waitsForWindow = !level.isConfirming
    withoutValue = level.meaningOfNothing(subject)
  }
}

extension AlertTerms {
  /// What has to come together besides the condition, in words.
  func demands(of rule: Rule) -> [String] {
    var demands: [String] = []
    if let atLeast = rule.atLeast {
      demands.append("hits at \(atLeast.hits) of the last \(atLeast.instants) instants")
    }
    if hold > 0 { demands.append("for \(DurationText.text(hold)), pending meanwhile") }
    if keepFiring > 0 {
      demands.append("keeps firing for \(DurationText.text(keepFiring)) after the last hit")
    }
    return demands
  }
}

extension BoundLevel {
  /// Why more lines could undo what one line makes true.
  fileprivate func reasonToWait(in rule: BoundRule) -> String {
    if isConfirming, terms.hold > 0 {
      return "it has to hold for \(DurationText.text(terms.hold))"
    }
    if isConfirming, let atLeast = rule.rule.atLeast {
      return "\(atLeast.hits) of \(atLeast.instants) instants have to be hits"
    }
    if rule.keepsRows {
      return "a stage before the aggregate looks at other rows or at the time, or makes rows"
    }
    if !rule.plan.tailOnlyShows { return "a stage behind the aggregate may change its rows" }
    if rule.groupKeys == nil { return "the groups are not those of the aggregate" }
    let kind: AggregateKind =
      switch subject {
      case .rows: .count
      case .column(let slot): rule.plan.result[slot].aggregate ?? .other
      }
    switch kind {
    case .sum: return "a sum may fall again, because its numbers may be negative"
    case .other: return "more lines may move this column either way"
    case .count, .countDistinct, .growingSum, .maximum, .minimum:
      return "more lines may make '\(alert.rawValue)' false again"
    }
  }

  fileprivate func meaningOfNothing(_ subject: String) -> String {
    if emptyIsZero { return "\(subject) counts as 0" }
    switch noValue {
    case .clear: return "there is no value; an alert resolves once the last hit is a window ago"
    case .keep: return "there is no value; an alert stays as it is"
    case .hit: return "there is no value, which is a hit"
    }
  }
}
