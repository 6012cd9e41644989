/// What can be said of an expression's sign without looking at a log.
extension Expression {
  /// Whether no number that the expression yields can be below zero.
  func isNeverNegative(_ fields: FieldScope) -> Bool {
    switch self {
    case .constant(let constant):
      return constant.cell.number.map { $0 >= 0 } ?? true
    case .field(let slot):
      return fields[slot].isNeverNegative
    case .arithmetic(.add, let left, let right), .arithmetic(.multiply, let left, let right):
      return left.isNeverNegative(fields) && right.isNeverNegative(fields)
    case .arithmetic(.remainder, let left, _):
      return left.isNeverNegative(fields)
    case .arithmetic, .negative:
      // A quotient may be no number at all, and a sum with that is none either.
      return false
    case .conditional(_, let yes, let no):
      return yes.isNeverNegative(fields) && no.isNeverNegative(fields)
    case .call(let function, let arguments):
      switch function.name {
      case "abs", "length": return true
      case "num", "toLong", "round", "ceil", "floor":
        return arguments.first?.isNeverNegative(fields) ?? false
      default: return false
      }
    case .not, .compare, .compareDuration, .and, .or, .membership, .glob, .globOf, .regex,
      .contains:
      return true
    }
  }
}
