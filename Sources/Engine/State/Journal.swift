import Alerting

/// What was decided, in the order in which it was, each entry sealed with a hash over itself and the
/// seal before it: whoever edits one breaks every seal that follows.
package struct Journal {
  package enum Kind: String, Sendable {
    /// The program began to watch, with what rules and sources.
    case start
    /// A transition record.
    case transition
    /// What was read, in order, and what the clock decided: an `InputEntry`.
    case input
    /// The program stopped in order.
    case stop
    /// Other rules were taken up while it ran, with their identities.
    case reload
    /// Lines are missing up to a time.
    case gap
    /// A record of its own health.
    case health
    /// What became of a delivery: a line of the audit log.
    case delivery
    /// What somebody ordered about remediation.
    case order
    /// What was damaged was written anew.
    case repair
    /// This one and those before it were removed; only its seal is left.
    case pruned
  }

  package struct Entry: Sendable, Hashable {
    package var number: Int64
    package var time: Int64
    package var kind: String
    package var content: String
    package var seal: String
  }

  private let database: Database

  init(_ database: Database) { self.database = database }

  /// Adds an entry; must be called inside a transaction.
  @discardableResult
  func append(_ kind: Kind, _ content: String, at time: Int64) throws(StateFailure) -> Int64 {
    let last = try database.rows("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").first
    let number = (last?.whole(0) ?? 0) + 1
    let seal = Entry.seal(
      after: last?.text(1) ?? "", number: number, time: time, kind: kind.rawValue, content)
    try database.run(
      "INSERT INTO journal (seq, time, kind, content, hash) VALUES (?, ?, ?, ?, ?)",
      [.whole(number), .whole(time), .text(kind.rawValue), .text(content), .text(seal)])
    return number
  }

  /// Up to `limit` entries behind the one with this number, oldest first.
  func entries(after number: Int64 = 0, limit: Int = 1_000) throws(StateFailure) -> [Entry] {
    try database.rows(
      "SELECT seq, time, kind, content, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
      [.whole(number), .whole(Int64(limit))]
    ).map { row in
      Entry(
        number: row.whole(0), time: row.whole(1), kind: row.text(2), content: row.text(3),
        seal: row.text(4))
    }
  }

  /// The first entry whose seal does not fit; nil when all do.
  func firstBroken() throws(StateFailure) -> Entry? {
    var previous: Entry?
    while true {
      let page = try entries(after: previous?.number ?? 0)
      guard !page.isEmpty else { return nil }
      for entry in page {
        if let previous {
          guard entry.number == previous.number + 1, entry.isSealed(after: previous.seal) else {
            return entry
          }
        } else if entry.kind != Kind.pruned.rawValue, !entry.isSealed(after: "") {
          return entry
        }
        previous = entry
      }
    }
  }

  /// Removes the entries up to this number; what follows still builds on the last one's seal, and on
  /// the beginning of the run that it belongs to.
  func prune(through number: Int64) throws(StateFailure) {
    let start = try database.rows(
      "SELECT content FROM journal WHERE seq <= ? AND kind IN (?, ?) ORDER BY seq DESC LIMIT 1",
      [.whole(number), .text(Kind.start.rawValue), .text(Kind.pruned.rawValue)])
    try database.run("DELETE FROM journal WHERE seq < ?", [.whole(number)])
    try database.run(
      "UPDATE journal SET kind = ?, content = ? WHERE seq = ?",
      [.text(Kind.pruned.rawValue), .text(start.first?.text(0) ?? ""), .whole(number)])
  }
}

extension Journal.Entry {
  fileprivate func isSealed(after previous: String) -> Bool {
    seal
      == Journal.Entry.seal(after: previous, number: number, time: time, kind: kind, content)
  }

  fileprivate static func seal(
    after previous: String, number: Int64, time: Int64, kind: String, _ content: String
  ) -> String {
    var writer = JSONWriter()
    writer.array {
      $0.string(previous)
      $0.whole(number)
      $0.whole(time)
      $0.string(kind)
      $0.string(content)
    }
    return Digest.full(writer.bytes)
  }
}
