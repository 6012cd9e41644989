/// The accounts of all generations in the database, one row each.
///
/// It must be used with the store's lock held.
struct AccountTable {
  private let database: Database

  init(_ database: Database) { self.database = database }

  /// The step that makes the table; see `StateSchema.steps`.
  static let schema = """
    CREATE TABLE accounts (
      source TEXT NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL, path TEXT NOT NULL,
      fingerprint TEXT, tail TEXT NOT NULL, "end" INTEGER NOT NULL, lost_through INTEGER,
      counts TEXT NOT NULL, PRIMARY KEY (source, number, part)
    ) STRICT, WITHOUT ROWID;
    """

  func all() throws(StateFailure) -> [ByteAccount] {
    try database.rows(
      """
      SELECT source, number, part, path, fingerprint, tail, "end", lost_through, counts
      FROM accounts ORDER BY source, number, part
      """
    ).map { row in
      var account = ByteAccount(
        source: row.text(0), number: Int32(truncatingIfNeeded: row.whole(1)))
      account.part = row.whole(2)
      account.path = row.text(3)
      account.fingerprint = row.optionalText(4)
      account.tail = row.text(5)
      account.end = row.whole(6)
      account.lostThrough = row.optionalWhole(7)
      account.read(json: row.text(8))
      return account
    }
  }

  func write(_ account: ByteAccount) throws(StateFailure) {
    try database.run(
      """
      INSERT OR REPLACE INTO accounts
        (source, number, part, path, fingerprint, tail, "end", lost_through, counts)
      VALUES (?,?,?,?,?,?,?,?,?)
      """,
      [
        .text(account.source), .whole(Int64(account.number)), .whole(account.part),
        .text(account.path), account.fingerprint.map { .text($0) } ?? .null,
        .text(account.tail), .whole(account.end), .optional(account.lostThrough),
        .text(account.json),
      ])
  }
}
