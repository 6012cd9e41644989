import Actions
import Alerting
import Synchronization

/// Remediation under guard: what may be done, whether it helped, and who is told.
///
/// The lanes ask before they act and tell what came of it; the watch tells what alerts do and lets time
/// pass. Whatever a restart must know is on the disk before anything is done, and the end of an act
/// together with what follows from it.
final class Remedies: Sendable {
  /// How it reaches the rest of the watch.
  struct Outlet: Sendable {
    var tell: @Sendable (Delivery.Report) -> Void
    var submit: @Sendable (Delivery) -> Void
  }

  /// An act of which it is not known yet whether it helped.
  fileprivate struct Judging {
    var delivery: Delivery
    var deed: Deed
    var deadline: Int64
    var awaitsAlert: Bool
    var hasResolved = false
  }

  fileprivate struct State {
    var ledger = GuardLedger()
    var actions = ActionSet()
    /// What waits for somebody to say yes.
    var parked: [String: Delivery] = [:]
    var approved: Set<String> = []
    var judging: [String: Judging] = [:]
    /// Acts of an earlier run that are still to be judged.
    var unjudged: [KeptDeed] = []
    var outlet: Outlet?
  }

  private let store: StateStore?
  private let clock: any EngineClock
  private let state = Mutex(State())

  init(_ actions: ActionSet, store: StateStore?, clock: any EngineClock) throws {
    self.store = store
    self.clock = clock
    let kept = try store?.remedies() ?? StateStore.Remedies()
    state.withLock { state in
      state.actions = actions
      state.ledger = GuardLedger(kept.deeds.map(\.entry))
      state.unjudged = kept.deeds.filter { $0.entry.state == .unjudged }
      state.note(kept)
    }
  }

  /// Before anything is told.
  func attach(_ outlet: Outlet) { state.withLock { $0.outlet = outlet } }

  /// After everything was told: the two hold each other, and with them the state.
  func detach() { state.withLock { $0.outlet = nil } }

  /// From now on these say what rails and followers there are.
  func use(_ actions: ActionSet) { state.withLock { $0.actions = actions } }

  // What alerts do.

  /// Alerts have begun, and ask for these. All that fall sick at once must be known before the first
  /// of them is acted upon.
  func note(asked deliveries: [Delivery]) {
    state.withLock { state in
      for delivery in deliveries where delivery.duty == .remediation {
        let transition = delivery.alert.transition
        guard transition.to == .firing else { continue }
        state.ledger.fell(
          sick: delivery.target.name, by: AlertIdentity(transition), for: delivery.action.name,
          at: clock.now)
      }
    }
  }

  /// An alert has taken a step.
  func note(_ transition: Transition) {
    guard transition.isOver else { return }
    let alert = AlertIdentity(transition)
    let ready = state.withLock { state in
      state.ledger.ended(alert)
      return state.judging.keys.sorted().filter { key in
        guard let judging = state.judging[key], judging.awaitsAlert, !judging.hasResolved,
          AlertIdentity(judging.delivery.alert.transition) == alert
        else { return false }
        state.judging[key]?.hasResolved = true
        return true
      }
    }
    let isHealed = transition.reason != .manual && transition.reason != .removed
    for key in ready {
      if isHealed { resolved(key) } else { judge(key, .done, nil) }
    }
  }

  /// The alert of an act has resolved; its probe has the last word.
  private func resolved(_ key: String) {
    guard let judging = state.withLock({ $0.judging[key] }) else { return }
    if judging.delivery.action.aftercare?.probe != nil { return probe(judging) }
    let began = state.withLock { $0.ledger.entry(key)?.began } ?? clock.now
    judge(
      key, .helped, .helped("the alert resolved \(DurationText.text(clock.now - began)) after it"))
  }

  // What lanes ask and tell.

  /// Whether a delivery may be performed now. What has to be kept of that is, or this throws.
  func admit(_ delivery: Delivery) throws(StateFailure) -> Lane.Admission {
    guard delivery.probes == nil else { return .go }
    guard delivery.duty == .remediation else {
      try store?.begin(
        delivery.key, carrying: Array(delivery.keys.dropFirst()), at: clock.now)
      return .go
    }
    let now = clock.now
    let (ruling, entry) = state.withLock { $0.rule(on: delivery, at: now) }
    switch ruling {
    case .blocked(let block): return .block(block)
    case .wait(let time): return .postpone(.milliseconds(time - now))
    case .approval:
      state.withLock { $0.parked[delivery.key] = delivery }
      return .park(
        "somebody has to approve it: tripline actions approve \(delivery.key)")
    case .go:
      guard let entry else { return .go }
      do throws(StateFailure) {
        try store?.begin(delivery.key, KeptDeed(entry: entry), at: now)
      } catch {
        state.withLock { $0.ledger.withdrew(delivery.key) }
        throw error
      }
      return .go
    }
  }

  /// What became of a delivery.
  func settle(_ report: Delivery.Report) {
    if let key = report.delivery?.probes { return probed(key, report) }
    let ending = state.withLock { $0.ending(report, at: clock.now) }
    close(ending)
    guard let delivery = report.delivery, let judging = state.withLock({ $0.judging[report.key] })
    else { return }
    // An alert that can't resolve in time is not waited for.
    if !judging.awaitsAlert, delivery.action.aftercare?.probe != nil { probe(judging) }
  }

  /// Keeps what came of a delivery, says it, and has those told who have to be.
  private func close(_ ending: RemedyEnding) {
    // When that fails, a restart finds the delivery unended, and its duty says what to do.
    try? store?.note(ending)
    guard let outlet = state.withLock({ $0.outlet }) else { return }
    outlet.tell(ending.report)
    for follower in ending.followers { outlet.submit(follower) }
  }

  // Whether it helped.

  private func probe(_ judging: Judging) {
    guard let aftercare = judging.delivery.action.aftercare, let probe = aftercare.probe else {
      return
    }
    let rest = Duration.milliseconds(max(1, judging.deadline - clock.now))
    let action = BoundAction(
      name: "\(judging.delivery.action.name):probe", action: probe.action, timeout: probe.timeout,
      live: true,
      retry: RetryPolicy(total: rest, limit: .max, first: .seconds(2), longest: .seconds(30)),
      redaction: probe.redaction)
    var delivery = Delivery(action: action, alert: judging.delivery.alert, mode: .live)
    delivery.probes = judging.delivery.key
    state.withLock { $0.outlet }?.submit(delivery)
  }

  private func probed(_ key: String, _ report: Delivery.Report) {
    switch report.outcome {
    case .done(let detail): judge(key, .helped, .helped("the probe says so: \(detail)"))
    case .failed(let detail), .unknown(let detail):
      judge(key, .unhelpful, .unhelpful("the probe fails: \(detail)"))
    // The next run asks again.
    default: break
    }
  }

  /// The end of the wait for an act's effect; nothing is said when that is not known.
  private func judge(
    _ key: String, _ verdict: GuardLedger.Entry.State, _ outcome: Delivery.Outcome?
  ) {
    let now = clock.now
    let ending = state.withLock { state -> RemedyEnding? in
      guard let judging = state.judging.removeValue(forKey: key) else { return nil }
      state.ledger.became(verdict, key)
      var report = Delivery.Report(
        of: judging.delivery, attempt: 1, outcome: outcome ?? .done(judging.deed.summary),
        time: now)
      report.deed = judging.deed
      var ending = RemedyEnding(report: report)
      ending.act = state.ledger.entry(key).map { KeptDeed(entry: $0, deed: judging.deed) }
      if case .unhelpful(let reason) = outcome {
        var deed = judging.deed
        deed.facts.append(Deed.Fact("outcome", "did not help: \(reason)"))
        ending.followers = state.followers(of: judging.delivery, .otherwise, deed)
      }
      return ending
    }
    if let ending { close(ending) }
  }

  // Time and people.

  /// Lets time pass: what has not helped by now did not help, what nobody approved is too late.
  func step() {
    let now = clock.now
    let (overdue, late) = state.withLock { state in
      (
        state.judging.filter { $0.value.deadline <= now }.keys.sorted(),
        state.takeParked { now - $0.alert.transition.time > $0.staleAfter }
      )
    }
    for key in overdue {
      let hasResolved = state.withLock { $0.judging[key]?.hasResolved ?? false }
      let reason = hasResolved ? "the probe does not answer" : "the alert has not resolved"
      judge(key, .unhelpful, .unhelpful(reason))
    }
    // Their lanes find them stale, and say so.
    submit(late)
  }

  /// When time has to pass next; nil when nothing waits for it.
  var wakes: Duration? {
    let next = state.withLock { state in
      let judged = state.judging.values.map(\.deadline)
      let parked = state.parked.values.map { $0.alert.transition.time + $0.staleAfter + 1 }
      return (judged + parked).min()
    }
    return next.map { clock.elapsed + .milliseconds(max(0, $0 - clock.now)) }
  }

  /// Does what somebody has ordered; answers with the deliveries that have to be made again, or with
  /// nil when the order can't be written down.
  func take(_ order: RemedyOrder) -> [OutboxEntry]? {
    // Orders come through the state: without one there are none.
    guard let store, (try? store.take(order, at: clock.now)) != nil,
      let kept = try? store.remedies()
    else { return nil }
    let approved = state.withLock { state in
      state.note(kept)
      return state.takeParked { [approved = state.approved] in approved.contains($0.key) }
    }
    submit(approved)
    guard case .retry(let key) = order.what else { return [] }
    return ((try? store.openDeliveries()) ?? []).filter { $0.key == key }
  }

  /// Takes up again the acts of an earlier run of which it was not known whether they helped.
  func resume(_ deliveries: (String) -> Delivery?) {
    let unjudged = state.withLock { state in
      defer { state.unjudged = [] }
      return state.unjudged
    }
    for kept in unjudged {
      let key = kept.entry.key
      guard let delivery = deliveries(key), let deed = kept.deed,
        let deadline = kept.entry.deadline, let aftercare = delivery.action.aftercare
      else {
        state.withLock { $0.ledger.became(.done, key) }
        continue
      }
      let awaitsAlert = aftercare.awaitsAlert(of: delivery.alert.monitor)
      let isSick = state.withLock { state in
        state.judging[key] = Judging(
          delivery: delivery, deed: deed, deadline: deadline, awaitsAlert: awaitsAlert)
        return state.ledger.isSick(kept.entry.alert)
      }
      // It may have resolved in the same commit after which the program ended.
      if awaitsAlert, !isSick {
        state.withLock { $0.judging[key]?.hasResolved = true }
        resolved(key)
      } else if !awaitsAlert, let judging = state.withLock({ $0.judging[key] }) {
        probe(judging)
      }
    }
  }

  private func submit(_ deliveries: [Delivery]) {
    guard let outlet = state.withLock({ $0.outlet }) else { return }
    for delivery in deliveries { outlet.submit(delivery) }
  }
}

extension Remedies.State {
  fileprivate mutating func note(_ kept: StateStore.Remedies) {
    ledger.holds = kept.holds
    ledger.closed = kept.closed
    approved = kept.approvals
  }

  /// What the rails say, and the act that begins when they let it.
  fileprivate mutating func rule(
    on delivery: Delivery, at now: Int64
  ) -> (GuardLedger.Ruling, GuardLedger.Entry?) {
    let (key, alert) = (delivery.key, AlertIdentity(delivery.alert.transition))
    if delivery.alert.transition.to == .firing, !ledger.isSick(alert) {
      return (
        .blocked(GuardLedger.Block(rail: .gone, reason: "the alert has ended meanwhile")), nil
      )
    }
    let ruling = ledger.ruling(on: delivery, at: now, isApproved: approved.contains(key))
    guard ruling == .go else { return (ruling, nil) }
    ledger.forget(before: now) { [actions] in actions[$0]?.rails }
    let entry = GuardLedger.Entry(
      key: key, action: delivery.action.name, target: delivery.target.name, mode: delivery.mode,
      alert: alert, began: now)
    ledger.began(entry)
    return (.go, entry)
  }

  /// What follows from the end of a delivery.
  fileprivate mutating func ending(_ report: Delivery.Report, at now: Int64) -> RemedyEnding {
    var ending = RemedyEnding(report: report)
    guard let delivery = report.delivery, delivery.duty == .remediation else { return ending }
    let key = report.key
    switch report.outcome {
    case .retrying, .parked, .refused, .abandoned, .helped, .unhelpful, .held, .muted:
      return ending
    case .shadow:
      ledger.became(.done, key)
    case .done(let summary):
      let deed = report.deed ?? Deed(taken: true, summary: summary)
      begin(judging: delivery, deed, at: now)
      ending.followers = followers(of: delivery, .then, deed)
    case .blocked(let reason):
      ledger.withdrew(key)
      ending.withdrawn = key
      if let deed = report.deed {
        ending.followers = followers(of: delivery, .then, deed)
      } else if report.rail?.pages ?? false {
        ending.followers = followers(of: delivery, .otherwise, undone(delivery, reason, at: now))
      }
    case .failed(let reason):
      if report.isUndone {
        ledger.withdrew(key)
        ending.withdrawn = key
      } else {
        ledger.became(.done, key)
      }
      ending.followers = followers(of: delivery, .otherwise, undone(delivery, reason, at: now))
    case .unknown(let reason):
      ledger.became(.unknown, key)
      let deed = undone(delivery, "unknown outcome: \(reason)", at: now)
      ending.followers = followers(of: delivery, .otherwise, deed)
      // Somebody has to look, even where nobody wrote down who.
      if ending.followers.isEmpty { ending.followers = pagers(of: delivery, deed) }
    }
    ending.act = ledger.entry(key).map { KeptDeed(entry: $0, deed: report.deed) }
    return ending
  }

  /// Waits for the effect of an act, where somebody wants to know it.
  private mutating func begin(judging delivery: Delivery, _ deed: Deed, at now: Int64) {
    guard let aftercare = delivery.action.aftercare else {
      return ledger.became(.done, delivery.key)
    }
    let deadline = now + aftercare.within
    ledger.became(.unjudged, delivery.key, deadline: deadline)
    judging[delivery.key] = Remedies.Judging(
      delivery: delivery, deed: deed, deadline: deadline,
      awaitsAlert: aftercare.awaitsAlert(of: delivery.alert.monitor))
  }

  /// Those who are told of a deed; of one in shadow nobody is.
  fileprivate func followers(
    of delivery: Delivery, _ branch: Cause.Branch, _ deed: Deed
  ) -> [Delivery] {
    let names = branch == .then ? delivery.action.then : delivery.action.otherwise
    return told(names, of: delivery, branch, deed)
  }

  /// Those who were told of the alert itself.
  private func pagers(of delivery: Delivery, _ deed: Deed) -> [Delivery] {
    let names = delivery.alert.transition.actions.map(\.name)
    return told(
      names.filter { actions[$0]?.duty == .notification }, of: delivery, .otherwise, deed)
  }

  private func told(
    _ names: [String], of delivery: Delivery, _ branch: Cause.Branch, _ deed: Deed
  ) -> [Delivery] {
    guard delivery.mode == .live else { return [] }
    return names.compactMap { actions[$0] }.map { action in
      var alert = delivery.alert
      alert.cause = Cause(action: delivery.action.name, branch: branch, deed: deed)
      return Delivery(action: action, alert: alert, mode: .live)
    }
  }

  private func undone(_ delivery: Delivery, _ reason: String, at now: Int64) -> Deed {
    var deed = Deed(taken: false, summary: reason)
    deed.addUsualFacts(of: delivery, reason: reason, at: now)
    return deed
  }

  /// Takes those out of what waits for a yes that are meant.
  fileprivate mutating func takeParked(_ isMeant: (Delivery) -> Bool) -> [Delivery] {
    let meant = parked.values.filter(isMeant).sorted { $0.key < $1.key }
    for delivery in meant { parked[delivery.key] = nil }
    return meant
  }
}
