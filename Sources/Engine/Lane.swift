package import Actions
import Alerting

/// The deliveries of one action, one after the other: a `resolved` never overtakes its `firing`,
/// and an endpoint that is dead holds up nobody else's.
///
/// Pure: every method takes the time, and none does anything. `LaneRunner` asks for a `step`,
/// performs it, and says how it went.
package struct Lane: Sendable {
  package enum Step: Sendable {
    /// Attempt it, then call `conclude`.
    case attempt(Delivery)
    /// Say what it would do, then call `conclude`.
    case describe(Delivery)
    /// Nothing to do until then, or until something is submitted.
    case wait(until: Duration?)
    /// Nothing is left and nothing more will come.
    case stop
  }

  /// Whether a delivery may be performed.
  package enum Admission: Sendable {
    case go
    /// Not yet.
    case postpone(Duration)
    /// Not before somebody says so; it will be submitted again.
    case park(String)
    case block(GuardLedger.Block)
  }

  /// How an attempt, or the asking for one, went.
  package enum Conclusion: Sendable {
    case ended(Deed)
    case failed(ActionError)
    /// There was no attempt.
    case notAdmitted(Admission)
  }

  /// How deliveries ended, counted.
  package struct Tally: Sendable, Hashable {
    package var done = 0
    package var shadow = 0
    package var blocked = 0
    package var failed = 0
    package var unknown = 0
    package var refused = 0
    package var abandoned = 0

    package init() {}
  }

  private struct Job {
    var delivery: Delivery
    var submitted: Duration
    var attempts = 0
  }

  private enum Hand {
    case empty
    case attempting(Job)
    case waiting(Job, until: Duration)
  }

  private enum Phase: Equatable {
    case open
    /// Nothing more is taken; what's there may go on until the deadline.
    case draining(by: Duration)
    case over
  }

  package private(set) var tally = Tally()
  private let capacity: Int
  private var random: SeededGenerator
  private var queue: [Job] = []
  private var hand = Hand.empty
  private var phase = Phase.open
  private var reports: [Delivery.Report] = []
  /// Refused since it was last said, and the last of them.
  private var unsaid: (count: Int, last: Delivery)?

  package init(capacity: Int, seed: UInt64) {
    self.capacity = capacity
    random = SeededGenerator(seed: seed)
  }

  /// Takes a delivery, or refuses the newest when the queue is full: what's already there is older
  /// news, but a queue that forgot it would resolve alerts that nobody was told of.
  package mutating func submit(_ delivery: Delivery, at elapsed: Duration) {
    guard phase == .open, queue.count < capacity else {
      tally.refused += 1
      unsaid = ((unsaid?.count ?? 0) + 1, delivery)
      return
    }
    queue.append(Job(delivery: delivery, submitted: elapsed))
  }

  /// What to do next.
  package mutating func step(at elapsed: Duration, now: Int64) -> Step {
    if case .draining(let deadline) = phase, elapsed >= deadline { abandon(now: now) }
    while phase != .over, let job = next(at: elapsed, now: now) {
      switch job {
      case .waiting(let time): return .wait(until: time)
      case .ready(let job):
        if let step = begin(job, now: now) { return step }
      }
    }
    return phase == .open ? .wait(until: nil) : .stop
  }

  /// How the attempt, or the description, went.
  package mutating func conclude(
    _ conclusion: Conclusion, at elapsed: Duration, now: Int64
  ) {
    // Abandoned meanwhile: it has been said, and nobody listens any more.
    guard case .attempting(let job) = hand else { return }
    hand = .empty
    switch conclusion {
    case .ended(let deed):
      switch (job.delivery.mode, deed.taken) {
      case (.shadow, _): finish(job, .shadow(deed.summary), now: now)
      case (.live, true): finish(job, .done(deed.summary), deed, now: now)
      case (.live, false): finish(job, .blocked(deed.summary), deed, now: now)
      }
    case .failed(let error):
      fail(job, error, at: elapsed, now: now)
    case .notAdmitted(let admission):
      turnAway(job, admission, at: elapsed, now: now)
    }
  }

  private mutating func turnAway(
    _ job: Job, _ admission: Admission, at elapsed: Duration, now: Int64
  ) {
    var job = job
    job.attempts -= 1
    switch admission {
    case .go: preconditionFailure("\(job.delivery.key) was admitted and not attempted")
    case .postpone(let time): hand = .waiting(job, until: elapsed + time)
    case .park(let reason): say(job, .parked(reason), now: now)
    case .block(let block): finish(job, .blocked(block.reason), rail: block.rail, now: now)
    }
  }

  /// Takes nothing more and lets what's there go on until `deadline`.
  package mutating func drain(by deadline: Duration) {
    if phase == .open { phase = .draining(by: deadline) }
  }

  /// Gives up whatever is left.
  package mutating func abandon(now: Int64) {
    guard phase != .over else { return }
    phase = .over
    switch hand {
    case .empty: break
    case .waiting(let job, _): finish(job, .abandoned(Lane.endedBetween), now: now)
    case .attempting(let job):
      // A remediation cut short may have worked; a notification will be told again.
      let reason = "the program ended during the attempt"
      let mayHaveActed =
        job.delivery.duty == .remediation && job.delivery.mode == .live
      finish(job, mayHaveActed ? .unknown(reason) : .abandoned(reason), now: now)
    }
    for job in queue { finish(job, .abandoned("the program ended first"), now: now) }
    hand = .empty
    queue = []
  }

  /// What has to be said since it was last asked.
  package mutating func takeReports(now: Int64) -> [Delivery.Report] {
    sayRefused(now: now)
    defer { reports = [] }
    return reports
  }

  private enum Next {
    case ready(Job)
    case waiting(until: Duration)
  }

  /// The delivery whose turn it is; taken out of the hand or the queue when it's ready.
  private mutating func next(at elapsed: Duration, now: Int64) -> Next? {
    switch hand {
    case .attempting(let job):
      preconditionFailure("asked for a step during the attempt at \(job.delivery.key)")
    case .empty:
      return queue.isEmpty ? nil : .ready(queue.removeFirst())
    case .waiting(let job, let time):
      if case .draining(let deadline) = phase, time >= deadline {
        hand = .empty
        finish(job, .abandoned(Lane.endedBetween), now: now)
        return next(at: elapsed, now: now)
      }
      guard elapsed >= time else { return .waiting(until: time) }
      hand = .empty
      return .ready(job)
    }
  }

  private static let endedBetween = "the program ended before another attempt"

  /// Nil when the delivery must not be attempted any more, which has then been said.
  private mutating func begin(_ job: Job, now: Int64) -> Step? {
    var job = job
    let age = now - job.delivery.alert.transition.time
    if age > job.delivery.staleAfter, job.delivery.probes == nil {
      if job.delivery.duty == .remediation {
        let reason = "stale: the transition is \(DurationText.text(age)) old"
        finish(job, .blocked(reason), rail: .stale, now: now)
        return nil
      }
      // Fixed at the first attempt: the same key must always carry the same content.
      if job.attempts == 0 { job.delivery.alert.lateness = age }
    }
    job.attempts += 1
    hand = .attempting(job)
    return job.delivery.mode == .shadow ? .describe(job.delivery) : .attempt(job.delivery)
  }

  private mutating func fail(_ job: Job, _ error: ActionError, at elapsed: Duration, now: Int64) {
    let duty = job.delivery.duty
    // A probe is asked until it says that all is well.
    if job.delivery.probes != nil || error.allowsRetry(for: duty) {
      let requested: Duration? = if case .retry(let after) = error.advice { after } else { nil }
      if let pause = job.delivery.action.retry.pause(
        after: job.attempts, elapsed: elapsed - job.submitted, requested: requested,
        using: &random)
      {
        hand = .waiting(job, until: elapsed + pause)
        say(job, .retrying(error.reason, after: pause), now: now)
        return
      }
      let attempts = job.attempts == 1 ? "1 attempt" : "\(job.attempts) attempts"
      return finish(
        job, .failed("\(error.reason); gave up after \(attempts)"),
        isUndone: error.proof == .nothingDone, now: now)
    }
    let isUnknown = duty == .remediation && error.proof == .unknown
    finish(
      job, isUnknown ? .unknown(error.reason) : .failed(error.reason),
      isUndone: error.proof == .nothingDone, now: now)
  }

  private mutating func finish(
    _ job: Job, _ outcome: Delivery.Outcome, _ deed: Deed? = nil,
    rail: GuardLedger.Block.Rail? = nil, isUndone: Bool = false, now: Int64
  ) {
    if job.delivery.probes == nil { tally.count(outcome) }
    var report = report(of: job, outcome, now: now)
    report.deed = deed
    report.rail = rail
    report.isUndone = isUndone
    reports.append(report)
  }

  private mutating func say(_ job: Job, _ outcome: Delivery.Outcome, now: Int64) {
    reports.append(report(of: job, outcome, now: now))
  }

  private func report(of job: Job, _ outcome: Delivery.Outcome, now: Int64) -> Delivery.Report {
    Delivery.Report(of: job.delivery, attempt: job.attempts, outcome: outcome, time: now)
  }

  private mutating func sayRefused(now: Int64) {
    guard let unsaid else { return }
    self.unsaid = nil
    reports.append(
      Delivery.Report(
        of: unsaid.last, attempt: 0, outcome: .refused(count: unsaid.count), time: now))
  }
}

extension Lane.Tally {
  /// Whether a delivery that should have happened did not: exit code 5.
  package var hasFailures: Bool { failed + unknown + refused + abandoned > 0 }

  package static func + (left: Lane.Tally, right: Lane.Tally) -> Lane.Tally {
    var sum = left
    sum.done += right.done
    sum.shadow += right.shadow
    sum.blocked += right.blocked
    sum.failed += right.failed
    sum.unknown += right.unknown
    sum.refused += right.refused
    sum.abandoned += right.abandoned
    return sum
  }

  fileprivate mutating func count(_ outcome: Delivery.Outcome) {
    switch outcome {
    case .done: done += 1
    case .shadow: shadow += 1
    case .blocked: blocked += 1
    case .failed: failed += 1
    case .unknown: unknown += 1
    case .refused(let count): refused += count
    case .abandoned: abandoned += 1
    case .retrying, .held, .muted, .parked, .helped, .unhelpful: break
    }
  }
}
