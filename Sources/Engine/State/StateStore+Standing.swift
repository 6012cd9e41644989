import Actions
import Alerting
import Synchronization

/// What is kept for people who look at a run from outside, and for alerts whose rules are gone.
extension StateStore {
  /// What a commit adds besides what a restart needs.
  package struct Notes: Sendable {
    /// Of all monitors, when they have changed.
    package var cards: [MonitorCard]?
    package var glances: [MonitorGlance] = []
    package var engine: EngineNote?

    package init() {}
  }

  // Within a transaction.

  func write(_ notes: Notes) throws(StateFailure) {
    if let cards = notes.cards {
      try database.run("DELETE FROM cards")
      for card in cards {
        try database.run(
          "INSERT INTO cards (monitor, card) VALUES (?, ?)",
          [.text(card.facts.name), .text(card.json)])
      }
      try database.run("DELETE FROM glances WHERE monitor NOT IN (SELECT monitor FROM cards)")
    }
    for glance in notes.glances {
      try database.run(
        "INSERT OR REPLACE INTO glances (monitor, glance) VALUES (?, ?)",
        [.text(glance.monitor), .text(glance.json)])
    }
    if let engine = notes.engine {
      try database.run(
        "INSERT OR REPLACE INTO engine (one, note) VALUES (1, ?)", [.text(engine.json)])
    }
  }

  /// Finds a transition again by what it is about.
  func index(_ transition: Transition, as number: Int64) throws(StateFailure) {
    try database.run(
      """
      INSERT INTO transitions (seq, id, monitor, level, "group", step, time) VALUES (?,?,?,?,?,?,?)
      """,
      [
        .whole(number), .text(transition.id), .text(transition.monitor),
        .text(transition.level.rawValue), .text(transition.group.json),
        .text(transition.to.rawValue), .whole(transition.time),
      ])
  }

  // Reading.

  /// How far each log was read.
  package func savedSources() throws(StateFailure) -> [SavedSource] {
    try lock.withLock { _ throws(StateFailure) in try sources() }
  }

  /// The cards of the monitors that were there at the last commit.
  package func cards() throws(StateFailure) -> [MonitorCard] {
    try lock.withLock { _ throws(StateFailure) in
      try database.rows("SELECT card FROM cards ORDER BY monitor").compactMap {
        MonitorCard(json: $0.text(0))
      }
    }
  }

  package func glances() throws(StateFailure) -> [MonitorGlance] {
    try lock.withLock { _ throws(StateFailure) in
      try database.rows("SELECT glance FROM glances ORDER BY monitor").compactMap {
        MonitorGlance(json: $0.text(0))
      }
    }
  }

  /// What the run that has, or had, the state said of itself.
  package func engineNote() throws(StateFailure) -> EngineNote? {
    try lock.withLock { _ throws(StateFailure) in
      try database.rows("SELECT note FROM engine").first.flatMap { EngineNote(json: $0.text(0)) }
    }
  }

  /// How many deliveries there are of each status.
  package func deliveryCounts() throws(StateFailure) -> DeliveryCounts {
    try lock.withLock { _ throws(StateFailure) in
      var counts = DeliveryCounts()
      for row in try database.rows(
        "SELECT status, attempts > 0, count(*) FROM outbox GROUP BY status, attempts > 0")
      {
        let count = Int(row.whole(2))
        switch OutboxEntry.Status(rawValue: row.text(0)) {
        case .waiting where row.whole(1) == 0: counts.waiting += count
        case .waiting, .attempting: counts.retrying += count
        case .failed: counts.failed += count
        case .unknown: counts.unknown += count
        case .done: counts.done += count
        case .blocked, .shadow, nil: break
        }
      }
      return counts
    }
  }

  /// The entries of one kind before the one with this number, of which the newest are wanted; oldest
  /// first.
  package func entries(
    of kind: Journal.Kind, before number: Int64 = .max, atMost limit: Int
  ) throws(StateFailure) -> [Journal.Entry] {
    try lock.withLock { _ throws(StateFailure) in
      try database.rows(
        """
        SELECT seq, time, kind, content, hash FROM journal WHERE kind = ? AND seq < ?
        ORDER BY seq DESC LIMIT ?
        """, [.text(kind.rawValue), .whole(number), .whole(Int64(limit))]
      ).reversed().map { row in
        Journal.Entry(
          number: row.whole(0), time: row.whole(1), kind: row.text(2), content: row.text(3),
          seal: row.text(4))
      }
    }
  }
}

/// How many deliveries stand where.
package struct DeliveryCounts: Sendable, Hashable {
  /// Never attempted.
  package var waiting = 0
  /// Attempted, and to be attempted again.
  package var retrying = 0
  package var failed = 0
  /// Remediations of which nobody knows whether they were done.
  package var unknown = 0
  package var done = 0
}
