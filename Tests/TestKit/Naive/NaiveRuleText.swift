/// A rule file with these monitors, for the product to read.
package func naiveRuleText(_ monitors: [NaiveMonitor]) -> String {
  "monitors:\n" + monitors.map(\.ruleText).joined()
}

extension NaiveMonitor {
  /// The monitor as one entry of `monitors:`.
  fileprivate var ruleText: String {
    var lines = [
      "- name: \(name)",
      "  query: |",
      "    \(query)",
      "  window: \(NaiveTime.durationText(window))",
    ]
    if let every { lines.append("  every: \(NaiveTime.durationText(every))") }
    if !groupBy.isEmpty { lines.append("  group_by: [\(groupBy.joined(separator: ", "))]") }
    if evidence != 20 { lines.append("  evidence: \(evidence)") }
    lines += levels.map { "  \($0.name.rawValue): { \($0.ruleText) }" }
    if let missingData { lines.append("  missing_data: { \(missingData.ruleText) }") }
    if let atLeast { lines.append("  at_least: \(atLeast.hits) of \(atLeast.instants)") }
    if let keepFiringFor {
      lines.append("  keep_firing_for: \(NaiveTime.durationText(keepFiringFor))")
    }
    return lines.map { "  \($0)\n" }.joined()
  }

  /// The query in the language of the product.
  package var query: String {
    var stages = ["*"]
    if case .everything = filter {} else { stages.append("where \(filter.queryText)") }
    stages += self.stages.map(\.queryText)
    if case .aggregate(let aggregates, let by) = fold {
      stages += aggregates.compactMap(\.flagText)
      let columns = aggregates.map(\.queryText).joined(separator: ", ")
      stages.append(columns + (by.isEmpty ? "" : " by " + by.joined(separator: ", ")))
    }
    if let rowFilter {
      let number = naiveNumberText(rowFilter.number)
      stages.append("where \(rowFilter.column) \(rowFilter.comparator.rawValue) \(number)")
    }
    if let rowLimit { stages.append("limit \(rowLimit)") }
    return stages.joined(separator: " | ")
  }
}

extension NaiveLevel {
  fileprivate var ruleText: String {
    var keys = ["alert: \"\(alert.text)\""]
    if let resolve { keys.append("resolve: \"\(resolve.text)\"") }
    if let resolutionWindow {
      keys.append("resolution_window: \(NaiveTime.durationText(resolutionWindow))")
    }
    if let holdFor { keys.append("for: \(NaiveTime.durationText(holdFor))") }
    if let noValue { keys.append("no_value: \(noValue.rawValue)") }
    return keys.joined(separator: ", ")
  }
}

extension NaiveMissingData {
  fileprivate var ruleText: String {
    let window = "window: \(NaiveTime.durationText(window))"
    return perGroup.map { "\(window), per_group: \($0)" } ?? window
  }
}

extension NaiveFilter {
  fileprivate var queryText: String {
    switch self {
    case .everything: "true"
    case .text(let field, let text): "\(field) = \(literal(text))"
    case .number(let field, let comparator, let number):
      "\(field) \(comparator.rawValue) \(naiveNumberText(number))"
    case .contains(let field, let part): "\(field) contains \(literal(part))"
    case .rawContains(let part): "_raw contains \(literal(part))"
    case .and(let left, let right): "(\(left.queryText) and \(right.queryText))"
    case .or(let left, let right): "(\(left.queryText) or \(right.queryText))"
    case .not(let inner): "!(\(inner.queryText))"
    }
  }

  private func literal(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "\\\"") + "\""
  }
}

extension NaiveStage {
  fileprivate var queryText: String {
    switch self {
    case .dedup(let fields, let count, let consecutive):
      "dedup \(consecutive ? "consecutive " : "")\(count) by \(fields.joined(separator: ", "))"
    case .limit(let count): "limit \(count)"
    case .sort(let keys):
      "sort by "
        + keys.map { "\($0.field) \($0.isAscending ? "asc" : "desc")" }.joined(separator: ", ")
    case .age(let comparator, let milliseconds):
      "where now() - _messageTime \(comparator.rawValue) \(milliseconds)"
    case .filter(let filter): "where \(filter.queryText)"
    }
  }
}

extension NaiveAggregate {
  fileprivate var flagText: String? {
    flag.map { flag in
      let (yes, no) = (naiveNumberText(flag.yes), naiveNumberText(flag.no))
      return "if(\(flag.condition.queryText), \(yes), \(no)) as \(field!)"
    }
  }

  fileprivate var queryText: String {
    let call =
      switch function {
      case .count: field.map { "count(\($0))" } ?? "count"
      case .countDistinct: "count_distinct(\(field!))"
      case .pct(let percent): "pct(\(field!), \(naiveNumberText(percent)))"
      case .sum, .avg, .min, .max, .first, .last: "\(function)(\(field!))"
      }
    return "\(call) as \(name)"
  }
}
