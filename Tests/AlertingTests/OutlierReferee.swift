import Foundation
import TestKit

/// `outlier` done the slow way, straight from its definition: at each instant everything is counted
/// again from all lines, in whole numbers, so that no rounding decides.
///
/// Windows before a point are powers of two, so that means are exact doubles too.
struct OutlierReferee {
  struct Line {
    var time: Int64
    var host: String
    var value: Int
  }

  enum Column: String { case count, max }

  var column: Column
  var direction: String
  var slice: Int64
  var every: Int64
  var window: Int64
  var before: Int
  var consecutive: Int
  /// Twice the threshold, which is a multiple of a half.
  var twiceThreshold: Int
  var lines: [Line]

  var yaml: String {
    """
    monitors:
      - name: m
        query: "* | timeslice \(slice / 1_000)s | \(column == .count ? "count" : "max(rt)") as x \
    by _timeslice, host"
        window: \(window / 1_000)s
        every: \(every / 1_000)s
        group_by: [host]
        outlier:
          direction: \(direction)
          critical: { window: \(before), consecutive: \(consecutive), \
    threshold: \(Double(twiceThreshold) / 2) }
    """
  }

  var log: [UInt8] {
    Array(
      lines.map {
        line(Double($0.time - ten) / 1_000, host: $0.host, rt: String($0.value)) + "\n"
      }.joined().utf8)
  }

  // The alerts.

  private struct Alert {
    var first: Int64?
    var last = Int64.min
    var firedAt: Int64?
    var lastHit: Int64 = 0
    var clearSince: Int64?
  }

  private enum Finding { case early, hit, clear, nothing }

  /// What fires and resolves: `10:05:00 firing a 12`.
  func story() -> [String] {
    guard let began = lines.first?.time, let end = lines.map(\.time).max() else { return [] }
    var story: [String] = []
    var alerts: [String: Alert] = [:]
    var values: Values = [:]
    for line in lines {
      values[line.host, default: [:]][line.time / slice * slice, default: []].append(line.value)
    }
    var rest = lines[...]
    var instant = (began + every - 1) / every * every
    while instant <= end {
      while let next = rest.first, next.time <= instant {
        var alert = alerts[next.host] ?? Alert()
        alert.first = alert.first ?? next.time
        alert.last = next.time
        alerts[next.host] = alert
        rest.removeFirst()
      }
      for host in alerts.keys.sorted() {
        var alert = alerts[host]!
        guard let first = alert.first else { continue }
        var (finding, value) = judge(host, values, at: instant)
        if instant - max(began, first) < window { (finding, value) = (.early, nil) }
        if let step = step(&alert, finding, at: instant) {
          let number = value.map { "\($0)" } ?? "nothing"
          story.append("\((instant - ten) / 1_000) \(step) \(host) \(number)")
        }
        // Silence is a number to counts alone.
        if column != .count, alert.firedAt == nil, alert.last <= instant - window {
          alert.first = nil
        }
        alerts[host] = alert
      }
      instant += every
    }
    return story
  }

  private func step(_ alert: inout Alert, _ finding: Finding, at time: Int64) -> String? {
    switch finding {
    case .early:
      alert.clearSince = nil
      return nil
    case .hit:
      alert.lastHit = time
      alert.clearSince = nil
      guard alert.firedAt == nil else { return nil }
      alert.firedAt = time
      return "firing"
    case .clear, .nothing:
      guard alert.firedAt != nil else { return nil }
      let since = alert.clearSince ?? time
      alert.clearSince = since
      let start = finding == .clear ? since : alert.lastHit
      guard time - start >= window else { return nil }
      alert.firedAt = nil
      alert.clearSince = nil
      return "resolved"
    }
  }

  // The points.

  /// By host and start of slice.
  private typealias Values = [String: [Int64: [Int]]]

  private func judge(_ host: String, _ values: Values, at time: Int64) -> (Finding, Int?) {
    var points: [(end: Int64, value: Int)] = []
    var newest: Int64 = 0
    let first = (time - window) / slice * slice
    for start in stride(from: first, to: time, by: Int64.Stride(slice))
    where start > time - window && start + slice <= time {
      newest = start + slice
      let values = values[host]?[start] ?? []
      switch column {
      case .count: points.append((start + slice, values.count))
      case .max: if let most = values.max() { points.append((start + slice, most)) }
      }
    }
    let values = points.map(\.value)
    var best: (isHit: Bool, distance: Double, value: Int)?
    for (index, point) in points.enumerated() where point.end > time - every || point.end == newest
    {
      guard let distance = distance(index, values) else { continue }
      let isHit =
        index + 1 >= consecutive
        && (0..<consecutive).allSatisfy { isOutlier(index - $0, values) }
      let isBetter =
        best.map { isHit && !$0.isHit || isHit == $0.isHit && distance > $0.distance } ?? true
      if isBetter { best = (isHit, distance, point.value) }
    }
    guard let best else { return (.nothing, nil) }
    return (best.isHit ? .hit : .clear, best.value)
  }

  /// n times the deviation in the direction, and the square of n times sigma, both whole.
  private func measures(_ index: Int, _ values: [Int]) -> (deviation: Int, variance: Int)? {
    guard index >= before else { return nil }
    let base = values[index - before..<index]
    let sum = base.reduce(0, +)
    let squares = base.map { $0 * $0 }.reduce(0, +)
    let error = before * values[index] - sum
    let deviation = direction == "up" ? error : direction == "down" ? -error : abs(error)
    return (deviation, before * squares - sum * sum)
  }

  private func isOutlier(_ index: Int, _ values: [Int]) -> Bool {
    guard let (deviation, variance) = measures(index, values), deviation > 0 else { return false }
    return 4 * deviation * deviation >= twiceThreshold * twiceThreshold * variance
  }

  private func distance(_ index: Int, _ values: [Int]) -> Double? {
    measures(index, values).map { deviation, variance in
      if variance == 0 { return deviation == 0 ? 0 : deviation > 0 ? .infinity : -.infinity }
      return Double(deviation) / Double(variance).squareRoot()
    }
  }
}

extension OutlierReferee {
  /// A monitor and a log in which it now and then has something to say.
  static func random(using random: inout SplitMix64) -> OutlierReferee {
    let slice: Int64 = random.pick([5, 10, 60]) * 1_000
    let before = random.pick([1, 2, 4, 8])
    let consecutive = random.pick([1, 1, 2, 3])
    let steps = random.pick([1, 1, 2, 3])
    let every = steps == 1 ? random.pick([slice, slice / 5]) : slice * Int64(steps)
    let fresh = max(1, steps)
    let slices = before + consecutive + fresh + random.pick([0, 1, 5])
    let window = (slice * Int64(slices) + every - 1) / every * every
    var referee = OutlierReferee(
      column: random.pick([.count, .max]), direction: random.pick(["up", "down", "both"]),
      slice: slice, every: every, window: window, before: before, consecutive: consecutive,
      twiceThreshold: random.pick([2, 3, 4, 6]), lines: [])
    let hosts = random.pick([["a"], ["a", "b"], ["a", "b", "c"]])
    var time = ten + Int64.random(in: 0..<slice, using: &random)
    let end = time + window * 4
    var level = 5
    while time < end {
      if random.oneIn(40) { level = random.pick([1, 5, 6, 30]) }
      if random.oneIn(60) { time += window * random.pick([1, 2]) }
      referee.lines.append(
        Line(
          time: time, host: random.pick(hosts),
          value: level + Int.random(in: 0...2, using: &random)))
      time += Int64.random(in: 0..<(random.oneIn(15) ? slice * 2 : slice / 2), using: &random)
    }
    return referee
  }
}
