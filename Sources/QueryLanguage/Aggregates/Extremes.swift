import Records

/// `min(field)`: the smallest number.
package struct Minimum: Aggregate {
  static let definition = AggregateDefinition(
    "min", "field", .field, keepsUnit: true, "the smallest number"
  ) { _, _ in [("_min", Minimum())] }

  package var kind: AggregateKind { .minimum }

  package var subtracts: Bool { false }

  package var reading: ArgumentReading { .numbers }

  package func accumulator() -> any Accumulator { ExtremeState(sign: -1) }
}

/// `max(field)`: the largest number.
package struct Maximum: Aggregate {
  static let definition = AggregateDefinition(
    "max", "field", .field, keepsUnit: true, "the largest number"
  ) { _, _ in [("_max", Maximum())] }

  package var kind: AggregateKind { .maximum }

  package var subtracts: Bool { false }

  package var reading: ArgumentReading { .numbers }

  package func accumulator() -> any Accumulator { ExtremeState(sign: 1) }
}

/// The largest of `sign * number`; not-a-number never wins.
struct ExtremeState: Accumulator {
  private let sign: Double
  private var best: [Double] = []

  init(sign: Double) { self.sign = sign }

  /// Stands for "no number yet".
  private static let nothing = Double.nan

  mutating func grow(to count: Int) {
    if count > best.count {
      best += [Double](repeating: ExtremeState.nothing, count: count - best.count)
    }
  }

  private mutating func offer(_ value: Double, to group: Int) {
    if best[group].isNaN || value > best[group] { best[group] = value }
  }

  mutating func absorb(_ rows: FoldRows) {
    rows.forEach { group, cell, _ in
      if let number = cell.number, !number.isNaN { offer(sign * number, to: group) }
    }
  }

  mutating func merge(_ other: any Accumulator, groups: [Int32]) {
    let other = other as! ExtremeState
    for (theirs, ours) in groups.enumerated() where ours >= 0 && !other.best[theirs].isNaN {
      offer(other.best[theirs], to: Int(ours))
    }
  }

  mutating func subtract(_ other: any Accumulator, groups: [Int32]) {
    preconditionFailure("an extreme can't be taken out of a window")
  }

  mutating func reset(_ group: Int) { best[group] = ExtremeState.nothing }

  func result(_ group: Int, _ arena: Arena) -> Cell {
    best[group].isNaN ? .null : Cell(sign * best[group])
  }
}
