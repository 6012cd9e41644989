package import Actions
import Alerting
import Synchronization

/// What remediation has done, and what is written down before it does anything.
extension StateStore {
  /// All that the guard rails and a restart need.
  struct Remedies: Sendable {
    var deeds: [KeptDeed] = []
    var holds: [GuardLedger.Hold] = []
    var closed: [String: Int64] = [:]
    var approvals: Set<String> = []
  }

  func remedies() throws(StateFailure) -> Remedies {
    try lock.withLock { _ throws(StateFailure) in
      Remedies(
        deeds: try deeds.all(), holds: try deeds.holds(), closed: try deeds.closed(),
        approvals: try deeds.approvals())
    }
  }

  /// Notes, before anything is done, that a delivery is attempted, and the act that it is; fails when
  /// that can't be kept.
  package func begin(
    _ key: String, carrying others: [String] = [], _ act: KeptDeed? = nil, at time: Int64
  ) throws(StateFailure) {
    let carrier = others.isEmpty ? nil : key
    try lock.withLock { _ throws(StateFailure) in
      try database.transaction { () throws(StateFailure) in
        for key in [key] + others {
          guard try outbox.begin(key, carrier: carrier, at: time) else {
            throw StateFailure(
              path: path, cause: .unwritable, reason: "does not hold the delivery yet")
          }
        }
        if let act { try deeds.write(act) }
      }
    }
  }

  /// Notes what became of a delivery: in the outbox, in the audit log, of the act, and what has to be
  /// told because of it.
  package func note(_ ending: RemedyEnding) throws(StateFailure) {
    let report = ending.report
    try lock.withLock { _ throws(StateFailure) in
      try database.transaction { () throws(StateFailure) in
        if let status = OutboxEntry.Status(report.outcome) {
          for key in report.keys {
            try outbox.note(status, of: key, detail: report.outcome.detail, at: report.time)
          }
        }
        try journal.append(
          .delivery, String(decoding: report.json(), as: UTF8.self), at: report.time)
        if let act = ending.act { try deeds.write(act) }
        if let key = ending.withdrawn { try deeds.remove(key) }
        for follower in ending.followers {
          try outbox.write(OutboxEntry(follower), after: report.key, at: report.time)
        }
      }
    }
  }

  /// Writes down what somebody has ordered.
  package func take(_ order: RemedyOrder, at time: Int64) throws(StateFailure) {
    try lock.withLock { _ throws(StateFailure) in
      try database.transaction { () throws(StateFailure) in
        try deeds.take(order, at: time)
        try journal.append(.order, order.json, at: time)
      }
    }
  }

  /// What is left alone for now.
  package func holds() throws(StateFailure) -> [GuardLedger.Hold] {
    try lock.withLock { _ throws(StateFailure) in try deeds.holds() }
  }

  /// The newest deliveries that have not ended, or not well; oldest first.
  package func troubledDeliveries(atMost limit: Int) throws(StateFailure) -> [OutboxEntry] {
    try lock.withLock { _ throws(StateFailure) in
      try outbox.rows(
        where: """
          outbox.status IN ('waiting', 'attempting', 'failed', 'unknown', 'blocked')
          ORDER BY outbox.updated DESC, outbox.key LIMIT ?
          """, [.whole(Int64(limit))]
      ).reversed()
    }
  }

  /// The delivery with this key.
  func delivery(withKey key: String) throws(StateFailure) -> OutboxEntry? {
    try lock.withLock { _ throws(StateFailure) in
      try outbox.rows(where: "outbox.key = ?", [.text(key)]).first
    }
  }

  /// The deliveries whose keys begin so.
  package func deliveries(withKey key: String) throws(StateFailure) -> [OutboxEntry] {
    try lock.withLock { _ throws(StateFailure) in
      try outbox.rows(where: "substr(outbox.key, 1, length(?1)) = ?1", [.text(key)])
    }
  }

  /// All reports of a delivery, oldest first, as JSON.
  package func auditTrail(of key: String) throws(StateFailure) -> [String] {
    try lock.withLock { _ throws(StateFailure) in
      try database.rows(
        """
        SELECT content FROM journal WHERE kind = 'delivery' AND content ->> 'key' = ? ORDER BY seq
        """, [.text(key)]
      ).map { $0.text(0) }
    }
  }

  /// Deliveries that have not ended.
  func openDeliveries() throws(StateFailure) -> [OutboxEntry] {
    try lock.withLock { _ throws(StateFailure) in try outbox.open() }
  }
}

/// What follows from the end of a delivery, or from what turned out later; all of it is kept at once.
package struct RemedyEnding: Sendable {
  package var report: Delivery.Report
  /// The act as it stands now.
  var act: KeptDeed?
  /// The key of an act that was none.
  var withdrawn: String?
  /// Who is told.
  var followers: [Delivery] = []

  package init(report: Delivery.Report) { self.report = report }
}
