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
  /// Monitors whose rows are to be forgotten before others are written.
  private var forgotten: [String] = []
  /// When the oldest of them was decided.
  private var waitsSince: Duration?
  private var lastTry: Duration
  /// Why the last commit was none.
  private(set) var failure: StateFailure?

  /// How long an alert may wait for a commit that others share.
  private static let patience = Duration.milliseconds(100)
  /// How long a position may stay behind.
  private static let interval = Duration.seconds(1)
  /// While nothing can be written, this many entries are held for later.
  private static let capacity = 10_000

  /// How long history is kept, in milliseconds, and when to look for older.
  private let history: Int64
  private var prunes: Duration

  /// Old history is looked for each hour, and oftener where little is kept.
  private var pruningPause: Duration { min(.seconds(3_600), .milliseconds(history / 4)) }

  init(_ store: StateStore, clock: any EngineClock, history: Int64) {
    self.store = store
    self.clock = clock
    self.history = history
    prunes = clock.elapsed
    lastTry = clock.elapsed
  }

  func note(_ transition: Transition, _ deliveries: [Delivery]) {
    let intents = deliveries.map { OutboxEntry($0) }
    note(StateStore.NewEntry(transition, intents: intents))
    sayings.append(Saying(transition: transition, deliveries: deliveries))
    waitsSince = waitsSince ?? clock.elapsed
  }

  func note(_ entry: StateStore.NewEntry) { entries.append(entry) }

  /// Nothing that was kept of these monitors holds any more.
  func forget(_ monitors: [String]) { forgotten += monitors }

  /// Whether to commit now; `isAtRest` when there is nothing else to do.
  func isDue(isAtRest: Bool) -> Bool {
    let now = clock.elapsed
    if let waitsSince, isAtRest || now - waitsSince >= Checkpoints.patience { return true }
    return now - lastTry >= Checkpoints.interval
  }

  /// Whether something was noted that is not kept yet.
  var hasEntries: Bool { !entries.isEmpty || !forgotten.isEmpty }

  /// When positions have been left behind long enough.
  var wakes: Duration { lastTry + Checkpoints.interval }

  /// Commits; whether that worked.
  func commit(
    _ sources: [SavedSource], _ monitors: [SavedMonitor], _ accounts: [ByteAccount],
    _ notes: StateStore.Notes, input: String?
  ) -> Bool {
    lastTry = clock.elapsed
    var checkpoint = StateStore.Checkpoint(time: clock.now)
    checkpoint.sources = sources
    checkpoint.monitors = monitors
    checkpoint.accounts = accounts
    checkpoint.entries = entries
    checkpoint.forgotten = forgotten
    checkpoint.notes = notes
    // Behind what it led to: those are the transitions since the entry of its kind before.
    if let input { checkpoint.entries.append(StateStore.NewEntry(.input, input)) }
    do throws(StateFailure) {
      try store.commit(checkpoint)
    } catch {
      failure = error
      entries.removeFirst(max(0, entries.count - Checkpoints.capacity))
      return false
    }
    failure = nil
    entries = []
    forgotten = []
    prune()
    return true
  }

  private func prune() {
    guard clock.elapsed >= prunes else { return }
    prunes = clock.elapsed + pruningPause
    // What can't be removed now can be the next time.
    try? store.prune(before: clock.now - history)
  }

  /// What may be said now. When nothing can be written that is everything too: an alert that is not
  /// kept is better than one that nobody hears of.
  func takeSayings() -> [Saying] {
    defer {
      sayings = []
      waitsSince = nil
    }
    return sayings
  }
}
