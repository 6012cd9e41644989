import Records
import TestKit
import Testing

/// A small generator whose seed a failing test can print.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}

@Suite struct NumberTests {
  private func number(_ text: String) -> Double? {
    let pinned = PinnedText(text)
    return withExtendedLifetime(pinned) { pinned.bytes.number() }
  }

  private func whole(_ text: String) -> Int64? {
    let pinned = PinnedText(text)
    return withExtendedLifetime(pinned) { pinned.bytes.whole() }
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("1", 1), ("+7", 7), ("-12.5", -12.5), ("  3.25\t", 3.25), (".5", 0.5),
      ("5.", 5), ("1e3", 1000), ("1E-3", 0.001), ("1.5e+2", 150), ("0.1885", 0.1885),
      ("00012", 12), ("9007199254740993", 9_007_199_254_740_992), ("1e23", 1e23),
      ("123456789012345678901234567890", 1.2345678901234568e29),
      ("4.9e-324", .leastNonzeroMagnitude),
      ("0.000000000000000000000000000000000000001", 1e-39), ("1e-400", 0), ("0e999999999999999", 0),
      ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
      ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("9007199254740992.99999999999999999999", 9_007_199_254_740_992),
    ] as [(String, Double)])
  func `decimal text is a number`(_ text: String, _ value: Double) {
    #expect(number(text) == value)
  }

  @Test(arguments: [
    "", " ", "-", "+", ".", "e5", "1e", "1e+", "0x10", "inf", "nan", "infinity", "1,000", "1 2",
    "--1", "1.2.3", "12ms", "1e309", "-1e999", "٣", "1_000", "\u{0}1",
  ])
  func `other text is not`(_ text: String) {
    #expect(number(text) == nil)
  }

  @Test(
    arguments: [
      ("0", 0), ("-9223372036854775808", Int64.min), ("9223372036854775807", Int64.max),
      ("+5", 5), (" 42 ", 42), ("007", 7), ("9223372036854775808", nil), ("1.0", nil), ("", nil),
      ("-", nil), ("1e3", nil), ("-9223372036854775809", nil), ("99999999999999999999", nil),
    ] as [(String, Int64?)])
  func `whole numbers are read strictly`(_ text: String, _ value: Int64?) {
    #expect(whole(text) == value)
  }

  @Test func `random numerals are read as the standard library reads them`() {
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for _ in 0..<50_000 {
      var text = random.pick(["", "-", "+"])
      text += String(random.next() >> UInt64(random.below(64)))
      if random.below(3) > 0 {
        text += "."
        for _ in 0..<random.below(25) { text += String(random.below(10)) }
      }
      if random.below(4) == 0 { text += random.pick(["e", "E"]) + String(random.below(640) - 330) }
      let expected = Double(text.last == "." ? String(text.dropLast()) : text).flatMap {
        $0.isFinite ? $0 : nil
      }
      #expect(number(text) == expected, "seed \(seed): \(text)")
    }
  }

  @Test(
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"),
      (0.1 + 0.2, "0.30000000000000004"),
      (1e21, "1e+21"), (1e20, "100000000000000000000"),
      (1.2345678901234568e20, "123456789012345680000"),
      (1.5e300, "1.5e+300"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.25e-9, "1.25e-9"),
      (.leastNonzeroMagnitude, "5e-324"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
      (9_007_199_254_740_992, "9007199254740992"), (1152921504606846976, "1152921504606847000"),
      (.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity"), (0.00001234, "0.00001234"),
      (-123.456e18, "-123456000000000000000"), (4294967296.5, "4294967296.5"),
    ] as [(Double, String)])
  func `a number is written as ECMAScript writes it`(_ value: Double, _ text: String) {
    #expect(NumberText.shortest(value) == text)
  }

  @Test func `what is written reads back as the same double`() {
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for _ in 0..<50_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      for value in [value, Double(random.below(1 << 40)) / 1000] {
        #expect(number(NumberText.shortest(value)) == value, "seed \(seed): \(value)")
      }
    }
  }
}
