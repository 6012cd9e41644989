import Records

/// The numbers that a value may be, as far as that can be proven without a log.
package struct NumberRange: Sendable, Hashable {
  package private(set) var lower = -Double.infinity
  package private(set) var upper = Double.infinity
  /// Whether a border is no part of the range itself.
  private var isAboveLower = false
  private var isBelowUpper = false
  private var isWhole = false
  private var isNothing = false

  package static let all = NumberRange()

  /// Numbers from zero on.
  package static func fromZero(whole: Bool) -> NumberRange {
    var range = NumberRange()
    range.isWhole = whole
    range.narrow(to: .greaterOrEqual, 0)
    return range
  }

  package static let nothing: NumberRange = {
    var range = NumberRange()
    range.isNothing = true
    return range
  }()

  package var isEmpty: Bool {
    isNothing || lower > upper || (lower == upper && (isAboveLower || isBelowUpper))
  }

  /// Leaves only the numbers that compare so.
  package mutating func narrow(to comparator: CellComparator, _ bound: Double) {
    switch comparator {
    case .equal:
      narrow(to: .greaterOrEqual, bound)
      narrow(to: .lessOrEqual, bound)
    case .notEqual:
      if lower == bound, upper == bound { isNothing = true }
    case .greater where isWhole: raise(to: bound.rounded(.down) + 1, isOpen: false)
    case .greaterOrEqual where isWhole: raise(to: bound.rounded(.up), isOpen: false)
    case .less where isWhole: sink(to: bound.rounded(.up) - 1, isOpen: false)
    case .lessOrEqual where isWhole: sink(to: bound.rounded(.down), isOpen: false)
    case .greater: raise(to: bound, isOpen: true)
    case .greaterOrEqual: raise(to: bound, isOpen: false)
    case .less: sink(to: bound, isOpen: true)
    case .lessOrEqual: sink(to: bound, isOpen: false)
    }
  }

  private mutating func raise(to bound: Double, isOpen: Bool) {
    guard bound > lower || (bound == lower && isOpen) else { return }
    (lower, isAboveLower) = (bound, isOpen)
  }

  private mutating func sink(to bound: Double, isOpen: Bool) {
    guard bound < upper || (bound == upper && isOpen) else { return }
    (upper, isBelowUpper) = (bound, isOpen)
  }

  /// Whether some number of the range compares so.
  package func mayMeet(_ comparator: CellComparator, _ bound: Double) -> Bool {
    var met = self
    met.narrow(to: comparator, bound)
    return !met.isEmpty
  }

  /// Whether every number of the range compares so.
  package func alwaysMeets(_ comparator: CellComparator, _ bound: Double) -> Bool {
    !mayMeet(comparator.opposite, bound)
  }

  /// `5`, `a number over 5`, `a whole number of at least 0`; nil when it may be any number.
  package var words: String? {
    func number(_ value: Double) -> String { NumberText.shortest(value) }
    if lower == upper { return number(lower) }
    let kind = isWhole ? "a whole number" : "a number"
    let from = isAboveLower ? "over \(number(lower))" : "of at least \(number(lower))"
    let to = isBelowUpper ? "under \(number(upper))" : "of at most \(number(upper))"
    switch (lower.isFinite, upper.isFinite) {
    case (true, true) where !isAboveLower && !isBelowUpper:
      return "\(kind) from \(number(lower)) to \(number(upper))"
    case (true, true): return "\(kind) \(from) and \(to)"
    case (true, false): return "\(kind) \(from)"
    case (false, true): return "\(kind) \(to)"
    case (false, false): return nil
    }
  }
}

extension CellComparator {
  /// What holds between two numbers exactly when this does not.
  package var opposite: CellComparator {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }
}
