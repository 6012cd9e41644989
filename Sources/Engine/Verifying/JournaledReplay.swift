package import Actions
package import Alerting

/// What a durable run took in, once more through whatever rules: its lines in its order, its clock.
package struct JournaledReplay {
  package struct Outcome: Sendable {
    /// What could not be read.
    package var gone: [JournaledLogs.Gone] = []
    /// How often the program was started.
    package var runs = 0
  }

  private let store: StateStore
  private let run: JournaledRun

  package init(_ store: StateStore, rules: [BoundRule], actions: ActionSet) {
    self.store = store
    run = JournaledRun(rules: rules, actions: actions, scope: .anyRule)
  }

  package func run(_ emit: (Transition) throws -> Void) throws -> Outcome {
    try forEachEntry { entry, input in if let input { run.prepare(input) } }
    var outcome = Outcome()
    try forEachEntry { entry, input in
      if let input {
        let intake = try run.take(input) { transition, _ in try emit(transition) }
        outcome.gone += intake.gone
      } else if let card = RunCard(json: entry.content) {
        guard !card.sources.contains(where: \.isUntold) else {
          throw StateFailure(
            path: "journal", cause: .other,
            reason: "was begun by an older version, which did not note what it read of records of "
              + "several lines (multiline, decode); those can't be replayed from it")
        }
        run.begin(card)
        outcome.runs += 1
      }
    }
    return outcome
  }

  /// Visits the beginnings of runs, and the entries that say what they took in.
  private func forEachEntry(_ body: (Journal.Entry, InputEntry?) throws -> Void) throws {
    var ends = ReadEnds()
    try store.forEachEntry { entry in
      switch entry.kind {
      case Journal.Kind.start.rawValue, Journal.Kind.pruned.rawValue: try body(entry, nil)
      case Journal.Kind.input.rawValue: try body(entry, try InputEntry(entry, &ends))
      default: break
      }
    }
  }
}

extension StateStore {
  /// Visits the journal, oldest entry first.
  func forEachEntry(_ body: (Journal.Entry) throws -> Void) throws {
    var last: Int64 = 0
    while true {
      let page = try entries(after: last)
      guard let end = page.last else { return }
      for entry in page { try body(entry) }
      last = end.number
    }
  }
}

extension InputEntry {
  /// Reads an entry of this kind.
  init(_ entry: Journal.Entry, _ ends: inout ReadEnds) throws(StateFailure) {
    guard let input = InputEntry(json: entry.content, &ends) else {
      throw StateFailure(
        path: "journal", cause: .damaged,
        reason: "is damaged: entry \(entry.number) does not say what was read")
    }
    self = input
  }
}
