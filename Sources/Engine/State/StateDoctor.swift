import Glibc

/// Looks at a state directory that may be damaged, and saves what can be saved.
package struct StateDoctor {
  package struct Finding: Sendable, Hashable {
    package enum Kind: Sendable {
      case good
      /// Something to be seen to, but no damage.
      case warning
      case damage
    }

    package var kind: Kind
    package var subject: String
    package var words: String
  }

  private let directory: String

  package init(_ directory: String) { self.directory = directory }

  private var path: String { StateDirectory.database(in: directory) }

  /// What there is to say; the state is sound when none of it is damage.
  package func examine() throws(StateFailure) -> [Finding] {
    guard access(path, F_OK) == 0 else {
      throw StateFailure(path: directory, cause: .other, reason: "is not there: nothing was kept")
    }
    var findings = [directoryFinding]
    if let process = StateDirectory.holder(of: directory) {
      findings.append(.good("run", "process \(process) has the state"))
    }
    let database: Database
    do throws(StateFailure) {
      database = try Database(readingIn: path)
      findings.append(try version(of: database))
    } catch {
      guard error.cause != .tooNew else { throw error }
      return findings + [.bad("database", error.reason)]
    }
    findings += integrity(of: database)
    for table in StateSchema.tables(of: database) { findings.append(readable(table, in: database)) }
    findings.append(chain(of: database))
    return findings
  }

  private var directoryFinding: Finding {
    var status = stat()
    guard stat(directory, &status) == 0 else { return .warning("directory", "can't be looked at") }
    if status.st_mode & 0o022 != 0 {
      return .warning("directory", "others can write to it; take that away with chmod go-w")
    }
    var system = statvfs()
    let isReadOnly = statvfs(directory, &system) == 0 && system.f_flag & UInt(ST_RDONLY) != 0
    guard !isReadOnly, access(directory, W_OK) == 0 else {
      return .warning("directory", "can't be written to, so that no run can keep its state there")
    }
    return .good("directory", "can be written to, \(system.f_bavail * system.f_frsize) bytes free")
  }

  private func version(of database: Database) throws(StateFailure) -> Finding {
    let version = try StateSchema.version(of: database, path: path)
    return .good(
      "format",
      version == StateSchema.steps.count
        ? "\(version)" : "\(version), the next run makes it \(StateSchema.steps.count)")
  }

  private func integrity(of database: Database) -> [Finding] {
    do throws(StateFailure) {
      let words = try database.rows("PRAGMA integrity_check(10)").map { $0.text(0) }
      if words == ["ok"] { return [.good("pages", "every page is as it should be")] }
      return words.map { .bad("pages", $0.split(separator: "\n").joined(separator: "; ")) }
    } catch {
      return [.bad("pages", error.reason)]
    }
  }

  private func readable(_ table: String, in database: Database) -> Finding {
    var count = 0
    do throws(StateFailure) {
      try database.forEach("SELECT * FROM \"\(table)\"") { _ in count += 1 }
      return .good(table, "\(count) rows")
    } catch {
      return .bad(table, "\(count) rows can be read from the front; then it \(error.reason)")
    }
  }

  private func chain(of database: Database) -> Finding {
    do throws(StateFailure) {
      guard let broken = try Journal(database).firstBroken() else {
        return .good("chain", "every seal of the journal fits")
      }
      return .bad(
        "chain",
        "journal entry \(broken.number) is not what was written, or one before it was removed")
    } catch {
      return .bad("chain", "the journal \(error.reason)")
    }
  }

  // Repairing.

  /// Writes what can be read into a new database, puts that in the place of the damaged one, and keeps
  /// that aside. No run may have the state meanwhile.
  package func repair(at now: Int64, named stamp: String) throws(StateFailure) -> [Finding] {
    let held = try StateDirectory(directory)
    defer { withExtendedLifetime(held) {} }
    let fresh = path + ".repaired"
    for ending in ["", "-wal", "-shm"] { unlink(fresh + ending) }
    let findings = try save(in: fresh, at: now)
    chmod(fresh, 0o600)
    let aside = "\(path).damaged-\(stamp)"
    for ending in ["", "-wal", "-shm"] where access(path + ending, F_OK) == 0 {
      guard rename(path + ending, aside + ending) == 0 else {
        throw StateFailure(path: directory, errno: errno)
      }
    }
    guard rename(fresh, path) == 0 else { throw StateFailure(path: directory, errno: errno) }
    return findings + [.good("kept aside", aside)]
  }

  /// Makes a new database of what can be read.
  private func save(in fresh: String, at now: Int64) throws(StateFailure) -> [Finding] {
    let copy = try Database(path: fresh)
    try copy.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    try StateSchema.migrate(copy, path: fresh)
    guard let damaged = try? Database(readingIn: path) else {
      return [.bad("database", "nothing of it can be read")] + (try mend(copy, at: now))
    }
    var findings: [Finding] = []
    for table in StateSchema.tables(of: copy) {
      findings.append(try save(table, from: damaged, to: copy))
    }
    return findings + (try mend(copy, at: now))
  }

  /// Copies the rows that can be read, from the front and then from the back.
  private func save(
    _ table: String, from damaged: Database, to copy: Database
  ) throws(StateFailure) -> Finding {
    let known = Set(damaged.columns(of: table))
    let columns = copy.columns(of: table).filter { known.isEmpty || known.contains($0) }
      .map { "\"\($0)\"" }.joined(separator: ", ")
    let marks = Array(
      repeating: "?", count: columns.split(separator: ",").count
    ).joined(separator: ", ")
    let insert = "INSERT OR IGNORE INTO \"\(table)\" (\(columns)) VALUES (\(marks))"
    var problem: StateFailure?
    try copy.transaction { () throws(StateFailure) in
      for order in ["", " ORDER BY \(copy.backwards(through: table))"] {
        var failure: StateFailure?
        do throws(StateFailure) {
          try damaged.forEach("SELECT \(columns) FROM \"\(table)\" NOT INDEXED\(order)") { row in
            // A row that breaks the rules of its table is damaged too.
            try? copy.run(insert, row.values)
          }
        } catch {
          failure = error
        }
        if order.isEmpty { problem = failure }
        if problem == nil { break }
      }
    }
    let count = try copy.rows("SELECT count(*) FROM \"\(table)\"").first?.whole(0) ?? 0
    return problem.map { .bad(table, "saved \(count) rows; of the rest it \($0.reason)") }
      ?? .good(table, "saved \(count) rows")
  }

  /// Makes the parts agree again: the journal is a chain from its last break on, and every delivery
  /// that is asked for has a transition that asks.
  private func mend(_ copy: Database, at now: Int64) throws(StateFailure) -> [Finding] {
    let journal = Journal(copy)
    var findings: [Finding] = []
    var dropped: Int64 = 0
    try copy.transaction { () throws(StateFailure) in
      // The last break counts: what stands before it can't be proven any more.
      while let broken = try journal.firstBroken() {
        dropped = broken.number
        try journal.prune(through: broken.number)
      }
      let lost = try copy.rows(
        """
        DELETE FROM outbox WHERE transition NOT IN (
          SELECT seq FROM journal WHERE kind = 'transition')
        RETURNING action, status
        """)
      for row in lost where ["waiting", "attempting"].contains(row.text(1)) {
        findings.append(
          .bad("delivery", "'\(row.text(0))' was asked for, and nobody knows any more what for"))
      }
      try journal.append(.repair, #"{"journal_from":\#(dropped + 1)}"#, at: now)
    }
    let verdict = try copy.rows("PRAGMA integrity_check(1)").first?.text(0) ?? ""
    guard verdict == "ok" else {
      throw StateFailure(path: path, cause: .damaged, reason: "could not be repaired: \(verdict)")
    }
    findings.append(
      dropped == 0
        ? .good("chain", "the journal is whole")
        : .bad("chain", "the journal begins anew behind entry \(dropped)"))
    return findings
  }
}

extension StateDoctor.Finding {
  fileprivate static func good(_ subject: String, _ words: String) -> Self {
    Self(kind: .good, subject: subject, words: words)
  }

  fileprivate static func warning(_ subject: String, _ words: String) -> Self {
    Self(kind: .warning, subject: subject, words: words)
  }

  fileprivate static func bad(_ subject: String, _ words: String) -> Self {
    Self(kind: .damage, subject: subject, words: words)
  }
}

extension Database {
  /// The columns of a table, as far as anybody can tell.
  fileprivate func columns(of table: String) -> [String] {
    ((try? rows("SELECT name FROM pragma_table_info(?)", [.text(table)])) ?? []).map { $0.text(0) }
  }

  /// The order that begins with the last row of a table.
  fileprivate func backwards(through table: String) -> String {
    let keys = try? rows(
      "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", [.text(table)])
    let isPlain = (try? rows("SELECT rowid FROM \"\(table)\" LIMIT 0")) != nil
    return isPlain
      ? "rowid DESC"
      : (keys ?? []).map { "\"\($0.text(0))\" DESC" }
        .joined(separator: ", ")
  }
}
