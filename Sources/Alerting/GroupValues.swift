import QueryLanguage

/// What one level compares at an instant, gathered for the groups that matter to it.
struct GroupValues {
  private let watch: GroupWatch
  private var places = IntegerIndex()
  /// The groups with rows that were looked at, in the order in which they were met.
  private(set) var present: [Int] = []
  private var values: [Value] = []

  private struct Value {
    var number: Double?
    var rows = 0
    var isHit = false
    /// Some number does not meet the resolving comparison.
    var isUnclear = false
  }

  /// With values for all groups that hit, and for those that `watch` covers.
  init(watching watch: GroupWatch) { self.watch = watch }

  private mutating func place(of group: Int) -> Int {
    if let place = places[Int32(group)] { return Int(place) }
    places[Int32(group)] = Int32(present.count)
    present.append(group)
    values.append(Value())
    return present.count - 1
  }

  /// Takes in the value of one row; nil when it has none. Says the group when somebody wants to know.
  @inline(__always)
  mutating func note(_ number: Double?, _ level: BoundLevel, of group: () -> Int) {
    let isHit = number.map(level.isHit) ?? false
    if case .none = watch, !isHit { return }
    let group = group()
    guard isHit || watch.covers(group) else { return }
    let place = place(of: group)
    guard let number else { return }
    let isFirstHit = isHit && !values[place].isHit
    if isFirstHit || values[place].number.map({ level.isFarther(number, than: $0) }) ?? true {
      values[place].number = number
    }
    if isHit { values[place].isHit = true }
    if !level.isClear(number) { values[place].isUnclear = true }
  }

  /// Counts a row, for a level that compares their number; `closeRows` judges it.
  mutating func countRow(of group: Int) { values[place(of: group)].rows += 1 }

  mutating func closeRows(_ level: BoundLevel) {
    for place in values.indices {
      let count = Double(values[place].rows)
      values[place].number = count
      values[place].isHit = level.isHit(count)
      values[place].isUnclear = !level.isClear(count)
    }
  }

  private func value(of group: Int) -> Value? { places[Int32(group)].map { values[Int($0)] } }

  func isPresent(_ group: Int) -> Bool { places[Int32(group)] != nil }

  /// The value farthest past the threshold, the first of equals; nil without any.
  func farthest(of group: Int) -> Double? { value(of: group)?.number }

  /// Whether a group with rows may be a hit: it is one, or none of its rows has a value and that is one.
  func mayHit(_ group: Int, _ level: BoundLevel) -> Bool {
    guard let value = value(of: group) else { return false }
    return value.isHit || value.number == nil && level.emptyCanHit
  }

  func isHit(_ group: Int) -> Bool { value(of: group)?.isHit ?? false }

  func isClear(_ group: Int) -> Bool { value(of: group)?.isUnclear != true }
}
