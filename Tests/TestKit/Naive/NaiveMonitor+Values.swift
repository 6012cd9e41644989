extension NaiveMonitor {
  /// What a comparison compares over the lines of one group in one window: a number for each row
  /// that has one. Empty is "no value".
  func values(_ comparison: NaiveComparison, over lines: [NaiveArrival]) -> [Double] {
    switch (fold, comparison.subject) {
    case (.matches, .implied), (.matches, .rows):
      return [Double(lines.count)]
    case (.matches, .column(let field)):
      return lines.compactMap { $0.line.value(field).asNumber }
    case (.aggregate, .rows):
      return [Double(rows(over: lines).count)]
    case (.aggregate, .implied), (.aggregate, .column):
      let aggregate = aggregate(of: comparison.subject)!
      let rows = rows(over: lines)
      if rows.isEmpty && aggregate.isZeroWithoutRows { return [0] }
      return rows.compactMap { $0[aggregate.name]!.asNumber }
    }
  }

  /// The rows of an aggregate query, in the order in which their first lines were absorbed.
  private func rows(over lines: [NaiveArrival]) -> [[String: NaiveValue]] {
    guard case .aggregate(let aggregates, let by) = fold else { return [] }
    var keys: [[NaiveValue]] = []
    var members: [[NaiveValue]: [NaiveArrival]] = [:]
    for line in lines {
      let key = by.map { line.line.value($0) }
      if members[key] == nil { keys.append(key) }
      members[key, default: []].append(line)
    }
    let rows = keys.map { key in
      var row: [String: NaiveValue] = [:]
      for (field, value) in zip(by, key) { row[field] = value }
      for aggregate in aggregates {
        row[aggregate.name] = aggregate.value(over: members[key]!, inOrder: sorts)
      }
      return row
    }
    let left = rows.filter { row in
      guard let rowFilter else { return true }
      return NaiveFilter.compare(
        row[rowFilter.column]!, rowFilter.comparator, .number(rowFilter.number))
    }
    return rowLimit.map { Array(left.prefix($0)) } ?? left
  }
}
