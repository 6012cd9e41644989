/// When groups had lines that are newer than the earliest undecided instant: while the watermark lags,
/// what an instant knows of a group must not come from the time after it.
struct LinesAhead: Sendable {
  /// Times of lines of one group in one pane.
  private struct Lines: Sendable {
    /// The first to come, and its place among all that were noted.
    var first: Int64
    var order: Int
    var last: Int64
  }

  /// By pane, oldest first.
  private var panes: [(end: Int64, groups: [Int: Lines])] = []
  private var count = 0

  var groups: Set<Int> { Set(panes.flatMap(\.groups.keys)) }

  mutating func note(_ group: Int, at time: Int64, pane end: Int64) {
    var index = panes.count
    while index > 0, panes[index - 1].end >= end { index -= 1 }
    if index == panes.count || panes[index].end != end { panes.insert((end, [:]), at: index) }
    var lines = panes[index].groups[group] ?? Lines(first: time, order: count, last: time)
    lines.last = max(lines.last, time)
    panes[index].groups[group] = lines
    count += 1
  }

  /// Time of the line of a group that came first.
  func first(of group: Int) -> Int64? {
    panes.compactMap { $0.groups[group] }.min { $0.order < $1.order }?.first
  }

  /// Takes out what stands up to the instant `end`: the newest line of each group in each pane.
  mutating func take(through end: Int64) -> [(group: Int, last: Int64)] {
    guard let oldest = panes.first, oldest.end <= end else { return [] }
    let count = panes.firstIndex { $0.end > end } ?? panes.count
    defer { panes.removeFirst(count) }
    return panes[..<count].flatMap { pane in
      pane.groups.sorted { $0.key < $1.key }.map { (group: $0, last: $1.last) }
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
