package struct ExactSum: Sendable { var v = 0.0; package init() {}
 package mutating func add(_ x: Double) { v += x }
 package mutating func add(_ x: ExactSum) { v += x.v }
 package mutating func subtract(_ x: ExactSum) { v -= x.v }
 package var value: Double { v }
 package func mean(count: Int) -> Double { v / Double(count) } }
