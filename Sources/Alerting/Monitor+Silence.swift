/// Missing data: an alert because no line of the query came for a while, or none of a group.
extension Monitor {
  /// Decides at the instant `time` who has been silent for too long.
  mutating func decideSilence(at time: Int64, line: UInt64, _ decisions: inout [Decision]) {
    guard let missing = rule.missingData else { return }
    let index = rule.conditionCount
    let start = time - missing.window
    for group in missing.perGroup ? silent(since: start, index, at: time) : [0] {
      let first = missing.perGroup ? groups.firstLine(of: group, index) : nil
      let isEarly = max(began, first ?? began, gapThrough) > start
      let isSilent = groups.lastLine(of: group) <= start
      observe(
        isEarly ? .early : isSilent ? .hit : .clear, index, group, at: time, value: nil,
        windowEnd: time, order: (line, time), &decisions)
    }
  }

  /// When the monitor as a whole will have been silent for too long; nil when nobody asks.
  var silenceEnd: Int64? {
    guard let missing = rule.missingData, !missing.perGroup else { return nil }
    return max(began, groups.lastLine(of: 0)) + missing.window
  }
}
