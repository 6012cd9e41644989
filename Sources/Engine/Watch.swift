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
  private let settings: Settings

  /// `sources` are the logs that there are; of `patterns`, those that come later are followed too.
  package init(
    rules: [BoundRule], sources: [SourcePlan], patterns: [SourcePattern] = [], actions: ActionSet,
    settings: Settings
  ) {
    self.rules = rules
    self.sources = sources
    self.patterns = patterns
    self.actions = actions
    self.settings = settings
  }

  /// How long deliveries may take once the input has ended, and once somebody wants us to go.
  private static let patience = (input: Duration.seconds(30), signal: Duration.seconds(4))

  package func run(in world: World, _ outlet: Outlet) throws -> Outcome {
    let content = try world.state?.load() ?? StateStore.Content()
    let report = reporter(in: world, outlet)
    let (store, clock) = (world.state, world.clock)
    let dispatcher = Dispatcher(
      clock: clock, seed: UInt64(bitPattern: clock.now), transport: world.transport,
      begin: { [faults = world.faults] delivery in
        faults?.pass()
        try store?.begin(delivery.key, at: clock.now)
        faults?.pass()
      }, report: report)
    // Until drained, its threads wait for more.
    var patience = Watch.patience.signal
    defer { _ = dispatcher.drain(within: patience) }

    let follower = try Follower(
      sources, patterns, settings.feed, longestWindow: rules.map(\.reach).max() ?? 0,
      clock: clock, saved: content.sources, spool: store?.folder)
    let (members, heads) = Head.sharing(rules.map(\.plan))
    let wanted = Wanted(members: members, times: true, strict: settings.feed.strict)
    let feed = { (plan: SourcePlan) in
      LiveFeed(plan, wanted: wanted, heads: heads, quarantine: outlet.quarantine)
    }
    var evaluation = WatchEvaluation(
      Deciding(rules, follower.ledger, actions, live: settings.live),
      feeds: sources.map(feed),
      clocks: LiveClocks(
        idleAfter: sources.map(\.idleAfter), lateness: sources.map(\.lateness),
        elapsed: clock.elapsed, now: clock.now),
      began: clock.now)
    let voice = WatchVoice(
      rules: rules, actions: actions, live: settings.live, dispatcher: dispatcher, outlet: outlet,
      report: report, checkpoints: store.map { Checkpoints($0, clock: clock) },
      faults: world.faults)

    if store != nil {
      evaluation.history = InputHistory(sources)
      evaluation.accounts = ByteAccounts(sources, kept: content.accounts)
      evaluation.restore(content, sources: sources, moment: follower.elapsed(atTime:))
      follower.reread(voice.outlet.news) { evaluation.again($0) }
      let card = RunCard(
        began: evaluation.began, isLive: settings.live, isStrict: settings.feed.strict,
        rules: rules, sources: sources)
      voice.begin(content.open, card, at: clock.now)
    }
    if !settings.fromStart { try follower.warm(&evaluation, voice.outlet.news) }
    // From here on every line counts, whatever happens to this run.
    try voice.keep(follower, &evaluation)
    outlet.news(.watching)
    let end = try follow(follower, &evaluation, feed, world, voice)
    try voice.finish(end, follower, &evaluation)
    if end == .input { patience = Watch.patience.input }
    return Outcome(
      end: end, report: evaluation.report, troubles: evaluation.troubles,
      deliveries: dispatcher.drain(within: patience))
  }

  /// Says how a delivery ended; where state is kept, that is written down.
  private func reporter(
    in world: World, _ outlet: Outlet
  ) -> @Sendable (Delivery.Report) -> Void {
    let (store, deliver, faults) = (world.state, outlet.delivery, world.faults)
    return { report in
      faults?.pass()
      // When that fails, a restart finds the delivery unended, and its duty says what to do.
      try? store?.note(report)
      faults?.pass()
      deliver(report)
    }
  }

  /// Reads what there is, decides what time has passed, sleeps; until the end.
  private func follow(
    _ follower: Follower, _ evaluation: inout WatchEvaluation,
    _ feed: (SourcePlan) -> LiveFeed, _ world: World, _ voice: WatchVoice
  ) throws -> End {
    let sleep = WatchSleep(follower, world)
    let news = voice.outlet.news
    var drainEnd: Int64?
    while true {
      try follower.lookUp(&evaluation, feed, news)
      let isMore = try follower.read(into: &evaluation, news, voice.tell)
      try evaluation.closeIdle(at: world.clock.elapsed, arrival: world.clock.now, voice.tell)
      try evaluation.advance(to: world.clock.elapsed, voice.tell)
      follower.letGo(of: evaluation.release())
      try voice.commit(follower, &evaluation, isAtRest: !isMore)
      if follower.hasEnded {
        guard settings.onEnd == .drain, let end = drainEnd ?? evaluation.drainEnd else {
          return .input
        }
        if drainEnd == nil { news(.draining(until: end)) }
        drainEnd = end
        if evaluation.clocks.watermark >= end { return .input }
      }
      let elapsed = world.clock.elapsed
      var wakes = isMore ? elapsed : evaluation.wakes(after: elapsed)
      if let close = evaluation.closesAt { wakes = min(wakes ?? close, close) }
      if let commit = voice.wakes(evaluation) { wakes = min(wakes ?? commit, commit) }
      if let end = sleep.untilSomethingHappens(by: wakes) { return end }
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
}
