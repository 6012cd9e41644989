package import Actions
package import Alerting
import QueryLanguage
package import Records

/// Logs followed as they are written: sources x monitors x actions, on the clock.
///
/// One thread reads and decides, so that what is decided has one order; whatever an action waits for
/// happens on the threads of the `Dispatcher`. The thread sleeps until something was written, a signal
/// came, or the next instant has passed.
package struct Watch {
  /// What happens when all that can end has ended.
  package enum EndOfInput: Sendable {
    /// Leave at once.
    case exit
    /// Let time run on by the clock until everything open has decided itself.
    case drain
  }

  /// Why a watch was over.
  package enum End: Sendable, Hashable {
    case input
    case signal(Int32)
    /// Nobody reads the output any more.
    case output
  }

  package struct Settings: Sendable {
    package var feed: FeedOptions
    /// Whether remediation acts.
    package var live = false
    /// Whether everything in the files is decided, rather than what is written from now on.
    package var fromStart = false
    package var onEnd = EndOfInput.exit

    package init(feed: FeedOptions) { self.feed = feed }
  }

  /// What a watch needs of the world.
  package struct World: Sendable {
    package var clock: any EngineClock
    package var stop: StopSignals?
    /// The descriptor of the output, to notice when nobody reads it any more.
    package var output: Int32?
    /// Where state is kept; nil when a restart begins anew.
    package var state: StateStore?
    package var transport: @Sendable () -> any Transport
    /// How long the history of the state is kept, in milliseconds.
    package var history: Int64 = 30 * 86_400_000
    /// Where the rules come from, when they may change.
    package var rules: RuleSupply?
    /// The wish that they are loaded anew.
    package var reload: ReloadSignal?
    /// Where wishes of people are left.
    package var requests: ResolveRequests?
    /// Where people say what is to be quiet.
    package var silences: SilenceFiles?
    /// The sign of life, if somebody waits for one.
    package var heartbeat: Heartbeat?
    /// Where orders about actions are left.
    package var orders: RequestFolder?
    /// Where a test wants it to die. It then commits as often as it can, too.
    package var faults: Faults?

    package init(
      clock: any EngineClock, stop: StopSignals?, output: Int32?, state: StateStore? = nil,
      transport: @escaping @Sendable () -> any Transport
    ) {
      self.clock = clock
      self.stop = stop
      self.output = output
      self.state = state
      self.transport = transport
    }
  }

  package struct Outlet {
    /// Called for each transition, in decision order, before its actions are asked for.
    package var transition: (Transition) throws -> Void
    package var news: (WatchNews) -> Void
    /// Called on the threads of the deliveries.
    package var delivery: @Sendable (Delivery.Report) -> Void
    /// Called on threads of its own.
    package var pulse: @Sendable (PulseNews) -> Void = { _ in }
    package var quarantine: ((Bytes) throws -> Void)?

    package init(
      transition: @escaping (Transition) throws -> Void, news: @escaping (WatchNews) -> Void,
      delivery: @escaping @Sendable (Delivery.Report) -> Void,
      quarantine: ((Bytes) throws -> Void)? = nil
    ) {
      self.transition = transition
      self.news = news
      self.delivery = delivery
      self.quarantine = quarantine
    }
  }

  package struct Outcome: Sendable {
    package var end: End
    package var report: ScanReport
    package var troubles: [(monitor: String, troubles: MonitorTroubles)]
    package var deliveries: Lane.Tally
  }

  private let rules: [BoundRule]
  private let sources: [SourcePlan]
  private let patterns: [SourcePattern]
  private let actions: ActionSet
  private let mutes: Mutes
  let settings: Settings

  /// `sources` are the logs that there are; of `patterns`, those that come later are followed too.
  package init(
    rules: [BoundRule], sources: [SourcePlan], patterns: [SourcePattern] = [], actions: ActionSet,
    mutes: Mutes = Mutes(), settings: Settings
  ) {
    self.rules = rules
    self.sources = sources
    self.patterns = patterns
    self.actions = actions
    self.mutes = mutes
    self.settings = settings
  }

  /// How long deliveries may take once the input has ended, and once somebody wants us to go.
  private static let patience = (input: Duration.seconds(30), signal: Duration.seconds(4))

  package func run(in world: World, _ outlet: Outlet) throws -> Outcome {
    let content = try world.state?.load() ?? StateStore.Content()
    let inbox = HealthInbox()
    let (store, clock, faults) = (world.state, world.clock, world.faults)
    let remedies = try Remedies(actions, store: store, clock: clock)
    let report: @Sendable (Delivery.Report) -> Void = { report in
      faults?.pass()
      remedies.settle(report)
      faults?.pass()
    }
    let dispatcher = Dispatcher(
      clock: clock, seed: UInt64(bitPattern: clock.now), transport: world.transport,
      admit: { delivery in
        faults?.pass()
        defer { faults?.pass() }
        return try remedies.admit(delivery)
      }, report: report)
    remedies.attach(
      Remedies.Outlet(
        tell: { [deliver = outlet.delivery] report in
          deliver(report)
          inbox.post(report)
        }, submit: { dispatcher.submit($0) }))
    // Until drained, its threads wait for more.
    var patience = Watch.patience.signal
    defer {
      _ = dispatcher.drain(within: patience)
      remedies.detach()
    }

    let follower = try Follower(
      sources, patterns, settings.feed, longestWindow: rules.map(\.reach).max() ?? 0,
      clock: clock, saved: content.sources, spool: store?.folder)
    let (logRules, ownRules) = Watch.parted(rules)
    var feeds = FeedMaking(settings, outlet)
    feeds.use(logRules)
    var evaluation = WatchEvaluation(
      Deciding(logRules, follower.ledger, actions, live: settings.live),
      feeds: sources.map(feeds.feed),
      clocks: LiveClocks(
        idleAfter: sources.map(\.idleAfter), lateness: sources.map(\.lateness),
        elapsed: clock.elapsed, now: clock.now),
      began: clock.now)
    let checkpoints = store.map { Checkpoints($0, clock: clock, history: world.history) }
    let health = HealthWatch(
      ownRules, actions, live: settings.live, clock: clock, inbox: inbox,
      noted: { checkpoints?.note(StateStore.NewEntry(.health, $0)) })
    let pulses = Pulses(
      heartbeat: world.heartbeat, clock: clock, transport: world.transport,
      report: { [say = outlet.pulse] news in
        say(news)
        inbox.post(news)
      })
    let voice = WatchVoice(
      rules: rules, actions: actions, mutes: mutes, live: settings.live, dispatcher: dispatcher,
      outlet: outlet, report: report, remedies: remedies, checkpoints: checkpoints, health: health,
      clock: clock, pulses: pulses, faults: world.faults)
    // However it ends, what was said is delivered before the dispatcher is drained.
    defer { voice.close() }

    if let store {
      evaluation.history = InputHistory(sources)
      evaluation.accounts = ByteAccounts(sources, kept: content.accounts)
      voice.remember(try store.cards())
      evaluation.restore(content, sources: sources, moment: follower.elapsed(atTime:))
      health.restore(
        content.monitors,
        lines: try store.entries(of: .health, atMost: 10_000).map(\.content))
      let order = try ReadOrder(store, content.sources)
      follower.reread(in: order, voice.tell) { evaluation.again($0) }
      evaluation.endRereading(content, sources: sources)
      let card = RunCard(
        began: evaluation.began, isLive: settings.live, isStrict: settings.feed.strict,
        rules: rules, sources: sources)
      let firing = try store.openAlerts()
      voice.use(world.silences?.all() ?? [])
      voice.begin(content, from: store, firing: firing, card, at: clock.now)
      voice.remember(firing: firing)
      try settle(content, rules, &evaluation, voice)
    }
    if !settings.fromStart { try follower.warm(&evaluation, voice.tell) }
    noteLosses(follower, &evaluation, voice)
    // From here on every line counts, whatever happens to this run.
    try voice.keep(follower, &evaluation)
    voice.tell(.watching)
    let end = try follow(follower, &evaluation, &feeds, world, voice)
    try voice.finish(end, follower, &evaluation)
    voice.close()
    if end == .input { patience = Watch.patience.input }
    let deliveries = dispatcher.drain(within: patience)
    // Who has not come to an end by now is not waited for a second time.
    patience = .zero
    return Outcome(
      end: end, report: evaluation.report, troubles: evaluation.troubles + health.troubles,
      deliveries: deliveries)
  }

  /// Reads what there is, decides what time has passed, sleeps; until the end.
  private func follow(
    _ follower: Follower, _ evaluation: inout WatchEvaluation, _ feeds: inout FeedMaking,
    _ world: World, _ voice: WatchVoice
  ) throws -> End {
    let calls = WatchCalls(world, voice.health)
    let sleep = WatchSleep(follower, world, calls)
    var drainEnd: Int64?
    while true {
      calls.doOrders { voice.take($0, at: world.clock.now) }
      if let rules = calls.rules { try reload(rules, follower, &evaluation, &feeds, voice) }
      try grant(calls, &evaluation, voice)
      if let silences = calls.takeSilences() { voice.use(silences) }
      try follower.lookUp(&evaluation, feeds.feed, voice.tell)
      let isMore = try follower.read(into: &evaluation, voice.tell, voice.tell)
      noteLosses(follower, &evaluation, voice)
      try evaluation.closeIdle(at: world.clock.elapsed, arrival: world.clock.now, voice.tell)
      try evaluation.advance(to: world.clock.elapsed, voice.tell)
      voice.health.look(at: evaluation, isAtRest: !isMore)
      try voice.health.step(voice.tell)
      voice.remedies.step()
      follower.letGo(of: evaluation.release())
      try voice.commit(follower, &evaluation, isAtRest: !isMore)
      if voice.isKept { calls.areKept() }
      voice.pulse(evaluation)
      if follower.hasEnded {
        guard settings.onEnd == .drain, let end = drainEnd ?? evaluation.drainEnd else {
          return .input
        }
        if drainEnd == nil { voice.tell(.draining(until: end)) }
        drainEnd = end
        if evaluation.clocks.watermark >= end { return .input }
      }
      let elapsed = world.clock.elapsed
      let wakes = [
        isMore ? elapsed : evaluation.wakes(after: elapsed), evaluation.closesAt,
        voice.wakes(evaluation), voice.health.wakes(after: elapsed), calls.rules?.wakes,
        voice.pulses.wakes, voice.remedies.wakes,
      ]
      if let end = sleep.untilSomethingHappens(by: wakes.compactMap { $0 }.min()) { return end }
    }
  }

  // What is missing.

  /// Tells the monitors of lines that are gone, and of time in which nobody read what can't be read
  /// twice.
  private func noteLosses(
    _ follower: Follower, _ evaluation: inout WatchEvaluation, _ voice: WatchVoice
  ) {
    for missing in voice.takeMissing() {
      guard let source = follower.number(of: missing.path) else { continue }
      let time = evaluation.note(missing, of: source, now: follower.now)
      note(gap: time, of: missing.path, evaluation, voice)
    }
  }

  private func note(
    gap time: Int64?, of path: String, _ evaluation: WatchEvaluation, _ voice: WatchVoice
  ) {
    let warming = evaluation.troubles.count { $0.troubles.health == .warming }
    guard let time, warming > 0 else { return }
    voice.note(.gap) {
      $0.member("source", path)
      $0.member("through", Timestamp.rfc3339(time))
    }
    voice.tell(.gap(path: path, through: time, monitors: warming))
  }

  /// Ends the alerts that somebody wants ended.
  private func grant(
    _ calls: WatchCalls, _ evaluation: inout WatchEvaluation, _ voice: WatchVoice
  ) throws {
    for request in calls.takeRequests() {
      let end = evaluation.end(request) ?? voice.health.end(request)
      if let end { try voice.tell(end) }
      voice.tell(.request(request, isGranted: end != nil))
    }
  }
}

/// What a watch has to say that is neither a transition nor a delivery.
package enum WatchNews: Sendable {
  case source(SourceNews)
  /// From now on every line counts.
  case watching
  /// Lines from before the start were taken in.
  case lookedBack(lines: Int, newest: Int64)
  /// The input has ended, and time runs on.
  case draining(until: Int64)
  /// The state can't be written, or it can be again.
  case unkept(StateFailure)
  case keptAgain
  /// The rules have changed, or can't be loaded.
  case rules(RuleNews)
  /// Lines of a log are missing up to this time, so that this many monitors wait for a whole window.
  case gap(path: String, through: Int64, monitors: Int)
  /// Somebody wants an alert to end.
  case request(ResolveRequest, isGranted: Bool)
}

/// What became of rules that have changed.
package enum RuleNews: Sendable {
  case loaded(RuleChanges)
  /// The old ones go on.
  case fault(RuleFault)
}
