import QueryLanguage
import Records

/// One point of a series: the value of a slice of time, or of an instant.
package struct SeriesPoint: Sendable, Equatable {
  package var start: Int64
  package var end: Int64
  package var value: Double

  package init(start: Int64, end: Int64, value: Double) {
    self.start = start
    self.end = end
    self.value = value
  }
}

/// What an instant showed of one series, or of the worst of several.
struct SeriesVerdict: Sendable {
  /// `hit`, `clear`, or `nothing` when there was no point to judge.
  var finding = Alert.Finding.nothing
  var value: Double?
  var band: Band?

  /// Too early to tell.
  static let early = SeriesVerdict(finding: .early)

  var isHit: Bool { rank == 2 }

  /// Takes in what another series, or another point, showed: a hit goes before all, then what lies
  /// farther out; the first of equals stays.
  mutating func merge(_ other: SeriesVerdict) {
    if other.rank > rank || (other.rank == rank && other.distance > distance) { self = other }
  }

  private var rank: Int {
    switch finding {
    case .hit: 2
    case .clear: 1
    case .nothing, .unknown, .neither, .early: 0
    }
  }

  private var distance: Double {
    guard let value, let band else { return -.infinity }
    return band.distance(of: value)
  }
}

/// A level of `outlier`: so many points in a row, each so many sigmas from the mean of the points
/// before it.
package struct OutlierLevel: Sendable {
  package let terms: AlertTerms
  package let window: Int
  package let consecutive: Int
  package let threshold: Double

  /// How many points are looked at to judge the newest.
  var reach: Int { window + consecutive - 1 }

  /// What the points up to `points.count` show when those from `fresh` on were not judged before.
  ///
  /// A run that ended among them is not missed because later points lie inside again.
  func verdict(
    on points: [SeriesPoint], fresh: Int, _ direction: Direction
  ) -> SeriesVerdict {
    var verdict = SeriesVerdict()
    for index in fresh..<points.count {
      guard let band = band(before: index, of: points, direction) else { continue }
      let value = points[index].value
      let isHit =
        band.isOutside(value)
        && (1..<consecutive).allSatisfy { isOutlier(index - $0, of: points, direction) }
      verdict.merge(SeriesVerdict(finding: isHit ? .hit : .clear, value: value, band: band))
    }
    return verdict
  }

  private func isOutlier(
    _ index: Int, of points: [SeriesPoint], _ direction: Direction
  ) -> Bool {
    band(before: index, of: points, direction)?.isOutside(points[index].value) ?? false
  }

  /// Mean and sigma of the points before one; nil when they are too few.
  ///
  /// Sigma is that of a population: these points are all there is, and one alone has a spread too.
  /// Both are exact before they are rounded, so that equal points have no spread at all.
  private func band(
    before index: Int, of points: [SeriesPoint], _ direction: Direction
  ) -> Band? {
    guard index >= window else { return nil }
    var sum = ExactSum()
    var spread = ExactSpread()
    for point in points[(index - window)..<index] {
      sum.add(point.value)
      spread.add(point.value)
    }
    let variance = spread.populationVariance(count: window)
    // The squares of numbers near the end of the range are beyond it.
    guard variance.isFinite else { return nil }
    return Band(
      .outlier, direction, factor: threshold, center: sum.mean(count: window),
      spread: variance.squareRoot())
  }
}
