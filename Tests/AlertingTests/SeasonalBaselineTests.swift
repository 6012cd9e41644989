import Alerting
import Records
import TestKit
import Testing

@Suite struct SeasonalBaselineTests {
  private static let monday: Int64 = 1_772_409_600_000  // 2026-03-02T00:00:00Z

  /// Weeks of points, with gaps, on which the baseline and its twin have to agree.
  @Test(arguments: [1, 4, 7, 15, 60, 180] as [Int64])
  func `what is usual is what the plain twin works out`(_ minutes: Int64) {
    let step = minutes * NaiveTime.minute
    var random = SplitMix64(seed: TestSeed.value &+ UInt64(minutes))
    for isCount in [true, false] {
      let habit = SeasonalBaseline.Habit(
        step: step, learn: 30 * NaiveTime.hour, zone: .utc, isCount: isCount)
      var baseline = SeasonalBaseline(habit)
      var twin = PlainBaseline(step: step, learn: habit.learn, isCount: isCount)
      var time = Self.monday
      let end = time + (minutes < 15 ? 9 : 45) * NaiveTime.day
      var asked = 0
      while time < end {
        baseline.turn(to: time)
        // The twin takes long, so it is asked at the turns of hours and now and then.
        if time % NaiveTime.hour < step || random.oneIn(200) {
          asked += 1
          let usual = baseline.usual
          let plain = twin.usual(at: time)
          let isSame =
            usual?.center == plain?.center && usual?.spread == plain?.spread
            && baseline.hasLearned(at: time + step) == twin.hasLearned(at: time + step)
          guard isSame else {
            Issue.record(
              "seed \(TestSeed.value), step \(minutes)m, \(NaiveTime.text(time)): \(usual as Any) and \(plain as Any)"
            )
            return
          }
        }
        let day = (time - Self.monday) / NaiveTime.hour % 24
        let value = Double((9..<17 ~= day ? 100 : 10) + Int.random(in: 0...6, using: &random))
        baseline.learn(value, at: time)
        twin.points.append(PlainBaseline.Point(time: time, value: value))
        time += step * (random.oneIn(50) ? random.pick([2, 5, 40]) : 1)
      }
      #expect(asked > 100)
    }
  }

  /// Four weeks with calm Sundays: Sunday is compared with Sundays once there are two.
  @Test func `a weekday is compared with itself after two weeks`() {
    let habit = SeasonalBaseline.Habit(
      step: 15 * NaiveTime.minute, learn: NaiveTime.day, zone: .utc, isCount: false)
    var baseline = SeasonalBaseline(habit)
    var centers: [Double?] = []
    for day in Int64(0)..<28 {
      for quarter in Int64(0)..<96 {
        let time = Self.monday + day * NaiveTime.day + quarter * 15 * NaiveTime.minute
        baseline.turn(to: time)
        if day % 7 == 6, quarter == 48 { centers.append(baseline.usual?.center) }
        baseline.learn(day % 7 == 6 ? 5 : 50, at: time)
      }
    }
    #expect(centers == [50, 50, 5, 5])
  }

  @Test func `the hours are those of the zone`() throws {
    let zone = try #require(Zone(fixedOffset: "+05:30"))
    let habit = SeasonalBaseline.Habit(
      step: 15 * NaiveTime.minute, learn: NaiveTime.day, zone: zone, isCount: false)
    var baseline = SeasonalBaseline(habit)
    // Half past each hour of UTC an hour begins there: 1 in hours that are even there, else 2.
    for quarter in Int64(0)..<192 {
      let time = Self.monday + quarter * 15 * NaiveTime.minute
      baseline.turn(to: time)
      let hour = (time + 5 * NaiveTime.hour + 30 * NaiveTime.minute) / NaiveTime.hour
      if quarter > 100 { #expect(baseline.usual?.center == (hour % 2 == 0 ? 1 : 2)) }
      baseline.learn(hour % 2 == 0 ? 1 : 2, at: time)
    }
  }

  @Test func `a snapshot holds everything, wherever it is taken`() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let habit = SeasonalBaseline.Habit(
      step: NaiveTime.minute, learn: NaiveTime.hour, zone: .utc, isCount: true)
    var baseline = SeasonalBaseline(habit)
    #expect(SeasonalBaseline(snapshot: baseline.snapshot(), habit) == baseline)
    var time = Self.monday
    for _ in 0..<3_000 {
      time += NaiveTime.minute * random.pick([1, 1, 1, 30])
      baseline.turn(to: time)
      baseline.learn(Double.random(in: -5...5, using: &random), at: time)
      guard random.oneIn(20) else { continue }
      let restored = try #require(SeasonalBaseline(snapshot: baseline.snapshot(), habit))
      #expect(restored == baseline, "seed \(TestSeed.value)")
      baseline = restored
    }
  }

  @Test func `a snapshot that does not fit is refused`() {
    let habit = SeasonalBaseline.Habit(
      step: NaiveTime.minute, learn: NaiveTime.hour, zone: .utc, isCount: true)
    var baseline = SeasonalBaseline(habit)
    for minute in Int64(0)..<200 {
      baseline.turn(to: Self.monday + minute * NaiveTime.minute)
      baseline.learn(Double(minute), at: Self.monday + minute * NaiveTime.minute)
    }
    let whole = baseline.snapshot()
    let slower = SeasonalBaseline.Habit(
      step: NaiveTime.hour, learn: NaiveTime.hour, zone: .utc, isCount: true)
    #expect(SeasonalBaseline(snapshot: whole, slower) == nil)
    #expect(SeasonalBaseline(snapshot: [], habit) == nil)
    #expect(SeasonalBaseline(snapshot: whole + [900, 1, 0], habit) == nil)
    // A cut between two buckets can't be seen, but no cut may trap.
    for count in whole.indices { _ = SeasonalBaseline(snapshot: Array(whole[..<count]), habit) }
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<2_000 {
      var broken = whole
      broken[random.pick(broken.indices)] = random.pick([-1, 0.5, 1e300, .nan, .infinity, -1e18])
      _ = SeasonalBaseline(snapshot: broken, habit)
    }
  }
}
