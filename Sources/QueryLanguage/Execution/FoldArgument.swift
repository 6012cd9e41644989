package import Records

/// What an aggregate looks at of the values of its argument.
package enum ArgumentReading: Sendable {
  case values
  /// Only the numbers among them.
  case numbers
  /// Only the numbers, as a `UnitColumn`.
  case units
}

/// The argument of an aggregate as it wants to read it.
package enum FoldArgument {
  case cells(Column)
  case units(UnitColumn, Column)

  init(_ frame: inout Frame, _ slot: Slot, _ rows: Selection, _ reading: ArgumentReading) {
    let column = frame.column(slot)
    switch reading {
    case .values: self = .cells(column)
    case .numbers:
      var cells = [Cell](repeating: .null, count: rows.count)
      rows.forEach { row in if let number = column[row].number { cells[row] = Cell(number) } }
      self = .cells(.cells(cells))
    case .units: self = .units(frame.units(of: slot), column)
    }
  }

  /// One of the rows by itself, which is row 0 then.
  func single(_ row: Int) -> FoldArgument {
    switch self {
    case .cells(let column): return .cells(.constant(column[row]))
    case .units(_, let column):
      let column = Column.constant(column[row])
      return .units(UnitColumn(reading: column, rows: Selection(all: 1)), column)
    }
  }
}

extension FoldPlan {
  /// Reads the numbers that its sums will ask for, so that whoever folds finds them read.
  package func readUnits(of frame: inout Frame) {
    guard !frame.live.isEmpty else { return }
    for column in columns where column.aggregate.reading == .units {
      if let slot = column.argument { _ = frame.units(of: slot) }
    }
  }
}

extension Frame {
  /// The numbers of a field as sums add them.
  mutating func units(of slot: Slot) -> UnitColumn {
    units(of: slot) { UnitColumn(reading: $0, rows: $1) }
  }
}

extension UnitColumn {
  fileprivate init(reading column: Column, rows: Selection) {
    var units = [Int64](repeating: 0, count: rows.count)
    var fixed = rows
    var others = Selection(none: rows.count)
    fixed.filter { row in
      guard let number = column[row].number else { return false }
      guard let known = FixedSum.units(number) else {
        others.insert(row)
        return false
      }
      units[row] = known
      return true
    }
    self.init(units: units, fixed: fixed, others: others)
  }
}
