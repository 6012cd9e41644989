import Alerting
import Engine
import Foundation
import Records
import TestKit
import Testing

/// The durable state, through its own door and through SQLite's.
@Suite struct StateStoreTests {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("tripline-state-\(UUID().uuidString)").path

  private func open() throws -> StateStore { try StateStore(in: StateDirectory(path)) }

  private func withState(_ body: () throws -> Void) rethrows {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body()
  }

  // What is kept.

  @Test func `what was committed is there after a restart`() throws {
    try withState {
      let source = StateStoreTests.source
      let monitor = StateStoreTests.monitor
      do {
        let store = try open()
        #expect(try store.load().isEmpty)
        var checkpoint = StateStore.Checkpoint(time: 1)
        checkpoint.sources = [source]
        checkpoint.monitors = [monitor]
        try store.commit(checkpoint)
      }
      let content = try open().load()
      #expect(content.sources == [source])
      #expect(content.monitors.count == 1)
      let found = try #require(content.monitors.first)
      #expect(Set(found.alerts) == Set(monitor.alerts))
      #expect(Set(found.groups) == Set(monitor.groups))
      #expect(found.due == monitor.due && found.rule == monitor.rule && found.owesInstant)
      #expect(found.learned == monitor.learned && found.ledThrough == .min)
    }
  }

  @Test func `a later commit replaces what changed and keeps the rest`() throws {
    try withState {
      let store = try open()
      var checkpoint = StateStore.Checkpoint(time: 1)
      checkpoint.sources = [StateStoreTests.source]
      checkpoint.monitors = [StateStoreTests.monitor]
      try store.commit(checkpoint)

      var source = StateStoreTests.source
      source.generations.removeFirst()
      source.generations[0].read = 9_999
      var monitor = StateStoreTests.monitor
      monitor.due += 60_000
      monitor.alerts = [monitor.alerts[0]]
      monitor.alerts[0].isFiring = false
      monitor.groups = [monitor.groups[1]]
      monitor.groups[0].firstLines = [nil, nil]
      monitor.groups[0].isRemembered = false
      monitor.groups[0].isForgotten = true
      checkpoint.sources = [source]
      checkpoint.monitors = [monitor]
      try store.commit(checkpoint)

      let content = try store.load()
      #expect(content.sources == [source])
      let found = try #require(content.monitors.first)
      #expect(found.due == monitor.due)
      #expect(found.alerts.count == StateStoreTests.monitor.alerts.count)
      #expect(found.alerts.contains(monitor.alerts[0]))
      // A group that nobody knows any more is gone.
      #expect(found.groups == [StateStoreTests.monitor.groups[0]])
    }
  }

  @Test func `a forgotten monitor leaves nothing behind`() throws {
    try withState {
      let store = try open()
      var checkpoint = StateStore.Checkpoint(time: 1)
      checkpoint.monitors = [StateStoreTests.monitor]
      try store.commit(checkpoint)
      checkpoint.monitors = []
      checkpoint.forgotten = [StateStoreTests.monitor.name]
      try store.commit(checkpoint)
      #expect(try store.load().isEmpty)
    }
  }

  // The outbox.

  @Test func `a delivery is open until its end is noted`() throws {
    try withState {
      let store = try open()
      let transition = StateStoreTests.transition(1)
      var checkpoint = StateStore.Checkpoint(time: 5)
      checkpoint.entries = [
        .init(.start, "{}"),
        .init(
          .transition, String(decoding: transition.json(), as: UTF8.self),
          intents: [
            OutboxEntry(key: "a", transition: transition, action: "page", mode: .live),
            OutboxEntry(key: "b", transition: transition, action: "reboot", mode: .shadow),
          ]),
      ]
      try store.commit(checkpoint)
      try store.begin("a", at: 6)
      #expect(throws: StateFailure.self) { try store.begin("c", at: 6) }

      let open = try store.load().open
      #expect(open.map(\.key) == ["a", "b"])
      let first = try #require(open.first)
      #expect(first.status == .attempting && first.attempts == 1 && first.action == "page")
      #expect(first.transition.json() == transition.json())
    }
  }

  // The journal.

  @Test func `entries are numbered and sealed one upon the other`() throws {
    try withState {
      let store = try open()
      for number in 1...5 { try commit(number, to: store) }
      let entries = try store.entries()
      #expect(entries.map(\.number) == [1, 2, 3, 4, 5])
      #expect(Set(entries.map(\.seal)).count == 5)
      #expect(try store.firstBrokenEntry() == nil)
    }
  }

  @Test(arguments: ["content = 'x'", "time = time + 1", "kind = 'stop'", "seq = 9"])
  func `an edited entry is found`(_ edit: String) throws {
    try withState {
      let store = try open()
      for number in 1...5 { try commit(number, to: store) }
      try sqlite("UPDATE journal SET \(edit) WHERE seq = 3")
      let broken = try #require(try store.firstBrokenEntry())
      #expect(broken.number == (edit.hasPrefix("seq") ? 4 : 3))
    }
  }

  @Test func `a removed entry is found, a pruned one is not missed`() throws {
    try withState {
      let store = try open()
      for number in 1...6 { try commit(number, to: store) }
      try store.prune(through: 2)
      #expect(try store.firstBrokenEntry() == nil)
      #expect(try store.entries().map(\.number) == [2, 3, 4, 5, 6])
      try sqlite("DELETE FROM journal WHERE seq = 4")
      #expect(try store.firstBrokenEntry()?.number == 5)
    }
  }

  // What must not happen.

  @Test func `only one program holds a state at a time`() throws {
    try withState {
      let held = try StateDirectory(path)
      let failure = #expect(throws: StateFailure.self) { try StateDirectory(path) }
      #expect(failure?.cause == .inUse)
      #expect(failure?.description.contains("process \(getpid())") == true)
      withExtendedLifetime(held) {}
    }
  }

  @Test func `state is its owner's alone`() throws {
    try withState {
      let store = try open()
      try commit(1, to: store)
      #expect(mode(of: path) == 0o700)
      for file in try FileManager.default.contentsOfDirectory(atPath: path) {
        #expect(mode(of: "\(path)/\(file)") == 0o600, "\(file)")
      }
    }
  }

  @Test func `a directory that others can write to is refused`() throws {
    try withState {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
      chmod(path, 0o777)
      #expect(throws: StateFailure.self) { try StateDirectory(path) }
    }
  }

  @Test func `a damaged file, another program's and a newer one's are told apart`() throws {
    for (edit, cause, words) in [
      ("PRAGMA user_version = 99", StateFailure.Cause.tooNew, "newer version"),
      ("PRAGMA application_id = 7", .damaged, "another program"),
    ] {
      try withState {
        _ = try open()
        try sqlite(edit)
        let failure = #expect(throws: StateFailure.self) { try open() }
        #expect(failure?.cause == cause)
        #expect(failure?.description.contains(words) == true)
      }
    }
    try withState {
      _ = try open()
      try Data("this is no database at all, it only looks as if it were one".utf8)
        .write(to: URL(fileURLWithPath: "\(path)/state.db"))
      let failure = #expect(throws: StateFailure.self) { try open() }
      #expect(failure?.cause == .damaged)
    }
  }

  // Helpers.

  private func commit(_ number: Int, to store: StateStore) throws {
    var checkpoint = StateStore.Checkpoint(time: Int64(number))
    let record = StateStoreTests.transition(number).json()
    checkpoint.entries = [.init(.transition, String(decoding: record, as: UTF8.self))]
    try store.commit(checkpoint)
  }

  /// Runs a statement as somebody else would.
  private func sqlite(_ statement: String) throws {
    let shell = try ChildProgram("sqlite3", ["\(path)/state.db", statement])
    #expect(try shell.wait() == 0)
  }

  private func mode(of path: String) -> UInt32 {
    var status = stat()
    stat(path, &status)
    return status.st_mode & 0o777
  }

  private static let source = SavedSource(
    name: "app.log", largest: 100, previous: nil, arrived: 105, lines: 12,
    generations: [
      SavedGeneration(
        number: 0, path: "app.log.1", device: 1, inode: UInt64.max, fingerprint: "ab", needed: 10,
        read: 500, line: 10),
      SavedGeneration(
        number: 1, path: "app.log", device: 1, inode: 7, fingerprint: nil, needed: 0, read: 20,
        line: 2),
    ])

  private static let monitor = SavedMonitor(
    name: "Slow", rule: "r1", began: -5, due: 60_000, largest: 59_999,
    ledThrough: .min, owesInstant: true, lastLine: 59_000,
    learned: [.init(keys: [.text("a")], numbers: [1, 0.1])],
    alerts: [
      SavedAlert(
        level: .critical, group: GroupKey([(name: "host", value: .text("web \"1\"\n"))]),
        isFiring: true, ordinal: 2, firedAt: 30_000, lastHit: 30_000, clearSince: 40_000,
        pendingSince: nil, hits: [1, 2], silentSince: 20_000),
      SavedAlert(
        level: .warning, group: GroupKey(), isFiring: false, ordinal: 0, firedAt: 0, lastHit: 0,
        clearSince: nil, pendingSince: 9, hits: []),
    ],
    groups: [
      SavedGroup(
        group: GroupKey([(name: "host", value: .whole(7)), (name: "zone", value: .null)]),
        firstLines: [1, nil], lastLine: 30, isRemembered: true),
      SavedGroup(
        group: GroupKey([(name: "host", value: .number(0.1)), (name: "zone", value: .bool(true))]),
        firstLines: [nil, 4], lastLine: 30, isRemembered: false),
    ])

  private static func transition(_ number: Int) -> Transition {
    Transition(
      id: String(format: "%016x", number), time: Int64(number) * 1_000, monitor: "Slow",
      level: .critical, to: .firing, reason: .condition,
      group: GroupKey([(name: "host", value: .text("a"))]), value: 6.5, threshold: "> 5",
      windowStart: 0, windowEnd: 60_000,
      evidence: [
        EvidenceLine(file: "a.log", generation: "ff", offset: 3, line: "{\"a\":\"\\u0007\"}")
      ],
      actions: [PlannedAction(name: "page", kind: "webhook", mode: .live)])
  }
}
