import Actions
import Alerting
import Engine
import Foundation
import Records
import TestKit
import Testing

/// State that was written long ago: by an older version, or before anybody needs it any more.
@Suite struct StateCareTests {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("tripline-care-\(UUID().uuidString)").path

  private func open() throws -> StateStore { try StateStore(in: StateDirectory(path)) }

  private func withState(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try body()
  }

  private func sqlite(_ statement: String) throws {
    let shell = try ChildProgram("sqlite3", ["\(path)/state.db", statement])
    #expect(try shell.wait() == 0, "\(statement)")
  }

  // Older formats, as they were.

  private static let first = """
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
      largest INTEGER NOT NULL, led_through INTEGER NOT NULL, lost_through INTEGER NOT NULL,
      owes INTEGER NOT NULL, last_line INTEGER NOT NULL, learned TEXT
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
    PRAGMA user_version = 1;
    PRAGMA application_id = 1953655152;
    """

  private static func record(_ number: Int, _ step: Transition.Step) -> Transition {
    Transition(
      id: String(format: "%016x", number), time: 1_748_768_400_123 + Int64(number) * 1_000,
      monitor: "Slow", level: .critical, to: step, reason: .condition,
      group: GroupKey([(name: "host", value: .text("it's \"a\""))]), value: 6.5, threshold: "> 5",
      windowStart: 0, windowEnd: 60_000, evidence: [],
      actions: [PlannedAction(name: "page", kind: "webhook", mode: .live)])
  }

  @Test func `a state of the first format is brought up to date and keeps what it knows`() throws {
    try withState {
      let record = Self.record(7, .firing)
      let content = String(decoding: record.json(), as: UTF8.self)
      let quoted = content.replacingOccurrences(of: "'", with: "''")
      let group = record.group.json.replacingOccurrences(of: "'", with: "''")
      try sqlite(Self.first)
      try sqlite(
        """
        INSERT INTO monitors VALUES ('Slow', 'r1', 5, 60000, 59999, 60000, -9, 1, 59000, NULL);
        INSERT INTO alerts VALUES
          ('Slow', 'critical', '\(group)', 1, 3, \(record.time), \(record.time), NULL, NULL, '[]');
        INSERT INTO journal VALUES (1, 9, 'transition', '\(quoted)', 'sealed');
        """)
      let store = try open()
      let found = try #require(try store.load().monitors.first)
      #expect(found.name == "Slow" && found.began == 5 && found.owesInstant)
      #expect(found.gapThrough == .min && found.alerts.first?.ordinal == 3)
      let alert = try #require(try store.openAlerts().first)
      #expect(alert.id == record.id && alert.state == .firing && alert.since == record.time)
      #expect(alert.steps.first?.transition.json() == record.json())
      #expect(try store.alerts(withID: "0000000000000007").count == 1)
      // What the new format adds can be kept now.
      var checkpoint = StateStore.Checkpoint(time: 10)
      checkpoint.monitors = [found]
      checkpoint.entries = [.init(Self.record(8, .resolved))]
      try store.commit(checkpoint)
      #expect(try store.alerts(withID: record.id).first?.state == .resolved)
      #expect(try store.alerts(withID: record.id).first?.since == Self.record(8, .resolved).time)
    }
  }

  @Test func `who only looks changes no format, and says who does`() throws {
    try withState {
      try sqlite(Self.first)
      let failure = #expect(throws: StateFailure.self) { try StateStore(readingIn: path) }
      #expect(failure?.description.contains("'tripline run' brings it up to date") == true)
    }
  }

  @Test func `a newer format is refused and left alone`() throws {
    try withState {
      try sqlite(Self.first + "PRAGMA user_version = 99;")
      let before = try Data(contentsOf: URL(fileURLWithPath: "\(path)/state.db"))
      let failure = #expect(throws: StateFailure.self) { try open() }
      #expect(failure?.cause == .tooNew)
      #expect(failure?.description.contains("newer version (format 99") == true)
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(path)/state.db")) == before)
    }
  }

  // History.

  private func commit(_ number: Int, _ step: Transition.Step, to store: StateStore) throws {
    let record = Self.record(number, step)
    var checkpoint = StateStore.Checkpoint(time: Int64(number))
    let key = "\(record.id)-page"
    checkpoint.entries = [
      .init(
        record,
        intents: [OutboxEntry(key: key, transition: record, action: "page", mode: .live)])
    ]
    try store.commit(checkpoint)
  }

  private func deliver(_ number: Int, in store: StateStore) throws {
    try store.note(
      .init(
        report: .init(
          action: "page", of: Self.record(number, .firing), outcome: .done("200"),
          time: Int64(number))))
  }

  @Test func `old history goes, and the seals still fit`() throws {
    try withState {
      let store = try open()
      for number in 1...10 {
        try commit(number, number % 2 == 1 ? .firing : .resolved, to: store)
        try deliver(number, in: store)
      }
      try store.prune(before: 6)
      // Each transition and its delivery have an entry.
      #expect(try store.entries().map(\.number) == Array(10...20))
      #expect(try store.entries().first?.kind == "pruned")
      #expect(try store.firstBrokenEntry() == nil)
      #expect(try store.deliveryCounts().done == 5)
      #expect(try store.alerts(withID: Self.record(3, .firing).id).isEmpty)
      #expect(try store.alerts(withID: Self.record(7, .firing).id).count == 1)
      // Again, and with nothing younger.
      try store.prune(before: 6)
      try store.prune(before: 1_000)
      #expect(try store.entries().map(\.number) == [20])
      try commit(11, .firing, to: store)
      #expect(try store.firstBrokenEntry() == nil)
      #expect(try store.entries().map(\.number) == [20, 21])
    }
  }

  @Test func `what a delivery still needs stays`() throws {
    try withState {
      let store = try open()
      for number in 1...6 { try commit(number, .firing, to: store) }
      for number in [1, 2, 4, 5, 6] { try deliver(number, in: store) }
      try store.prune(before: 100)
      #expect(try store.entries().map(\.number) == Array(2...11))
      #expect(try store.load().open.map(\.transition.id) == [Self.record(3, .firing).id])
    }
  }

  @Test func `an alert that fires for long keeps its name`() throws {
    try withState {
      let store = try open()
      let record = Self.record(1, .firing)
      try commit(1, .firing, to: store)
      try deliver(1, in: store)
      var checkpoint = StateStore.Checkpoint(time: 2)
      checkpoint.monitors = [
        SavedMonitor(
          name: "Slow", rule: "r1", began: 0, due: 0, largest: 0, ledThrough: 0, owesInstant: false,
          lastLine: 0,
          alerts: [
            SavedAlert(
              level: .critical, group: record.group, isFiring: true, ordinal: 1,
              firedAt: record.time, lastHit: record.time, clearSince: nil, pendingSince: nil,
              hits: [])
          ])
      ]
      checkpoint.entries = [.init(.start, "{}")]
      try store.commit(checkpoint)
      try store.prune(before: 2)
      #expect(try store.openAlerts().map(\.id) == [record.id])
    }
  }
}
