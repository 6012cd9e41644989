import QueryLanguage
import Records

/// The groups of a monitor and what is known of each: its alerts, its first and last line, the newest
/// lines that matched. Group 0 is the monitor as a whole; an ungrouped one has no other.
struct AlertGroups: Sendable {
  private struct Group: Sendable {
    /// One for each of the rule's terms.
    var alerts: [Alert]
    /// For each of them the first line, in the order in which they came, since it knows the group.
    var firstLines: [Int64?]
    var lastLine = Int64.min
    /// Whether it is known for a day, not only while its window has lines.
    var isRemembered = false
    var evidence = EvidenceRing()

    var isFiring: Bool { alerts.contains(where: \.isFiring) }
    var isActive: Bool { alerts.contains(where: \.isActive) }
    var isKnown: Bool { isRemembered || firstLines.contains { $0 != nil } }
  }

  private let rule: BoundRule
  private var table = GroupTable()
  private var groups: [Group] = []
  /// The alert group of each group of the fold; negative while it is not known.
  private var ofFold: [Int32] = []
  /// Lines that no undecided instant but later ones may look at.
  private var ahead = LinesAhead()
  private(set) var firing = 0
  private var active = 0
  /// How many groups are remembered for a day.
  private var remembered = 0
  /// Groups beyond `max_groups`, which are not remembered.
  private(set) var beyondLimit = 0

  /// A group is known for this long after its last line.
  static let memory: Int64 = 86_400_000

  init(_ rule: BoundRule) {
    self.rule = rule
    _ = number(of: [])
  }

  /// Whether no alert cares about an instant without lines.
  var isQuiet: Bool { active == 0 }

  /// Whether no group but the whole is known.
  var isEmpty: Bool { !groups.contains(where: \.isKnown) }

  /// The group with these values, made if need be.
  mutating func number(of values: [Value]) -> Int {
    let number = table.group(of: values)
    grow()
    return number
  }

  private mutating func grow() {
    while groups.count < table.count {
      groups.append(
        Group(
          alerts: [Alert](repeating: Alert(), count: rule.terms.count),
          firstLines: [Int64?](repeating: nil, count: rule.terms.count)))
    }
  }

  /// The alert group that a group of the fold belongs to.
  mutating func number(ofFold fold: Int, _ folds: GroupTable) -> Int {
    // A group made by a stage behind the aggregate has no lines of its own: all count for all.
    guard rule.tellsGroupsByLine, let keys = rule.groupKeys else { return 0 }
    if fold < ofFold.count, ofFold[fold] >= 0 { return Int(ofFold[fold]) }
    let values = folds.values(of: fold)
    let number = number(of: keys.map { values[$0] })
    if fold >= ofFold.count {
      ofFold += [Int32](repeating: -1, count: folds.count - ofFold.count)
    }
    ofFold[fold] = Int32(number)
    return number
  }

  /// The alert group of each live result row.
  mutating func numbers(of frame: inout Frame) -> [Int] {
    guard !rule.groupSlots.isEmpty else { return [Int](repeating: 0, count: frame.rowCount) }
    let columns = rule.groupSlots.map { frame.column($0) }
    let numbers = table.groups(of: columns, rows: frame.live)
    grow()
    return numbers.map { Int($0) }
  }

  func key(of group: Int) -> GroupKey {
    let names = rule.rule.groupBy
    return GroupKey(zip(names, table.values(of: group)).map { (name: $0, value: $1) })
  }

  // Alerts.

  func alert(_ index: Int, _ group: Int) -> Alert { groups[group].alerts[index] }

  /// Whether another alert of this group may fire.
  func mayFire(_ group: Int) -> Bool {
    groups[group].isFiring || firing < Monitor.firingLimit
  }

  mutating func update<R>(_ index: Int, _ group: Int, _ body: (inout Alert) -> R) -> R {
    let wasFiring = groups[group].isFiring
    let wasActive = groups[group].isActive
    defer {
      firing += (groups[group].isFiring ? 1 : 0) - (wasFiring ? 1 : 0)
      active += (groups[group].isActive ? 1 : 0) - (wasActive ? 1 : 0)
    }
    return body(&groups[group].alerts[index])
  }

  /// The groups that a level looks at: those with rows, those with an alert under way, and those it
  /// knows that may have lost their rows to absence or to a stage behind the aggregate.
  func judged(_ present: some Sequence<Int>, level: Int, at time: Int64) -> [Int] {
    guard !rule.groupSlots.isEmpty else { return [0] }
    let looksAtKnown = rule.isAboutAbsence(level) || !rule.plan.tailOnlyShows
    var result = Set(present)
    if active > 0 || looksAtKnown {
      for (number, group) in groups.enumerated() {
        let isKnown =
          group.firstLines[level] != nil && group.lastLine > time - memory(of: group, level)
        if group.alerts[level].isActive || (looksAtKnown && isKnown) { result.insert(number) }
      }
    }
    return result.sorted()
  }

  /// Places among those that may fire are given in decision order; while there are enough for the
  /// `candidates`, records are put in that order later.
  func inDecisionOrder(_ numbers: [Int], candidates: Int) -> [Int] {
    guard firing + candidates > Monitor.firingLimit else { return numbers }
    return numbers.map { (number: $0, key: key(of: $0).json) }
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.number)
  }

  /// The groups whose silence since `start` could matter to the alert `index`: those that are known
  /// and silent, or were, and those whose alert is firing.
  func silent(since start: Int64, _ index: Int, at time: Int64) -> [Int] {
    let numbers = groups.indices.dropFirst().filter { number in
      let group = groups[number]
      let alert = group.alerts[index]
      if alert.isActive { return true }
      let isKnown = group.isRemembered && group.lastLine > time - AlertGroups.memory
      return isKnown && (group.lastLine <= start || !alert.hits.isEmpty)
    }
    return inDecisionOrder(Array(numbers), candidates: numbers.count)
  }

  /// How long after its last line a group is known to an alert.
  private func memory(of group: Group, _ index: Int) -> Int64 {
    rule.isAboutAbsence(index) && group.isRemembered ? AlertGroups.memory : rule.window
  }

  // Lines.

  /// Notes when the groups of these lines were seen. Lines after the instant `due` are not known yet.
  mutating func note(
    _ rows: Selection, _ folds: [Int32], _ times: [Int64], _ table: GroupTable, due: Int64
  ) {
    rows.forEach { row in
      let number = number(ofFold: Int(folds[row]), table)
      if number > 0 {
        for index in rule.terms.indices where groups[number].firstLines[index] == nil {
          groups[number].firstLines[index] = times[row]
        }
      }
      if times[row] <= due {
        meet(number, at: times[row])
      } else {
        ahead.note(number, at: times[row], pane: rule.instant(atOrAfter: times[row]))
      }
    }
  }

  /// Time has come to the instant `due`: lines up to it are known.
  mutating func reach(_ due: Int64) {
    for (number, last) in ahead.take(through: due) { meet(number, at: last) }
  }

  private mutating func meet(_ number: Int, at time: Int64) {
    groups[0].lastLine = max(groups[0].lastLine, time)
    guard number > 0 else { return }
    let wasAway = groups[number].lastLine <= time - rule.window
    groups[number].lastLine = max(groups[number].lastLine, time)
    guard rule.remembersGroups, !groups[number].isRemembered else { return }
    if remembered < rule.rule.maxGroups {
      groups[number].isRemembered = true
      remembered += 1
    } else if wasAway {
      beyondLimit += 1
    }
  }

  /// The newest line of a group, or of all where lines can't be told apart by group.
  func lastLine(of group: Int) -> Int64 {
    groups[rule.tellsGroupsByLine ? group : 0].lastLine
  }

  func firstLine(of group: Int, _ index: Int) -> Int64? { groups[group].firstLines[index] }

  /// Forgets the groups that have been silent too long at the instant `time`: those remembered after
  /// a day, the others once their window is empty. One with an alert under way stays.
  mutating func settle(at time: Int64) {
    guard rule.tellsGroupsByLine else { return }
    for number in groups.indices.dropFirst() where groups[number].isKnown {
      let group = groups[number]
      for index in rule.terms.indices where group.firstLines[index] != nil {
        if group.alerts[index].isActive || group.lastLine > time - memory(of: group, index) {
          continue
        }
        groups[number].firstLines[index] = ahead.first(of: number)
      }
      if group.isRemembered, group.lastLine <= time - AlertGroups.memory {
        groups[number].isRemembered = false
        remembered -= 1
      }
    }
  }

  mutating func noteEvidence(
    _ place: EvidencePlace, fold: Int, _ folds: GroupTable, settled: Int64
  ) {
    let number = number(ofFold: fold, folds)
    groups[number].evidence.note(place, keeping: rule.rule.evidence, settled: settled)
  }

  func evidence(of group: Int, after start: Int64, through end: Int64) -> [EvidencePlace] {
    groups[rule.tellsGroupsByLine ? group : 0].evidence
      .newest(rule.rule.evidence, after: start, through: end)
  }

  // Memory.

  /// How many groups have ever been numbered since the last time the unused were dropped.
  var numbered: Int { groups.count }

  /// The groups of the fold got new numbers.
  mutating func forgetFoldNumbers() { ofFold = [] }

  /// Drops the groups of which nothing is known any more; `time` is the latest instant decided.
  mutating func dropUnused(at time: Int64, window: Int64) {
    guard !rule.groupSlots.isEmpty else { return }
    var fresh = AlertGroups(rule)
    var numbers: [Int: Int] = [:]
    let awaited = ahead.groups
    for (number, group) in groups.enumerated() {
      let hasLines = !group.evidence.newest(1, after: time - window, through: .max).isEmpty
      // An alert that was counted once must go on counting, so its group stays.
      let hasStory = zip(group.alerts, rule.terms).contains { $0.hasStory(at: time, $1) }
      guard number == 0 || group.isKnown || hasLines || hasStory || awaited.contains(number)
      else { continue }
      let moved = fresh.number(of: table.values(of: number))
      fresh.groups[moved] = group
      numbers[number] = moved
    }
    fresh.ahead = ahead.renumbered(numbers)
    fresh.firing = firing
    fresh.active = active
    fresh.remembered = remembered
    fresh.beyondLimit = beyondLimit
    self = fresh
  }
}
