import Actions
import Alerting

/// What the guard rails decide by, one row for each act; and what people have said of it.
///
/// It must be used with the store's lock held.
struct DeedTable {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// The step that makes the tables; see `StateSchema.steps`.
  static let schema = """
    ALTER TABLE outbox ADD COLUMN cause TEXT;
    CREATE TABLE deeds (
      key TEXT PRIMARY KEY, action TEXT NOT NULL, target TEXT NOT NULL, mode TEXT NOT NULL,
      monitor TEXT NOT NULL, level TEXT NOT NULL, "group" TEXT NOT NULL, began INTEGER NOT NULL,
      state TEXT NOT NULL, deadline INTEGER, deed TEXT
    ) STRICT;
    CREATE TABLE holds (
      action TEXT PRIMARY KEY, until INTEGER, by TEXT NOT NULL, reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE closed (action TEXT PRIMARY KEY, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE approvals (key TEXT PRIMARY KEY, by TEXT NOT NULL) STRICT, WITHOUT ROWID;
    """

  /// In the order in which they began.
  func all() throws(StateFailure) -> [KeptDeed] {
    try database.rows(
      """
      SELECT key, action, target, mode, monitor, level, "group", began, state, deadline, deed
      FROM deeds ORDER BY began, rowid
      """
    ).compactMap { row in
      guard let mode = PlannedAction.Mode(rawValue: row.text(3)),
        let level = Level(rawValue: row.text(5)), let group = GroupKey(json: row.text(6)),
        let state = GuardLedger.Entry.State(rawValue: row.text(8))
      else { return nil }
      let alert = AlertIdentity(monitor: row.text(4), level: level, group: group)
      return KeptDeed(
        entry: GuardLedger.Entry(
          key: row.text(0), action: row.text(1), target: row.text(2), mode: mode, alert: alert,
          began: row.whole(7), state: state, deadline: row.optionalWhole(9)),
        deed: row.optionalText(10).flatMap(Deed.init(recordJSON:)))
    }
  }

  func write(_ kept: KeptDeed) throws(StateFailure) {
    let entry = kept.entry
    try database.run(
      """
      INSERT OR REPLACE INTO deeds
        (key, action, target, mode, monitor, level, "group", began, state, deadline, deed)
      VALUES (?,?,?,?,?,?,?,?,?,?,?)
      """,
      [
        .text(entry.key), .text(entry.action), .text(entry.target), .text(entry.mode.rawValue),
        .text(entry.alert.monitor), .text(entry.alert.level.rawValue),
        .text(entry.alert.group.json),
        .whole(entry.began), .text(entry.state.rawValue), .optional(entry.deadline),
        kept.deed.map { .text($0.recordJSON) } ?? .null,
      ])
  }

  func remove(_ key: String) throws(StateFailure) {
    try database.run("DELETE FROM deeds WHERE key = ?", [.text(key)])
  }

  /// Removes what began before a time and has been judged, and what people said of what is gone.
  func prune(before time: Int64) throws(StateFailure) {
    try database.run(
      "DELETE FROM deeds WHERE began < ? AND state NOT IN ('acting', 'unjudged')", [.whole(time)])
    try database.run("DELETE FROM approvals WHERE key NOT IN (SELECT key FROM outbox)")
    try database.run("DELETE FROM holds WHERE until < ?", [.whole(time)])
  }

  func holds() throws(StateFailure) -> [GuardLedger.Hold] {
    try database.rows("SELECT action, until, by, reason FROM holds ORDER BY action").map { row in
      GuardLedger.Hold(
        action: row.text(0).isEmpty ? nil : row.text(0), until: row.optionalWhole(1),
        by: row.text(2), reason: row.text(3))
    }
  }

  func closed() throws(StateFailure) -> [String: Int64] {
    var times: [String: Int64] = [:]
    for row in try database.rows("SELECT action, time FROM closed") {
      times[row.text(0)] = row.whole(1)
    }
    return times
  }

  func approvals() throws(StateFailure) -> Set<String> {
    Set(try database.rows("SELECT key FROM approvals").map { $0.text(0) })
  }

  /// Writes down what somebody has ordered.
  func take(_ order: RemedyOrder, at time: Int64) throws(StateFailure) {
    switch order.what {
    case .hold(let action, let until):
      try database.run(
        "INSERT OR REPLACE INTO holds (action, until, by, reason) VALUES (?,?,?,?)",
        [.text(action ?? ""), .optional(until), .text(order.by), .text(order.reason)])
    case .release(let action):
      if let action {
        try database.run("DELETE FROM holds WHERE action = ?", [.text(action)])
        try database.run(
          "INSERT OR REPLACE INTO closed (action, time) VALUES (?,?)",
          [.text(action), .whole(time)])
      } else {
        try database.run("DELETE FROM holds")
        try database.run(
          "INSERT OR REPLACE INTO closed (action, time) SELECT DISTINCT action, ? FROM deeds",
          [.whole(time)])
      }
    case .approve(let key):
      try database.run(
        "INSERT OR REPLACE INTO approvals (key, by) VALUES (?,?)", [.text(key), .text(order.by)])
    case .retry(let key):
      try database.run(
        """
        UPDATE outbox SET status = 'waiting', updated = ?, attempts = 0
        WHERE key = ? AND status = 'failed'
        """, [.whole(time), .text(key)])
    }
  }
}

/// An act as the state has it.
package struct KeptDeed: Sendable {
  var entry: GuardLedger.Entry
  /// What was done; nil as long as that is not known.
  var deed: Deed?
}
