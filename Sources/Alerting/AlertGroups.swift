import QueryLanguage
import Records

/// The groups of a monitor and what is known of each: its alerts, its first and last line, the newest
/// lines that matched. Group 0 of an ungrouped monitor is the monitor itself.
struct AlertGroups: Sendable {
  private struct Group: Sendable {
    var alerts: [Alert]
    /// For each level the first line since the group became known to it.
    var firstLines: [Int64?]
    var lastLine = Int64.min
    var evidence = EvidenceRing()

    var isFiring: Bool { alerts.contains(where: \.isFiring) }
    var isKnown: Bool { firstLines.contains { $0 != nil } }
  }

  private let rule: BoundRule
  private var table = GroupTable()
  private var groups: [Group] = []
  /// The alert group of each group of the fold; negative while it is not known.
  private var ofFold: [Int32] = []
  private(set) var firing = 0
  /// Time of the newest matching line of all.
  private var newestLine = Int64.min
  /// Groups beyond `max_groups`, which are not remembered.
  private(set) var beyondLimit = 0

  /// A group is known for this long after its last line.
  static let memory: Int64 = 86_400_000

  init(_ rule: BoundRule) {
    self.rule = rule
    if rule.groupSlots.isEmpty { _ = number(of: []) }
  }

  var isQuiet: Bool { firing == 0 }

  /// Whether no group but that of an ungrouped monitor is remembered.
  var isEmpty: Bool {
    rule.groupSlots.isEmpty || !groups.contains { $0.isKnown || $0.isFiring }
  }

  private mutating func number(of values: [Value]) -> Int {
    let number = table.group(of: values)
    grow()
    return number
  }

  private mutating func grow() {
    while groups.count < table.count {
      groups.append(
        Group(
          alerts: [Alert](repeating: Alert(), count: rule.levels.count),
          firstLines: [Int64?](repeating: nil, count: rule.levels.count)))
    }
  }

  /// The alert group that a group of the fold belongs to.
  mutating func number(ofFold fold: Int, _ folds: GroupTable) -> Int {
    guard !rule.groupSlots.isEmpty else { return 0 }
    if fold < ofFold.count, ofFold[fold] >= 0 { return Int(ofFold[fold]) }
    // A group made by a stage behind the aggregate has no lines of its own: all count for all.
    guard let keys = rule.groupKeys else { return number(of: rule.groupSlots.map { _ in .null }) }
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

  func alert(_ level: Int, _ group: Int) -> Alert { groups[group].alerts[level] }

  /// Whether any level of the group is firing.
  func isFiring(_ group: Int) -> Bool { groups[group].isFiring }

  mutating func set(_ alert: Alert, _ level: Int, _ group: Int) {
    let before = groups[group].isFiring
    groups[group].alerts[level] = alert
    let now = groups[group].isFiring
    if before != now { firing += now ? 1 : -1 }
  }

  /// The groups that a level looks at: those with rows, those that fire, and those it knows that may
  /// have lost their rows to absence or to a stage behind the aggregate.
  func judged(_ present: some Sequence<Int>, level: Int, at time: Int64) -> [Int] {
    guard !rule.groupSlots.isEmpty else { return [0] }
    let looksAtKnown = rule.levels[level].isAboutAbsence || !rule.plan.tailOnlyShows
    var result = Set(present)
    if firing > 0 || looksAtKnown {
      for (number, group) in groups.enumerated() {
        let isKnown = group.firstLines[level] != nil && group.lastLine > time - memory(of: level)
        if group.alerts[level].isFiring || (looksAtKnown && isKnown) { result.insert(number) }
      }
    }
    return result.sorted()
  }

  /// How long after its last line a group is known to a level.
  private func memory(of level: Int) -> Int64 {
    rule.levels[level].isAboutAbsence ? AlertGroups.memory : rule.window
  }

  // Lines.

  /// Notes when the groups of these lines were seen.
  mutating func note(
    _ rows: Selection, _ folds: [Int32], _ times: [Int64], _ table: GroupTable
  ) {
    rows.forEach { row in
      newestLine = max(newestLine, times[row])
      guard rule.groupKeys != nil, !rule.groupSlots.isEmpty else { return }
      let number = number(ofFold: Int(folds[row]), table)
      for level in rule.levels.indices where groups[number].firstLines[level] == nil {
        groups[number].firstLines[level] = times[row]
      }
      groups[number].lastLine = max(groups[number].lastLine, times[row])
    }
  }

  /// The newest line of a group, or of all where lines can't be told apart by group.
  func lastLine(of group: Int) -> Int64 {
    rule.groupKeys != nil && !rule.groupSlots.isEmpty ? groups[group].lastLine : newestLine
  }

  func firstLine(of group: Int, level: Int) -> Int64? { groups[group].firstLines[level] }

  /// Forgets the groups that have been silent too long at the instant `time`: for a level that absence
  /// can trip a day, for the others a window.
  mutating func settle(at time: Int64) {
    guard !rule.groupSlots.isEmpty else { return }
    for (level, settings) in rule.levels.enumerated() {
      let memory = memory(of: level)
      var known = 0
      for number in groups.indices where groups[number].firstLines[level] != nil {
        if groups[number].alerts[level].isFiring { continue }
        if groups[number].lastLine <= time - memory {
          groups[number].firstLines[level] = nil
          continue
        }
        known += 1
        // Past `max_groups` the groups seen last are not remembered.
        if settings.isAboutAbsence, known > rule.rule.maxGroups {
          groups[number].firstLines[level] = nil
          beyondLimit += 1
        }
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
    let ring =
      rule.groupKeys == nil && !rule.groupSlots.isEmpty
      ? groups.first?.evidence : groups[group].evidence
    return ring?.newest(rule.rule.evidence, after: start, through: end) ?? []
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
    for (number, group) in groups.enumerated() {
      let hasLines = !group.evidence.newest(1, after: time - window, through: .max).isEmpty
      // An alert that was counted once must go on counting, so its group stays.
      guard group.isKnown || hasLines || group.alerts.contains(where: { $0.ordinal > 0 })
      else { continue }
      let moved = fresh.number(of: table.values(of: number))
      fresh.groups[moved] = group
    }
    fresh.firing = firing
    fresh.beyondLimit = beyondLimit
    fresh.newestLine = newestLine
    self = fresh
  }
}
