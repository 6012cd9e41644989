import QueryLanguage
import Records

/// Outliers and anomalies: points of series, judged when their slice of time is over.
extension Monitor {
  /// Decides at the instant `time` what the newest points of every series show.
  mutating func decideSeries(
    _ series: SeriesCondition, at time: Int64, line: UInt64, _ decisions: inout [Decision]
  ) {
    let verdicts =
      switch series.detector {
      case .outlier(let levels): outliers(levels, series, at: time)
      case .anomaly(let level): [anomalies(level, series, at: time)]
      }
    for (index, found) in verdicts.enumerated() {
      let judged = groups.judged(found.keys, level: index, at: time)
      for group in groups.inDecisionOrder(judged) {
        let isEarly = isEarly(group, index, at: time)
        let verdict = isEarly ? .early : found[group] ?? SeriesVerdict()
        observe(
          verdict.finding, index, group, at: time, value: verdict.value, windowEnd: time,
          order: (line, time), band: verdict.band, &decisions)
      }
    }
  }

  /// Whether a whole window has not passed yet since the monitor, or the group, began.
  private func isEarly(_ group: Int, _ index: Int, at time: Int64) -> Bool {
    time - max(began, groups.firstLine(of: group, index) ?? began) < rule.window
  }

  /// What each level has to say of each group: that of its series which lies farthest out.
  private mutating func outliers(
    _ levels: [OutlierLevel], _ series: SeriesCondition, at time: Int64
  ) -> [[Int: SeriesVerdict]] {
    var verdicts = [[Int: SeriesVerdict]](repeating: [:], count: levels.count)
    guard let slices = series.sliceColumn?.slices else { return verdicts }
    let reach = (levels.map(\.reach).max() ?? 0) + Int(every / slices.width) + 1
    let timeline = timeline(slices, at: time, atMost: reach)
    guard let newest = timeline.last else { return verdicts }
    // Between two ends of slices the newest point goes on to be what it was.
    let due = min(time - every, newest.end - 1)
    var table = GroupTable()
    for one in rows(of: series, at: time, &table) {
      let points = series.points(of: one, on: timeline)
      let fresh = points.firstIndex { $0.end > due } ?? points.count
      for (index, level) in levels.enumerated() {
        let verdict = level.verdict(on: points, fresh: fresh, series.direction)
        verdicts[index][one.group, default: SeriesVerdict()].merge(verdict)
      }
    }
    return verdicts
  }

  /// Lets every series judge its new points and learn from them, and says what that makes of its
  /// group.
  private mutating func anomalies(
    _ level: AnomalyLevel, _ series: SeriesCondition, at time: Int64
  ) -> [Int: SeriesVerdict] {
    // Not a copy: the book is large, and would be copied when it changes.
    var book = SeriesBook()
    swap(&book, &self.book)
    defer { swap(&book, &self.book) }
    book.sweep(at: time)
    var timeline = [SeriesPoint(start: time - every, end: time, value: 0)]
    if let slices = series.sliceColumn?.slices {
      timeline = self.timeline(slices, at: time, atMost: Int(every / slices.width) + 1)
    }
    let due = timeline.last?.end ?? time
    timeline.removeAll { $0.end <= time - every }
    var groupOf: [Int: Int] = [:]
    for one in rows(of: series, at: time, &book.table) {
      groupOf[one.number] = one.group
      guard !isEarly(one.group, 0, at: time) else { continue }
      for point in series.points(of: one, on: timeline) where point.end > time - every {
        book.update(one.number, level, limit: rule.rule.maxGroups) {
          $0.take(point, level, series.direction)
        }
      }
    }
    troubles.unlearned = book.beyondLimit
    if troubles.health == .ok || troubles.health == .learning {
      troubles.health = book.hasLearned ? .ok : .learning
    }
    var verdicts: [Int: SeriesVerdict] = [:]
    for (number, one) in book.known {
      let verdict = one.verdict(at: time, due: due, level, series.direction)
      if case .nothing = verdict.finding { continue }
      let group =
        groupOf[number]
        ?? groups.number(of: Array(book.table.values(of: number).prefix(rule.groupSlots.count)))
      verdicts[group, default: SeriesVerdict()].merge(verdict)
    }
    return verdicts
  }

  /// What `anomaly` has learned so far, for a store to keep.
  package var learned: [SeriesBook.Entry] { book.snapshot() }

  /// Takes back what was learned before a restart; what does not fit the rule any more is left out.
  package mutating func restore(learned: [SeriesBook.Entry]) {
    guard case .anomaly(let level) = rule.series?.detector else { return }
    book = SeriesBook(snapshot: learned, level)
  }

  /// The newest slices of the window that are over at the instant `time` and that its edge does not
  /// cut, oldest first, as points of 0.
  private func timeline(_ slices: Slices, at time: Int64, atMost count: Int) -> [SeriesPoint] {
    var timeline: [SeriesPoint] = []
    var end = slices.start(of: time)
    while timeline.count < count {
      let start = slices.start(of: end - 1)
      guard start > time - rule.window else { break }
      timeline.append(SeriesPoint(start: start, end: end, value: 0))
      end = start
    }
    return timeline.reversed()
  }

  /// The series of the window at `time`, without the slice that its edge cuts: those with rows, and
  /// those of groups whose silence is a number.
  private mutating func rows(
    of series: SeriesCondition, at time: Int64, _ table: inout GroupTable
  ) -> [SeriesRows] {
    var frame = result(at: time)
    // Cells point into it.
    defer { withExtendedLifetime(frame.arena) {} }
    let groupOf = groups.numbers(of: &frame)
    let numbers = table.groups(of: series.keys.map { frame.column($0) }, rows: frame.live)
    let values = frame.column(series.column)
    let starts = series.sliceColumn.map { frame.column($0.slot) }
    let edge = starts == nil ? .min : time - rule.window
    var found: [SeriesRows] = []
    var places: [Int32: Int] = [:]
    frame.live.forEach { row in
      let start = starts.map { $0[row].wholeNumber } ?? time - every
      guard let start, start > edge, let value = values[row].number, value.isFinite else { return }
      let place = places[numbers[row], default: found.count]
      if place == found.count {
        places[numbers[row]] = place
        found.append(SeriesRows(number: Int(numbers[row]), group: groupOf[row]))
      }
      found[place].rows.append((start, value))
    }
    guard series.hasSeriesPerGroup, series.emptyIsZero else { return found }
    let present = Set(found.map(\.group))
    for index in found.indices { found[index].isWholeGroup = true }
    let known = Set(series.terms.indices.flatMap { groups.judged(present, level: $0, at: time) })
    for group in known.subtracting(present).sorted() {
      let number = table.group(of: groups.key(of: group).fields.map(\.value))
      found.append(SeriesRows(number: number, group: group, isWholeGroup: true))
    }
    return found
  }
}

/// One series in the window of an instant: the slices in which it has a row, and their values.
struct SeriesRows {
  var number: Int
  var group: Int
  /// Whether it is known from the beginning of the window, as its group is.
  var isWholeGroup = false
  var rows: [(start: Int64, value: Double)] = []
}

extension SeriesCondition {
  /// The points of a series, oldest first. A slice without a row is a point of 0 where that is a
  /// number, from the series' first row on; else it is none.
  func points(of series: SeriesRows, on timeline: [SeriesPoint]) -> [SeriesPoint] {
    guard let newest = timeline.last else { return [] }
    guard emptyIsZero else {
      let slices = sliceColumn?.slices
      return series.rows.filter { $0.start <= newest.start }.sorted { $0.start < $1.start }.map {
        SeriesPoint(
          start: $0.start, end: slices?.end(ofSliceAt: $0.start) ?? newest.end, value: $0.value)
      }
    }
    let values = Dictionary(series.rows.map { ($0.start, $0.value) }) { first, _ in first }
    let first = series.isWholeGroup ? Int64.min : values.keys.min() ?? .max
    return timeline.filter { $0.start >= first }.map { slice in
      SeriesPoint(start: slice.start, end: slice.end, value: values[slice.start] ?? 0)
    }
  }
}
