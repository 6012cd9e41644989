import Actions
package import Alerting
import Glibc
import Records
import Synchronization

/// Everything that must outlive the process, in one SQLite database. Each commit is a whole, so that
/// after `kill -9` positions, alerts, journal and outbox agree.
// SAFETY: the database and the journal are only touched with the lock held.
package final class StateStore: @unchecked Sendable {
  /// What a restart finds.
  package struct Content: Sendable {
    package var sources: [SavedSource] = []
    package var monitors: [SavedMonitor] = []
    /// Deliveries that were asked for and not ended.
    package var open: [OutboxEntry] = []
    /// What became of the bytes of every generation.
    package var accounts: [ByteAccount] = []

    package var isEmpty: Bool { sources.isEmpty && monitors.isEmpty }
  }

  /// What one commit adds.
  package struct Checkpoint: Sendable {
    /// Milliseconds since the epoch, by the clock of the machine.
    package var time: Int64
    /// Sources that moved, as they stand now.
    package var sources: [SavedSource] = []
    /// Monitors that changed, with the alerts and groups that did.
    package var monitors: [SavedMonitor] = []
    /// Journal entries, in order.
    package var entries: [NewEntry] = []
    /// Deliveries of transitions that were kept before.
    package var repetitions: [OutboxEntry] = []
    /// Monitors of which nothing is to be kept.
    package var forgotten: [String] = []
    /// What is kept for people who look.
    package var notes = Notes()
    /// Generations of which more is known.
    package var accounts: [ByteAccount] = []

    package init(time: Int64) { self.time = time }
  }

  /// A journal entry to be, and the deliveries that it asks for.
  package struct NewEntry: Sendable {
    package var kind: Journal.Kind
    package var content: String
    package var intents: [OutboxEntry] = []
    /// What the content says, so that it is found again.
    package var transition: Transition?

    package init(_ transition: Transition, intents: [OutboxEntry] = []) {
      self.init(
        .transition, String(decoding: transition.json(), as: UTF8.self), intents: intents)
      self.transition = transition
    }

    package init(_ kind: Journal.Kind, _ content: String, intents: [OutboxEntry] = []) {
      self.kind = kind
      self.content = content
      self.intents = intents
    }
  }

  let path: String
  /// Held as long as the state may be written.
  private let directory: StateDirectory?
  let lock = Mutex(())
  let database: Database
  let journal: Journal
  let outbox: Outbox
  let deeds: DeedTable
  private let accounts: AccountTable

  /// Where it is kept, and other things beside it; nil for those who only look.
  var folder: String? { directory?.path }

  /// Opens the state in a directory that this process holds; made when there is none.
  package init(in directory: StateDirectory) throws(StateFailure) {
    self.directory = directory
    path = directory.database
    // SQLite gives its other files the rights of this one.
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StateFailure(path: directory.path, errno: errno) }
    close(file)
    database = try Database(path: path)
    journal = Journal(database)
    outbox = Outbox(database)
    deeds = DeedTable(database)
    accounts = AccountTable(database)
    // What is too new is left as it is, before anything is set.
    _ = try StateSchema.version(of: database, path: path)
    // With a full sync a commit survives a power cut too: nothing is done before its intent is on
    // the disk.
    try database.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    try StateSchema.migrate(database, path: path)
    try check()
  }

  /// Opens the state in a directory to look at it, also while another process writes it. To look at
  /// every page first takes a while.
  package init(readingIn directory: String, checks: Bool = true) throws(StateFailure) {
    self.directory = nil
    path = StateDirectory.database(in: directory)
    guard access(path, F_OK) == 0 else {
      throw StateFailure(
        path: directory, cause: .other,
        reason:
          "is not there: nothing was kept; name another directory with --state, or start with "
          + "'tripline run --durable'")
    }
    database = try Database(readingIn: path)
    journal = Journal(database)
    outbox = Outbox(database)
    deeds = DeedTable(database)
    accounts = AccountTable(database)
    try StateSchema.checkCurrent(database, path: path)
    if checks { try check() }
  }

  private func check() throws(StateFailure) {
    let verdict = try database.rows("PRAGMA quick_check(1)").first?.text(0) ?? ""
    guard verdict == "ok" else { throw damaged(verdict) }
  }

  // Reading.

  package func load() throws(StateFailure) -> Content {
    try lock.withLock { _ throws(StateFailure) in
      Content(
        sources: try sources(), monitors: try monitors(), open: try outbox.open(),
        accounts: try accounts.all())
    }
  }

  /// Up to `limit` journal entries behind the one with this number, oldest first.
  package func entries(
    after number: Int64 = 0, limit: Int = 1_000
  ) throws(StateFailure) -> [Journal.Entry] {
    try lock.withLock { _ throws(StateFailure) in
      try journal.entries(after: number, limit: limit)
    }
  }

  /// The first journal entry whose seal does not fit; nil when all do.
  package func firstBrokenEntry() throws(StateFailure) -> Journal.Entry? {
    try lock.withLock { _ throws(StateFailure) in try journal.firstBroken() }
  }

  /// Removes the journal entries up to this number.
  package func prune(through number: Int64) throws(StateFailure) {
    try lock.withLock { _ throws(StateFailure) in try journal.prune(through: number) }
  }

  func sources() throws(StateFailure) -> [SavedSource] {
    var generations: [String: [SavedGeneration]] = [:]
    for row in try database.rows(
      """
      SELECT source, number, path, device, inode, fingerprint, tail, needed, read, line, size,
        modified, marks
      FROM generations ORDER BY source, number
      """)
    {
      var generation = SavedGeneration(
        number: Int32(truncatingIfNeeded: row.whole(1)), path: row.text(2),
        device: UInt64(bitPattern: row.whole(3)), inode: UInt64(bitPattern: row.whole(4)),
        fingerprint: row.optionalText(5), tail: row.text(6), needed: row.whole(7),
        read: row.whole(8), line: row.whole(9), size: row.whole(10), modified: row.whole(11))
      generation.marks = ReadMarks(json: row.text(12))
      generations[row.text(0), default: []].append(generation)
    }
    return try database.rows("SELECT name, largest, previous, arrived, lines FROM sources").map {
      SavedSource(
        name: $0.text(0), largest: $0.optionalWhole(1), previous: $0.optionalWhole(2),
        arrived: $0.optionalWhole(3), lines: $0.whole(4),
        generations: generations[$0.text(0)] ?? [])
    }
  }

  private func monitors() throws(StateFailure) -> [SavedMonitor] {
    var alerts: [String: [SavedAlert]] = [:]
    for row in try database.rows(
      """
      SELECT monitor, level, "group", firing, ordinal, fired_at, last_hit, clear_since,
        pending_since, hits, silent_since FROM alerts
      """)
    {
      alerts[row.text(0), default: []].append(try alert(row))
    }
    var groups: [String: [SavedGroup]] = [:]
    for row in try database.rows(
      #"SELECT monitor, "group", first_lines, last_line, remembered FROM groups"#)
    {
      groups[row.text(0), default: []].append(
        SavedGroup(
          group: try group(row.text(1)), firstLines: optionalTimes(row.text(2)),
          lastLine: row.whole(3), isRemembered: row.whole(4) != 0))
    }
    return try database.rows(
      """
      SELECT name, rule, began, due, largest, led_through, lost_through, owes, last_line, learned,
        gap_through
      FROM monitors
      """
    ).map { row in
      SavedMonitor(
        name: row.text(0), rule: row.text(1), began: row.whole(2), due: row.whole(3),
        largest: row.whole(4), ledThrough: row.whole(5), lostThrough: row.whole(6),
        gapThrough: row.optionalWhole(10) ?? .min,
        owesInstant: row.whole(7) != 0, lastLine: row.whole(8),
        learned: row.optionalText(9).flatMap(SeriesBook.entries),
        alerts: alerts[row.text(0)] ?? [], groups: groups[row.text(0)] ?? [])
    }
  }

  private func alert(_ row: Database.Row) throws(StateFailure) -> SavedAlert {
    guard let level = Level(rawValue: row.text(1)) else {
      throw damaged("an alert has the unknown level '\(row.text(1))'")
    }
    return SavedAlert(
      level: level, group: try group(row.text(2)), isFiring: row.whole(3) != 0,
      ordinal: Int(row.whole(4)), firedAt: row.whole(5), lastHit: row.whole(6),
      clearSince: row.optionalWhole(7), pendingSince: row.optionalWhole(8),
      hits: optionalTimes(row.text(9)).compactMap { $0 }, silentSince: row.optionalWhole(10))
  }

  private func group(_ json: String) throws(StateFailure) -> GroupKey {
    guard let group = GroupKey(json: json) else { throw damaged("'\(json)' is no group") }
    return group
  }

  private func optionalTimes(_ json: String) -> [Int64?] {
    JSONTree(json)?.elements.map(\.whole) ?? []
  }

  private func damaged(_ what: String) -> StateFailure {
    StateFailure(path: path, cause: .damaged, reason: "is damaged: \(what)")
  }

  // Writing.

  package func commit(_ checkpoint: Checkpoint) throws(StateFailure) {
    try lock.withLock { _ throws(StateFailure) in
      try database.transaction { () throws(StateFailure) in
        for source in checkpoint.sources { try write(source) }
        for name in checkpoint.forgotten { try forget(name) }
        for monitor in checkpoint.monitors { try write(monitor) }
        for account in checkpoint.accounts { try accounts.write(account) }
        for entry in checkpoint.entries {
          let number = try journal.append(entry.kind, entry.content, at: checkpoint.time)
          for intent in entry.intents { try outbox.write(intent, of: number, at: checkpoint.time) }
          if let transition = entry.transition { try index(transition, as: number) }
        }
        for entry in checkpoint.repetitions {
          try outbox.write(entry, after: entry.firstKey, at: checkpoint.time)
        }
        try write(checkpoint.notes)
      }
    }
  }

  private func write(_ source: SavedSource) throws(StateFailure) {
    try database.run(
      "INSERT OR REPLACE INTO sources (name, largest, previous, arrived, lines) VALUES (?,?,?,?,?)",
      [
        .text(source.name), .optional(source.largest), .optional(source.previous),
        .optional(source.arrived), .whole(source.lines),
      ])
    try database.run("DELETE FROM generations WHERE source = ?", [.text(source.name)])
    for generation in source.generations {
      try database.run(
        """
        INSERT INTO generations
          (source, number, path, device, inode, fingerprint, tail, needed, read, line, size,
          modified, marks)
        VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
        """,
        [
          .text(source.name), .whole(Int64(generation.number)), .text(generation.path),
          .whole(Int64(bitPattern: generation.device)),
          .whole(Int64(bitPattern: generation.inode)),
          generation.fingerprint.map { .text($0) } ?? .null, .text(generation.tail),
          .whole(generation.needed), .whole(generation.read), .whole(generation.line),
          .whole(generation.size), .whole(generation.modified), .text(generation.marks.json),
        ])
    }
  }

  private func write(_ monitor: SavedMonitor) throws(StateFailure) {
    try database.run(
      """
      INSERT INTO monitors
        (name, rule, began, due, largest, led_through, lost_through, owes, last_line, learned,
        gap_through)
      VALUES (?,?,?,?,?,?,?,?,?,?,?)
      ON CONFLICT (name) DO UPDATE SET rule = excluded.rule, began = excluded.began,
        due = excluded.due, largest = excluded.largest, led_through = excluded.led_through,
        lost_through = excluded.lost_through, gap_through = excluded.gap_through,
        owes = excluded.owes, last_line = excluded.last_line,
        learned = coalesce(excluded.learned, learned)
      """,
      [
        .text(monitor.name), .text(monitor.rule), .whole(monitor.began), .whole(monitor.due),
        .whole(monitor.largest), .whole(monitor.ledThrough),
        .whole(monitor.lostThrough), .whole(monitor.owesInstant ? 1 : 0),
        .whole(monitor.lastLine),
        monitor.learned.map { .text(SeriesBook.json(of: $0)) } ?? .null,
        monitor.gapThrough == .min ? .null : .whole(monitor.gapThrough),
      ])
    for alert in monitor.alerts {
      try database.run(
        """
        INSERT OR REPLACE INTO alerts (monitor, level, "group", firing, ordinal, fired_at, last_hit,
          clear_since, pending_since, hits, silent_since) VALUES (?,?,?,?,?,?,?,?,?,?,?)
        """,
        [
          .text(monitor.name), .text(alert.level.rawValue), .text(alert.group.json),
          .whole(alert.isFiring ? 1 : 0), .whole(Int64(alert.ordinal)), .whole(alert.firedAt),
          .whole(alert.lastHit), .optional(alert.clearSince), .optional(alert.pendingSince),
          .text(json(alert.hits)), .optional(alert.silentSince),
        ])
    }
    for group in monitor.groups { try write(group, of: monitor.name) }
  }

  private func write(_ group: SavedGroup, of monitor: String) throws(StateFailure) {
    // A group that nobody knows any more has no row.
    guard !group.isForgotten else {
      try database.run(
        #"DELETE FROM groups WHERE monitor = ? AND "group" = ?"#,
        [.text(monitor), .text(group.group.json)])
      return
    }
    try database.run(
      """
      INSERT OR REPLACE INTO groups (monitor, "group", first_lines, last_line, remembered)
      VALUES (?,?,?,?,?)
      """,
      [
        .text(monitor), .text(group.group.json), .text(json(group.firstLines)),
        .whole(group.lastLine), .whole(group.isRemembered ? 1 : 0),
      ])
  }

  private func forget(_ monitor: String) throws(StateFailure) {
    for table in ["alerts", "groups"] {
      try database.run("DELETE FROM \(table) WHERE monitor = ?", [.text(monitor)])
    }
    try database.run("DELETE FROM monitors WHERE name = ?", [.text(monitor)])
  }

  private func json(_ times: [Int64?]) -> String {
    var writer = JSONWriter()
    writer.array {
      for time in times { if let time { $0.whole(time) } else { $0.null() } }
    }
    return writer.text
  }

  // Deliveries.

  /// Every delivery that was asked for, oldest first.
  package func deliveries() throws(StateFailure) -> [OutboxEntry] {
    try lock.withLock { _ throws(StateFailure) in try outbox.all() }
  }
}

extension Database.Value {
  static func optional(_ number: Int64?) -> Database.Value { number.map { .whole($0) } ?? .null }
}
