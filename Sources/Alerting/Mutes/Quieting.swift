import Records

/// What keeps alerts quiet: mutes, silences, and other alerts. It is told of every step of every alert
/// and of the time, and answers why nobody is to be told of one.
package struct Quieting: Sendable {
  /// Why an alert is quiet.
  package enum Cause: Sendable, Hashable {
    case mute(name: String, until: Int64)
    case silence(id: String, until: Int64, author: String, reason: String)
    /// Another alert fires, from which this one follows.
    case inhibition(monitor: String, alert: String)
  }

  /// What is to be known of a monitor.
  private struct Terms {
    var tags: [String: String]
    var inhibitions: [Inhibitors]

    mutating func note(_ identity: AlertIdentity, _ alert: Firing) {
      for place in inhibitions.indices { inhibitions[place].note(identity, alert) }
    }

    mutating func forget(_ identity: AlertIdentity) {
      for place in inhibitions.indices { inhibitions[place].forget(identity) }
    }
  }

  /// An inhibition with the alerts that could inhibit now, by the values in which groups have to
  /// agree.
  private struct Inhibitors {
    var rule: Inhibition
    var alerts: [[Value]: [AlertIdentity]] = [:]

    mutating func note(_ identity: AlertIdentity, _ alert: Firing) {
      guard rule.source.matches(alert.subject), let values = rule.shared(of: identity.group) else {
        return
      }
      alerts[values, default: []].append(identity)
    }

    mutating func forget(_ identity: AlertIdentity) {
      guard let values = rule.shared(of: identity.group) else { return }
      alerts[values]?.removeAll { $0 == identity }
      if alerts[values]?.isEmpty == true { alerts[values] = nil }
    }

    func inhibiting(_ identity: AlertIdentity) -> [AlertIdentity] {
      guard let values = rule.shared(of: identity.group) else { return [] }
      return (alerts[values] ?? []).filter { $0 != identity }
    }
  }

  private struct Firing {
    var subject: AlertSubject
    var id: String
    /// Whoever fired first is told of when alerts inhibit each other in a circle.
    var order: Int
  }

  package var silences: [Silence] = []
  private var mutes = Mutes()
  private var terms: [String: Terms] = [:]
  private var firing: [AlertIdentity: Firing] = [:]
  private var count = 0

  package init() {}

  /// From now on these rules and mutes hold.
  package mutating func use(_ rules: [Rule], _ mutes: Mutes) {
    self.mutes = mutes
    terms = Dictionary(
      rules.map {
        ($0.name, Terms(tags: $0.tags, inhibitions: $0.inhibitions.map { Inhibitors(rule: $0) }))
      },
      uniquingKeysWith: { first, _ in first })
    for (identity, var alert) in firing {
      alert.subject = subject(identity)
      firing[identity] = alert
      index(identity, alert)
    }
  }

  /// An alert took a step.
  package mutating func note(_ transition: Transition) {
    let identity = AlertIdentity(transition)
    switch transition.to {
    case .pending: break
    case .firing: note(identity, id: transition.id)
    case .resolved, .expired:
      firing[identity] = nil
      for monitor in terms.keys { terms[monitor]?.forget(identity) }
    }
  }

  /// An alert fires, and did so before anybody looked.
  package mutating func note(_ identity: AlertIdentity, id: String) {
    count += 1
    let alert = Firing(subject: subject(identity), id: id, order: count)
    firing[identity] = alert
    index(identity, alert)
  }

  private mutating func index(_ identity: AlertIdentity, _ alert: Firing) {
    for monitor in terms.keys { terms[monitor]?.note(identity, alert) }
  }

  /// Whether an alert fires now.
  package func isFiring(_ identity: AlertIdentity) -> Bool { firing[identity] != nil }

  /// Why nobody is to be told of an alert at a moment; nil when there's no reason.
  package func cause(_ identity: AlertIdentity, at time: Int64) -> Cause? {
    let subject = subject(identity)
    let mute = mutes.list.lazy.filter { $0.covers(subject) }
      .compactMap { mute in mute.end(at: time).map { (mute.name, $0) } }
      .max { $0.1 < $1.1 }
    if let (name, end) = mute { return .mute(name: name, until: end) }
    let silence = silences.lazy.filter { $0.isOn(at: time) && $0.matcher.matches(subject) }
      .max { $0.until < $1.until }
    if let silence {
      return .silence(
        id: silence.id, until: silence.until, author: silence.author, reason: silence.reason)
    }
    return inhibition(identity)
  }

  private func subject(_ identity: AlertIdentity) -> AlertSubject {
    AlertSubject(
      monitor: identity.monitor, level: identity.level, group: identity.group,
      tags: terms[identity.monitor]?.tags ?? [:])
  }

  // Inhibition.

  /// The alert that inhibits one. An alert that is inhibited itself inhibits all the same, so that of a
  /// chain only the beginning is told; of a circle it is the alert that fired first.
  private func inhibition(_ identity: AlertIdentity) -> Cause? {
    let causes = inhibitors(of: identity)
    guard let nearest = causes.first else { return nil }
    let all = ancestors(of: identity)
    let own = firing[identity]?.order ?? count + 1
    // It is the first of a circle that nothing outside inhibits.
    let isFirst = all.allSatisfy { other in
      other == identity || ancestors(of: other).contains(identity) && own <= order(of: other)
    }
    if isFirst { return nil }
    return .inhibition(monitor: nearest.monitor, alert: firing[nearest]?.id ?? "")
  }

  private func order(of identity: AlertIdentity) -> Int { firing[identity]?.order ?? .max }

  /// Alerts that inhibit one, directly or through others.
  private func ancestors(of identity: AlertIdentity) -> Set<AlertIdentity> {
    var found: Set<AlertIdentity> = []
    var open = [identity]
    while let next = open.popLast() {
      for cause in inhibitors(of: next) where found.insert(cause).inserted { open.append(cause) }
    }
    return found
  }

  /// Alerts that inhibit one directly, the oldest first.
  private func inhibitors(of identity: AlertIdentity) -> [AlertIdentity] {
    (terms[identity.monitor]?.inhibitions ?? []).flatMap { $0.inhibiting(identity) }
      .sorted { order(of: $0) < order(of: $1) }
  }
}

extension Quieting.Cause {
  /// `mute 'nights'`: what it is called.
  package var name: String {
    switch self {
    case .mute(let name, _): "mute '\(name)'"
    case .silence(let id, _, let author, _): "silence \(id) of \(author)"
    case .inhibition(let monitor, _): "inhibited by '\(monitor)'"
    }
  }
}

extension Quieting.Cause: CustomStringConvertible {
  /// `mute 'nights' until 2026-03-03T06:00:00.000Z`: what it is and how long, for people.
  package var description: String {
    switch self {
    case .mute(_, let until): "\(name) until \(Timestamp.rfc3339(until))"
    case .silence(_, let until, _, let reason):
      "\(name) until \(Timestamp.rfc3339(until))" + (reason.isEmpty ? "" : ": \(reason)")
    case .inhibition(_, let alert): "\(name), alert \(alert)"
    }
  }
}
