package import Records

/// What is usual for one series: by hour of the week, by hour of the day, and lately.
///
/// An hour is judged by the hours before it, never by itself. It goes, once it is over, into the
/// bucket of its hour of the week. A new hour is compared
///
/// 1. with the same hour of the same weekday, when two earlier weeks had it,
/// 2. else with the same hour of all days,
/// 3. else, as with fewer than four points, with a moving average.
///
/// The first two take the median for the centre, and for the spread the median distance from it
/// (MAD), so that a few odd points change nothing. An hour leaves at most 15 points and a bucket keeps
/// four such hours, which bounds the memory.
package struct SeasonalBaseline: Sendable, Equatable {
  /// What a baseline is told about its series; it does not change.
  package struct Habit: Sendable, Hashable {
    /// From one point to the next.
    package let step: Int64
    /// How long points are only learned from.
    package let learn: Int64
    /// Whose clocks say which hour it is.
    package let zone: Zone
    /// Counts scatter by their square root.
    package let isCount: Bool

    package init(step: Int64, learn: Int64, zone: Zone, isCount: Bool) {
      self.step = step
      self.learn = learn
      self.zone = zone
      self.isCount = isCount
    }
  }

  /// The points of one hour of the week, oldest first.
  fileprivate struct Bucket: Equatable {
    var points: [Double] = []
    /// Of how many hours they are.
    var hours = 0
  }

  /// A centre and a spread around it.
  package struct Usual: Sendable, Equatable {
    package var center: Double
    package var spread: Double
  }

  private let habit: Habit
  private var first: Int64?
  private var count = 0
  private var mean = 0.0
  /// The moving average of distances from the moving average.
  private var deviation = 0.0
  private var buckets: [Int: Bucket] = [:]
  /// The hour that is not over yet, counted from 1970 on the clocks of the zone.
  private var hour = Int64.min
  private var hourPoints: [Double] = []
  /// The last few minutes of the hour that left a point.
  private var lastCell = Int64.min
  /// What earlier hours say of this one. Nothing can change that before it is over.
  private var season: Usual?

  package init(_ habit: Habit) { self.habit = habit }

  private static let weight = 0.1
  /// How many points it has to have learned from before it judges one.
  package static let fewest = 4
  private static let perHour: Int64 = 15
  private static let hourLength: Int64 = 3_600_000
  private static let weeks = 4

  /// Whether it has seen enough to judge a point that ends at `time`.
  package func hasLearned(at time: Int64) -> Bool {
    guard let first else { return false }
    return time - first >= habit.learn && count >= SeasonalBaseline.fewest
  }

  /// What is usual in the hour that was last turned to; nil before the first point.
  package var usual: Usual? {
    guard count > 0 else { return nil }
    // For a normal distribution sigma is 1.2533 times the mean distance.
    return season ?? floored(Usual(center: mean, spread: 1.2533 * deviation))
  }

  /// Time comes to a point that starts at `time`: hours that are over become earlier ones.
  package mutating func turn(to time: Int64) {
    let now = local(time).floorDivided(by: SeasonalBaseline.hourLength).quotient
    guard now != hour else { return }
    if !hourPoints.isEmpty {
      let capacity = SeasonalBaseline.weeks * pointsPerHour
      buckets[SeasonalBaseline.hourOfWeek(hour), default: Bucket()].take(
        hourPoints, keeping: capacity)
      hourPoints = []
    }
    hour = now
    lastCell = .min
    season = seasonOfHour()
  }

  /// Takes in a point that starts at `time`, which was turned to.
  package mutating func learn(_ value: Double, at time: Int64) {
    if first == nil {
      first = time
      mean = value
    }
    let error = value - mean
    deviation += SeasonalBaseline.weight * (error.magnitude - deviation)
    mean += SeasonalBaseline.weight * error
    count += 1
    let length = SeasonalBaseline.hourLength / SeasonalBaseline.perHour
    let cell = local(time).floorDivided(by: length).quotient
    guard cell != lastCell else { return }
    lastCell = cell
    hourPoints.append(value)
  }

  /// What the clocks show.
  private func local(_ time: Int64) -> Int64 { time + habit.zone.offset(at: time) }

  // Seasons.

  /// How many points it keeps at the most.
  package static func mostPoints(_ habit: Habit) -> Int {
    168 * weeks * SeasonalBaseline(habit).pointsPerHour
  }

  /// How many points an hour leaves.
  private var pointsPerHour: Int {
    Int(min(SeasonalBaseline.perHour, max(1, SeasonalBaseline.hourLength / habit.step)))
  }

  /// 0 is Monday at midnight. The first hour of 1970 was a Thursday's.
  private static func hourOfWeek(_ hour: Int64) -> Int { Int((hour % 168 + 168 + 72) % 168) }

  private func seasonOfHour() -> Usual? {
    let place = SeasonalBaseline.hourOfWeek(hour)
    if let bucket = buckets[place], bucket.hours >= 2,
      bucket.points.count >= SeasonalBaseline.fewest
    {
      return floored(Usual(of: bucket.points))
    }
    let sameHour = (0..<7).flatMap { buckets[$0 * 24 + place % 24]?.points ?? [] }
    return sameHour.count >= SeasonalBaseline.fewest ? floored(Usual(of: sameHour)) : nil
  }

  /// Calm weeks prove less than they seem to: a spread is at least a hundredth of the centre, and that
  /// of a count at least its square root, and 1.
  private func floored(_ usual: Usual) -> Usual {
    let size = usual.center.magnitude
    let least = max(size / 100, habit.isCount ? max(1, size.squareRoot()) : 0)
    return Usual(center: usual.center, spread: max(usual.spread, least))
  }
}

extension SeasonalBaseline.Bucket {
  fileprivate mutating func take(_ more: [Double], keeping capacity: Int) {
    points += more
    hours += 1
    if points.count > capacity { points.removeFirst(points.count - capacity) }
  }
}

extension SeasonalBaseline.Usual {
  /// Median, and the median distance from it in the measure of a sigma. When more than half of the
  /// points are equal the mean distance stands in for it.
  package init(of points: [Double]) {
    let center = points.sorted().median
    let distances = points.map { ($0 - center).magnitude }.sorted()
    let middle = distances.median
    let mean = distances.reduce(0, +) / Double(distances.count)
    self.init(center: center, spread: middle > 0 ? 1.4826 * middle : 1.2533 * mean)
  }
}

extension [Double] {
  /// The middle of sorted numbers, or halfway between the two middle ones.
  fileprivate var median: Double {
    let middle = count / 2
    return count % 2 == 1 ? self[middle] : self[middle - 1] + (self[middle] - self[middle - 1]) / 2
  }
}

// What a store keeps.

extension SeasonalBaseline {
  /// Everything it has learned, as numbers: a head, the points of the open hour, then for each bucket
  /// its place, its hours, how many points, and the points.
  package func snapshot() -> [Double] {
    // What is missing before the first point.
    let times = first.map { [$0, hour, lastCell].map(Double.init) } ?? []
    var numbers: [Double] = [1, Double(habit.step), Double(count), mean, deviation]
    numbers += times.counted + hourPoints.counted
    for (place, bucket) in buckets.sorted(by: { $0.key < $1.key }) {
      numbers += [Double(place), Double(bucket.hours)] + bucket.points.counted
    }
    return numbers
  }

  /// What a snapshot holds; nil when it is none, or one of points with another distance.
  package init?(snapshot: [Double], _ habit: Habit) {
    self.init(habit)
    var reader = SnapshotReader(snapshot)
    guard reader.whole() == 1, reader.whole() == habit.step else { return nil }
    count = Int(reader.whole())
    mean = reader.number()
    deviation = reader.number()
    let times = reader.numbers().map { Int64(exactly: $0) ?? .min }
    if times.count == 3 { (first, hour, lastCell) = (times[0], times[1], times[2]) }
    hourPoints = reader.numbers()
    while !reader.isAtEnd {
      let place = Int(reader.whole())
      let hours = Int(reader.whole())
      buckets[place] = Bucket(points: reader.numbers(), hours: hours)
    }
    guard !reader.isBroken, buckets.keys.allSatisfy({ 0..<168 ~= $0 }) else { return nil }
    if hour != .min { season = seasonOfHour() }
  }
}
