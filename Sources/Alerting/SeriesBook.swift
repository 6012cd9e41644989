import QueryLanguage
package import Records

/// The series that a monitor has learned from, by the values of their keys.
package struct SeriesBook: Sendable {
  /// Numbers the series; some that came beyond the limit are numbered and not kept.
  var table = GroupTable()
  private var series: [SeasonalSeries?] = []
  private var count = 0
  private var lastSweep = Int64.min
  /// The numbers of those that were not kept.
  private var passedOver: Set<Int> = []
  /// How many series came beyond the limit.
  private(set) var beyondLimit = 0

  /// What is usual is forgotten four weeks after the last point.
  private static let memory: Int64 = 28 * 86_400_000
  private static let day: Int64 = 86_400_000

  package init() {}

  /// Whether some series is judged, not only learned from.
  var hasLearned: Bool { series.contains { $0?.isJudged ?? false } }

  /// The series with their numbers, in the order in which they came.
  var known: some Sequence<(number: Int, series: SeasonalSeries)> {
    series.enumerated().lazy.compactMap { number, one in one.map { (number, $0) } }
  }

  /// Lets a series take points in. A new one beyond the `limit` is passed over, and counted.
  mutating func update(
    _ number: Int, _ level: AnomalyLevel, limit: Int, _ body: (inout SeasonalSeries) -> Void
  ) {
    while series.count <= number { series.append(nil) }
    if series[number] == nil {
      guard count < limit else {
        if passedOver.insert(number).inserted { beyondLimit += 1 }
        return
      }
      series[number] = SeasonalSeries(level)
      count += 1
    }
    body(&series[number]!)
  }

  /// Once a day, drops the series that had no point for weeks; numbers change then.
  mutating func sweep(at time: Int64) {
    guard time - SeriesBook.day >= lastSweep else { return }
    lastSweep = time
    let isStale = series.contains { $0 == nil || $0!.lastPoint < time - SeriesBook.memory }
    guard isStale || table.count > series.count else { return }
    var kept = SeriesBook()
    kept.lastSweep = time
    kept.beyondLimit = beyondLimit
    for (number, one) in series.enumerated() {
      guard let one, one.lastPoint >= time - SeriesBook.memory else { continue }
      _ = kept.table.adopt(number, of: table)
      kept.series.append(one)
      kept.count += 1
    }
    self = kept
  }
}

// What a store keeps.

extension SeriesBook {
  /// One series as it is stored: the values of its keys, and what it knows, as numbers.
  package struct Entry: Sendable, Equatable {
    package var keys: [Value]
    package var numbers: [Double]

    package init(keys: [Value], numbers: [Double]) {
      self.keys = keys
      self.numbers = numbers
    }
  }

  /// Every series, in the order in which they came.
  package func snapshot() -> [Entry] {
    series.enumerated().compactMap { number, one in
      one.map { Entry(keys: table.values(of: number), numbers: $0.snapshot()) }
    }
  }

  /// The series of a snapshot; those that do not fit the level any more begin anew.
  package init(snapshot: [Entry], _ level: AnomalyLevel) {
    for entry in snapshot {
      guard let one = SeasonalSeries(snapshot: entry.numbers, level),
        table.group(of: entry.keys) == series.count
      else { continue }
      series.append(one)
      count += 1
    }
  }
}
