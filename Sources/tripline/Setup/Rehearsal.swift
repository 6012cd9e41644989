import Actions
import Engine
import TerminalUI

/// What `tripline torture` asks of the run it tortures, by the environment: where to die, that time
/// stands still, and that actions are written down and not performed.
///
/// No flags, so that nobody meets them who did not look for them; and never silent.
struct Rehearsal {
  /// Dies at this one of the points around each commit and attempt.
  private let death: Int?
  /// Milliseconds since the epoch.
  private let time: Int64?
  /// The file that actions are written to.
  private let actions: String?

  private static let century: Int64 = 100 * 365 * 86_400_000

  /// Nil when nothing is asked.
  init?(_ environment: [String: String]) throws {
    death = try Rehearsal.number(RehearsalKey.death, environment)
    time = try Rehearsal.number(RehearsalKey.time, environment)
    actions = environment[RehearsalKey.actions]
    if death == nil, time == nil, actions == nil { return nil }
  }

  private static func number<Number: FixedWidthInteger>(
    _ key: String, _ environment: [String: String]
  ) throws -> Number? {
    guard let text = environment[key] else { return nil }
    guard let number = Number(text) else {
      throw Failure("\(key) is '\(text.displaySafe())' and not a whole number", code: .usage)
    }
    return number
  }

  func apply(to world: inout Watch.World, _ sources: inout [SourcePlan], _ set: inout ActionSet) {
    world.faults = death.map { Faults(dieAt: $0) }
    if let time {
      world.clock = StillClock(at: time)
      // Lines alone move time: two runs that read the same then decide the same.
      for index in sources.indices {
        sources[index].idleAfter = Rehearsal.century
        sources[index].maxAhead = Rehearsal.century
        sources[index].lendsTimes = true
      }
    }
    if let actions {
      set = set.rehearsed(in: actions)
      world.heartbeat = nil
    }
  }

  /// What is said, that nobody takes it for a real run.
  var words: String {
    let parts = [
      death.map { "it dies at point \($0)" }, time.map { _ in "the clock stands still" },
      actions.map { "actions are written to '\($0.displaySafe())' and not performed" },
    ]
    return "a rehearsal: " + parts.compactMap { $0 }.joined(separator: ", ")
  }
}
