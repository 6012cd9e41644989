/// A whole number of any size with its sign: only what an exact sum needs to be rounded once.
struct BigNumber {
  private(set) var isNegative = false
  /// The lowest word first, without zero words at the end.
  private(set) var words: [UInt64] = []

  init(_ value: Int128) {
    isNegative = value < 0
    words = [
      UInt64(truncatingIfNeeded: value.magnitude),
      UInt64(truncatingIfNeeded: value.magnitude >> 64),
    ]
    trim()
  }

  /// The number whose two's complement these words are.
  init(twosComplement words: [UInt64]) {
    isNegative = (words.last ?? 0) >> 63 == 1
    self.words = words
    if isNegative {
      var carry = true
      for index in self.words.indices {
        (self.words[index], carry) = (~self.words[index]).addingReportingOverflow(carry ? 1 : 0)
      }
    }
    trim()
  }

  var isZero: Bool { words.isEmpty }

  var bitWidth: Int {
    guard let last = words.last else { return 0 }
    return words.count * 64 - last.leadingZeroBitCount
  }

  private mutating func trim() {
    while words.last == 0 { words.removeLast() }
    if words.isEmpty { isNegative = false }
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in words.indices {
      let product = words[index].multipliedFullWidth(by: factor)
      let (low, overflow) = product.low.addingReportingOverflow(carry)
      words[index] = low
      carry = product.high &+ (overflow ? 1 : 0)
    }
    words.append(carry)
    trim()
  }

  var negated: BigNumber {
    var negated = self
    negated.isNegative = !isNegative && !isZero
    return negated
  }

  var squared: BigNumber {
    var square = BigNumber(0)
    for (index, word) in words.enumerated() {
      var row = self
      row.isNegative = false
      row.multiply(by: word)
      row.shiftLeft(index * 64)
      square.add(row)
    }
    return square
  }

  mutating func shiftLeft(_ bits: Int) {
    guard !isZero, bits > 0 else { return }
    let (whole, part) = (bits / 64, UInt64(bits % 64))
    var shifted = [UInt64](repeating: 0, count: whole)
    var carry: UInt64 = 0
    for word in words {
      shifted.append(word << part | carry)
      carry = part == 0 ? 0 : word >> (64 - part)
    }
    shifted.append(carry)
    words = shifted
    trim()
  }

  mutating func add(_ other: BigNumber) {
    if isNegative == other.isNegative {
      addMagnitude(other.words)
    } else if BigNumber.isSmaller(words, other.words) {
      let smaller = words
      self = other
      subtractMagnitude(smaller)
    } else {
      subtractMagnitude(other.words)
    }
  }

  private mutating func addMagnitude(_ other: [UInt64]) {
    var carry: UInt64 = 0
    for index in 0..<max(words.count, other.count) {
      if index == words.count { words.append(0) }
      let addend = index < other.count ? other[index] : 0
      let (sum, first) = words[index].addingReportingOverflow(addend)
      let (total, second) = sum.addingReportingOverflow(carry)
      words[index] = total
      carry = first || second ? 1 : 0
    }
    if carry > 0 { words.append(carry) }
  }

  /// `other` must not be larger.
  private mutating func subtractMagnitude(_ other: [UInt64]) {
    var borrow: UInt64 = 0
    for index in words.indices {
      let subtrahend = index < other.count ? other[index] : 0
      let (difference, first) = words[index].subtractingReportingOverflow(subtrahend)
      let (rest, second) = difference.subtractingReportingOverflow(borrow)
      words[index] = rest
      borrow = first || second ? 1 : 0
    }
    trim()
  }

  private static func isSmaller(_ left: [UInt64], _ right: [UInt64]) -> Bool {
    guard left.count == right.count else { return left.count < right.count }
    for index in left.indices.reversed() where left[index] != right[index] {
      return left[index] < right[index]
    }
    return false
  }

  /// Divides towards zero; true if something was left over.
  private mutating func divide(by divisor: UInt64) -> Bool {
    var rest: UInt64 = 0
    for index in words.indices.reversed() {
      (words[index], rest) = divisor.dividingFullWidth((rest, words[index]))
    }
    trim()
    return rest > 0
  }

  /// The double nearest to `self * 2^exponent / (first * second)`, ties to even.
  consuming func nearestDouble(dividedBy first: UInt64, _ second: UInt64, timesTwoTo exponent: Int)
    -> Double
  {
    guard !isZero else { return 0 }
    // Enough bits that the quotient has 64 of them to round from; what is cut off is remembered.
    let shift = max(0, 64 + 128 - bitWidth)
    shiftLeft(shift)
    let firstRest = divide(by: first)
    let secondRest = divide(by: second)
    let cut = bitWidth - 64
    let bits = top64()
    let isCut = firstRest || secondRest || bits.isCut
    return Rounding.nearest(
      bits.word, isCut: isCut, timesTwoTo: exponent - shift + cut, isNegative: isNegative)
  }

  /// The highest 64 bits, and whether there are others below that are not zero.
  private func top64() -> (word: UInt64, isCut: Bool) {
    let low = bitWidth - 64
    let (whole, part) = (low / 64, UInt64(low % 64))
    var word = words[whole] >> part
    if part > 0 { word |= words[whole + 1] << (64 - part) }
    let isCut =
      words[..<whole].contains { $0 != 0 } || words[whole] & ((1 << part) &- 1) != 0
    return (word, isCut)
  }
}

/// The one rounding at the end of exact arithmetic.
enum Rounding {
  /// The double nearest to `bits * 2^exponent`, ties to even; `isCut` says that the true value is a
  /// little larger. The highest bit of `bits` must be set.
  static func nearest(
    _ bits: UInt64, isCut: Bool, timesTwoTo exponent: Int, isNegative: Bool
  ) -> Double {
    // The value is 1.f * 2^power; below the normal range fewer bits than 53 remain.
    let power = exponent + 63
    let sign = isNegative ? -1.0 : 1.0
    if power > 1023 { return sign * .infinity }
    let kept = power >= -1022 ? 53 : 53 - (-1022 - power)
    guard kept >= 0 else { return sign * 0 }
    let dropped = UInt64(64 - kept)
    let significand = dropped == 64 ? 0 : bits >> dropped
    let half: UInt64 = 1 << (dropped - 1)
    let rest = dropped == 64 ? bits : bits & ((1 << dropped) - 1)
    let isUp = rest > half || (rest == half && (isCut || significand & 1 == 1))
    // A carry out of the fraction lands in the exponent, which is what rounding up means.
    let biased = power >= -1022 ? UInt64(power + 1023) : 0
    let fraction = power >= -1022 ? significand & ((1 << 52) - 1) : significand
    let pattern = (biased << 52 | fraction) + (isUp ? 1 : 0)
    return sign * Double(bitPattern: pattern)
  }
}
