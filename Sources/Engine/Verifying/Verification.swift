package import Actions
package import Alerting

/// Proves that the journal of a run says what its logs lead to: takes in once more what the run took
/// in, and holds each transition against the one in the journal.
///
/// Where bytes are gone nothing is proved. A monitor is judged again once all that it looks at was read
/// after the gap; until then its alerts are taken from the journal.
package final class Verification {
  /// The first place where the journal and the logs part.
  package enum Divergence: Sendable {
    /// A record says something else.
    case differs(Record, Difference, JournaledRun.Place)
    /// The logs lead to no such record.
    case unfounded(Record, instead: Transition?)
    /// The logs lead to a record that the journal does not have, up to this entry.
    case missing(Transition, JournaledRun.Place, entry: Int64)
  }

  /// A transition of the journal.
  package struct Record: Sendable {
    package var entry: Int64
    package var transition: Transition
  }

  /// What differs in two records, as it is written there.
  package struct Difference: Sendable, Hashable {
    package var field: String
    package var journaled: String
    package var found: String
  }

  /// Why a transition could be neither proved nor refuted.
  package enum Doubt: Sendable, Hashable {
    /// Bytes of a log are gone, or others stand in their place.
    case gone(JournaledLogs.Gone)
    /// Its rule is not among those given, or another by now.
    case rule(monitor: String, isKnown: Bool)
    /// Its rule had come into force while the run went on, and its windows are not known yet.
    case fresh(monitor: String)
    /// The beginning of the journal was removed.
    case pruned
    /// The journal could not be written for long.
    case dropped
    /// The run knew that lines were missing, and judged with care.
    case missing
    /// It watches the run itself, of which no log tells.
    case ownHealth
    /// An older version did not note what it read of records of several lines.
    case untold
    /// A person decided, or the rule was taken away.
    case decree
  }

  package struct Outcome: Sendable {
    package var transitions = 0
    package var verified = 0
    /// How many could not be judged, by the reason, in the order in which they came up.
    package var doubts: [(reason: Doubt, count: Int)] = []
    /// Everything that could not be read, whether a transition hangs on it or not.
    package var gone: [JournaledLogs.Gone] = []
    /// The first divergence, and how many there are.
    package var divergence: Divergence?
    package var divergences = 0
    /// Monitors whose transitions name other actions today.
    package var otherActions: Set<String> = []
    package var runs = 0

    package var unverified: Int { doubts.reduce(0) { $0 + $1.count } }
  }

  private let store: StateStore
  private let rules: [BoundRule]
  private let run: JournaledRun
  private var outcome = Outcome()
  private var ends = ReadEnds()
  /// Records since the last entry that says what was read.
  private var expected: [Record] = []
  /// Monitors that can't be judged: since when, and why.
  private var doubtful: [String: (through: Int64, reason: Doubt)] = [:]
  /// Monitors of which journal and logs say something else in this entry.
  private var diverged: Set<String> = []
  private var book = AlertsTold()
  /// Whether an older version wrote the journal, so that what it read of records is missing.
  private var isOlder = false
  /// Whether some log has records that are put together from lines.
  private var joins = false
  /// Whether alerts may have stories that the journal does not tell any more.
  private var isPruned = false

  package init(_ store: StateStore, rules: [BoundRule], actions: ActionSet) {
    self.store = store
    self.rules = rules
    run = JournaledRun(rules: rules, actions: actions, scope: .sameRule)
  }

  /// Goes through the journal. Where it and the logs part, it is believed from there on, so that one
  /// divergence is not counted again and again.
  package func verify() throws -> Outcome {
    var ends = ReadEnds()
    try store.forEachEntry { entry in
      guard entry.kind == Journal.Kind.input.rawValue else { return }
      run.prepare(try InputEntry(entry, &ends))
    }
    try store.forEachEntry { entry in try take(entry) }
    // What was decided in a commit stands with what was read for it.
    try judge(InputEntry(), at: .max)
    return outcome
  }

  private func take(_ entry: Journal.Entry) throws {
    switch entry.kind {
    case Journal.Kind.start.rawValue, Journal.Kind.pruned.rawValue:
      guard let card = RunCard(json: entry.content) else { return }
      let begun = run.begin(card)
      isOlder = isOlder || card.sources.contains(where: \.isUntold)
      joins = joins || card.sources.contains(where: \.joins)
      let isFirst = outcome.runs == 0
      outcome.runs += 1
      if entry.kind == Journal.Kind.pruned.rawValue {
        isPruned = true
        doubt(run.monitors.map(\.rule.rule.name), through: .max, because: .pruned)
      } else if !isFirst {
        // One that was not in force for a while lacks what was read meanwhile. One that is new is
        // given what was read before, but records that were open then are not told.
        for name in begun where joins || !run.isFresh(name) {
          doubt([name], because: .fresh(monitor: name))
        }
      }
    case Journal.Kind.transition.rawValue:
      guard let transition = Transition(json: Array(entry.content.utf8)) else {
        throw StateFailure(
          path: "journal", cause: .damaged,
          reason: "is damaged: entry \(entry.number) is no transition")
      }
      outcome.transitions += 1
      expected.append(Record(entry: entry.number, transition: transition))
    case Journal.Kind.input.rawValue:
      try judge(try InputEntry(entry, &ends), at: entry.number)
    case Journal.Kind.gap.rawValue:
      doubt(run.monitors.map(\.rule.rule.name), because: .missing)
    default: break
    }
  }

  // Judging.

  /// Takes in what was read for a commit, and compares what it leads to.
  private func judge(_ input: InputEntry, at entry: Int64) throws {
    settleDoubts()
    // Between which lines somebody ended an alert is not known.
    for record in expected where record.transition.reason == .manual {
      doubt([record.transition.monitor], because: .decree)
    }
    for case .added(let card) in input.steps {
      joins = joins || card.joins
      isOlder = isOlder || card.isUntold
    }
    var found: [(Transition, JournaledRun.Place)] = []
    let intake = try run.take(input) { found.append(($0, $1)) }
    noteGone(intake)
    var kept: [Record] = []
    for record in expected {
      if let reason = self.doubt(about: record.transition) {
        note(reason)
      } else {
        kept.append(record)
      }
    }
    let told = isOlder ? [] : found.filter { doubtful[$0.0.monitor] == nil && !isUntold($0.0) }
    compare(kept, told, at: entry)
    takeOver(found.map(\.0))
    expected = []
  }

  private func compare(
    _ kept: [Record], _ found: [(Transition, JournaledRun.Place)], at entry: Int64
  ) {
    diverged = []
    let known = Set(kept.map { Step($0.transition) })
    var rest = found[...]
    for record in kept {
      let step = Step(record.transition)
      let match = rest.firstIndex { Step($0.0) == step }
      // The same may have come at another time.
      let isMoved = rest.first.map { Step($0.0).isSame(as: step) && !known.contains(Step($0.0)) }
      guard let index = match ?? (isMoved == true ? rest.startIndex : nil) else {
        note(.unfounded(record, instead: rest.first?.0), of: record.transition.monitor)
        continue
      }
      for (transition, place) in rest[..<index] {
        note(.missing(transition, place, entry: entry), of: transition.monitor)
      }
      var (transition, place) = rest[index]
      rest = rest[(index + 1)...]
      // Behind a divergence alerts have other numbers, which is none of their own.
      if diverged.contains(transition.monitor) { transition.id = record.transition.id }
      if transition.actions != record.transition.actions {
        outcome.otherActions.insert(transition.monitor)
      }
      if let difference = Difference(record.transition, transition) {
        note(.differs(record, difference, place), of: transition.monitor)
      } else {
        outcome.verified += 1
      }
    }
    for (transition, place) in rest {
      note(.missing(transition, place, entry: entry), of: transition.monitor)
    }
  }

  private func note(_ divergence: Divergence, of monitor: String) {
    outcome.divergence = outcome.divergence ?? divergence
    outcome.divergences += 1
    diverged.insert(monitor)
  }

  // Doubts.

  private func doubt(about transition: Transition) -> Doubt? {
    if isOlder { return .untold }
    if [.manual, .removed].contains(transition.reason) { return .decree }
    if let known = doubtful[transition.monitor] { return known.reason }
    if isUntold(transition) { return .pruned }
    guard !run.monitors.contains(where: { $0.rule.rule.name == transition.monitor }) else {
      return nil
    }
    if Watch.parted(rules).own.contains(where: { $0.rule.name == transition.monitor }) {
      return .ownHealth
    }
    return .rule(
      monitor: transition.monitor,
      isKnown: rules.contains { $0.rule.name == transition.monitor })
  }

  /// Whether nobody knows how its alert stood, because the journal was pruned and has not told since.
  private func isUntold(_ transition: Transition) -> Bool { isPruned && !book.knows(transition) }

  private func note(_ reason: Doubt) {
    if let index = outcome.doubts.firstIndex(where: { $0.reason == reason }) {
      outcome.doubts[index].count += 1
    } else {
      outcome.doubts.append((reason, 1))
    }
  }

  private func noteGone(_ intake: JournaledRun.Intake) {
    for gone in intake.gone {
      if let last = outcome.gone.indices.last, outcome.gone[last].continues(into: gone) {
        outcome.gone[last].to = gone.to
      } else {
        outcome.gone.append(gone)
      }
    }
    let names = run.monitors.map(\.rule.rule.name)
    if let gone = intake.gone.first { doubt(names, because: .gone(gone.asReason)) }
    if intake.isIncomplete { doubt(names, because: .dropped) }
    for name in intake.begun {
      doubt([name], because: .fresh(monitor: name))
    }
  }

  /// Nothing is known of these monitors up to now.
  private func doubt(_ names: [String], through time: Int64? = nil, because reason: Doubt) {
    for name in names {
      doubtful[name] = (time ?? run.newest ?? .max, doubtful[name]?.reason ?? reason)
    }
  }

  /// Monitors that look at nothing any more that is not known are judged again.
  private func settleDoubts() {
    for monitor in run.monitors {
      let name = monitor.rule.rule.name
      guard var known = doubtful[name], let next = monitor.nextInstant else { continue }
      // Where the journal begins, so does what is known.
      if known.through == .max, let newest = run.newest {
        known.through = newest
        doubtful[name] = known
      }
      guard let span = monitor.forgetsWithin, known.through != .max,
        next - monitor.rule.every - span >= known.through
      else { continue }
      doubtful[name] = nil
    }
  }

  /// The alerts of monitors that can't be judged are what the journal says.
  private func takeOver(_ found: [Transition]) {
    let transitions = expected.map(\.transition) + found
    let untold = transitions.map(isUntold)
    for record in expected { book.note(record.transition) }
    let alerts = zip(transitions, untold).filter { transition, wasUntold in
      wasUntold
        ? book.knows(transition)
        : doubtful[transition.monitor] != nil || diverged.contains(transition.monitor)
          || [.manual, .removed].contains(transition.reason)
    }.map(\.0)
    for transition in alerts {
      let (firing, ordinal) = book.standing(of: transition)
      run.update(transition.monitor) {
        $0.adopt(transition.level, transition.group, firing: firing, ordinal: ordinal)
      }
    }
  }
}

extension JournaledLogs.Gone {
  fileprivate func continues(into other: JournaledLogs.Gone) -> Bool {
    path == other.path && generation == other.generation && to == other.from
      && isChanged == other.isChanged
  }

  /// The same for every stretch of a generation.
  fileprivate var asReason: JournaledLogs.Gone {
    var reason = self
    reason.from = 0
    reason.to = 0
    return reason
  }
}

/// What the journal says of each alert so far.
private struct AlertsTold {
  private struct Key: Hashable {
    var monitor: String
    var level: Level
    var group: String
  }

  private struct Alert {
    var firing: Int64?
    var ordinal = 0
  }

  private var alerts: [Key: Alert] = [:]

  mutating func note(_ transition: Transition) {
    let key = key(transition)
    var alert = alerts[key] ?? Alert()
    switch transition.to {
    case .pending: break
    case .firing:
      alert.ordinal = transition.ordinal(after: alert.ordinal)
      alert.firing = transition.time
    case .resolved, .expired:
      alert.ordinal = max(alert.ordinal, transition.ordinal(after: alert.ordinal - 1))
      alert.firing = nil
    }
    alerts[key] = alert
  }

  func knows(_ transition: Transition) -> Bool { alerts[key(transition)] != nil }

  func standing(of transition: Transition) -> (firing: (at: Int64, ordinal: Int)?, ordinal: Int) {
    let alert = alerts[key(transition)] ?? Alert()
    return (alert.firing.map { ($0, alert.ordinal) }, alert.ordinal)
  }

  private func key(_ transition: Transition) -> Key {
    Key(
      monitor: transition.monitor, level: transition.level, group: transition.group.json)
  }
}

/// What happened to which alert, and when.
private struct Step: Hashable {
  let alert: [String]
  let time: Int64

  init(_ transition: Transition) {
    alert = [
      transition.monitor, transition.level.rawValue, transition.group.json, transition.to.rawValue,
    ]
    time = transition.time
  }

  func isSame(as other: Step) -> Bool { alert == other.alert }
}

extension Transition {
  /// The number of its alert; one more than `last` when none of the next many fits.
  fileprivate func ordinal(after last: Int) -> Int {
    let start = max(1, last + 1)
    return ordinal(from: start) ?? start
  }
}

extension Verification.Difference {
  /// The first member in which the records differ; what is asked of actions is no matter of the logs.
  fileprivate init?(_ journaled: Transition, _ found: Transition) {
    var journaled = journaled
    var found = found
    journaled.actions = []
    found.actions = []
    let texts = (journaled.json(), found.json())
    guard texts.0 != texts.1, let first = JSONTree(texts.0), let second = JSONTree(texts.1) else {
      return nil
    }
    for (mine, other) in zip(first.members, second.members) where mine.value != other.value {
      self = Verification.Difference.within(mine.name, mine.value, other.value)
      return
    }
    self.init(field: "record", journaled: "", found: "")
  }

  private static func within(
    _ name: String, _ first: JSONTree, _ second: JSONTree
  ) -> Verification.Difference {
    if case .array(let mine) = first, case .array(let others) = second {
      if let index = zip(mine, others).enumerated().first(where: { $1.0 != $1.1 })?.offset {
        return within("\(name)[\(index)]", mine[index], others[index])
      }
      return Verification.Difference(
        field: name, journaled: "\(mine.count) of them", found: "\(others.count) of them")
    }
    if case .object(let mine) = first, case .object(let others) = second,
      let pair = zip(mine, others).first(where: { $0 != $1 })
    {
      return within("\(name).\(pair.0.name)", pair.0.value, pair.1.value)
    }
    return Verification.Difference(
      field: name, journaled: first.text ?? first.json, found: second.text ?? second.json)
  }
}
