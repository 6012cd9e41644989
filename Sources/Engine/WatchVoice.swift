import Actions
import Alerting

/// How a watch says what it decides: shown, then acted upon; where state is kept, once it is.
final class WatchVoice {
  let outlet: Watch.Outlet
  /// What happens to the watch itself is said here too.
  let health: HealthWatch
  private var rules: [String: BoundRule] = [:]
  private var actions = ActionSet()
  /// What is known of the monitors of an earlier run.
  private var earlier: [String: MonitorCard] = [:]
  private let live: Bool
  private let dispatcher: Dispatcher
  private let report: @Sendable (Delivery.Report) -> Void
  let remedies: Remedies
  private let checkpoints: Checkpoints?
  private let clock: any EngineClock
  /// Holds back what is to be quiet.
  private var gate = DeliveryGate()
  /// Makes one notification of several.
  private var gatherings = Gatherings()
  /// Tells again of what keeps firing.
  private var repetitions = Repetitions()
  /// What was said, and asks for deliveries that have not been judged yet.
  private var said: [Checkpoints.Saying] = []
  private let glances: Glances
  let pulses: Pulses
  private let faults: Faults?
  private var isFailing = false
  /// Lines that are missing, of which the monitors have not heard yet.
  private var missing: [MissingLines] = []
  private let losses = Losses()

  init(
    rules: [BoundRule], actions: ActionSet, mutes: Mutes, live: Bool, dispatcher: Dispatcher,
    outlet: Watch.Outlet, report: @escaping @Sendable (Delivery.Report) -> Void,
    remedies: Remedies, checkpoints: Checkpoints?, health: HealthWatch, clock: any EngineClock,
    pulses: Pulses, faults: Faults?
  ) {
    self.live = live
    self.clock = clock
    self.dispatcher = dispatcher
    var outlet = outlet
    outlet.news = { [losses, news = outlet.news] what in
      losses.note(what)
      news(what)
    }
    self.outlet = outlet
    self.report = report
    self.remedies = remedies
    self.checkpoints = checkpoints
    self.health = health
    glances = Glances(clock: clock)
    self.pulses = pulses
    self.faults = faults
    use(rules, actions, mutes)
  }

  /// From now on these rules say what is told of their monitors, to whom, and when not.
  func use(_ rules: [BoundRule], _ actions: ActionSet, _ mutes: Mutes) {
    gate.use(rules.map(\.rule), mutes)
    repetitions.use(rules.map(\.rule))
    self.rules = Dictionary(uniqueKeysWithValues: rules.map { ($0.rule.name, $0) })
    self.actions = actions
    remedies.use(actions)
    pulses.adopt { self.deliveries(of: $0) }
    glances.use(rules.map { MonitorCard($0, actions, live: live) })
  }

  /// Monitors that an earlier run had, in case they have no rule now, or another one.
  func remember(_ cards: [MonitorCard]) {
    for card in cards { earlier[card.facts.name] = card }
  }

  /// What happened that is no transition.
  func tell(_ news: WatchNews) {
    outlet.news(news)
    if let record = HealthRecord(news) { health.note(record) }
    if case .source(let news) = news, let lines = MissingLines(news) { missing.append(lines) }
  }

  /// What is missing since this was last asked.
  func takeMissing() -> [MissingLines] {
    defer { missing = [] }
    return missing
  }

  /// A transition was decided.
  func tell(_ transition: Transition) throws {
    let deliveries = deliveries(of: transition)
    guard let checkpoints else {
      return try say([Checkpoints.Saying(transition: transition, deliveries: deliveries)])
    }
    checkpoints.note(transition, deliveries)
  }

  private func deliveries(of transition: Transition) -> [Delivery] {
    guard let (facts, uses) = facts(of: transition.monitor) else { return [] }
    let alert = AlertContext(monitor: facts, transition: transition)
    return ActionPlan.deliveries(of: alert, uses: uses, actions: actions, live: live)
  }

  private func facts(of monitor: String) -> (MonitorFacts, [ActionUse])? {
    if let rule = rules[monitor]?.rule { return (MonitorFacts(rule), rule.actions) }
    return earlier[monitor].map { ($0.facts, $0.uses) }
  }

  /// The end of an alert of an earlier run that no monitor decides about any more.
  func end(of alert: SavedAlert, _ monitor: String, at time: Int64) -> Transition {
    var end =
      earlier[monitor]?.end(alert, because: .removed, at: time)
      ?? Transition(
        ending: alert, of: monitor, because: .removed, at: time, threshold: "", window: 0)
    end.actions = ActionPlan.planned(
      for: end.level, to: end.to, uses: facts(of: monitor)?.1 ?? [], actions: actions, live: live)
    return end
  }

  /// Says what was decided together; it is acted upon soon.
  private func say(_ sayings: [Checkpoints.Saying]) throws {
    // Even if nobody can be shown what happened any more, somebody should be told.
    said += sayings
    for saying in sayings { try outlet.transition(saying.transition) }
  }

  /// Has deliveries made of what was said, and of what need not be quiet or wait any more.
  func deliver() {
    let now = clock.now
    rule(gate.look(at: now))
    // Who falls sick together is known before the first of them is touched.
    for saying in said {
      remedies.note(asked: saying.deliveries)
      remedies.note(saying.transition)
      pulses.note(saying.transition, saying.deliveries)
      repetitions.note(saying.transition, at: now)
    }
    while let first = said.first {
      // Of what happens at one moment all is known before any of it is told.
      let end = said.firstIndex { $0.transition.time != first.transition.time } ?? said.endIndex
      rule(gate.take(said[..<end].map { ($0.transition, $0.deliveries) }, at: now))
      said.removeSubrange(..<end)
    }
    repeatDue(at: now)
    for waited in gatherings.takeDue(at: clock.elapsed) {
      rule(gate.gathered(waited, at: now))
    }
    for digest in gatherings.takeRest(at: clock.elapsed) { dispatcher.submit(digest) }
  }

  private func rule(_ rulings: [DeliveryGate.Ruling]) {
    var sent: [Delivery] = []
    for ruling in rulings {
      switch ruling {
      case .send(let delivery): sent.append(delivery)
      case .gather(let delivery): gatherings.gather(delivery, at: clock.elapsed)
      case .hold(let delivery, let cause): report(delivery, .held("\(cause)"))
      case .mute(let delivery, let reason): report(delivery, .muted(reason))
      }
    }
    for delivery in gatherings.carry(sent, at: clock.elapsed) { dispatcher.submit(delivery) }
  }

  /// Tells again of alerts that have kept firing for long enough.
  private func repeatDue(at now: Int64) {
    for (transition, number) in repetitions.due(at: now) {
      let deliveries = deliveries(of: transition).compactMap { delivery -> Delivery? in
        guard delivery.action.duty == .notification else { return nil }
        var again = delivery
        again.alert.repetition = number
        return again
      }
      if let checkpoints {
        deliveries.forEach(checkpoints.note(repeating:))
      } else {
        rule(gate.repeated(deliveries, at: now))
      }
    }
  }

  private func report(_ delivery: Delivery, _ outcome: Delivery.Outcome) {
    report(Delivery.Report(of: delivery, attempt: 0, outcome: outcome, time: clock.now))
  }

  /// People have said what is to be quiet.
  func use(_ silences: [Silence]) { gate.use(silences) }

  /// Sends what is due by the clock. That the watch lives it says only when it could also do what it
  /// is there for: decide, and keep what it decides.
  func pulse(_ evaluation: WatchEvaluation) {
    pulses.step(
      isAble: {
        !isFailing && !evaluation.troubles.contains { $0.troubles.health == .overflow }
      },
      // Who has not been told of an alert is not told again.
      deliveries: { self.deliveries(of: $0).filter { !gate.holds($0) } })
  }

  // Where state is kept.

  /// What fires since an earlier run.
  func remember(firing alerts: [AlertStory]) {
    for alert in alerts where alert.state == .firing {
      guard let transition = alert.steps.last?.transition else { continue }
      pulses.restore(transition, deliveries(of: transition))
    }
  }

  /// Takes up what an earlier run was asked for and had not ended: messages are sent again, under the
  /// key they had; a remediation that had been begun is not repeated.
  func begin(
    _ content: StateStore.Content, from store: StateStore, firing: [AlertStory], _ card: RunCard,
    at time: Int64
  ) {
    checkpoints?.note(StateStore.NewEntry(.start, card.json))
    for monitor in content.monitors { noteSick(monitor) }
    for alert in firing.sorted(by: { $0.since < $1.since }) where alert.state == .firing {
      let identity = AlertIdentity(
        monitor: alert.monitor, level: alert.level, group: alert.group)
      gate.restore(firing: identity, id: alert.id)
      if let step = alert.steps.last { repetitions.note(step.transition, at: time) }
    }
    remedies.resume { key in (try? store.delivery(withKey: key)).flatMap(delivery) }
    var asked: [(delivery: Delivery, isHeld: Bool)] = []
    for entry in content.open {
      guard var delivery = takenUp(entry, at: time) else { continue }
      if entry.wasBegun || delivery.alert.cause != nil {
        // The same key always tells of the same.
        if let carrier = entry.carrier {
          guard carrier == entry.key else { continue }
          delivery.alert.others = content.open.filter {
            $0.carrier == carrier && $0.key != carrier
          }.compactMap { takenUp($0, at: time)?.alert }
        }
        dispatcher.submit(delivery)
      } else {
        asked.append((delivery, entry.status == .held))
      }
    }
    rule(gate.restore(asked, at: time))
  }

  /// Tells the guard rails of the alerts of a monitor that fire.
  private func noteSick(_ monitor: SavedMonitor) {
    for alert in monitor.alerts where alert.isFiring {
      var transition = Transition(
        ending: alert, of: monitor.name, because: .condition, at: alert.firedAt, threshold: "",
        window: 0)
      transition.to = .firing
      remedies.note(asked: deliveries(of: transition))
    }
  }

  /// Does what somebody has ordered about actions; false when it can't be written down.
  func take(_ order: RemedyOrder, at time: Int64) -> Bool {
    guard let again = remedies.take(order) else { return false }
    for entry in again {
      if let delivery = takenUp(entry, at: time) { dispatcher.submit(delivery) }
    }
    return true
  }

  /// Nil when its monitor or its action is not known any more.
  private func delivery(_ entry: OutboxEntry) -> Delivery? {
    guard let (facts, _) = facts(of: entry.transition.monitor), let action = actions[entry.action]
    else { return nil }
    var alert = AlertContext(monitor: facts, transition: entry.transition, cause: entry.cause)
    alert.repetition = entry.repetition
    return Delivery(action: action, alert: alert, mode: entry.mode)
  }

  /// Nil when that was the end of it.
  private func takenUp(_ entry: OutboxEntry, at time: Int64) -> Delivery? {
    guard let delivery = delivery(entry) else {
      report(
        Delivery.Report(
          action: entry.action, of: entry.transition, because: entry.cause,
          outcome: .blocked("it is not configured any more"), time: time))
      return nil
    }
    let action = delivery.action
    guard entry.status == .attempting, action.duty == .remediation, entry.mode == .live else {
      return delivery
    }
    report(
      Delivery.Report(
        of: delivery, attempt: entry.attempts,
        outcome: .unknown("the program ended during the attempt; it is not repeated"), time: time))
    return nil
  }

  /// Nothing that was kept of these monitors holds any more.
  func forget(_ monitors: [String]) { checkpoints?.forget(monitors) }

  /// Commits if that is due, and says what waited for it.
  func commit(
    _ follower: Follower, _ evaluation: inout WatchEvaluation, isAtRest: Bool
  ) throws {
    defer { deliver() }
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
    glances.stir()
    try keep(follower, &evaluation)
  }

  /// The run is over: what has been said is delivered, and what nobody will look at again is not.
  func close() {
    deliver()
    for waited in gatherings.takeDue(at: clock.elapsed, isEnd: true) {
      rule(gate.gathered(waited, at: clock.now))
    }
    for digest in gatherings.takeRest(at: clock.elapsed, isEnd: true) {
      dispatcher.submit(digest)
    }
    if checkpoints == nil { rule(gate.close()) }
  }

  private func commit(
    _ checkpoints: Checkpoints, _ follower: Follower, _ evaluation: inout WatchEvaluation
  ) throws {
    let sources = evaluation.movedSources(follower.plan) { [evaluation] source in
      follower.saved(source) { evaluation.needed(Int32(source), $0) }
    }
    let notes = glances.notes(evaluation.deciding.monitors + health.monitors)
    for loss in losses.take() { evaluation.accounts?.note(loss) }
    let input = evaluation.history?.content(sources) { source, generation in
      follower.ledger.fingerprint(Int32(source), generation)
    }
    let accounts = evaluation.accounts?.changes(sources) ?? []
    let monitors = evaluation.changedMonitors + health.changedMonitors
    faults?.pass()
    if checkpoints.commit(sources, monitors, accounts, notes, input: input) {
      evaluation.changesAreKept()
      health.changesAreKept()
      glances.areKept()
      if isFailing { tell(.keptAgain) }
      isFailing = false
    } else if let failure = checkpoints.failure, !isFailing {
      isFailing = true
      tell(.unkept(failure))
    }
    faults?.pass()
    rule(gate.repeated(checkpoints.takeRepetitions(), at: clock.now))
    try say(checkpoints.takeSayings())
    faults?.pass()
  }

  func note(_ kind: Journal.Kind, _ members: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    writer.object(members)
    checkpoints?.note(StateStore.NewEntry(kind, writer.text))
  }

  /// The rules on the disk are not those that run, or are again.
  func note(_ fault: RuleFault?) { glances.note(fault) }

  /// Whether all that was decided is on the disk.
  var isKept: Bool { !(checkpoints?.hasEntries ?? false) }

  /// When a commit is due though nothing happens.
  func wakes(_ evaluation: WatchEvaluation) -> Duration? {
    let looks = [gate.wakes(at: clock.now), repetitions.wakes(at: clock.now)].compactMap { $0 }
    let look =
      (looks.map { clock.elapsed + .milliseconds($0) } + [gatherings.wakes].compactMap { $0 })
      .min()
    guard let checkpoints else { return look }
    let isWanted = evaluation.hasMoved || checkpoints.hasEntries || glances.isStirred
    return isWanted ? min(checkpoints.wakes, look ?? checkpoints.wakes) : look
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
