/// The part of an exact sum that does not fit its fixed point number.
// SAFETY: unchecked because `content` is a variable; only `ExactSum` has references and it changes
// the content of a sum that nobody shares, as arrays do. The copy test would notice.
final class WideSum: @unchecked Sendable {
  /// Binary terms as one number in two's complement: `words * 2^exponent`, as long as its terms need.
  ///
  /// The two highest bits are always equal, so that adding two numbers can't overflow.
  struct Content {
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
  var isZero: Bool { special == nil && spill == 0 && words.allSatisfy { $0 == 0 } }

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
    let addend = UInt128(significand) << UInt128(shift)
    let first = makeRoom(from: Int(place) * 64, to: Int(place) * 64 + 128)
    add(
      UInt64(truncatingIfNeeded: addend), UInt64(truncatingIfNeeded: addend >> 64), at: first,
      isNegated: (value < 0) != (factor < 0))
  }

  /// A finite double as a whole number times a power of two.
  private static func parts(_ value: Double) -> (significand: UInt64, power: Int) {
    let fraction = value.significandBitPattern
    let biased = Int(value.exponentBitPattern)
    return biased == 0 ? (fraction, -1074) : (fraction | 1 << 52, biased - 1075)
  }

  /// Adds or takes away two words at a place that has room.
  private mutating func add(_ low: UInt64, _ high: UInt64, at first: Int, isNegated: Bool) {
    var index = first
    var addend = low
    var carry = false
    while index < words.count {
      let (sum, one) =
        isNegated
        ? words[index].subtractingReportingOverflow(addend)
        : words[index].addingReportingOverflow(addend)
      let (total, other) =
        isNegated
        ? sum.subtractingReportingOverflow(carry ? 1 : 0)
        : sum.addingReportingOverflow(carry ? 1 : 0)
      words[index] = total
      carry = one || other
      addend = index == first ? high : 0
      index &+= 1
      if !carry, index > first &+ 1 { break }
    }
    keepRoom()
  }

  /// Adds another content, or takes it away if `factor` is -1.
  mutating func add(_ other: WideSum.Content, times factor: Int64) {
    spill += factor * other.spill
    positiveInfinities += factor * other.positiveInfinities
    negativeInfinities += factor * other.negativeInfinities
    notNumbers += factor * other.notNumbers
    guard let last = other.words.last else { return }
    let first = makeRoom(from: other.exponent, to: other.exponent + other.words.count * 64)
    let sign: UInt64 = last >> 63 == 1 ? .max : 0
    var carry: UInt64 = factor < 0 ? 1 : 0
    for index in first..<words.count {
      let word = index - first < other.words.count ? other.words[index - first] : sign
      let (sum, one) = words[index].addingReportingOverflow(factor < 0 ? ~word : word)
      let (total, other) = sum.addingReportingOverflow(carry)
      words[index] = total
      carry = one || other ? 1 : 0
    }
    keepRoom()
  }

  /// Extends the words to cover these bits, and returns the index of the word at `lower`.
  private mutating func makeRoom(from lower: Int, to upper: Int) -> Int {
    if words.isEmpty { exponent = lower }
    if lower < exponent {
      words.insert(contentsOf: repeatElement(0, count: (exponent - lower) / 64), at: 0)
      exponent = lower
    }
    let missing = (upper - exponent) / 64 - words.count
    if missing > 0 { words.append(contentsOf: repeatElement(sign, count: missing)) }
    return (lower - exponent) / 64
  }

  /// What the words above the last one would be.
  private var sign: UInt64 { (words.last ?? 0) >> 63 == 1 ? .max : 0 }

  /// Appends a word when the highest bit is about to be needed.
  private mutating func keepRoom() {
    if let last = words.last, (last ^ (last << 1)) >> 63 == 1 { words.append(sign) }
  }
}

extension WideSum.Content: Equatable {
  static func == (left: WideSum.Content, right: WideSum.Content) -> Bool {
    guard left.spill == right.spill, left.notNumbers == right.notNumbers,
      left.positiveInfinities == right.positiveInfinities,
      left.negativeInfinities == right.negativeInfinities
    else { return false }
    // Words that say nothing depend on what was added and taken away before.
    let lower = min(left.exponent, right.exponent)
    let upper = max(left.exponent + left.words.count * 64, right.exponent + right.words.count * 64)
    return stride(from: lower, to: upper, by: 64).allSatisfy {
      left.word(at: $0) == right.word(at: $0)
    }
      && left.sign == right.sign
  }

  private func word(at place: Int) -> UInt64 {
    let index = (place - exponent) / 64
    if place < exponent { return 0 }
    return index < words.count ? words[index] : sign
  }
}
