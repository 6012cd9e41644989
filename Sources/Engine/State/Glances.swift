import Alerting
import Glibc

/// Gathers, now and then, what `tripline status` shows of a run.
final class Glances {
  private let clock: any EngineClock
  private var engine: EngineNote
  private var cards: [MonitorCard] = []
  private var cardsAreKept = false
  /// When the windows were looked at for what is kept, and for what may be.
  private var looked: Duration?
  private var looking: Duration?
  /// Whether somebody should see soon how things are.
  private(set) var isStirred = true

  /// To look at all windows costs as much as to decide an instant.
  private static let pause = Duration.seconds(5)

  init(clock: any EngineClock) {
    self.clock = clock
    engine = EngineNote(process: Int64(getpid()), started: clock.now, committed: clock.now)
  }

  func use(_ cards: [MonitorCard]) {
    self.cards = cards
    cardsAreKept = false
    stir()
  }

  func stir() { isStirred = true }

  func note(_ fault: RuleFault?) {
    engine.fault = fault?.description
    engine.faultTime = fault.map { _ in clock.now }
    stir()
  }

  /// What is to be committed now.
  func notes(_ monitors: [Monitor]) -> StateStore.Notes {
    var notes = StateStore.Notes()
    engine.committed = clock.now
    notes.engine = engine
    if !cardsAreKept { notes.cards = cards }
    let now = clock.elapsed
    if isStirred || looked.map({ now - $0 >= Glances.pause }) ?? true {
      notes.glances = monitors.map { MonitorGlance(of: $0) }
      looking = now
    }
    return notes
  }

  /// The last notes are on the disk.
  func areKept() {
    cardsAreKept = true
    looked = looking
    isStirred = false
  }
}

extension MonitorGlance {
  init(of monitor: Monitor) {
    self.init(
      monitor: monitor.rule.rule.name, value: monitor.glance,
      comparison: monitor.rule.terms.first?.alertText ?? "", seen: monitor.seen,
      window: monitor.rule.reach, health: monitor.troubles.health, warmsUntil: monitor.warmsUntil,
      groups: monitor.groupCount)
  }
}
