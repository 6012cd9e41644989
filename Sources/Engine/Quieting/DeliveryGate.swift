package import Actions
package import Alerting

/// What stands between an alert and those who are told of it. While something keeps the alert quiet,
/// nobody is told and nothing is remedied; when that is over, people are told what is still news to
/// them: that an alert fires which they have not heard of, and that one is over which they have.
///
/// Pure: every method takes the time, in milliseconds since the epoch, and answers what becomes of
/// deliveries.
package struct DeliveryGate {
  package enum Ruling {
    case send(Delivery)
    /// It may wait for others, and is judged again when it has.
    case gather(Delivery)
    /// Not now; it will be told if it is still news when that is over.
    case hold(Delivery, Quieting.Cause)
    /// Never.
    case mute(Delivery, String)
  }

  private struct Held {
    var delivery: Delivery
    /// When its cause may be over; some are over without a time.
    var looksAgain: Int64
    var cause: Quieting.Cause

    var identity: AlertIdentity { delivery.identity }
    var isEnd: Bool { delivery.isEnd }
  }

  private var quieting = Quieting()
  private var held: [Held] = []
  /// Ends of alerts of whose beginning nobody heard, by the keys of their deliveries.
  private var unheard: [String: String] = [:]
  /// Something has changed that may have kept an alert quiet.
  private var isStirred = false
  private var looked = Int64.min

  package init() {}

  /// From now on these rules and mutes hold.
  package mutating func use(_ rules: [Rule], _ mutes: Mutes) {
    quieting.use(rules, mutes)
    isStirred = true
  }

  /// From now on these silences hold.
  package mutating func use(_ silences: [Silence]) {
    quieting.silences = silences
    isStirred = true
  }

  /// Alerts took steps at one moment, each with the deliveries that it asks for.
  package mutating func take(
    _ steps: [(transition: Transition, deliveries: [Delivery])], at now: Int64
  ) -> [Ruling] {
    var rulings: [Ruling] = []
    // Of what happens at once, everything is known before anything is told.
    for (transition, deliveries) in steps { rulings += note(transition, deliveries) }
    // What was held comes before what comes after it.
    rulings += look(at: now)
    for (_, deliveries) in steps {
      for delivery in deliveries { rulings.append(admit(delivery, at: now)) }
    }
    return rulings
  }

  /// Deliveries have waited for each other; meanwhile some may have come to be quiet.
  package mutating func gathered(_ deliveries: [Delivery], at now: Int64) -> [Ruling] {
    var rulings: [Ruling] = []
    for delivery in deliveries {
      if delivery.isEnd { rulings += end(of: delivery.identity, [delivery]) }
      rulings.append(judge(delivery, at: now))
    }
    return rulings
  }

  /// Alerts that people know of keep firing.
  package mutating func repeated(_ deliveries: [Delivery], at now: Int64) -> [Ruling] {
    deliveries.map { admit($0, at: now) }
  }

  /// Time has passed: what becomes of what was held.
  package mutating func look(at now: Int64) -> [Ruling] {
    let isAll = isStirred || now < looked
    isStirred = false
    looked = now
    guard isAll || held.contains(where: { $0.looksAgain <= now }) else { return [] }
    var rulings: [Ruling] = []
    var rest: [Held] = []
    for var entry in held {
      guard isAll || entry.looksAgain <= now else {
        rest.append(entry)
        continue
      }
      if let cause = quieting.cause(entry.identity, at: now) {
        entry.cause = cause
        entry.looksAgain = cause.end ?? .max
        rest.append(entry)
      } else {
        rulings.append(.send(entry.delivery))
      }
    }
    held = rest
    return rulings
  }

  /// Whether people have not been told of an alert because of what keeps it quiet.
  package func holds(_ delivery: Delivery) -> Bool {
    held.contains { $0.delivery.key == delivery.key }
  }

  /// How long until a look may find something, in milliseconds; nil when only an alert can change that.
  /// The clock of the machine may be set, so it is never long.
  package func wakes(at now: Int64) -> Int64? {
    if isStirred { return 0 }
    return held.isEmpty ? nil : held.map { min(1_000, max(0, $0.looksAgain - now)) }.min()
  }

  // What an earlier run left.

  /// An alert was firing when an earlier run ended.
  package mutating func restore(firing alert: AlertIdentity, id: String) {
    quieting.note(alert, id: id)
  }

  /// Deliveries that an earlier run had not ended, oldest first; some of them it held.
  package mutating func restore(_ open: [(delivery: Delivery, isHeld: Bool)], at now: Int64)
    -> [Ruling]
  {
    var rulings: [Ruling] = []
    for (delivery, isHeld) in open {
      if delivery.isEnd {
        rulings += end(of: delivery.identity, [delivery])
      } else if isHeld, !quieting.isFiring(delivery.identity),
        !open.contains(where: { $0.delivery.ends(delivery) })
      {
        // It had not come to say so.
        rulings.append(.mute(delivery, DeliveryGate.overMeanwhile))
        continue
      }
      rulings.append(isHeld ? judge(delivery, at: now) : admit(delivery, at: now))
    }
    return rulings
  }

  /// Nobody will look any more: what is held goes untold.
  package mutating func close() -> [Ruling] {
    defer { held = [] }
    return held.map { .mute($0.delivery, "the run ended before that did: \($0.cause)") }
  }

  // One alert.

  private mutating func note(_ transition: Transition, _ deliveries: [Delivery]) -> [Ruling] {
    quieting.note(transition)
    guard transition.isOver else { return [] }
    // Others may have been quiet because of it.
    isStirred = true
    return end(of: AlertIdentity(transition), deliveries)
  }

  /// An alert is over: nobody needs to hear any more that it fired, and those who have not need not
  /// hear that it is over.
  private mutating func end(
    of alert: AlertIdentity, _ deliveries: [Delivery]
  ) -> [Ruling] {
    var rulings: [Ruling] = []
    for entry in held where entry.identity == alert && !entry.isEnd {
      rulings.append(.mute(entry.delivery, "\(DeliveryGate.overMeanwhile): \(entry.cause)"))
      let end = deliveries.first { $0.action.name == entry.delivery.action.name }
      if let end { unheard[end.key] = "nobody was told that it fired: \(entry.cause)" }
    }
    held.removeAll { $0.identity == alert && !$0.isEnd }
    return rulings
  }

  private static let overMeanwhile = "the alert was over first"

  private mutating func admit(_ delivery: Delivery, at now: Int64) -> Ruling {
    delivery.action.gathering.group == nil ? judge(delivery, at: now) : .gather(delivery)
  }

  private mutating func judge(_ delivery: Delivery, at now: Int64) -> Ruling {
    if delivery.alert.repetition > 0, !quieting.isFiring(delivery.identity) {
      return .mute(delivery, DeliveryGate.overMeanwhile)
    }
    if let reason = unheard.removeValue(forKey: delivery.key) { return .mute(delivery, reason) }
    guard let cause = quieting.cause(delivery.identity, at: now) else { return .send(delivery) }
    // What heals is not made up for: nobody knows whether it is still right by then. And that an alert
    // still fires is told again soon enough.
    guard delivery.action.duty == .notification, delivery.alert.repetition == 0 else {
      return .mute(delivery, "\(cause)")
    }
    hold(delivery, cause)
    return .hold(delivery, cause)
  }

  private mutating func hold(_ delivery: Delivery, _ cause: Quieting.Cause) {
    held.append(Held(delivery: delivery, looksAgain: cause.end ?? .max, cause: cause))
  }
}

extension DeliveryGate.Ruling {
  /// What waits for others.
  var gathered: Delivery? { if case .gather(let delivery) = self { delivery } else { nil } }
}

extension Delivery {
  fileprivate var identity: AlertIdentity { AlertIdentity(alert.transition) }
  fileprivate var isEnd: Bool { alert.transition.isOver }

  /// Whether it tells the same people that what the other one tells of is over.
  fileprivate func ends(_ other: Delivery) -> Bool {
    isEnd && action.name == other.action.name && identity == other.identity
  }
}

extension Quieting.Cause {
  /// When it ends by itself; nil when that is not a matter of time.
  fileprivate var end: Int64? {
    switch self {
    case .mute(_, let until), .silence(_, let until, _, _): until
    case .inhibition: nil
    }
  }
}
