import Records

/// The level of `anomaly`: so many points within a range that are far from what is usual.
package struct AnomalyLevel: Sendable {
  package let terms: AlertTerms
  /// Spreads from the centre.
  package let factor: Double
  package let minCount: Int
  package let range: Int64
  package let habit: SeasonalBaseline.Habit

  /// How many spreads a sensitivity allows: 6 at 0.1, 3.5 at 0.5, 2 at 1, and in a straight line in
  /// between.
  package static func factor(sensitivity: Double) -> Double {
    sensitivity <= 0.5 ? 6 - (sensitivity - 0.1) * 6.25 : 3.5 - (sensitivity - 0.5) * 3
  }
}

/// One series under `anomaly`: what is usual for it, and the newest points that were not.
///
/// Points outside the band are not learned, or a long outage would be the new normal at its end. But
/// a level may shift for good: from the first such point on a second baseline, the rival, learns every
/// point. When it has learned enough, and most of its points lay outside, it takes the place of the
/// first, so that no shift alerts for ever; else it is dropped.
package struct SeasonalSeries: Sendable, Equatable {
  private struct Rival: Equatable {
    var baseline: SeasonalBaseline
    var points = 0
    var strange = 0
  }

  /// A point, and what it was held against.
  private struct Judged: Equatable {
    var end: Int64
    var value: Double
    var usual: SeasonalBaseline.Usual?
  }

  private var baseline: SeasonalBaseline
  private var rival: Rival?
  /// The newest points outside in the direction of the alert, oldest first; no more than count.
  private var anomalies: [Judged] = []
  private var newest: Judged?

  package init(_ level: AnomalyLevel) { baseline = SeasonalBaseline(level.habit) }

  /// Whether points are judged, not only learned from.
  var isJudged: Bool { newest?.usual != nil }

  var lastPoint: Int64 { newest?.end ?? .min }

  /// Judges a point and learns from it.
  package mutating func take(_ point: SeriesPoint, _ level: AnomalyLevel, _ direction: Direction) {
    baseline.turn(to: point.start)
    let usual = baseline.hasLearned(at: point.end) ? baseline.usual : nil
    let judged = Judged(end: point.end, value: point.value, usual: usual)
    newest = judged
    let band = usual.map { level.band($0, direction) }
    if let band, band.isOutside(point.value) {
      anomalies.append(judged)
      if anomalies.count > level.minCount { anomalies.removeFirst() }
    }
    let isStrange = band?.toBothSides.isOutside(point.value) ?? false
    if !isStrange { baseline.learn(point.value, at: point.start) }
    learnRival(point, isStrange, level)
  }

  private mutating func learnRival(
    _ point: SeriesPoint, _ isStrange: Bool, _ level: AnomalyLevel
  ) {
    guard isStrange || rival != nil else { return }
    var learning = rival ?? Rival(baseline: SeasonalBaseline(level.habit))
    learning.baseline.turn(to: point.start)
    learning.baseline.learn(point.value, at: point.start)
    learning.points += 1
    learning.strange += isStrange ? 1 : 0
    rival = learning
    guard learning.baseline.hasLearned(at: point.end) else { return }
    if learning.strange * 2 > learning.points { baseline = learning.baseline }
    rival = nil
  }

  /// What there is to say at the instant `time`, when the newest point ended at `due`.
  func verdict(
    at time: Int64, due: Int64, _ level: AnomalyLevel, _ direction: Direction
  ) -> SeriesVerdict {
    if anomalies.count >= level.minCount, let oldest = anomalies.first,
      oldest.end > time - level.range, let last = anomalies.last
    {
      return SeriesVerdict(
        finding: .hit, value: last.value, band: last.usual.map { level.band($0, direction) })
    }
    guard let newest, newest.end == due, let usual = newest.usual else { return SeriesVerdict() }
    return SeriesVerdict(
      finding: .clear, value: newest.value, band: level.band(usual, direction))
  }
}

extension AnomalyLevel {
  fileprivate func band(_ usual: SeasonalBaseline.Usual, _ direction: Direction) -> Band {
    Band(.anomaly, direction, factor: factor, center: usual.center, spread: usual.spread)
  }
}

// What a store keeps.

extension SeasonalSeries {
  /// Everything it knows, as numbers: the baseline and the rival, each behind its length, then points.
  package func snapshot() -> [Double] {
    var numbers = baseline.snapshot().counted + (rival?.baseline.snapshot() ?? []).counted
    numbers += [Double(rival?.points ?? 0), Double(rival?.strange ?? 0)]
    numbers.append(Double(anomalies.count))
    for point in anomalies + [newest].compactMap(\.self) {
      let usual = point.usual.map { [$0.center, $0.spread] } ?? []
      numbers += [Double(point.end), point.value] + usual.counted
    }
    return numbers
  }

  /// What a snapshot holds; nil when it does not fit the level.
  package init?(snapshot: [Double], _ level: AnomalyLevel) {
    var reader = SnapshotReader(snapshot)
    guard let first = SeasonalBaseline(snapshot: reader.numbers(), level.habit) else { return nil }
    baseline = first
    let second = reader.numbers()
    let points = Int(reader.whole())
    let strange = Int(reader.whole())
    if !second.isEmpty {
      guard let other = SeasonalBaseline(snapshot: second, level.habit) else { return nil }
      rival = Rival(baseline: other, points: points, strange: strange)
    }
    let count = Int(reader.whole())
    var judged: [Judged] = []
    while !reader.isAtEnd {
      let (end, value) = (reader.whole(), reader.number())
      let usual = reader.numbers()
      judged.append(
        Judged(
          end: end, value: value,
          usual: usual.count == 2
            ? SeasonalBaseline.Usual(center: usual[0], spread: usual[1]) : nil))
    }
    guard !reader.isBroken, count <= level.minCount,
      judged.count - count == 0 || judged.count - count == 1
    else { return nil }
    anomalies = Array(judged.prefix(count))
    newest = judged.dropFirst(count).first
  }
}
