package import Actions
package import Alerting

/// Deliveries that were asked for: written down with the transition that asks, so that after a kill
/// none is forgotten, and no remediation is done twice.
///
/// It must be used with the store's lock held.
struct Outbox {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// Those that have not ended, oldest first.
  func open() throws(StateFailure) -> [OutboxEntry] {
    try entries(where: "outbox.status IN ('waiting', 'attempting')")
  }

  /// All whose transition is still in the journal, oldest first.
  func all() throws(StateFailure) -> [OutboxEntry] { try entries(where: "true") }

  private func entries(where condition: String) throws(StateFailure) -> [OutboxEntry] {
    try rows(where: "\(condition) ORDER BY outbox.transition, outbox.key")
  }

  /// Those that are meant, in no order but that of the condition.
  func rows(
    where condition: String, _ values: [Database.Value] = []
  ) throws(StateFailure) -> [OutboxEntry] {
    try database.rows(
      """
      SELECT outbox.key, outbox.action, outbox.mode, outbox.status, outbox.attempts,
        journal.content, outbox.cause, outbox.updated, outbox.detail
      FROM outbox JOIN journal ON journal.seq = outbox.transition
      WHERE \(condition)
      """, values
    ).compactMap { row in
      guard let mode = PlannedAction.Mode(rawValue: row.text(2)),
        let status = OutboxEntry.Status(rawValue: row.text(3)),
        let transition = Transition(json: Array(row.text(5).utf8))
      else { return nil }
      var entry = OutboxEntry(
        key: row.text(0), transition: transition, action: row.text(1), mode: mode, status: status,
        attempts: Int(row.whole(4)), cause: row.optionalText(6).flatMap(Cause.init(json:)))
      (entry.updated, entry.detail) = (row.whole(7), row.text(8))
      return entry
    }
  }

  /// Asks for a delivery that follows one of the same transition.
  func write(
    _ entry: OutboxEntry, after key: String, at time: Int64
  ) throws(StateFailure) {
    let transition = try database.rows(
      "SELECT transition FROM outbox WHERE key = ?", [.text(key)]
    ).first?.whole(0)
    if let transition { try write(entry, of: transition, at: time) }
  }

  /// Asks for a delivery of the transition in this journal entry.
  func write(
    _ entry: OutboxEntry, of transition: Int64, at time: Int64
  ) throws(StateFailure) {
    try database.run(
      """
      INSERT OR IGNORE INTO outbox
        (key, transition, action, mode, status, attempts, updated, detail, cause)
      VALUES (?, ?, ?, ?, ?, ?, ?, '', ?)
      """,
      [
        .text(entry.key), .whole(transition), .text(entry.action), .text(entry.mode.rawValue),
        .text(entry.status.rawValue), .whole(Int64(entry.attempts)), .whole(time),
        entry.cause.map { .text($0.json) } ?? .null,
      ])
  }

  /// Notes that an attempt begins; false when nobody wrote down that it was asked for.
  func begin(_ key: String, at time: Int64) throws(StateFailure) -> Bool {
    try database.rows(
      """
      UPDATE outbox SET status = 'attempting', attempts = attempts + 1, updated = ?
      WHERE key = ? RETURNING key
      """, [.whole(time), .text(key)]
    ).count == 1
  }

  /// Notes what became of a delivery.
  func note(
    _ status: OutboxEntry.Status, of key: String, detail: String, at time: Int64
  ) throws(StateFailure) {
    try database.run(
      "UPDATE outbox SET status = ?, detail = ?, updated = ? WHERE key = ?",
      [.text(status.rawValue), .text(detail), .whole(time), .text(key)])
  }
}

/// A delivery that was asked for, so that it is neither lost nor, where it must not be, repeated.
package struct OutboxEntry: Sendable {
  package enum Status: String, Sendable {
    /// Not attempted, or to be attempted again.
    case waiting
    /// An attempt was begun.
    case attempting
    case done, failed, unknown, blocked, shadow
  }

  package var key: String
  package var transition: Transition
  package var action: String
  package var mode: PlannedAction.Mode
  package var status: Status
  package var attempts: Int
  /// The remediation that asks for it; nil when the alert itself does.
  package var cause: Cause?
  /// When something was last said of it, and what.
  package var updated: Int64 = 0
  package var detail = ""

  /// What a delivery asks for.
  package init(_ delivery: Delivery) {
    self.init(
      key: delivery.key, transition: delivery.alert.transition, action: delivery.action.name,
      mode: delivery.mode, cause: delivery.alert.cause)
  }

  package init(
    key: String, transition: Transition, action: String, mode: PlannedAction.Mode,
    status: Status = .waiting, attempts: Int = 0, cause: Cause? = nil
  ) {
    self.key = key
    self.transition = transition
    self.action = action
    self.mode = mode
    self.status = status
    self.attempts = attempts
    self.cause = cause
  }
}

extension OutboxEntry {
  /// Whether it asks for a remediation.
  package var heals: Bool {
    let kind = transition.actions.first { $0.name == action }?.kind
    return cause == nil && ActionTable.kinds.contains { $0.kind == kind && $0.duty == .remediation }
  }
}

extension OutboxEntry.Status {
  /// Nil for an end that leaves the delivery to be made after a restart.
  init?(_ outcome: Delivery.Outcome) {
    switch outcome {
    case .done: self = .done
    case .retrying: self = .waiting
    case .failed: self = .failed
    case .unknown: self = .unknown
    case .blocked: self = .blocked
    case .shadow: self = .shadow
    case .abandoned: self = .waiting
    case .parked: self = .waiting
    case .refused, .helped, .unhelpful: return nil
    }
  }
}
