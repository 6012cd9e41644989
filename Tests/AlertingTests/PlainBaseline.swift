import Alerting
import TestKit

/// The twin of `SeasonalBaseline`: keeps every point for ever and works everything out when asked, for
/// points that come in order, on the clocks of UTC.
struct PlainBaseline {
  struct Point {
    var time: Int64
    var value: Double
  }

  let step: Int64
  let learn: Int64
  let isCount: Bool
  var points: [Point] = []

  /// Centre and spread for a point at `time`.
  func usual(at time: Int64) -> (center: Double, spread: Double)? {
    guard !points.isEmpty else { return nil }
    let hour = time / NaiveTime.hour
    let earlier = Set(points.map { $0.time / NaiveTime.hour }).filter { $0 < hour }
    let sameDay = earlier.filter { ($0 - hour) % 168 == 0 }.sorted()
    let perHour = max(1, min(15, NaiveTime.hour / step))
    let bucket = kept(sameDay, 4 * Int(perHour))
    if sameDay.count >= 2, bucket.count >= 4 { return robust(bucket) }
    var all: [Double] = []
    for day in Int64(0)..<7 {
      let hours = earlier.filter { ($0 - hour - 24 * day) % 168 == 0 }.sorted()
      all += kept(hours, 4 * Int(perHour))
    }
    return all.count >= 4 ? robust(all) : moving()
  }

  func hasLearned(at time: Int64) -> Bool {
    guard let first = points.first else { return false }
    return points.count >= 4 && time - first.time >= learn
  }

  /// The newest of what these hours left: of each four minutes the first point.
  private func kept(_ hours: [Int64], _ count: Int) -> [Double] {
    var values: [Double] = []
    for hour in hours {
      var seen: Set<Int64> = []
      for point in points where point.time / NaiveTime.hour == hour {
        if seen.insert(point.time / (4 * NaiveTime.minute)).inserted {
          values.append(point.value)
        }
      }
    }
    return Array(values.suffix(count))
  }

  private func robust(_ values: [Double]) -> (Double, Double) {
    let center = median(values)
    let distances = values.map { abs($0 - center) }
    let mad = median(distances)
    let mean = distances.sorted().reduce(0, +) / Double(distances.count)
    return floored(center, mad > 0 ? 1.4826 * mad : 1.2533 * mean)
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let (low, high) = (sorted[(values.count - 1) / 2], sorted[values.count / 2])
    return low + (high - low) / 2
  }

  private func moving() -> (Double, Double) {
    var mean = points[0].value
    var distance = 0.0
    for point in points {
      let error = point.value - mean
      distance += 0.1 * (abs(error) - distance)
      mean += 0.1 * error
    }
    return floored(mean, 1.2533 * distance)
  }

  private func floored(_ center: Double, _ spread: Double) -> (Double, Double) {
    var least = abs(center) / 100
    if isCount { least = max(least, 1, abs(center).squareRoot()) }
    return (center, max(spread, least))
  }
}
