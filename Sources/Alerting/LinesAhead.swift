/// When groups had lines that are newer than the earliest undecided instant: while the watermark lags,
/// what an instant knows of a group must not come from the time after it.
struct LinesAhead: Sendable {
  /// Times of lines of one group in one pane: the first to come and the newest.
  struct Lines: Sendable {
    var first: Int64
    var last: Int64
  }

  /// By pane, oldest first.
  private var panes: [(end: Int64, groups: [Int: Lines])] = []

  var groups: Set<Int> { Set(panes.flatMap(\.groups.keys)) }

  mutating func note(_ group: Int, at time: Int64, pane end: Int64) {
    var index = panes.count
    while index > 0, panes[index - 1].end >= end { index -= 1 }
    if index == panes.count || panes[index].end != end { panes.insert((end, [:]), at: index) }
    let lines = panes[index].groups[group, default: Lines(first: time, last: time)]
    panes[index].groups[group] = Lines(first: lines.first, last: max(lines.last, time))
  }

  /// Takes out what came up to the instant `end`, pane by pane.
  mutating func take(through end: Int64) -> [(group: Int, lines: Lines)] {
    guard let oldest = panes.first, oldest.end <= end else { return [] }
    let count = panes.firstIndex { $0.end > end } ?? panes.count
    defer { panes.removeFirst(count) }
    return panes[..<count].flatMap { pane in
      pane.groups.sorted { $0.key < $1.key }.map { (group: $0, lines: $1) }
    }
  }

  /// The same for groups that got other numbers.
  func renumbered(_ numbers: [Int: Int]) -> LinesAhead {
    var result = self
    for index in panes.indices {
      let groups = panes[index].groups.compactMap { group, lines in
        numbers[group].map { ($0, lines) }
      }
      result.panes[index].groups = Dictionary(uniqueKeysWithValues: groups)
    }
    return result
  }
}
