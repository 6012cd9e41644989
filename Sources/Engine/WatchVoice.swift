import Actions
import Alerting

/// How a watch says what it decides: shown, then acted upon; where state is kept, once it is.
final class WatchVoice {
  let outlet: Watch.Outlet
  private let rules: [String: BoundRule]
  private let actions: ActionSet
  private let live: Bool
  private let dispatcher: Dispatcher
  private let report: @Sendable (Delivery.Report) -> Void
  private let checkpoints: Checkpoints?
  private let faults: Faults?
  private var isFailing = false
  private let losses = Losses()

  init(
    rules: [BoundRule], actions: ActionSet, live: Bool, dispatcher: Dispatcher,
    outlet: Watch.Outlet, report: @escaping @Sendable (Delivery.Report) -> Void,
    checkpoints: Checkpoints?, faults: Faults?
  ) {
    self.rules = Dictionary(uniqueKeysWithValues: rules.map { ($0.rule.name, $0) })
    self.actions = actions
    self.live = live
    self.dispatcher = dispatcher
    var outlet = outlet
    outlet.news = { [losses, news = outlet.news] what in
      losses.note(what)
      news(what)
    }
    self.outlet = outlet
    self.report = report
    self.checkpoints = checkpoints
    self.faults = faults
  }

  /// A transition was decided.
  func tell(_ transition: Transition) throws {
    let deliveries = deliveries(of: transition)
    guard let checkpoints else { return try say(transition, deliveries) }
    checkpoints.note(transition, deliveries)
  }

  private func deliveries(of transition: Transition) -> [Delivery] {
    guard let rule = rules[transition.monitor]?.rule else { return [] }
    let alert = AlertContext(monitor: MonitorFacts(rule), transition: transition)
    return ActionPlan.deliveries(of: alert, uses: rule.actions, actions: actions, live: live)
  }

  private func say(_ transition: Transition, _ deliveries: [Delivery]) throws {
    // Even if nobody can be shown what happened any more, somebody should be told.
    defer { for delivery in deliveries { dispatcher.submit(delivery) } }
    try outlet.transition(transition)
  }

  // Where state is kept.

  /// Takes up what an earlier run was asked for and had not ended: messages are sent again, under the
  /// key they had; a remediation that had been begun is not repeated.
  func begin(_ open: [OutboxEntry], _ card: RunCard, at time: Int64) {
    checkpoints?.note(StateStore.NewEntry(.start, card.json))
    for entry in open { takeUp(entry, at: time) }
  }

  private func takeUp(_ entry: OutboxEntry, at time: Int64) {
    guard let rule = rules[entry.transition.monitor]?.rule, let action = actions[entry.action]
    else {
      return report(
        Delivery.Report(
          action: entry.action, of: entry.transition,
          outcome: .blocked("it is not configured any more"), time: time))
    }
    let alert = AlertContext(monitor: MonitorFacts(rule), transition: entry.transition)
    let delivery = Delivery(action: action, alert: alert, mode: entry.mode)
    guard entry.status == .attempting, action.duty == .remediation, entry.mode == .live else {
      return dispatcher.submit(delivery)
    }
    report(
      Delivery.Report(
        of: delivery, attempt: entry.attempts,
        outcome: .unknown("the program ended during the attempt; it is not repeated"), time: time))
  }

  /// Commits if that is due, and says what waited for it.
  func commit(
    _ follower: Follower, _ evaluation: inout WatchEvaluation, isAtRest: Bool
  ) throws {
    guard let checkpoints, faults != nil || checkpoints.isDue(isAtRest: isAtRest) else { return }
    try commit(checkpoints, follower, &evaluation)
  }

  /// Commits what there is, due or not.
  func keep(_ follower: Follower, _ evaluation: inout WatchEvaluation) throws {
    guard let checkpoints else { return }
    try commit(checkpoints, follower, &evaluation)
  }

  /// The last commit.
  func finish(
    _ end: Watch.End, _ follower: Follower, _ evaluation: inout WatchEvaluation
  ) throws {
    note(.stop) { $0.member("reason", end.reason) }
    try keep(follower, &evaluation)
  }

  private func commit(
    _ checkpoints: Checkpoints, _ follower: Follower, _ evaluation: inout WatchEvaluation
  ) throws {
    let sources = evaluation.movedSources(follower.plan) { [evaluation] source in
      follower.saved(source) { evaluation.needed(Int32(source), $0) }
    }
    for loss in losses.take() { evaluation.accounts?.note(loss) }
    let input = evaluation.history?.content(sources) { source, generation in
      follower.ledger.fingerprint(Int32(source), generation)
    }
    let accounts = evaluation.accounts?.changes(sources) ?? []
    faults?.pass()
    if checkpoints.commit(sources, evaluation.changedMonitors, accounts, input: input) {
      evaluation.changesAreKept()
      if isFailing { outlet.news(.keptAgain) }
      isFailing = false
    } else if let failure = checkpoints.failure, !isFailing {
      isFailing = true
      outlet.news(.unkept(failure))
    }
    faults?.pass()
    for saying in checkpoints.takeSayings() { try say(saying.transition, saying.deliveries) }
    faults?.pass()
  }

  private func note(_ kind: Journal.Kind, _ members: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.object(members)
    checkpoints?.note(StateStore.NewEntry(kind, writer.text))
  }

  /// When a commit is due though nothing happens.
  func wakes(_ evaluation: WatchEvaluation) -> Duration? {
    evaluation.hasMoved ? checkpoints?.wakes : nil
  }
}

/// Bytes that turned out to be gone since the last commit.
private final class Losses {
  private var list: [SourceLoss] = []

  func note(_ news: WatchNews) {
    if case .source(let news) = news, let loss = news.loss { list.append(loss) }
  }

  func take() -> [SourceLoss] {
    defer { list = [] }
    return list
  }
}

extension Watch.End {
  fileprivate var reason: String {
    switch self {
    case .input: "input"
    case .signal(let number): "signal \(number)"
    case .output: "output"
    }
  }
}
