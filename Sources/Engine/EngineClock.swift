import Glibc

/// The only clock there is: handed to whatever has to know the time, so that tests can own it.
package protocol EngineClock: Sendable {
  /// Time since some start that never changes while the program runs; never goes back.
  var elapsed: Duration { get }
  /// Milliseconds since the epoch, as the machine believes.
  var now: Int64 { get }
  /// Blocks the thread until the bell rings or `elapsed` reaches `deadline`; forever without one.
  func wait(for bell: Doorbell, until deadline: Duration?)
}

/// The clocks of the machine.
package struct SystemClock: EngineClock {
  package init() {}

  package var elapsed: Duration {
    let time = read(CLOCK_MONOTONIC)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  package var now: Int64 {
    let time = read(CLOCK_REALTIME)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  package func wait(for bell: Doorbell, until deadline: Duration?) {
    bell.wait(atMost: deadline.map { max(.zero, $0 - elapsed) })
  }

  private func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }
}

/// The clocks of the machine, but that it is always the same time of day.
package struct StillClock: EngineClock {
  package let now: Int64
  private let clock = SystemClock()

  package init(at now: Int64) { self.now = now }

  package var elapsed: Duration { clock.elapsed }

  package func wait(for bell: Doorbell, until deadline: Duration?) {
    clock.wait(for: bell, until: deadline)
  }
}
