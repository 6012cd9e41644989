/// What one level compares at an instant, gathered for every group.
struct GroupValues {
  /// Groups with rows, in the order in which they were met.
  private(set) var present: [Int] = []
  private var values: [Double]
  private var states: [State]

  private struct State: OptionSet {
    var rawValue: UInt8

    static let present = State(rawValue: 1)
    static let valued = State(rawValue: 2)
    static let hit = State(rawValue: 4)
    /// Some value does not meet the resolving comparison.
    static let unclear = State(rawValue: 8)
  }

  init(groups: Int) {
    values = [Double](repeating: 0, count: groups)
    states = [State](repeating: [], count: groups)
  }

  private mutating func meet(_ group: Int) {
    if group >= states.count {
      let more = group + 1 - states.count
      values += [Double](repeating: 0, count: more)
      states += [State](repeating: [], count: more)
    }
    if states[group].insert(.present).inserted { present.append(group) }
  }

  /// Takes in the value of one row; nil when it has none.
  mutating func note(_ value: Double?, of group: Int, _ level: BoundLevel) {
    meet(group)
    guard let value else { return }
    let isFirst = states[group].insert(.valued).inserted
    let isFirstHit = level.isHit(value) && states[group].insert(.hit).inserted
    if isFirst || isFirstHit || level.isFarther(value, than: values[group]) {
      values[group] = value
    }
    if !level.isClear(value) { states[group].insert(.unclear) }
  }

  /// Counts a row, for a level that compares their number; `closeRows` judges it.
  mutating func countRow(of group: Int) {
    meet(group)
    values[group] += 1
  }

  mutating func closeRows(_ level: BoundLevel) {
    guard case .rows = level.subject else { return }
    for group in present {
      let count = values[group]
      note(count, of: group, level)
      values[group] = count
    }
  }

  /// The value farthest past the threshold, the first of equals; nil without any.
  func farthest(of group: Int) -> Double? {
    group < states.count && states[group].contains(.valued) ? values[group] : nil
  }

  /// Whether a group may be a hit: it is one, or has no value and what that means is for others to say.
  func mayHit(_ group: Int) -> Bool { farthest(of: group) == nil || isHit(group) }

  func isHit(_ group: Int) -> Bool { states[group].contains(.hit) }

  func isClear(_ group: Int) -> Bool { !states[group].contains(.unclear) }
}
