internal import Glibc
import Records

/// `pct(field, p, ...)`: exact up to 1,000 numbers in the merged window, within 1 % beyond.
package struct Percentile: Aggregate {
  static let definition = AggregateDefinition(
    "pct", "field[, percentile, ...]", .fieldAndNumbers, keepsUnit: true,
    "percentiles, 50 when none is named; exact up to 1,000 numbers"
  ) { field, numbers in
    (numbers.isEmpty ? [50] : numbers).map { rank in
      ("_\(field ?? "")_pct_\(NumberText.shortest(rank))", Percentile(rank: rank))
    }
  }

  static let median = AggregateDefinition(
    "median", "field", .field, keepsUnit: true, "the number in the middle: percentile 50"
  ) { _, _ in [("_median", Percentile(rank: 50))] }

  package let rank: Double

  package var kind: AggregateKind { .other }

  package var subtracts: Bool { false }

  package var reading: ArgumentReading { .numbers }

  package func accumulator() -> any Accumulator { PercentileState(rank: rank) }
}

/// All numbers while they are few; then only counts in fixed logarithmic buckets.
///
/// Which of the two a result uses depends on how many numbers there are and on nothing else, so it is
/// the same however the rows were cut into parts.
struct PercentileState: Accumulator {
  static let exactLimit = 1_000

  private struct Group: Sendable {
    var raw: [Double] = []
    var buckets: [Int32: Int] = [:]
    var count = 0
  }

  private let rank: Double
  private var groups: [Group] = []

  init(rank: Double) { self.rank = rank }

  mutating func grow(to count: Int) {
    if count > groups.count { groups += [Group](repeating: Group(), count: count - groups.count) }
  }

  mutating func absorb(_ rows: FoldRows) {
    rows.forEach { group, cell, _ in
      guard let number = cell.number, !number.isNaN else { return }
      PercentileState.add(number, times: 1, to: &groups[group])
    }
  }

  private static func add(_ number: Double, times: Int, to group: inout Group) {
    group.count += times
    if group.buckets.isEmpty {
      group.raw.append(number)
      if group.raw.count > exactLimit { spill(&group) }
    } else {
      group.buckets[bucket(of: number), default: 0] += times
    }
  }

  private static func spill(_ group: inout Group) {
    for number in group.raw { group.buckets[bucket(of: number), default: 0] += 1 }
    group.raw = []
  }

  mutating func merge(_ other: any Accumulator, groups map: [Int32]) {
    let other = other as! PercentileState
    for (theirs, ours) in map.enumerated() where ours >= 0 {
      let part = other.groups[theirs]
      let group = Int(ours)
      for number in part.raw { PercentileState.add(number, times: 1, to: &groups[group]) }
      guard !part.buckets.isEmpty else { continue }
      PercentileState.spill(&groups[group])
      groups[group].count += part.buckets.values.reduce(0, +)
      groups[group].buckets.merge(part.buckets, uniquingKeysWith: +)
    }
  }

  mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
    preconditionFailure("a percentile can't be taken out of a window")
  }

  mutating func reset(_ group: Int) { groups[group] = Group() }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    let state = groups[group]
    guard state.count > 0 else { return .null }
    let position = min(max(rank, 0), 100) / 100 * Double(state.count - 1)
    guard !state.buckets.isEmpty else {
      let sorted = state.raw.sorted()
      let lower = Int(position)
      let upper = min(lower + 1, sorted.count - 1)
      let part = position - Double(lower)
      // Equal neighbours need no arithmetic, which also keeps infinities what they are.
      if part == 0 || sorted[lower] == sorted[upper] { return Cell(sorted[lower]) }
      return Cell(sorted[lower] + (sorted[upper] - sorted[lower]) * part)
    }
    var before = 0
    let wanted = Int(position.rounded())
    for key in state.buckets.keys.sorted() {
      before += state.buckets[key]!
      if before > wanted { return Cell(PercentileState.middle(of: key)) }
    }
    preconditionFailure("bucket counts do not add up to the group's count")
  }

  // Buckets. Each is 2 % wide, so its middle is within 1 % of everything in it; negative numbers have
  // the negative keys, and 0 is zero.

  private static let step = log(1.02)
  private static let offset = 40_000.0

  static func bucket(of number: Double) -> Int32 {
    if number == 0 { return 0 }
    if number.isInfinite { return number > 0 ? .max : -.max }
    let size = (log(number.magnitude) / step).rounded(.down) + offset
    return Int32(number > 0 ? size : -size)
  }

  static func middle(of key: Int32) -> Double {
    if key == 0 { return 0 }
    if key == .max { return .infinity }
    if key == -.max { return -.infinity }
    let low = exp((Double(key.magnitude) - offset) * step)
    return (key > 0 ? 1 : -1) * low * 1.01
  }
}
