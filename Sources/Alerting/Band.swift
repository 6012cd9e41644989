import Records

/// Where the points of a series are expected: so many spreads around a centre.
package struct Band: Sendable, Equatable {
  /// What the centre and the spread are called, where people read of them.
  package enum Kind: Sendable { case outlier, anomaly }

  package let kind: Kind
  package let direction: Direction
  package let factor: Double
  package let center: Double
  package let spread: Double

  package init(
    _ kind: Kind, _ direction: Direction, factor: Double, center: Double, spread: Double
  ) {
    self.kind = kind
    self.direction = direction
    self.factor = factor
    self.center = center
    self.spread = spread
  }

  package var lower: Double { center - factor * spread }
  package var upper: Double { center + factor * spread }

  /// Whether a point lies so far out, in the direction, that it counts. Without any spread every
  /// deviation does, but no deviation never.
  package func isOutside(_ value: Double) -> Bool {
    let deviation = deviation(of: value)
    return deviation > 0 && deviation >= factor * spread
  }

  /// Spreads from the centre, in the direction.
  package func distance(of value: Double) -> Double {
    let deviation = deviation(of: value)
    if spread > 0 { return deviation / spread }
    return deviation == 0 ? 0 : deviation * .infinity
  }

  private func deviation(of value: Double) -> Double {
    switch direction {
    case .both: (value - center).magnitude
    case .up: value - center
    case .down: center - value
    }
  }

  /// The same band, in which deviations to both sides count.
  var toBothSides: Band {
    Band(kind, .both, factor: factor, center: center, spread: spread)
  }
}

extension Band {
  /// What an alert compares, with the numbers of this band: `latency >= 131.5 (mean 100 + 3 sigma of
  /// 10.5)`; or, with `inside`, what holds when it is over.
  package func text(_ name: String, inside: Bool) -> String {
    let width = "\(Band.text(factor)) \(kind.spread) of \(Band.text(spread))"
    let center = "\(kind.center) \(Band.text(center))"
    let touches = spread > 0
    switch direction {
    case .up:
      let sign = inside ? touches ? "<" : "<=" : touches ? ">=" : ">"
      return "\(name) \(sign) \(Band.text(upper)) (\(center) + \(width))"
    case .down:
      let sign = inside ? touches ? ">" : ">=" : touches ? "<=" : "<"
      return "\(name) \(sign) \(Band.text(lower)) (\(center) - \(width))"
    case .both:
      let sides = "\(Band.text(lower)) to \(Band.text(upper))"
      return "\(name) \(inside ? "inside" : "outside") \(sides) (\(center) +- \(width))"
    }
  }

  /// The same before there are numbers: `latency >= mean + 3 sigma`.
  package static func text(
    _ kind: Kind, _ direction: Direction, factor: Double, of name: String, inside: Bool
  ) -> String {
    let width = "\(text(factor)) \(kind.spread)"
    return switch direction {
    case .up: "\(name) \(inside ? "<" : ">=") \(kind.center) + \(width)"
    case .down: "\(name) \(inside ? ">" : "<=") \(kind.center) - \(width)"
    case .both: "\(name) \(inside ? "inside" : "outside") \(kind.center) +- \(width)"
    }
  }

  /// A number as a person wants to read it: three decimals, more when it is small.
  private static func text(_ number: Double) -> String {
    guard 1e-4..<1e12 ~= number.magnitude else { return NumberText.shortest(number) }
    let scale: Double = number.magnitude < 0.1 ? 1e6 : 1e3
    return NumberText.shortest((number * scale).rounded() / scale)
  }
}

extension Band.Kind {
  fileprivate var center: String { self == .outlier ? "mean" : "usual" }
  fileprivate var spread: String { self == .outlier ? "sigma" : "spreads" }
}
