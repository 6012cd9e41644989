import Actions

/// How far the time of each followed source has come, and with it the watermark of the monitors.
///
/// Pure: it is told what came and when, and asked how late it is. While lines come, a source is as far
/// as the largest time in them. Once it is idle, read to its end with nothing new for `idleAfter`,
/// its time grows with the clock, from the largest time on, by what has passed since the last line:
///
///     clock      0s    1s    2s    3s    4s    5s    6s    7s    8s
///     lines      :00   :01   :02                           :08
///     idle after 3s    |     |     |           |           |
///     source     :00   :01   :02   :02   :02   :05   :06   :08
///
/// A source never goes back, and one that has ended holds up none that goes on. The watermark stays
/// behind each source by the lateness that its lines are allowed.
package struct LiveClocks: Sendable {
  private struct Clock: Sendable {
    let idleAfter: Duration
    let lateness: Int64
    /// The largest message time; the start of the program while nothing has come.
    var largest: Int64
    var arrived: Duration
    var hasLines = false
    var isAtEnd = false
    var hasEnded = false
    /// As far as it was ever seen to be.
    var reached = Int64.min

    func time(at elapsed: Duration) -> Int64 {
      let silence = elapsed - arrived
      let isIdle = isAtEnd && silence >= idleAfter
      guard isIdle else { return hasLines ? max(reached, largest) : reached }
      return max(reached, largest + silence.milliseconds)
    }

    /// How far it lets the watermark go.
    func watermark(at elapsed: Duration) -> Int64 { time(at: elapsed).minus(lateness) }

    /// When its watermark will be beyond `instant` if nothing comes; nil when only reading on can tell.
    func passes(_ instant: Int64, after elapsed: Duration) -> Duration? {
      if watermark(at: elapsed) > instant { return elapsed }
      guard isAtEnd else { return nil }
      let start = largest.minus(lateness)
      let missing = instant < start ? 0 : instant + 1 - start
      return arrived + max(idleAfter, .milliseconds(missing))
    }
  }

  private var clocks: [Clock]
  /// The smallest time of the sources that go on, and of none if none does the largest; the minimum
  /// while one of them has not been read. It never goes back.
  package private(set) var watermark = Int64.min

  /// `idleAfter` and `lateness` of each source, in milliseconds; the clocks of the machine at the
  /// start. Without `lateness` nothing comes late.
  package init(idleAfter: [Int64], lateness: [Int64]? = nil, elapsed: Duration, now: Int64) {
    clocks = zip(idleAfter, lateness ?? idleAfter.map { _ in 0 }).map {
      Clock(idleAfter: .milliseconds($0), lateness: $1, largest: now, arrived: elapsed)
    }
  }

  /// One more source, as if the program had started with it; `now` is the clock of the machine.
  package mutating func add(idleAfter: Int64, lateness: Int64, at elapsed: Duration, now: Int64) {
    clocks.append(
      Clock(
        idleAfter: .milliseconds(idleAfter), lateness: lateness, largest: now, arrived: elapsed))
  }

  /// A source that had ended goes on.
  package mutating func resumed(_ source: Int, at elapsed: Duration) {
    clocks[source].hasEnded = false
    clocks[source].isAtEnd = false
    clocks[source].arrived = elapsed
  }

  /// Lines came from a source; `largest` is the largest time in them, if any has one.
  package mutating func came(_ source: Int, largest: Int64?, at elapsed: Duration) {
    // How far it would have grown by now is not taken up: lines at hand come before time.
    clocks[source].arrived = elapsed
    clocks[source].isAtEnd = false
    guard let largest else { return }
    let before = clocks[source].hasLines ? clocks[source].largest : Int64.min
    clocks[source].largest = max(before, largest)
    clocks[source].hasLines = true
  }

  /// A source was read to its end, for now.
  package mutating func reachedEnd(_ source: Int) { clocks[source].isAtEnd = true }

  /// Nothing will ever come from a source again.
  package mutating func ended(_ source: Int) {
    clocks[source].isAtEnd = true
    clocks[source].hasEnded = true
  }

  /// Lets the time pass, and answers with the watermark.
  package mutating func advance(to elapsed: Duration) -> Int64 {
    for index in clocks.indices { clocks[index].reached = clocks[index].time(at: elapsed) }
    let open = clocks.filter { !$0.hasEnded }.map { $0.watermark(at: elapsed) }.min()
    let ended = clocks.map { $0.watermark(at: elapsed) }.max()
    watermark = max(watermark, open ?? ended ?? .min)
    return watermark
  }

  /// What the watermark would be if it hung on the other sources alone.
  private func watermark(without source: Int, at elapsed: Duration) -> Int64 {
    let open = clocks.indices.filter { $0 != source && !clocks[$0].hasEnded }
    return open.map { clocks[$0].watermark(at: elapsed) }.min() ?? .max
  }

  /// Where the lines of one source find time when they come.
  package struct Front: Sendable {
    /// How far the source had come when time was last let pass.
    package var own: Int64
    /// What the watermark would be if it hung on the other sources alone.
    let others: Int64
    let floor: Int64
    let lateness: Int64

    /// The watermark once a line of the source has brought it to `time`.
    func watermark(at time: Int64) -> Int64 { max(floor, min(time.minus(lateness), others)) }

    /// Whether lines up to `time` find the same at another front.
    func isSame(as other: Front, through time: Int64) -> Bool {
      let end = max(own, other.own, time).minus(lateness)
      return own == other.own && min(others, end) == min(other.others, end)
    }
  }

  /// Where the lines of a source find time that come now.
  package func front(of source: Int, at elapsed: Duration) -> Front {
    Front(
      own: clocks[source].reached, others: watermark(without: source, at: elapsed),
      floor: watermark, lateness: clocks[source].lateness)
  }

  /// How far a source has come.
  package func time(of source: Int, at elapsed: Duration) -> Int64 {
    clocks[source].time(at: elapsed)
  }

  /// Somebody else's clock has moved a source on.
  package mutating func reach(_ source: Int, _ time: Int64) {
    clocks[source].reached = max(clocks[source].reached, time)
  }

  /// Clocks that nothing moves on but what they are told.
  package init(told lateness: [Int64]) {
    self.init(
      idleAfter: lateness.map { _ in LiveClocks.never }, lateness: lateness, elapsed: .zero, now: 0)
  }

  /// How long a source is idle that the clock never moves on.
  static let never = Int64.max / 4

  /// When the watermark will be beyond `instant` if nothing comes; nil when time alone won't do it.
  package func passes(_ instant: Int64, after elapsed: Duration) -> Duration? {
    if watermark > instant { return elapsed }
    let open = clocks.filter { !$0.hasEnded }
    let times = (open.isEmpty ? clocks : open).map { $0.passes(instant, after: elapsed) }
    if open.isEmpty { return times.compactMap { $0 }.min() }
    return times.contains { $0 == nil } ? nil : times.compactMap { $0 }.max()
  }
}

extension Int64 {
  /// Never less than the minimum, which stands for not having begun.
  fileprivate func minus(_ other: Int64) -> Int64 { self == .min ? .min : self - other }
}
