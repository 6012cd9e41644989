/// The part of an exact sum that does not fit its fixed point number.
// SAFETY: unchecked because `content` is a variable; only `ExactSum` has references and it changes
// the content of a sum that nobody shares, as arrays do. The copy test would notice.
final class WideSum: @unchecked Sendable {
  /// Binary terms as one number in two's complement: `words * 2^exponent`, as long as its terms need.
  struct Content: Equatable {
    /// How often 2^128 units of 10^-9 must be added to the fixed point number.
    var spill: Int64 = 0
    private(set) var words: [UInt64] = []
    /// A multiple of 64.
    private(set) var exponent = 0
    private var positiveInfinities: Int64 = 0
    private var negativeInfinities: Int64 = 0
    private var notNumbers: Int64 = 0
  }

  var content: Content

  init(_ content: Content = Content()) { self.content = content }
}

extension WideSum.Content {
  /// What the sum is when a term is not finite.
  var special: Double? {
    if notNumbers != 0 || (positiveInfinities != 0 && negativeInfinities != 0) { return .nan }
    if positiveInfinities != 0 { return .infinity }
    return negativeInfinities != 0 ? -.infinity : nil
  }

  /// Whether this adds nothing.
  var isZero: Bool { special == nil && spill == 0 && words.isEmpty }

  /// Adds a double, or takes it away if `factor` is -1.
  mutating func add(_ value: Double, times factor: Int64) {
    guard value.isFinite else {
      if value.isNaN {
        notNumbers += factor
      } else if value > 0 {
        positiveInfinities += factor
      } else {
        negativeInfinities += factor
      }
      return
    }
    let (significand, power) = WideSum.Content.parts(value)
    guard significand != 0 else { return }
    let (place, shift) = Int64(power).floorDivided(by: 64)
    let wide = UInt128(significand) << UInt128(shift)
    add(
      [UInt64(truncatingIfNeeded: wide), UInt64(truncatingIfNeeded: wide >> 64), 0],
      exponent: Int(place) * 64, isNegated: (value < 0) != (factor < 0))
  }

  /// Adds another content, or takes it away if `factor` is -1.
  mutating func add(_ other: WideSum.Content, times factor: Int64) {
    spill += factor * other.spill
    positiveInfinities += factor * other.positiveInfinities
    negativeInfinities += factor * other.negativeInfinities
    notNumbers += factor * other.notNumbers
    add(other.words, exponent: other.exponent, isNegated: factor < 0)
  }

  /// A finite double as a whole number times a power of two.
  private static func parts(_ value: Double) -> (significand: UInt64, power: Int) {
    let fraction = value.significandBitPattern
    let biased = Int(value.exponentBitPattern)
    return biased == 0 ? (fraction, -1074) : (fraction | 1 << 52, biased - 1075)
  }

  /// Adds a number in two's complement, or its negative.
  private mutating func add(_ addend: [UInt64], exponent place: Int, isNegated: Bool) {
    guard !addend.isEmpty else { return }
    makeRoom(from: place, to: place + addend.count * 64)
    let first = (place - exponent) / 64
    let sign: UInt64 = addend[addend.count - 1] >> 63 == 1 ? .max : 0
    var carry: UInt64 = isNegated ? 1 : 0
    for index in first..<words.count {
      let word = index - first < addend.count ? addend[index - first] : sign
      let (sum, one) = words[index].addingReportingOverflow(isNegated ? ~word : word)
      let (total, other) = sum.addingReportingOverflow(carry)
      words[index] = total
      carry = one || other ? 1 : 0
    }
    trim()
  }

  /// Extends the words so that a number of that place can be added without overflow.
  private mutating func makeRoom(from lower: Int, to upper: Int) {
    if words.isEmpty { exponent = lower }
    if lower < exponent {
      words.insert(contentsOf: repeatElement(0, count: (exponent - lower) / 64), at: 0)
      exponent = lower
    }
    let sign: UInt64 = (words.last ?? 0) >> 63 == 1 ? .max : 0
    // One more than either has: the sum may be one bit longer.
    let count = max(words.count, (upper - exponent) / 64) + 1
    words.append(contentsOf: repeatElement(sign, count: count - words.count))
  }

  /// Removes the words that say nothing, so that equal sums are equal in every word.
  private mutating func trim() {
    while let last = words.last {
      let next = words.count > 1 ? words[words.count - 2] >> 63 : 0
      guard (last == 0 && next == 0) || (last == .max && next == 1) else { break }
      words.removeLast()
    }
    let zeros = words.prefix { $0 == 0 }.count
    words.removeFirst(zeros)
    exponent = words.isEmpty ? 0 : exponent + zeros * 64
  }
}
