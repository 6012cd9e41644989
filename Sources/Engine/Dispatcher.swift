package import Actions
import Alerting
import Synchronization

/// Performs deliveries off the evaluation thread: each action has a lane, and each lane a thread
/// that starts with its first delivery. It must be drained at the end: until then its threads wait.
package final class Dispatcher: Sendable {
  private struct State {
    var lanes: [String: LaneRunner] = [:]
    /// Those among them that are there for one probe.
    var probes: Set<String> = []
    var isDraining = false
  }

  private let clock: any EngineClock
  private let seed: UInt64
  private let capacity: Int
  private let transport: @Sendable () -> any Transport
  private let admit: @Sendable (Delivery) throws -> Lane.Admission
  private let report: @Sendable (Delivery.Report) -> Void
  private let state = Mutex(State())
  /// Rung by each lane that has come to its end.
  private let ended = Doorbell()

  /// `transport` makes the transport of one lane; `report` is called on the lanes' threads, in
  /// order for each lane, by several lanes at once. `begin` is called there before each attempt; when
  /// it throws, a remediation must wait. `capacity` bounds the queue of each lane.
  package init(
    clock: any EngineClock, seed: UInt64, capacity: Int = 1_000,
    transport: @escaping @Sendable () -> any Transport,
    admit: @escaping @Sendable (Delivery) throws -> Lane.Admission = { _ in .go },
    report: @escaping @Sendable (Delivery.Report) -> Void
  ) {
    self.clock = clock
    self.seed = seed
    self.capacity = capacity
    self.transport = transport
    self.admit = admit
    self.report = report
  }

  /// Takes a delivery and returns at once, whatever its endpoint is doing. When the action's queue
  /// is full the delivery is refused: counted, and said in a report.
  package func submit(_ delivery: Delivery) {
    guard delivery.probes != nil else { return lane(of: delivery.action.name).submit(delivery) }
    // Each by itself: one that has long to wait must not hold up the others.
    forgetEndedProbes()
    let lane = lane(of: delivery.key)
    lane.submit(delivery)
    lane.drain(by: clock.elapsed + delivery.action.retry.total + delivery.action.timeout)
    state.withLock { _ = $0.probes.insert(delivery.key) }
  }

  /// A lane of a probe has ended when its probe has.
  private func forgetEndedProbes() {
    state.withLock { state in
      for key in state.probes where state.lanes[key]?.hasEnded ?? true {
        state.lanes[key] = nil
        state.probes.remove(key)
      }
    }
  }

  /// Waits until everything submitted has been performed, at most `time`; gives up and counts
  /// what's left then. Nothing is taken any more.
  package func drain(within time: Duration) -> Lane.Tally {
    let deadline = clock.elapsed + time
    let lanes = state.withLock {
      $0.isDraining = true
      return Array($0.lanes.values)
    }
    for lane in lanes { lane.drain(by: deadline) }
    while lanes.contains(where: { !$0.hasEnded }), clock.elapsed < deadline {
      clock.wait(for: ended, until: deadline)
    }
    for lane in lanes { lane.abandon() }
    return tally
  }

  /// How deliveries ended so far.
  package var tally: Lane.Tally {
    let lanes = state.withLock { Array($0.lanes.values) }
    return lanes.map(\.tally).reduce(Lane.Tally(), +)
  }

  private func lane(of action: String) -> LaneRunner {
    state.withLock { state in
      if let lane = state.lanes[action] { return lane }
      let lane = LaneRunner(
        Lane(capacity: capacity, seed: seed ^ action.stableHash), clock: clock,
        ended: ended, transport: transport, admit: admit, report: report)
      // Too late: it will say so itself.
      if state.isDraining { lane.drain(by: clock.elapsed) }
      state.lanes[action] = lane
      return lane
    }
  }
}

/// The thread of a lane: performs what the lane decides.
private final class LaneRunner: Sendable {
  private enum Thread { case none, running, ended }
  private struct State {
    var lane: Lane
    var thread = Thread.none
  }

  private let state: Mutex<State>
  private let clock: any EngineClock
  private let bell = Doorbell()
  private let ended: Doorbell
  private let transport: @Sendable () -> any Transport
  private let admit: @Sendable (Delivery) throws -> Lane.Admission
  private let report: @Sendable (Delivery.Report) -> Void

  init(
    _ lane: Lane, clock: any EngineClock, ended: Doorbell,
    transport: @escaping @Sendable () -> any Transport,
    admit: @escaping @Sendable (Delivery) throws -> Lane.Admission,
    report: @escaping @Sendable (Delivery.Report) -> Void
  ) {
    state = Mutex(State(lane: lane))
    self.clock = clock
    self.ended = ended
    self.transport = transport
    self.admit = admit
    self.report = report
  }

  var tally: Lane.Tally { state.withLock { $0.lane.tally } }

  /// Whether no thread is at work here.
  var hasEnded: Bool { state.withLock { $0.thread != .running } }

  func submit(_ delivery: Delivery) {
    let (elapsed, now) = (clock.elapsed, clock.now)
    let reports = state.withLock { state in
      state.lane.submit(delivery, at: elapsed)
      // When the system has no thread left the delivery stays queued for the next try.
      if state.thread == .none, BlockingThread.start({ self.run() }) { state.thread = .running }
      // After the end there's no thread to say that it was refused.
      return state.thread == .ended ? state.lane.takeReports(now: now) : []
    }
    reports.forEach(report)
    bell.ring()
  }

  func drain(by deadline: Duration) {
    state.withLock { $0.lane.drain(by: deadline) }
    bell.ring()
  }

  /// Gives up what's left; its thread may still be inside an attempt, which nobody waits for.
  func abandon() {
    let now = clock.now
    let reports = state.withLock { state in
      state.lane.abandon(now: now)
      return state.lane.takeReports(now: now)
    }
    reports.forEach(report)
  }

  private func run() {
    var transport = transport()
    while true {
      let (elapsed, now) = (clock.elapsed, clock.now)
      let (step, reports) = state.withLock { state in
        let step = state.lane.step(at: elapsed, now: now)
        return (step, state.lane.takeReports(now: now))
      }
      reports.forEach(report)
      switch step {
      case .attempt(let delivery), .describe(let delivery):
        conclude(conclusion(of: delivery, on: &transport))
      case .wait(let time): clock.wait(for: bell, until: time)
      case .stop:
        state.withLock { $0.thread = .ended }
        ended.ring()
        return
      }
    }
  }

  private func conclusion(
    of delivery: Delivery, on transport: inout any Transport
  ) -> Lane.Conclusion {
    do {
      let admission = try admit(delivery)
      guard case .go = admission else { return .notAdmitted(admission) }
    } catch {
      // A message may come twice, which its key tells; what heals must not be done twice.
      if delivery.duty == .remediation {
        return .failed(
          ActionError(
            "not begun, because it could not be written down: \(error)",
            advice: .retry(after: nil), proof: .nothingDone))
      }
    }
    guard delivery.mode == .live else {
      return .ended(Deed(taken: false, summary: delivery.outline))
    }
    do throws(ActionError) {
      return .ended(try Attempt(delivery: delivery, clock: clock).run(on: &transport))
    } catch {
      return .failed(error)
    }
  }

  private func conclude(_ conclusion: Lane.Conclusion) {
    let (elapsed, now) = (clock.elapsed, clock.now)
    state.withLock { $0.lane.conclude(conclusion, at: elapsed, now: now) }
  }
}

extension String {
  /// The same in every run, unlike `hashValue`: FNV-1a.
  fileprivate var stableHash: UInt64 {
    utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
