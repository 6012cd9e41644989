import Records
import Testing

private let tiny = Double.leastNonzeroMagnitude

@Suite struct ExactSumTests {
  private func sum(_ terms: [Double]) -> ExactSum {
    var sum = ExactSum()
    for term in terms { sum.add(term) }
    return sum
  }

  @Test(
    arguments: [
      ([], 0), ([0.1, 0.2], 0.3), ([1e16, 1, -1e16], 1), ([1e300, 1, -1e300], 1),
      ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 1), ([1e308, 1e308, -1e308], 1e308),
      ([tiny, tiny], 2 * tiny), ([1e308, 1e308], .infinity), ([.infinity, 1], .infinity),
      ([1_700_000_000.123, 0.877], 1_700_000_001), ([0.123456789, 0.000000001], 0.12345679),
      ([1e-10, 2e-10], 1e-10 + 2e-10), ([-0.3, 0.1, 0.2], 0),
      ([123_456_789.123456789, 0.2], 123_456_789.32345679),
    ] as [([Double], Double)])
  func `a sum is rounded once`(_ terms: [Double], _ expected: Double) {
    #expect(sum(terms).value == expected)
    #expect(sum(terms.reversed()).value == expected)
  }

  @Test func `infinities and what is no number can be taken away again`() {
    var sum = sum([1.5, .infinity, .nan, -.infinity])
    #expect(sum.value.isNaN)
    sum.subtract(.nan)
    #expect(sum.value.isNaN)
    sum.subtract(-.infinity)
    #expect(sum.value == .infinity)
    #expect(!sum.isZero)
    sum.subtract(.infinity)
    #expect(sum.value == 1.5)
    #expect(sum == self.sum([1.5]))
  }

  @Test func `a sum beyond 128 bits goes on exactly`() {
    var sum = ExactSum()
    for _ in 0..<400 { sum.add(9e17) }
    // Doubling gets past 2^127 units quickly.
    for _ in 0..<40 { sum.add(sum) }
    var expected = 400 * 9e17
    for _ in 0..<40 { expected *= 2 }
    #expect(sum.value == expected)
    sum.add(0.5)
    var twin = ExactSum()
    twin.subtract(sum)
    #expect(twin.value == -expected)
    twin.add(sum)
    #expect(twin.isZero)
    #expect(twin == ExactSum())
    #expect(twin.value == 0)
  }

  @Test func `a copy is not changed by what happens to the original`() {
    var sum = sum([1e-20])
    let copy = sum
    sum.add(1e-20)
    #expect(copy.value == 1e-20)
    #expect(sum.value == 2e-20)
    sum.subtract(copy)
    #expect(sum == copy)
  }

  @Test func `a mean is rounded once`() {
    #expect(sum([0.1, 0.2, 0.4]).mean(count: 7) == 0.1)
    #expect(sum([1, 1, 1]).mean(count: 3) == 1)
    #expect(sum([1]).mean(count: 3) == 1.0 / 3)
    #expect(sum([]).mean(count: 0).isNaN)
    #expect(sum([tiny]).mean(count: 2) == 0)
    #expect(sum([tiny, tiny, tiny]).mean(count: 2) == 2 * tiny)
    #expect(sum([1e308, 1e308, 1e308]).mean(count: 3) == 1e308)
  }

  @Test(arguments: 0..<60)
  func `any order, grouping and subtraction give the exact sum`(_ seed: UInt64) {
    var random = SplitMix(seed)
    let terms = (0..<random.below(200) + 1).map { _ in random.term(seed) }
    var exact = Exact()
    for term in terms { exact.add(term) }

    let inOrder = sum(terms)
    let shuffled = sum(terms.shuffled(using: &random))
    #expect(inOrder == shuffled, "seed \(seed)")

    var merged = ExactSum()
    var rest = terms[...]
    while !rest.isEmpty {
      let part = rest.prefix(random.below(20) + 1)
      rest = rest.dropFirst(part.count)
      merged.add(sum(Array(part)))
    }
    #expect(merged == inOrder, "seed \(seed)")

    // A window that moves on: more is added, then taken away by term and by group.
    let others = (0..<50).map { _ in random.term(seed) }
    for other in others { merged.add(other) }
    for other in others.prefix(20).shuffled(using: &random) { merged.subtract(other) }
    merged.subtract(sum(Array(others.dropFirst(20))))
    #expect(merged == inOrder, "seed \(seed)")
    #expect(merged.value.bitPattern == inOrder.value.bitPattern, "seed \(seed)")

    #expect(exact.isNearest(inOrder.value, count: 1), "seed \(seed): \(inOrder.value)")
    for count in [2, 3, terms.count, 1_000_003, 123_456_789_012] {
      let mean = inOrder.mean(count: count)
      #expect(exact.isNearest(mean, count: UInt64(count)), "seed \(seed): \(mean) of \(count)")
    }
    for term in terms { merged.subtract(term) }
    #expect(merged.isZero && merged == ExactSum(), "seed \(seed)")
  }
}

extension SplitMix {
  /// Terms of the sizes that logs have, and with some seeds of all sizes there are.
  fileprivate mutating func term(_ seed: UInt64) -> Double {
    let sign = next() & 1 == 0 ? 1.0 : -1.0
    switch seed % 4 == 0 ? below(4) : below(8) {
    case 0: return sign * Double(below(1_000_000)) / 1000
    case 1: return sign * Double(below(1 << 53)) / 1e9
    case 2: return Double(below(1000))
    case 3: return 1_700_000_000 + Double(below(1_000_000)) / 1e6
    case 4: return sign * Double(next()) * 1e-19
    case 5: return sign * Double(next() >> 1)
    case 6: return sign * Double(below(1 << 53)) * 0x1p-40
    default:
      let value = Double(bitPattern: next())
      return value.isFinite && abs(value) < 1e300 ? value : sign * 1000 * tiny
    }
  }
}

/// The reference: a sum in units of 10^-9 * 2^-1074, in a number of fixed width.
private struct Exact {
  private var total = Wide()

  /// The term's shortest decimal text if that is short, else its exact binary value.
  mutating func add(_ term: Double) { total.add(Exact.units(term)) }

  private static func units(_ term: Double) -> Wide {
    var text = Substring("\(abs(term))")
    var exponent = 0
    if let mark = text.firstIndex(of: "e") {
      exponent = Int(text[text.index(after: mark)...]) ?? 0
      text = text[..<mark]
    }
    if let point = text.firstIndex(of: ".") {
      exponent -= text.distance(from: point, to: text.endIndex) - 1
      text.remove(at: point)
    }
    while text.last == "0", text.count > 1 {
      text.removeLast()
      exponent += 1
    }
    var wide = Wide()
    if exponent >= -9, exponent < 0, abs(term) < 1e18 {
      wide = Wide(UInt64(text) ?? 0)
      for _ in 0..<exponent + 9 { wide.multiply(by: 10) }
      wide.shiftLeft(1074)
    } else if term != 0 {
      let size = abs(term)
      wide = Wide(
        size.significandBitPattern | (size.isNormal ? 1 << 52 : 0))
      wide.multiply(by: 1_000_000_000)
      wide.shiftLeft(size.isNormal ? Int(size.exponentBitPattern) - 1 : 0)
    }
    if term < 0 { wide.negate() }
    return wide
  }

  private static func binary(_ value: Double) -> Wide {
    var wide = Wide(abs(value).significandBitPattern | (value.isNormal ? 1 << 52 : 0))
    wide.multiply(by: 1_000_000_000)
    wide.shiftLeft(value.isNormal ? Int(value.exponentBitPattern) - 1 : 0)
    if value < 0 { wide.negate() }
    return wide
  }

  /// Whether no other double is nearer to the sum divided by `count`, ties to even.
  func isNearest(_ value: Double, count: UInt64) -> Bool {
    guard value.isFinite else { return false }
    var twice = total
    twice.shiftLeft(1)
    for (neighbour, isAbove) in [(value.nextUp, true), (value.nextDown, false)] {
      var middle = Exact.binary(value)
      middle.add(Exact.binary(neighbour))
      middle.multiply(by: count)
      middle.negate()
      middle.add(twice)
      // What is left over is the exact sum seen from the middle.
      if middle.isZero { guard value.significandBitPattern & 1 == 0 else { return false } }
      if !middle.isZero, middle.isNegative != isAbove { return false }
    }
    return true
  }
}

/// 2,432 bits in two's complement: plain, slow, obviously right.
private struct Wide {
  var words = [UInt32](repeating: 0, count: 76)

  init(_ value: UInt64 = 0) {
    words[0] = UInt32(truncatingIfNeeded: value)
    words[1] = UInt32(truncatingIfNeeded: value >> 32)
  }

  var isNegative: Bool { words[75] >> 31 == 1 }
  var isZero: Bool { words.allSatisfy { $0 == 0 } }

  mutating func add(_ other: Wide) {
    var carry: UInt64 = 0
    for index in words.indices {
      carry += UInt64(words[index]) + UInt64(other.words[index])
      words[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
  }

  mutating func negate() {
    for index in words.indices { words[index] = ~words[index] }
    add(Wide(1))
  }

  mutating func multiply(by factor: UInt64) {
    let negative = isNegative
    if negative { negate() }
    var carry: UInt128 = 0
    for index in words.indices {
      carry += UInt128(words[index]) * UInt128(factor)
      words[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if negative { negate() }
  }

  mutating func shiftLeft(_ bits: Int) {
    words = Array((Array(repeating: 0, count: bits / 32) + words).prefix(76))
    multiply(by: 1 << (bits % 32))
  }
}

@Suite struct ExactSpreadTests {
  private func spread(_ terms: [Double]) -> ExactSpread {
    var spread = ExactSpread()
    for term in terms { spread.add(term) }
    return spread
  }

  @Test(
    arguments: [
      ([2, 4, 4, 4, 5, 5, 7, 9], 4, 32.0 / 7), ([0.1, 0.1, 0.1], 0, 0), ([5], 0, .nan),
      ([], .nan, .nan), ([1_700_000_000, 1_700_000_001, 1_700_000_002], 2.0 / 3, 1),
      ([1e16, 1e16 + 2], 1, 2), ([-3, 3], 9, 18), ([1, .infinity], .nan, .nan),
      ([1e300, 0], .nan, .nan),
    ] as [([Double], Double, Double)])
  func `a variance has no cancellation`(_ terms: [Double], _ population: Double, _ sample: Double) {
    let spread = spread(terms)
    func same(_ left: Double, _ right: Double) -> Bool {
      left == right || left.isNaN && right.isNaN
    }
    #expect(same(spread.populationVariance(count: terms.count), population))
    #expect(same(spread.sampleVariance(count: terms.count), sample))
  }

  @Test(arguments: 0..<30)
  func `a variance depends on neither order nor what was taken away`(_ seed: UInt64) {
    var random = SplitMix(seed)
    let terms = (0..<100).map { _ in 1000 + Double(random.below(1 << 53)) * 0x1p-50 }
    let others = (0..<40).map { _ in Double(random.next()) * 1e-10 }
    var merged = spread(terms.shuffled(using: &random))
    merged.add(spread(others))
    for other in others.prefix(10) { merged.subtract(other) }
    merged.subtract(spread(Array(others.dropFirst(10))))
    let variance = merged.populationVariance(count: 100)
    #expect(variance.bitPattern == spread(terms).populationVariance(count: 100).bitPattern)

    let mean = terms.reduce(0, +) / 100
    let expected = terms.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 100
    #expect(abs(variance - expected) < expected * 1e-9, "seed \(seed)")
  }
}
