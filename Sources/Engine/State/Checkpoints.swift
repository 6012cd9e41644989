import Actions
import Alerting

/// What a watch has decided since its last commit. It is said and acted upon once it is kept: nobody
/// hears of an alert that a kill could undo.
///
/// Commits come in groups, because each waits for the disk: at once when the watch would go to sleep,
/// and while it is busy every so often.
final class Checkpoints {
  /// A transition on its way out.
  struct Saying {
    let transition: Transition
    let deliveries: [Delivery]
  }

  private let store: StateStore
  private let clock: any EngineClock
  private var entries: [StateStore.NewEntry] = []
  private var sayings: [Saying] = []
  /// When the oldest of them was decided.
  private var waitsSince: Duration?
  /// Whether lines were taken in, or time was, since the last commit.
  private var hasMoved = false
  private var lastTry: Duration
  private(set) var failure: StateFailure?

  /// How long an alert may wait for a commit that others share.
  private static let patience = Duration.milliseconds(100)
  /// How long a position may stay behind.
  private static let interval = Duration.seconds(1)
  /// While nothing can be written, this many entries are held for later.
  private static let capacity = 10_000

  init(_ store: StateStore, clock: any EngineClock) {
    self.store = store
    self.clock = clock
    lastTry = clock.elapsed
  }

  func note(_ transition: Transition, _ deliveries: [Delivery]) {
    let intents = deliveries.map { delivery in
      OutboxEntry(
        key: delivery.key, transition: transition, action: delivery.action.name,
        mode: delivery.mode)
    }
    note(
      StateStore.NewEntry(
        .transition, String(decoding: transition.json(), as: UTF8.self), intents: intents))
    sayings.append(Saying(transition: transition, deliveries: deliveries))
    waitsSince = waitsSince ?? clock.elapsed
  }

  func note(_ entry: StateStore.NewEntry) {
    entries.append(entry)
    hasMoved = true
  }

  /// Lines came, or time passed.
  func moved() { hasMoved = true }

  /// Whether to commit now; `isAtRest` when there is nothing else to do.
  func isDue(isAtRest: Bool) -> Bool {
    let now = clock.elapsed
    if let waitsSince, isAtRest || now - waitsSince >= Checkpoints.patience { return true }
    return hasMoved && now - lastTry >= Checkpoints.interval
  }

  /// When a commit will be due though nothing happens.
  var wakes: Duration? { hasMoved ? lastTry + Checkpoints.interval : nil }

  /// Commits, and hands out what may be said now. When it can't be written that is everything too:
  /// an alert that is not kept is better than one that nobody hears of.
  func commit(
    _ sources: [SavedSource], _ monitors: [SavedMonitor], forgotten: [String] = []
  ) -> [Saying] {
    lastTry = clock.elapsed
    var checkpoint = StateStore.Checkpoint(time: clock.now)
    checkpoint.sources = sources
    checkpoint.monitors = monitors
    checkpoint.entries = entries
    checkpoint.forgotten = forgotten
    do throws(StateFailure) {
      try store.commit(checkpoint)
      failure = nil
      entries = []
      hasMoved = false
    } catch {
      failure = error
      entries.removeFirst(max(0, entries.count - Checkpoints.capacity))
    }
    defer {
      sayings = []
      waitsSince = nil
    }
    return sayings
  }
}
