package import Alerting
import QueryLanguage
import Records

/// What remediation has done lately and who is sick now: all that the guard rails decide by.
///
/// Pure: it is told the time, and what is kept of it is a list of entries, so that after a restart it
/// rules as it would have.
package struct GuardLedger: Sendable {
  /// One act of one action on one target.
  package struct Entry: Sendable, Hashable {
    package enum State: String, Sendable {
      /// Begun, and not heard of since.
      case acting
      /// Done; whether it helped is not known yet.
      case unjudged
      /// Done, and nobody asked whether it helped.
      case done
      case helped, unhelpful
      /// Nobody knows whether it was done.
      case unknown
    }

    /// That of the delivery.
    package var key: String
    package var action: String
    package var target: String
    package var mode: PlannedAction.Mode
    package var alert: AlertIdentity
    package var began: Int64
    package var state: State
    /// When it counts as no help.
    package var deadline: Int64?

    package init(
      key: String, action: String, target: String, mode: PlannedAction.Mode, alert: AlertIdentity,
      began: Int64, state: State = .acting, deadline: Int64? = nil
    ) {
      self.key = key
      self.action = action
      self.target = target
      self.mode = mode
      self.alert = alert
      self.began = began
      self.state = state
      self.deadline = deadline
    }
  }

  /// Somebody wants actions left alone for a while.
  package struct Hold: Sendable, Hashable {
    /// Nil for every remediation.
    package var action: String?
    package var until: Int64?
    package var by: String
    package var reason: String

    package init(action: String?, until: Int64?, by: String, reason: String) {
      self.action = action
      self.until = until
      self.by = by
      self.reason = reason
    }
  }

  package enum Ruling: Sendable, Hashable {
    case go
    /// Ask again then: others may turn out to be sick as well.
    case wait(until: Int64)
    /// Somebody has to say yes.
    case approval
    case blocked(Block)
  }

  /// Why nothing is done.
  package struct Block: Sendable, Hashable {
    package enum Rail: String, Sendable {
      case target, stale, hold, quiet, settle, cooldown, breaker, gone
      case maxPerHour = "max_per_hour"
      case maxTargets = "max_targets"
      case maxShare = "max_share"

      /// Whether somebody should be told through `else`: what people wanted quiet stays quiet.
      package var pages: Bool {
        switch self {
        case .hold, .quiet, .stale, .gone: false
        case .target, .settle, .cooldown, .breaker, .maxPerHour, .maxTargets, .maxShare: true
        }
      }
    }
    package var rail: Rail
    package var reason: String

    package init(rail: Rail, reason: String) {
      self.rail = rail
      self.reason = reason
    }
  }

  /// So long after the first alert those that fall sick together are waited for, where that counts.
  package static let gathering: Int64 = 5_000
  private static let hour: Int64 = 3_600_000

  package private(set) var entries: [Entry] = []
  package var holds: [Hold] = []
  /// For each action when its breaker was closed by hand.
  package var closed: [String: Int64] = [:]
  /// What an alert says is sick, and since when.
  private struct Illness {
    var target: String
    var since: Int64
  }
  /// For each action the alerts that ask for it and have not ended.
  private var sick: [String: [AlertIdentity: Illness]] = [:]

  package init(_ entries: [Entry] = []) { self.entries = entries }

  // What happens.

  /// An alert that asks for an action has begun.
  package mutating func fell(
    sick target: String, by alert: AlertIdentity, for action: String, at time: Int64
  ) {
    sick[action, default: [:]][alert] = Illness(target: target, since: time)
  }

  /// An alert has ended.
  package mutating func ended(_ alert: AlertIdentity) {
    for action in sick.keys { sick[action]?[alert] = nil }
  }

  package func isSick(_ alert: AlertIdentity) -> Bool {
    sick.values.contains { $0[alert] != nil }
  }

  /// An act begins, or is tried again.
  package mutating func began(_ entry: Entry) {
    entries.removeAll { $0.key == entry.key }
    entries.append(entry)
  }

  /// Nothing was done after all.
  package mutating func withdrew(_ key: String) { entries.removeAll { $0.key == key } }

  package mutating func became(_ state: Entry.State, _ key: String, deadline: Int64? = nil) {
    guard let index = entries.firstIndex(where: { $0.key == key }) else { return }
    entries[index].state = state
    entries[index].deadline = deadline
  }

  package func entry(_ key: String) -> Entry? { entries.last { $0.key == key } }

  /// Forgets what no rail looks at any more.
  package mutating func forget(before now: Int64, _ rails: (String) -> Rails?) {
    var later: [String: Int] = [:]
    var kept: [Entry] = []
    for entry in entries.reversed() {
      let rails = rails(entry.action) ?? Rails()
      let reach = max(GuardLedger.hour, rails.cooldown, rails.settle)
      let rank = later[entry.action, default: 0]
      later[entry.action] = rank + 1
      let isOpen = entry.state == .unjudged || entry.state == .acting
      if isOpen || rank <= rails.breaker || entry.began > now - reach || isSick(entry.alert) {
        kept.append(entry)
      }
    }
    entries = kept.reversed()
  }

  // What may be done.

  /// Whether an action may run now.
  package func ruling(on delivery: Delivery, at now: Int64, isApproved: Bool) -> Ruling {
    let action = delivery.action
    let rails = action.rails
    let target = delivery.target
    if let reason = refusal(of: target, by: action.targets) {
      return .blocked(Block(rail: .target, reason: reason))
    }
    if let hold = holds.first(where: { $0.covers(action.name, at: now) }) {
      return .blocked(Block(rail: .hold, reason: hold.words))
    }
    if let span = rails.quiet.compactMap({ $0.span(around: now) }).first {
      let end = Timestamp.rfc3339(span.upperBound)
      return .blocked(Block(rail: .quiet, reason: "quiet hours until \(end)"))
    }
    if let block = breaker(of: action, delivery.mode) ?? pause(for: delivery, at: now) {
      return .blocked(block)
    }
    if let limit = rails.maxPerHour {
      let lately = others(than: delivery).filter { $0.began > now - GuardLedger.hour }
      if lately.count >= limit {
        return .blocked(
          Block(rail: .maxPerHour, reason: "ran \(lately.count) times within the last hour"))
      }
    }
    if rails.countsSick {
      let alert = AlertIdentity(delivery.alert.transition)
      let gathered = (sick[action.name]?[alert]?.since ?? .min / 2) + GuardLedger.gathering
      if now < gathered { return .wait(until: gathered) }
      if let block = crowd(of: action) { return .blocked(block) }
    }
    return action.needsApproval && !isApproved && delivery.mode == .live ? .approval : .go
  }

  private func refusal(of target: ActionTarget, by allowed: Targets?) -> String? {
    guard let allowed else {
      return target.isLogText
        ? "target '\(target.name)' comes from the log, and no `targets` allow it" : nil
    }
    // Those with tags are asked for them by the action itself.
    return allowed.allow(target.name) || allowed.haveTags
      ? nil : "target '\(target.name)' is not allowed"
  }

  /// Acts of the same action in the same mode, without the one for this delivery.
  private func others(than delivery: Delivery) -> [Entry] {
    entries.filter {
      $0.action == delivery.action.name && $0.mode == delivery.mode && $0.key != delivery.key
    }
  }

  /// The pause that a target is owed after the last act on it.
  private func pause(for delivery: Delivery, at now: Int64) -> Block? {
    let rails = delivery.action.rails
    let alert = AlertIdentity(delivery.alert.transition)
    let target = delivery.target.name
    guard let last = others(than: delivery).last(where: { $0.target == target }) else { return nil }
    let ran = "ran at \(Timestamp.rfc3339(last.began))"
    if last.began + rails.settle > now {
      return Block(rail: .settle, reason: "\(ran); it has \(rails.settle.text) to settle")
    }
    if last.state == .unjudged || last.state == .acting {
      return Block(rail: .settle, reason: "\(ran), and it is not known yet whether that helped")
    }
    if last.alert != alert, isSick(last.alert) {
      return Block(
        rail: .settle, reason: "\(ran), and the alert that asked for it has not resolved since")
    }
    if last.began + rails.cooldown > now {
      return Block(rail: .cooldown, reason: "\(ran); the cooldown is \(rails.cooldown.text)")
    }
    return nil
  }

  /// An action that does not help is not done for ever.
  private func breaker(of action: BoundAction, _ mode: PlannedAction.Mode) -> Block? {
    let since = closed[action.name] ?? .min
    let judged = entries.filter {
      $0.action == action.name && $0.mode == mode && $0.began > since
        && ($0.state == .helped || $0.state == .unhelpful)
    }
    let last = judged.suffix(action.rails.breaker)
    guard last.count == action.rails.breaker, last.allSatisfy({ $0.state == .unhelpful }) else {
      return nil
    }
    return Block(
      rail: .breaker,
      reason: "it did not help \(last.count) times in a row; "
        + "'tripline actions release \(action.name)' lets it act again")
  }

  /// With many sick at once something else is wrong, and restarts make it worse.
  private func crowd(of action: BoundAction) -> Block? {
    let count = Set((sick[action.name] ?? [:]).values.map(\.target)).count
    if let limit = action.rails.maxTargets, count > limit {
      return Block(
        rail: .maxTargets, reason: "\(count) targets are sick at once, more than \(limit)")
    }
    if let limit = action.rails.maxShare, let all = action.targets?.count, all > 0,
      Double(count) > limit * Double(all)
    {
      return Block(
        rail: .maxShare,
        reason: "\(count) of \(all) targets are sick at once, more than "
          + "\(NumberText.shortest(limit * 100)) %")
    }
    return nil
  }
}

extension GuardLedger.Hold {
  func covers(_ action: String, at now: Int64) -> Bool {
    (self.action ?? action) == action && isOn(at: now)
  }

  /// Whether its time is not over.
  package func isOn(at now: Int64) -> Bool { now < until ?? .max }

  /// `'reboot-web' is held by ann until 2026-03-02T10:00:00.000Z: we move the rack`.
  package var sentence: String { (action.map { "'\($0)'" } ?? "all remediation") + " is " + words }

  /// `held by ann until 2026-03-02T10:00:00.000Z: we move the rack`.
  package var words: String {
    "held by \(by)" + (until.map { " until " + Timestamp.rfc3339($0) } ?? "")
      + (reason.isEmpty ? "" : ": \(reason)")
  }
}

extension Int64 {
  fileprivate var text: String { DurationText.text(self) }
}
