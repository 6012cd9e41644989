import Actions
import Alerting

/// What a watch sends by the clock: that alerts still fire, to receivers that forget, and that it is
/// alive, to somebody who watches for that. Both come from the thread that decides, so that they stop
/// when it does.
final class Pulses {
  fileprivate static let heart = "heartbeat"

  private let heartbeat: Heartbeat?
  private let clock: any EngineClock
  private let transport: @Sendable () -> any Transport
  private let report: @Sendable (PulseNews) -> Void
  private var schedule = PulseSchedule()
  private var senders: [String: PulseSender] = [:]

  init(
    heartbeat: Heartbeat?, clock: any EngineClock,
    transport: @escaping @Sendable () -> any Transport,
    report: @escaping @Sendable (PulseNews) -> Void
  ) {
    self.heartbeat = heartbeat
    self.clock = clock
    self.transport = transport
    self.report = report
    if heartbeat != nil { schedule.set(Pulses.heart, at: clock.elapsed) }
  }

  deinit { for sender in senders.values { sender.stop() } }

  /// A transition was told, and this was asked for.
  func note(_ transition: Transition, _ deliveries: [Delivery]) {
    let actions = deliveries.compactMap { delivery in
      delivery.action.refreshing.map { (name: delivery.action.name, every: $0.refresh) }
    }
    schedule.note(transition, refreshing: actions, at: clock.elapsed)
  }

  /// An alert fires since before the start.
  func restore(_ transition: Transition, _ deliveries: [Delivery]) {
    let actions = deliveries.filter { $0.action.refreshing != nil }.map(\.action.name)
    schedule.restore(transition, refreshing: actions, at: clock.elapsed)
  }

  /// Other actions may want to say again what fires.
  func adopt(_ deliveries: (Transition) -> [Delivery]) {
    for transition in schedule.firing { note(transition, deliveries(transition)) }
  }

  /// Sends what is due. `isAble` says whether the watch does all that a sign of life stands for;
  /// `deliveries` what is asked for by a transition.
  func step(isAble: () -> Bool, deliveries: (Transition) -> [Delivery]) {
    let elapsed = clock.elapsed
    let due = schedule.takeDue(at: elapsed)
    guard !due.isEmpty else { return }
    var open: [String: [Delivery]] = [:]
    for delivery in schedule.said(at: elapsed).flatMap(deliveries) {
      open[delivery.action.name, default: []].append(delivery)
    }
    for name in due {
      if name == Pulses.heart, let heartbeat {
        schedule.set(name, at: elapsed + heartbeat.every)
        if isAble() { send(Pulse(heartbeat)) }
      } else if let deliveries = open[name], let refreshing = deliveries[0].action.refreshing {
        schedule.set(name, at: elapsed + refreshing.refresh)
        send(Pulse(deliveries, refreshing, now: clock.now))
      }
    }
  }

  /// When the next is due.
  var wakes: Duration? { schedule.wakes }

  private func send(_ pulse: Pulse) {
    let sender =
      senders[pulse.name] ?? PulseSender(clock: clock, transport: transport, report: report)
    senders[pulse.name] = sender
    sender.send(pulse)
  }
}

extension BoundAction {
  fileprivate var refreshing: (any Refreshing)? { action as? any Refreshing }
}

extension Pulse {
  fileprivate init(_ heartbeat: Heartbeat) {
    name = Pulses.heart
    effect = .request(heartbeat.request)
    timeout = heartbeat.timeout
    redaction = heartbeat.redaction
  }

  fileprivate init(_ deliveries: [Delivery], _ kind: any Refreshing, now: Int64) {
    let alerts = deliveries.map { delivery in
      var alert = delivery.alert
      alert.now = now
      return alert
    }
    name = deliveries[0].action.name
    effect = kind.effect(refreshing: alerts.sorted { $0.transition.id < $1.transition.id })
    timeout = deliveries[0].action.timeout
    redaction = deliveries[0].action.redaction
  }
}
