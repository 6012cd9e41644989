package import Records

/// An expression whose fields are slots: what runs. Evaluated a column at a time.
package indirect enum Expression: Sendable {
  case constant(Constant)
  case field(Slot)
  case negative(Expression)
  case not(Expression)
  case arithmetic(Arithmetic, Expression, Expression)
  case compare(CellComparator, Expression, Expression)
  /// Against a duration: plain numbers are in the field's unit, text may carry a unit of its own.
  case compareDuration(CellComparator, Expression, DurationBound)
  case and(Expression, Expression)
  case or(Expression, Expression)
  case conditional(Expression, Expression, Expression)
  case membership(Expression, [Constant])
  case glob(Expression, Glob)
  /// A glob that is itself computed.
  case globOf(Expression, Expression)
  case regex(Expression, Regex)
  case contains(Expression, Expression)
  case call(Function, [Expression])

  package enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    @inlinable
    func apply(_ left: Double, _ right: Double) -> Double {
      switch self {
      case .add: left + right
      case .subtract: left - right
      case .multiply: left * right
      case .divide: left / right
      case .remainder: left.truncatingRemainder(dividingBy: right)
      }
    }

    /// Exact integers stay exact while they fit.
    func apply(_ left: Int64, _ right: Int64) -> Int64? {
      let result: (partialValue: Int64, overflow: Bool)
      switch self {
      case .add: result = left.addingReportingOverflow(right)
      case .subtract: result = left.subtractingReportingOverflow(right)
      case .multiply: result = left.multipliedReportingOverflow(by: right)
      case .divide, .remainder: return nil
      }
      return result.overflow ? nil : result.partialValue
    }
  }

  /// A literal, with the text it may point to.
  package struct Constant: Sendable {
    package let cell: Cell
    private let owner: PinnedText?

    package init(_ cell: Cell) {
      self.cell = cell
      owner = nil
    }

    package init(text: String) {
      let pinned = PinnedText(text)
      cell = Cell(text: pinned.bytes)
      owner = pinned
    }
  }

  /// `3s` met by a field whose plain numbers are seconds: 3 there, 3,000 in milliseconds.
  package struct DurationBound: Sendable, Hashable {
    package var milliseconds: Double
    package var inUnit: Double
  }
}

extension Expression {
  /// The values for the rows in `rows`; other rows are left null.
  package func evaluate(_ frame: inout Frame, _ rows: Selection) -> Column {
    switch self {
    case .constant(let constant):
      return .constant(constant.cell)
    case .field(let slot):
      return frame.column(slot)
    case .negative(let operand):
      let values = operand.evaluate(&frame, rows)
      return map(frame, rows) { row in
        values[row].number.map { Cell(-$0) } ?? .null
      }
    case .arithmetic(let symbol, let left, let right):
      let a = left.evaluate(&frame, rows)
      let b = right.evaluate(&frame, rows)
      return map(frame, rows) { row in Expression.combine(symbol, a[row], b[row]) }
    case .conditional(let condition, let yes, let no):
      var chosen = rows
      condition.filter(&frame, &chosen)
      var others = rows
      others.subtract(chosen)
      let a = yes.evaluate(&frame, chosen)
      let b = no.evaluate(&frame, others)
      return map(frame, rows) { row in chosen[row] ? a[row] : b[row] }
    case .call(let function, let arguments):
      let columns = arguments.map { $0.evaluate(&frame, rows) }
      return function.body(columns, rows, &frame)
    case .not, .compare, .compareDuration, .and, .or, .membership, .glob, .globOf, .regex,
      .contains:
      var holding = rows
      filter(&frame, &holding)
      return map(frame, rows) { row in Cell(holding[row]) }
    }
  }

  @inline(__always)
  private func map(_ frame: Frame, _ rows: Selection, _ value: (Int) -> Cell) -> Column {
    var cells = [Cell](repeating: .null, count: frame.rowCount)
    rows.forEach { cells[$0] = value($0) }
    return .cells(cells)
  }

  private static func combine(_ symbol: Arithmetic, _ left: Cell, _ right: Cell) -> Cell {
    if left.kind == .whole, right.kind == .whole,
      let exact = symbol.apply(left.wholeValue, right.wholeValue)
    {
      return Cell(exact)
    }
    guard let a = left.number, let b = right.number else { return .null }
    return Cell(symbol.apply(a, b))
  }

  /// Keeps the rows on which the expression is true.
  package func filter(_ frame: inout Frame, _ rows: inout Selection) {
    switch self {
    case .and(let left, let right):
      left.filter(&frame, &rows)
      if !rows.isEmpty { right.filter(&frame, &rows) }
    case .or(let left, let right):
      var first = rows
      left.filter(&frame, &first)
      var rest = rows
      rest.subtract(first)
      if !rest.isEmpty { right.filter(&frame, &rest) }
      first.formUnion(rest)
      rows = first
    case .not(let operand):
      var holding = rows
      operand.filter(&frame, &holding)
      rows.subtract(holding)
    case .compare(let comparator, let left, let right):
      filterComparison(comparator, left, right, &frame, &rows)
    case .compareDuration(let comparator, let operand, let bound):
      let values = operand.evaluate(&frame, rows)
      rows.filter { row in bound.holds(values[row], comparator) }
    case .membership(let operand, let list):
      let values = operand.evaluate(&frame, rows)
      let arena = frame.arena
      rows.filter { row in
        let cell = values[row]
        // A number in the list is no text, however it reads: there is no cast here.
        return !cell.isNull
          && list.contains { item in
            (cell.kind != .text || !item.cell.isNumeric)
              && CellComparator.equal.holds(cell, item.cell, arena)
          }
      }
    case .glob(let operand, let glob):
      let values = operand.evaluate(&frame, rows)
      let arena = frame.arena
      rows.filter { row in !values[row].isNull && glob.matches(values[row].text(arena)) }
    case .globOf(let operand, let pattern):
      let values = operand.evaluate(&frame, rows)
      let patterns = pattern.evaluate(&frame, rows)
      let arena = frame.arena
      rows.filter { row in
        guard !values[row].isNull, !patterns[row].isNull else { return false }
        let glob = Glob(
          patterns[row].text(arena).string, ignoringCase: false, questionMark: false)
        return glob.matches(values[row].text(arena))
      }
    case .regex(let operand, let regex):
      let values = operand.evaluate(&frame, rows)
      let arena = frame.arena
      let matcher = regex.matcher()
      var limited: [Int] = []
      rows.filter { row in
        guard !values[row].isNull else { return false }
        let found = matcher.matches(values[row].text(arena))
        if matcher.hitLimit { limited.append(row) }
        return found
      }
      for row in limited { frame.markLimited(row) }
    case .contains(let left, let right):
      let values = left.evaluate(&frame, rows)
      let parts = right.evaluate(&frame, rows)
      let arena = frame.arena
      rows.filter { row in
        guard !values[row].isNull, !parts[row].isNull else { return false }
        let part = parts[row].text(arena)
        let whole = values[row].text(arena)
        return part.isEmpty ? whole.isEmpty : whole.contains(part)
      }
    case .constant, .field, .negative, .arithmetic, .conditional, .call:
      let values = evaluate(&frame, rows)
      rows.filter { row in values[row].isTrue }
    }
  }

  /// A column against a literal is what rules are made of, so those two have loops of their own.
  private func filterComparison(
    _ comparator: CellComparator, _ left: Expression, _ right: Expression, _ frame: inout Frame,
    _ rows: inout Selection
  ) {
    let values = left.evaluate(&frame, rows)
    let arena = frame.arena
    guard case .constant(let constant) = right, case .cells(let cells) = values else {
      let others = right.evaluate(&frame, rows)
      rows.filter { row in comparator.holds(values[row], others[row], arena) }
      return
    }
    let other = constant.cell
    if other.kind == .number || other.kind == .whole, let bound = other.number {
      rows.filter { row in
        let cell = cells[row]
        if cell.kind == .numeral, let number = cell.place.number() {
          return comparator.holds(number, bound)
        }
        return comparator.holds(cell, other, arena)
      }
    } else if other.kind == .text, comparator == .equal, other.place.number() == nil {
      // No number equals this text, so only texts of the same bytes do.
      let wanted = other.place
      rows.filter { row in
        let cell = cells[row]
        return cell.kind == .text
          ? cell.place == wanted : comparator.holds(cell, other, arena)
      }
    } else {
      rows.filter { row in comparator.holds(cells[row], other, arena) }
    }
  }
}

extension Expression.DurationBound {
  func holds(_ cell: Cell, _ comparator: CellComparator) -> Bool {
    if let number = cell.number { return comparator.holds(number, inUnit) }
    if cell.kind == .text, let measured = Durations.milliseconds(measured: cell.place) {
      return comparator.holds(measured, milliseconds)
    }
    return comparator == .notEqual
  }
}
