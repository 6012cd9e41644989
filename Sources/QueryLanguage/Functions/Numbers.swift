import Glibc
import Records

extension FunctionTable {
  static let numberFunctions: [FunctionDefinition] =
    roundingFunctions + powerFunctions + angleFunctions

  private static let roundingFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "abs", parameters: "number", arity: 1...1, unit: .ofFirstArgument,
      "the number without its sign"
    ) { _ in
      Each.cell { cell, _ in
        if let whole = cell.wholeNumber, whole != .min { return Cell(abs(whole)) }
        return cell.number.map { Cell($0.magnitude) } ?? .null
      }
    },
    FunctionDefinition(
      "ceil", "ceiling", parameters: "number", arity: 1...1, unit: .ofFirstArgument,
      "the next whole number above"
    ) { _ in Each.rounding { $0.rounded(.up) } },
    FunctionDefinition(
      "floor", parameters: "number", arity: 1...1, unit: .ofFirstArgument,
      "the next whole number below"
    ) { _ in Each.rounding { $0.rounded(.down) } },
    FunctionDefinition(
      "round", parameters: "number[, places]", arity: 1...2, unit: .ofFirstArgument,
      "the nearest number with so many decimal places, else whole; halves go away from zero"
    ) { call in
      if call.arguments.count == 1 { return Each.rounding { $0.rounded(places: 0) } }
      return Each.numbers { number, places in
        guard places.magnitude < 1000 else { return places > 0 ? number : .nan }
        return number.rounded(places: Int(places))
      }
    },
    FunctionDefinition(
      "min", parameters: "number, number", arity: 2...2, unit: .ofFirstArgument,
      "the smaller of two numbers"
    ) { _ in Each.choice(.less) },
    FunctionDefinition(
      "max", parameters: "number, number", arity: 2...2, unit: .ofFirstArgument,
      "the larger of two numbers"
    ) { _ in Each.choice(.greater) },
    FunctionDefinition(
      "signum", parameters: "number", arity: 1...1, "-1, 0 or 1 by the sign of the number"
    ) { _ in Each.number { $0.isNaN || $0 == 0 ? $0 : $0 < 0 ? -1 : 1 } },
  ]

  private static let powerFunctions: [FunctionDefinition] = [
    plain("sqrt", "the square root") { $0.squareRoot() },
    plain("cbrt", "the cube root") { cubeRoot($0) },
    plain("exp", "e to the power of the number") { exp($0) },
    plain("expm1", "e to the power of the number, less 1; exact near 0") { expm1($0) },
    plain("log", "the natural logarithm") { log($0) },
    plain("log10", "the logarithm to base 10") { log10($0) },
    plain("log1p", "the natural logarithm of the number plus 1; exact near 0") { log1p($0) },
    FunctionDefinition(
      "pow", parameters: "number, exponent", arity: 2...2, "the number to the power of the exponent"
    ) { _ in Each.numbers { pow($0, $1) } },
    FunctionDefinition(
      "hypot", parameters: "a, b", arity: 2...2, "the square root of a*a + b*b"
    ) { _ in Each.numbers { hypot($0, $1) } },
  ]

  private static let angleFunctions: [FunctionDefinition] = [
    plain("sin", "the sine of an angle in radians") { sin($0) },
    plain("cos", "the cosine of an angle in radians") { cos($0) },
    plain("tan", "the tangent of an angle in radians") { tan($0) },
    plain("asin", "the angle in radians that has this sine") { asin($0) },
    plain("acos", "the angle in radians that has this cosine") { acos($0) },
    plain("atan", "the angle in radians that has this tangent") { atan($0) },
    FunctionDefinition(
      "atan2", parameters: "y, x", arity: 2...2, "the angle in radians of the point (x, y)"
    ) { _ in Each.numbers { atan2($0, $1) } },
    plain("sinh", "the hyperbolic sine") { sinh($0) },
    plain("cosh", "the hyperbolic cosine") { cosh($0) },
    plain("tanh", "the hyperbolic tangent") { tanh($0) },
    plain("toDegrees", "the angle in degrees, given in radians") { $0 * 180 / .pi },
    plain("toRadians", "the angle in radians, given in degrees") { $0 * .pi / 180 },
  ]

  /// Exact for cubes of whole numbers, which the C library's is not.
  private static func cubeRoot(_ number: Double) -> Double {
    let root = cbrt(number)
    let whole = root.rounded()
    return whole * whole * whole == number ? whole : root
  }

  /// A function of one number whose result is a number of no unit.
  private static func plain(
    _ name: String, _ summary: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> FunctionDefinition {
    FunctionDefinition(name, parameters: "number", arity: 1...1, summary) { _ in Each.number(body) }
  }
}

extension Each {
  /// Whole numbers stay as they are, exactly.
  fileprivate static func rounding(
    _ body: @escaping @Sendable (Double) -> Double
  ) -> Function.Body {
    cell { cell, _ in
      if let whole = cell.wholeNumber { return Cell(whole) }
      return cell.number.map { Cell(body($0)) } ?? .null
    }
  }

  /// Whichever of two numbers comes first; null unless both are numbers.
  fileprivate static func choice(_ comparator: CellComparator) -> Function.Body {
    { arguments, rows, frame in
      let (first, second) = (arguments[0], arguments[1])
      return row(rows) {
        guard let a = first[$0].number, let b = second[$0].number else { return .null }
        if let x = first[$0].wholeNumber, let y = second[$0].wholeNumber {
          return Cell(comparator == .less ? min(x, y) : max(x, y))
        }
        if a.isNaN || b.isNaN { return Cell(.nan) }
        return Cell(comparator == .less ? min(a, b) : max(a, b))
      }
    }
  }
}
