import Actions
import Alerting
import Engine
import Records
import Synchronization

/// A clock that stands still until the test moves it.
final class ManualClock: EngineClock {
  private struct State {
    var elapsed = Duration.zero
    var sleepers: [Doorbell] = []
  }
  private let state = Mutex(State())
  private let start: Int64

  init(now: Int64 = Sample.time) { start = now }

  var elapsed: Duration { state.withLock { $0.elapsed } }
  var now: Int64 { start + elapsed.milliseconds }

  func wait(for bell: Doorbell, until deadline: Duration?) {
    let mustWait = state.withLock { state in
      if let deadline, state.elapsed >= deadline { return false }
      state.sleepers.append(bell)
      return true
    }
    guard mustWait else { return }
    bell.wait()
    state.withLock { state in state.sleepers.removeAll { $0 === bell } }
  }

  func advance(by time: Duration) {
    let sleepers = state.withLock { state in
      state.elapsed += time
      return state.sleepers
    }
    for bell in sleepers { bell.ring() }
  }
}

/// What the dispatcher reports, to be awaited.
final class ReportLog: Sendable {
  let stream: AsyncStream<Delivery.Report>
  private let continuation: AsyncStream<Delivery.Report>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  var sink: @Sendable (Delivery.Report) -> Void { { [continuation] in continuation.yield($0) } }

  /// The outcomes of what has been reported when nothing more will be, as `action outcome`.
  func all() async -> [String] {
    continuation.finish()
    var result: [String] = []
    for await report in stream { result.append("\(report.action) \(report.outcome.word)") }
    return result
  }
}

/// Answers each attempt as told.
struct ScriptedTransport: Transport {
  let answer: @Sendable (Effect) -> Result<String, ActionError>

  func perform(
    _ effect: Effect, now: Int64, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply {
    Reply(try answer(effect).get())
  }
}

enum Sample {
  static let time: Int64 = 1_772_445_600_000

  struct Tell: Action {
    static let kind = "tell"
    static let duty = Duty.notification
    init?(binding keys: inout ActionKeys) { nil }
    init() {}
    func effect(for alert: AlertContext) -> Effect {
      .append(FileLine(path: GuardedText("/tell"), line: alert.json()))
    }
  }

  struct Heal: Action {
    static let kind = "heal"
    static let duty = Duty.remediation
    init?(binding keys: inout ActionKeys) { nil }
    init() {}
    func effect(for alert: AlertContext) -> Effect {
      .process(ProcessCall(arguments: [GuardedText("heal"), GuardedText(alert.transition.id)]))
    }
  }

  /// Sends to a URL of the test.
  struct Post: Action {
    static let kind = "post"
    static let duty = Duty.notification
    var url = ""
    init?(binding keys: inout ActionKeys) { nil }
    init(url: String) { self.url = url }
    func effect(for alert: AlertContext) -> Effect {
      .request(
        HTTPRequest(
          method: "POST", url: GuardedText(url), body: GuardedText(alert.transition.id)))
    }
  }

  static func delivery(
    _ id: String, of action: any Action, named name: String = "act",
    mode: PlannedAction.Mode = .live, time: Int64 = time, retry: RetryPolicy = RetryPolicy()
  ) -> Delivery {
    let transition = Transition(
      id: id, time: time, monitor: "m", level: .critical, to: .firing, reason: .condition,
      group: GroupKey(), value: 1, threshold: "> 0", windowStart: 0, windowEnd: time,
      evidence: [], actions: [])
    return Delivery(
      action: BoundAction(name: name, action: action, retry: retry),
      alert: AlertContext(monitor: MonitorFacts(name: "m"), transition: transition), mode: mode)
  }
}

extension ActionError {
  static let busy = ActionError("busy", advice: .retry(after: nil), proof: .answered)
  static let refused = ActionError("refused", advice: .retry(after: nil), proof: .nothingDone)
  static let silent = ActionError("silent", advice: .retry(after: nil), proof: .unknown)
  static let wrong = ActionError("wrong", advice: .giveUp, proof: .answered)
}
