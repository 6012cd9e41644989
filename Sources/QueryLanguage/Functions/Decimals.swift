import Records

/// A finite number cut to some decimal places, halves away from zero.
///
/// It goes by the shortest digits that mean the number, which are what people see: 1.005 becomes 1.01
/// although the double next to it is a little less.
struct RoundedDecimal {
  let isNegative: Bool
  /// The number is this times ten to `exponent`.
  let digits: UInt64
  let exponent: Int

  /// `value` must be finite.
  init(_ value: Double, places: Int) {
    let shortest = ShortestDecimal(value)
    isNegative = shortest.isNegative
    let drop = -places - shortest.exponent
    switch drop {
    case ...0: (digits, exponent) = (shortest.digits, shortest.exponent)
    // There are at most seventeen digits.
    case 18...: (digits, exponent) = (0, 0)
    default:
      let power = (0..<drop).reduce(UInt64(1)) { power, _ in power * 10 }
      (digits, exponent) = ((shortest.digits + power / 2) / power, -places)
    }
  }

  /// Cut to so many digits, wherever the point stands.
  init(_ value: Double, significant: Int) {
    let shortest = ShortestDecimal(value)
    let count = String(shortest.digits).utf8.count
    self.init(value, places: significant - count - shortest.exponent)
  }

  /// What stands before the point and exactly `places` digits behind it.
  func written(places: Int) -> (whole: String, fraction: String) {
    var text = digits == 0 ? "" : String(digits)
    text += String(repeating: "0", count: max(0, exponent + places))
    text = String(repeating: "0", count: max(0, places + 1 - text.utf8.count)) + text
    return (String(text.dropLast(places)), String(text.suffix(places)))
  }

  /// One digit, `precision` digits behind it, and the power of ten.
  func scientific(precision: Int) -> (digit: String, fraction: String, exponent: Int) {
    let text = String(digits)
    let fraction = text.dropFirst()
    let zeros = String(repeating: "0", count: max(0, precision - fraction.utf8.count))
    let power = digits == 0 ? 0 : text.utf8.count - 1 + exponent
    return (String(text.prefix(1)), fraction.prefix(precision) + zeros, power)
  }
}

extension Double {
  /// Rounded to `places` behind the point, negative ones to tens and hundreds; halves away from zero.
  func rounded(places: Int) -> Double {
    guard isFinite, places < 330 else { return self }
    guard places != 0 else { return rounded(.toNearestOrAwayFromZero) }
    if places > 0, places <= 15 {
      let power = (0..<places).reduce(1.0) { power, _ in power * 10 }
      let scaled = self * power
      let nearest = scaled.rounded(.toNearestOrAwayFromZero)
      // Far from a half the product's error can't matter, and the quotient is the nearest double.
      if scaled.magnitude < 1e11, abs((scaled - nearest).magnitude - 0.5) > 1e-4 {
        return nearest / power
      }
    }
    let decimal = RoundedDecimal(self, places: places)
    return Double("\(decimal.isNegative ? "-" : "")\(decimal.digits)e\(decimal.exponent)") ?? self
  }
}
