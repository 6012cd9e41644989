import Alerting

/// What a tortured run had decided and done in the end, from its state and its actions.
struct TorturedOutcome {
  /// Transition records, in order.
  let transitions: [String]
  let journalEntries: Int
  /// Lines taken in, over all lives.
  let lines: Int64
  let deliveries: [OutboxEntry]
  /// How often each delivery was performed, by key.
  let attempts: [String: Int]

  init(of run: TorturedRun) throws {
    let store = try StateStore(readingIn: run.state)
    var transitions: [String] = []
    var last: Int64 = 0
    var count = 0
    while case let page = try store.entries(after: last), let end = page.last {
      transitions += page.filter { $0.kind == Journal.Kind.transition.rawValue }.map(\.content)
      count += page.count
      last = end.number
    }
    self.transitions = transitions
    journalEntries = count
    lines = try store.load().sources.first?.lines ?? 0
    deliveries = try store.deliveries()
    var attempts: [String: Int] = [:]
    // Without any action there is no such file.
    let written = (try? FileBytes.read(run.attempts)) ?? []
    for line in written.split(separator: UInt8(ascii: "\n")) {
      guard let attempt = JSONTree(String(decoding: line, as: UTF8.self)),
        let key = attempt["key"]?.text
      else { continue }
      attempts[key, default: 0] += 1
    }
    self.attempts = attempts
  }
}

/// What came of a torture: what was done, what was counted, and what should not have been.
package struct TortureReport: Sendable {
  package struct Kills: Sendable {
    /// At one of the points around commits and attempts.
    package var atPoint = 0
    /// The last of these that a life came to.
    package var lastPoint = 0
    /// At some moment.
    package var atMoment = 0
  }

  package let lines: Int
  package let bytes: Int
  package let rotations: Int
  package let seed: UInt64
  package var kills = Kills()
  /// Of the journal.
  package private(set) var transitions = 0
  package private(set) var journalEntries = 0
  package private(set) var notifications = Deliveries()
  package private(set) var remediations = Deliveries()
  /// What should not have been, in words.
  package private(set) var findings: [String] = []

  package struct Deliveries: Sendable {
    package var asked = 0
    package var once = 0
    /// More than once, under the same key.
    package var repeated = 0
    /// Begun and of unknown end.
    package var unknown = 0
  }

  init(lines: Int, bytes: Int, rotations: Int, seed: UInt64) {
    self.lines = lines
    self.bytes = bytes
    self.rotations = rotations
    self.seed = seed
  }

  mutating func find(_ what: String) { findings.append(what) }

  mutating func compare(_ found: TorturedOutcome, with expected: TorturedOutcome) {
    transitions = found.transitions.count
    journalEntries = found.journalEntries
    compareTransitions(found.transitions, expected.transitions)
    if found.lines != expected.lines {
      find("\(found.lines) lines were taken in instead of \(expected.lines)")
    }
    // What follows from a remediation depends on whether its end is known.
    let owed = Set(expected.deliveries.filter { $0.cause == nil }.map(\.key))
    let asked = Set(found.deliveries.map(\.key))
    let due = Set(found.deliveries.filter { $0.cause == nil }.map(\.key))
    for key in owed.subtracting(due).sorted() { find("delivery \(key) was never asked for") }
    for key in due.subtracting(owed).sorted() { find("delivery \(key) should not be") }
    for delivery in found.deliveries {
      let attempts = found.attempts[delivery.key] ?? 0
      if delivery.heals {
        note(delivery, attempts, in: \.remediations)
        if attempts > 1 { find("remediation \(delivery.key) was done \(attempts) times") }
        // Its alert may have ended before anything could be done.
        if attempts == 0, delivery.status != .unknown, delivery.status != .blocked {
          find("remediation \(delivery.key) was not done, and is said to be \(delivery.status)")
        }
      } else {
        note(delivery, attempts, in: \.notifications)
        if attempts == 0 { find("notification \(delivery.key) was never sent") }
        if delivery.status != .done {
          find("notification \(delivery.key) is said to be \(delivery.status)")
        }
      }
    }
    for key in found.attempts.keys.sorted() where !asked.contains(key) {
      find("delivery \(key) was made, and nobody asked for it")
    }
  }

  private mutating func note(
    _ delivery: OutboxEntry, _ attempts: Int,
    in deliveries: WritableKeyPath<TortureReport, Deliveries>
  ) {
    self[keyPath: deliveries].asked += 1
    if attempts == 1 { self[keyPath: deliveries].once += 1 }
    if attempts > 1 { self[keyPath: deliveries].repeated += 1 }
    if delivery.status == .unknown { self[keyPath: deliveries].unknown += 1 }
  }

  private mutating func compareTransitions(_ found: [String], _ expected: [String]) {
    for (number, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
      return find("transition \(number + 1) is\n  \(pair.0)\ninstead of\n  \(pair.1)")
    }
    guard found.count != expected.count else { return }
    let both = min(found.count, expected.count)
    find(
      "\(found.count) transitions instead of \(expected.count); the first "
        + (found.count > both
          ? "too many is\n  \(found[both])" : "that is missing is\n  \(expected[both])"))
  }
}
