/// The tables of the durable state, and how those of an older version become these.
enum StateSchema {
  /// `PRAGMA application_id`: "trip", so that `file` tells it from other databases.
  static let application: Int64 = 0x7472_6970

  /// Each step takes a database from the version of its index to the next one. A step that was
  /// released never changes.
  static let steps = [
    """
    CREATE TABLE sources (
      name TEXT PRIMARY KEY,
      largest INTEGER, previous INTEGER, arrived INTEGER, lines INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE generations (
      source TEXT NOT NULL, number INTEGER NOT NULL, path TEXT NOT NULL,
      device INTEGER NOT NULL, inode INTEGER NOT NULL, fingerprint TEXT, tail TEXT NOT NULL,
      needed INTEGER NOT NULL, read INTEGER NOT NULL, line INTEGER NOT NULL,
      size INTEGER NOT NULL, modified INTEGER NOT NULL, marks TEXT NOT NULL,
      PRIMARY KEY (source, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE monitors (
      name TEXT PRIMARY KEY, rule TEXT NOT NULL, began INTEGER NOT NULL, due INTEGER NOT NULL,
      largest INTEGER NOT NULL, led_through INTEGER NOT NULL, lost_through INTEGER NOT NULL, owes INTEGER NOT NULL,
      last_line INTEGER NOT NULL, learned TEXT
    ) STRICT;
    CREATE TABLE alerts (
      monitor TEXT NOT NULL, level TEXT NOT NULL, "group" TEXT NOT NULL,
      firing INTEGER NOT NULL, ordinal INTEGER NOT NULL, fired_at INTEGER NOT NULL,
      last_hit INTEGER NOT NULL, clear_since INTEGER, pending_since INTEGER, hits TEXT NOT NULL,
      PRIMARY KEY (monitor, level, "group")
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE groups (
      monitor TEXT NOT NULL, "group" TEXT NOT NULL,
      first_lines TEXT NOT NULL, last_line INTEGER NOT NULL, remembered INTEGER NOT NULL,
      PRIMARY KEY (monitor, "group")
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE journal (
      seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT;
    CREATE TABLE outbox (
      key TEXT PRIMARY KEY, transition INTEGER NOT NULL, action TEXT NOT NULL, mode TEXT NOT NULL,
      status TEXT NOT NULL, attempts INTEGER NOT NULL, updated INTEGER NOT NULL,
      detail TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX outbox_open ON outbox (status) WHERE status IN ('waiting', 'attempting');
    """,
    standing,
    AccountTable.schema,
    DeedTable.schema,
    quiet,
    // Where the day begins after which an alert of silence expires.
    "ALTER TABLE alerts ADD COLUMN silent_since INTEGER;",
  ]

  /// Deliveries that wait until it need not be quiet any more, and which notification carries one.
  private static let quiet = """
    ALTER TABLE outbox ADD COLUMN carrier TEXT;
    DROP INDEX outbox_open;
    CREATE INDEX outbox_open ON outbox (status) WHERE status IN ('waiting', 'attempting', 'held');
    """

  /// What people ask about a run from outside, and what ends alerts whose rules are gone.
  private static let standing = """
    ALTER TABLE monitors ADD COLUMN gap_through INTEGER;
    CREATE TABLE cards (monitor TEXT PRIMARY KEY, card TEXT NOT NULL) STRICT;
    CREATE TABLE glances (monitor TEXT PRIMARY KEY, glance TEXT NOT NULL) STRICT;
    CREATE TABLE engine (one INTEGER PRIMARY KEY CHECK (one = 1), note TEXT NOT NULL) STRICT;
    CREATE TABLE transitions (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL, monitor TEXT NOT NULL, level TEXT NOT NULL,
      "group" TEXT NOT NULL, step TEXT NOT NULL, time INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX transitions_id ON transitions (id);
    CREATE INDEX transitions_alert ON transitions (monitor, level, "group", seq);
    INSERT INTO transitions
      SELECT seq, content ->> 'id', content ->> 'monitor', content ->> 'level',
        json_extract(content, '$.group'), content ->> 'to',
        CAST(round((julianday(content ->> 'time') - 2440587.5) * 86400000) AS INTEGER)
      FROM journal WHERE kind = 'transition' AND json_valid(content);
    """

  /// Brings the database up to date, one step after the other, each kept as a whole.
  static func migrate(_ database: Database, path: String) throws(StateFailure) {
    for version in try version(of: database, path: path)..<steps.count {
      try database.transaction { () throws(StateFailure) in
        try database.script(steps[version])
        try database.script("PRAGMA user_version = \(version + 1)")
        try database.script("PRAGMA application_id = \(application)")
      }
    }
  }

  /// For those who only look: nothing is brought up to date.
  static func checkCurrent(_ database: Database, path: String) throws(StateFailure) {
    guard try version(of: database, path: path) == steps.count else {
      throw StateFailure(
        path: path, cause: .other,
        reason: "was written by an older version; 'tripline run' brings it up to date")
    }
  }

  /// The tables that there are, as far as anybody can tell.
  static func tables(of database: Database) -> [String] {
    let rows = try? database.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return (rows ?? []).map { $0.text(0) }
  }

  static func version(of database: Database, path: String) throws(StateFailure) -> Int {
    let found = try database.rows("PRAGMA user_version").first?.whole(0) ?? 0
    guard found <= steps.count else {
      throw StateFailure(
        path: path, cause: .tooNew,
        reason: "was written by a newer version (format \(found), this one knows \(steps.count)); "
          + "upgrade, or name another directory with --state")
    }
    let owner = try database.rows("PRAGMA application_id").first?.whole(0) ?? 0
    guard owner == application || (owner == 0 && found == 0) else {
      throw StateFailure(
        path: path, cause: .damaged, reason: "is damaged: the file is another program's database")
    }
    return Int(found)
  }
}
