import Actions
import Synchronization

/// Sends the pulses of one name on a thread of its own, so that a receiver that hangs holds up nobody
/// else's. Only the newest waits: an older one says nothing that it doesn't.
final class PulseSender: Sendable {
  private struct State {
    var next: Pulse?
    var isRunning = false
    var isOver = false
  }

  private let state = Mutex(State())
  private let bell = Doorbell()
  private let clock: any EngineClock
  private let transport: @Sendable () -> any Transport
  private let report: @Sendable (PulseNews) -> Void

  /// `report` is called on the sender's thread.
  init(
    clock: any EngineClock, transport: @escaping @Sendable () -> any Transport,
    report: @escaping @Sendable (PulseNews) -> Void
  ) {
    self.clock = clock
    self.transport = transport
    self.report = report
  }

  func send(_ pulse: Pulse) {
    state.withLock { state in
      state.next = pulse
      if !state.isRunning { state.isRunning = BlockingThread.start { self.run() } }
    }
    bell.ring()
  }

  /// Nothing is sent any more; what is being sent is not waited for.
  func stop() {
    state.withLock { $0.isOver = true }
    bell.ring()
  }

  private func run() {
    var transport = transport()
    var isFailing = false
    while true {
      let (pulse, isOver) = state.withLock { state in
        defer { state.next = nil }
        return (state.next, state.isOver)
      }
      if isOver { return }
      guard let pulse else {
        clock.wait(for: bell, until: nil)
        continue
      }
      do throws(ActionError) {
        _ = try transport.perform(
          pulse.effect, now: clock.now, timeout: pulse.timeout, redaction: pulse.redaction)
        if isFailing { report(.arrivingAgain(name: pulse.name)) }
        isFailing = false
      } catch {
        if !isFailing { report(.failing(name: pulse.name, reason: error.reason)) }
        isFailing = true
      }
    }
  }
}
