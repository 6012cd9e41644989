import QueryLanguage
import Records

/// The groups of a monitor and what is known of each: its alerts, its first and last line, the lines
/// that matched. Group 0 is the monitor as a whole; an ungrouped one has no other.
///
/// There may be 100,000 groups with lines in every window, so what every group has is a number in a
/// flat column, and what few have stands elsewhere: alerts in an `AlertBook`.
struct AlertGroups: Sendable {
  private(set) var rule: BoundRule
  private var table = GroupTable()
  /// The alert group of each group of the fold; negative while it is not known.
  private var ofFold: [Int32] = []

  /// The terms for which it matters when a group had its first line.
  let watchers: [Int]
  /// When groups were seen; the first line, in the order in which they came, since a term knows them.
  var seen: GroupTimes
  /// Whether a group is known for a day, not only while its window has lines.
  var isRemembered: [Bool] = []
  private let remembers: Bool
  var remembered = 0
  /// Groups beyond `max_groups`, which are not remembered.
  private(set) var beyondLimit = 0

  private var book: AlertBook
  private var evidence: EvidenceLog
  /// Lines that no undecided instant but later ones may look at.
  var ahead = LinesAhead()
  /// The place of each group in decision order, once that was asked for.
  private var ranks: [Int32] = []
  /// What changed that a restart must know; nil when nobody keeps it.
  var changes: GroupChanges?

  /// A group is known for this long after its last line.
  static let memory: Int64 = 86_400_000

  init(_ rule: BoundRule) {
    self.rule = rule
    watchers = rule.terms.indices.filter { rule.watchesFirstLines($0) }
    seen = GroupTimes(width: watchers.count)
    remembers = rule.remembersGroups
    book = AlertBook(width: rule.terms.count)
    evidence = EvidenceLog(keeping: rule.rule.evidence)
    _ = number(of: [])
  }

  /// Goes on with a rule that decides the same.
  mutating func adopt(_ rule: BoundRule) {
    self.rule = rule
    evidence.limit = rule.rule.evidence
  }

  /// Whether no alert cares about an instant without lines.
  var isQuiet: Bool { book.active == 0 }

  var firing: Int { book.firing }

  /// Whether no group but the whole is known.
  var isEmpty: Bool {
    !seen.hasFirsts && !isRemembered.contains(true)
  }

  /// The group with these values, made if need be.
  mutating func number(of values: [Value]) -> Int {
    let number = table.group(of: values)
    grow()
    return number
  }

  private mutating func grow() {
    let more = table.count - isRemembered.count
    guard more > 0 else { return }
    seen.grow(to: table.count)
    isRemembered += repeatElement(false, count: more)
  }

  /// The alert group that a group of the fold belongs to.
  mutating func number(ofFold fold: Int, _ folds: GroupTable) -> Int {
    if fold < ofFold.count, ofFold[fold] >= 0 { return Int(ofFold[fold]) }
    return meet(fold, folds)
  }

  private mutating func meet(_ fold: Int, _ folds: GroupTable) -> Int {
    if fold >= ofFold.count {
      ofFold += [Int32](repeating: -1, count: folds.count - ofFold.count)
    }
    // A group made by a stage behind the aggregate has no lines of its own: all count for all.
    var number = 0
    if rule.tellsGroupsByLine, let keys = rule.groupKeys {
      if keys.elementsEqual(rule.fold.keys.indices) {
        number = table.adopt(fold, of: folds)
        grow()
      } else {
        let values = folds.values(of: fold)
        number = self.number(of: keys.map { values[$0] })
      }
    }
    ofFold[fold] = Int32(number)
    return number
  }

  /// The alert group of each row, whose groups of the fold are `folds`.
  mutating func numbers(
    _ rows: Selection, ofFolds folds: [Int32], _ table: GroupTable
  ) -> [Int32] {
    var numbers = folds
    // In rounds, as in `GroupTable`: first those that are known.
    let isComplete = find(&numbers, rows)
    if isComplete { return numbers }
    rows.forEach { row in
      if numbers[row] < 0 { numbers[row] = Int32(number(ofFold: Int(folds[row]), table)) }
    }
    return numbers
  }

  /// Replaces groups of the fold by alert groups, unknown ones by negative numbers. Says whether all
  /// are known.
  private func find(_ numbers: inout [Int32], _ rows: Selection) -> Bool {
    var isComplete = true
    var found = numbers.mutableSpan
    for row in rows.inOrder {
      let next = row &+ rowsFetchedAhead
      if next < found.count { ofFold.prefetch(Int(found[next])) }
      let fold = Int(found[row])
      let number = fold < ofFold.count ? ofFold[fold] : -1
      if number < 0 { isComplete = false }
      found[row] = number
    }
    return isComplete
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

  func alert(_ index: Int, _ group: Int) -> Alert { book.alert(index, of: group) }

  /// Whether another alert of this group may fire.
  func mayFire(_ group: Int) -> Bool {
    book.firing < Monitor.firingLimit || book.isFiring(group)
  }

  mutating func update<R>(_ index: Int, _ group: Int, _ body: (inout Alert) -> R) -> R {
    let before = changes == nil ? nil : book.alert(index, of: group)
    defer {
      if let before, before != book.alert(index, of: group) {
        changes?.alerts.insert(AlertPlace(index: index, group: group))
      }
    }
    return book.update(index, of: group, body)
  }

  /// Whose values a level must see though they are no hits.
  func watch(_ level: Int) -> GroupWatch {
    if rule.groupSlots.isEmpty || rule.levels[level].emptyCanHit { return .all }
    let open = book.open(level)
    return open.isEmpty ? .none : .some(Set(open))
  }

  /// The groups that a level has to decide about: those that may hit; those with an open alert that
  /// have rows, are under way or are known; and, where absence can hit, those known without rows.
  func judged(_ found: GroupValues, level index: Int, at time: Int64) -> [Int] {
    guard !rule.groupSlots.isEmpty else { return [0] }
    let level = rule.levels[index]
    var result = found.present.filter { found.mayHit($0, level) }
    for group in book.open(index) where !found.mayHit(group, level) {
      if found.isPresent(group) || isExpected(group, index, at: time) { result.append(group) }
    }
    if level.emptyCanHit {
      result += expected(index, at: time).filter {
        !found.isPresent($0) && !book.isOpen(index, of: $0)
      }
    }
    return result.sorted()
  }

  /// The same for a condition that looks at everything `present`.
  func judged(_ present: some Sequence<Int>, level index: Int, at time: Int64) -> [Int] {
    guard !rule.groupSlots.isEmpty else { return [0] }
    return Set(present).union(expected(index, at: time)).sorted()
  }

  /// Nobody can tell what the instant `time` would show: what alerts have measured so far ends, and
  /// they stay as they are.
  mutating func breakRuns(at time: Int64) { book.breakRuns(at: time, rule.terms) }

  /// The groups that are looked at whether they have rows or not.
  private func expected(_ index: Int, at time: Int64) -> [Int] {
    guard rule.looksAtKnown(index) else {
      return book.open(index).filter { book.alert(index, of: $0).isActive }
    }
    return isRemembered.indices.filter { isExpected($0, index, at: time) }
  }

  /// Whether a group is looked at without rows: because of its alert, or because it is known and may
  /// have lost them to absence or to a stage that picks among rows.
  private func isExpected(_ group: Int, _ index: Int, at time: Int64) -> Bool {
    rule.looksAtKnown(index) && isKnown(group, index, at: time)
      || book.alert(index, of: group).isActive
  }

  /// Places among those that may fire are given in decision order; while there are enough for all,
  /// records are put in that order later.
  mutating func inDecisionOrder(_ numbers: [Int]) -> [Int] {
    let candidates = numbers.count { !book.isFiring($0) }
    guard firing + candidates > Monitor.firingLimit else { return numbers }
    rank()
    return numbers.sorted { ranks[$0] < ranks[$1] }
  }

  /// Makes the ranks of groups good again when there are new ones.
  private mutating func rank() {
    guard ranks.count < table.count else { return }
    let keys = (0..<table.count).map { key(of: $0).json }
    let order = keys.indices.sorted { keys[$0].utf8.lexicographicallyPrecedes(keys[$1].utf8) }
    ranks = [Int32](repeating: 0, count: order.count)
    for (rank, group) in order.enumerated() { ranks[group] = Int32(rank) }
  }

  /// The groups whose silence since `start` could matter to the alert `index`: those that are known
  /// and silent, or were, and those whose alert is firing.
  mutating func silent(since start: Int64, _ index: Int, at time: Int64) -> [Int] {
    let oldest = time - AlertGroups.memory
    var numbers = isRemembered.indices.dropFirst().filter { group in
      isRemembered[group] && seen.last(of: group) <= start && seen.last(of: group) > oldest
        && !book.isOpen(index, of: group)
    }
    for group in book.open(index) where group > 0 {
      let isKnown = isRemembered[group] && seen.last(of: group) > oldest
      if isKnown || book.alert(index, of: group).isActive { numbers.append(group) }
    }
    return inDecisionOrder(numbers.sorted())
  }

  /// Whether a group has lines that a level still knows of at the instant `time`.
  private func isKnown(_ group: Int, _ index: Int, at time: Int64) -> Bool {
    firstLine(of: group, index) != nil && seen.last(of: group) > time - memory(of: group, index)
  }

  /// Whether a group is looked at only because its alert is pending: nobody knows it any more, and what
  /// was to come of it does not come.
  func isForgotten(_ group: Int, _ index: Int, at time: Int64) -> Bool {
    rule.tellsGroupsByLine && group > 0 && !book.alert(index, of: group).isFiring
      && seen.last(of: group) <= time - memory(of: group, index)
  }

  /// How long after its last line a group is known to an alert.
  private func memory(of group: Int, _ index: Int) -> Int64 {
    isRemembered[group] && rule.isAboutAbsence(index) ? AlertGroups.memory : rule.window
  }

  /// The places of all alerts that are, or were, firing; by level and then by number.
  var firedPlaces: [AlertPlace] {
    rule.terms.indices.flatMap { index in
      book.known.filter { book.alert(index, of: $0).ordinal > 0 }.sorted()
        .map { AlertPlace(index: index, group: $0) }
    }
  }

  /// Those that are.
  var firingPlaces: [AlertPlace] {
    firedPlaces.filter { book.alert($0.index, of: $0.group).isFiring }
  }

  // Lines.

  /// Notes when groups were seen. Lines after the instant `due` are not known yet.
  mutating func note(_ rows: Selection, _ numbers: [Int32], _ times: [Int64], due: Int64) {
    if changes != nil { noteOutdated(rows, numbers, times, oldest: due - rule.window) }
    // Who remembers groups has to look at each before its line is noted.
    let met = seen.note(rows, numbers, times, through: remembers ? .min : due)
    if !met.isEmpty { changes?.groups.formUnion(met) }
    rows.forEach { row in
      if times[row] > due {
        ahead.note(Int(numbers[row]), at: times[row], pane: rule.instant(atOrAfter: times[row]))
      } else if remembers {
        meet(Int(numbers[row]), at: times[row])
      }
    }
  }

  /// Notes the groups of lines of which no window will tell again.
  private mutating func noteOutdated(
    _ rows: Selection, _ numbers: [Int32], _ times: [Int64], oldest: Int64
  ) {
    rows.forEach { row in
      if times[row] <= oldest, numbers[row] > 0 { changes?.groups.insert(Int(numbers[row])) }
    }
  }

  /// Time has come to the instant `due`: lines up to it are known.
  mutating func reach(_ due: Int64) {
    for (number, last) in ahead.take(through: due) { meet(number, at: last) }
  }

  private mutating func meet(_ number: Int, at time: Int64) {
    seen.note(time, of: 0)
    guard number > 0 else { return }
    let last = seen.last(of: number)
    seen.note(time, of: number)
    if remembers, !isRemembered[number] {
      remember(number, wasAway: last <= time - rule.window)
    }
  }

  private mutating func remember(_ number: Int, wasAway: Bool) {
    if remembered < rule.rule.maxGroups {
      isRemembered[number] = true
      remembered += 1
      changes?.groups.insert(number)
    } else if wasAway {
      beyondLimit += 1
    }
  }

  /// The newest line of a group, or of all where lines can't be told apart by group.
  func lastLine(of group: Int) -> Int64 {
    seen.last(of: rule.tellsGroupsByLine ? group : 0)
  }

  func firstLine(of group: Int, _ index: Int) -> Int64? {
    guard let watcher = watchers.firstIndex(of: index) else { return nil }
    let first = seen.first(of: group, watcher)
    return first == GroupTimes.never ? nil : first
  }

  /// Forgets the groups that have been silent too long at the instant `time`: those remembered after
  /// a day, the others once their window is empty. One with an alert under way stays.
  mutating func settle(at time: Int64) {
    guard rule.tellsGroupsByLine else { return }
    // What the next window does not hold, a restart would not read again.
    let oldest = time + rule.every - min(rule.window, AlertGroups.memory)
    defer { changes?.settled = oldest }
    for group in isRemembered.indices.dropFirst() where seen.last(of: group) <= oldest {
      if let changes, seen.last(of: group) > changes.settled { noteChange(of: group) }
      for (watcher, index) in watchers.enumerated() {
        guard seen.first(of: group, watcher) != GroupTimes.never,
          seen.last(of: group) <= time - memory(of: group, index),
          !book.alert(index, of: group).isActive
        else { continue }
        seen.setFirst(of: group, watcher, to: ahead.first(of: group) ?? GroupTimes.never)
        noteChange(of: group)
      }
      if isRemembered[group], seen.last(of: group) <= time - AlertGroups.memory {
        isRemembered[group] = false
        remembered -= 1
        noteChange(of: group)
      }
    }
  }

  private mutating func noteChange(of group: Int) { changes?.groups.insert(group) }

  mutating func noteEvidence(_ place: EvidencePlace, of group: Int) {
    if rule.rule.evidence > 0 { evidence.note(place, of: group) }
  }

  /// Notes where lines stand that a window may show; `numbers` are their groups.
  mutating func noteEvidence(_ rows: Selection, _ numbers: [Int32], _ batch: Batch) {
    if rule.rule.evidence > 0 {
      evidence.note(rows, of: numbers, below: isRemembered.count, batch)
    }
  }

  /// Forgets lines that no window of the instant `due` or a later one can show.
  mutating func trimEvidence(due: Int64) {
    evidence.trim(oldest: due - rule.window, settled: due)
  }

  func evidence(of group: Int, after start: Int64, through end: Int64) -> [EvidencePlace] {
    // Where lines belong to groups, those of the whole are those of all.
    let isWhole = rule.tellsGroupsByLine && group == 0
    return evidence.newest(
      of: isWhole ? nil : rule.tellsGroupsByLine ? group : 0, after: start, through: end)
  }

  // Memory.

  /// How many groups have ever been numbered since the last time the unused were dropped.
  var numbered: Int { table.count }

  /// The groups of the fold got new numbers.
  mutating func forgetFoldNumbers() { ofFold = [] }

  /// Drops the groups of which nothing is known any more; `time` is the latest instant decided.
  mutating func dropUnused(at time: Int64) {
    guard !rule.groupSlots.isEmpty else { return }
    var fresh = AlertGroups(rule)
    var numbers = [Int32](repeating: -1, count: table.count)
    let awaited = ahead.groups
    for group in isRemembered.indices {
      let isKnown =
        isRemembered[group] || seen.firsts(of: group).contains { $0 != GroupTimes.never }
      guard
        group == 0 || isKnown || evidence.hasLines(of: group) || awaited.contains(group)
          || book.hasStory(group, at: time, rule.terms)
      else { continue }
      let moved = fresh.table.adopt(group, of: table)
      fresh.grow()
      fresh.seen.copy(group, of: seen, to: moved)
      fresh.isRemembered[moved] = isRemembered[group]
      numbers[group] = Int32(moved)
    }
    let number = { (group: Int) in numbers[group] < 0 ? nil : Int(numbers[group]) }
    fresh.ahead = ahead.renumbered(number)
    fresh.book = book.renumbered(number)
    fresh.evidence = evidence
    fresh.evidence.renumber(number)
    fresh.remembered = remembered
    fresh.beyondLimit = beyondLimit
    fresh.changes = changes?.renumbered(number) { saved(group: $0) }
    self = fresh
  }
}

/// Groups whose values a level looks at whether they hit or not.
enum GroupWatch {
  case all
  case some(Set<Int>)
  case none

  func covers(_ group: Int) -> Bool {
    switch self {
    case .all: true
    case .some(let groups): groups.contains(group)
    case .none: false
    }
  }
}
