import QueryLanguage

/// When groups had lines that are newer than the earliest undecided instant: while the watermark lags,
/// what an instant knows of a group must not come from the time after it.
struct LinesAhead: Sendable {
  /// Times of lines of one group in one pane.
  private struct Lines: Sendable {
    var group: Int
    /// The first to come, and its place among all that were noted.
    var first: Int64
    var order: Int
    var last: Int64
  }

  private struct Pane: Sendable {
    var end: Int64
    var places = IntegerIndex()
    var lines: [Lines] = []

    func lines(of group: Int) -> Lines? { places[Int32(group)].map { lines[Int($0)] } }
  }

  /// Oldest first.
  private var panes: [Pane] = []
  private var count = 0

  /// The groups that have lines.
  var groups: Set<Int> { Set(panes.flatMap { $0.lines.map(\.group) }) }

  mutating func note(_ group: Int, at time: Int64, pane end: Int64) {
    var index = panes.count
    while index > 0, panes[index - 1].end >= end { index -= 1 }
    if index == panes.count || panes[index].end != end { panes.insert(Pane(end: end), at: index) }
    if let place = panes[index].places[Int32(group)] {
      panes[index].lines[Int(place)].last = max(panes[index].lines[Int(place)].last, time)
    } else {
      panes[index].places[Int32(group)] = Int32(panes[index].lines.count)
      panes[index].lines.append(Lines(group: group, first: time, order: count, last: time))
    }
    count += 1
  }

  /// Time of the line of a group that came first.
  func first(of group: Int) -> Int64? {
    panes.compactMap { $0.lines(of: group) }.min { $0.order < $1.order }?.first
  }

  /// Takes out what stands up to the instant `end`: the newest line of each group in each pane.
  mutating func take(through end: Int64) -> [(group: Int, last: Int64)] {
    guard let oldest = panes.first, oldest.end <= end else { return [] }
    let count = panes.firstIndex { $0.end > end } ?? panes.count
    defer { panes.removeFirst(count) }
    return panes[..<count].flatMap { pane in
      pane.lines.sorted { $0.group < $1.group }.map { (group: $0.group, last: $0.last) }
    }
  }

  /// The same for groups that got other numbers.
  func renumbered(_ number: (Int) -> Int?) -> LinesAhead {
    var result = self
    for index in panes.indices {
      result.panes[index].places = IntegerIndex()
      result.panes[index].lines = []
      for var lines in panes[index].lines {
        guard let group = number(lines.group) else { continue }
        lines.group = group
        result.panes[index].places[Int32(group)] = Int32(result.panes[index].lines.count)
        result.panes[index].lines.append(lines)
      }
    }
    return result
  }
}
