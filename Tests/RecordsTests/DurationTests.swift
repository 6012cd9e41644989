import Records
import TestKit
import Testing

@Suite struct DurationTests {
  @Test(
    arguments: [
      ("0s", 0), ("5s", 5000), ("250ms", 250), ("10m", 600_000), ("1h30m", 5_400_000),
      ("1d12h", 129_600_000), ("2w", 1_209_600_000), ("1s500ms", 1500), ("", nil), ("5", nil),
      ("s", nil), ("1.5h", nil), ("-5s", nil), ("5 s", nil), ("30m1h", nil), ("1m1m", nil),
      ("5M", nil), ("5us", nil), ("1h30", nil), ("99999999999999999999s", nil),
      ("9223372036854775807w", nil), ("5µs", nil),
    ] as [(String, Int64?)])
  func `a configured duration is whole numbers with units`(_ text: String, _ value: Int64?) {
    #expect(Durations.milliseconds(strict: text) == value)
  }

  @Test(
    arguments: [
      ("3.2s", 3200), ("850ms", 850), ("1m2s", 62_000), ("12us", 0.012), ("3µs", 0.003),
      ("3μs", 0.003), ("5ns", 5e-6), ("1.5 h", 5_400_000), ("-2s", -2000), ("+2s", 2000),
      (" 7ms ", 7), ("1h 30m", 5_400_000), ("1.005s", 1005), ("0.1s", 100), ("4.35s", 4350),
      ("2d", 172_800_000), ("1e3ms", 1000), ("250 millis", 250), ("3 seconds", 3000),
      (".5s", 500), ("1.1m", 66_000), ("8.33h", 29_988_000),
      ("0.123456789012345678901s", 123.45678901234568),
      ("3", nil), ("", nil), ("s", nil), ("3.2", nil), ("3x", nil), ("3s4", nil), ("1 2s", nil),
      ("abc", nil), ("-", nil), ("1s-2s", nil), ("1.2.3s", nil), ("5S", nil), ("3%", nil),
    ] as [(String, Double?)])
  func `log text with a unit is a duration`(_ text: String, _ value: Double?) {
    let pinned = PinnedText(text)
    let found = withExtendedLifetime(pinned) { Durations.milliseconds(measured: pinned.bytes) }
    #expect(found == value)
  }

  @Test(
    arguments: [
      ("ns", 1e-6), ("us", 1e-3), ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
      ("d", 86_400_000), ("w", 604_800_000), ("seconds", 1000), ("sec", 1000), ("millis", 1),
      ("micros", 1e-3), ("nanos", 1e-6), ("S", nil), ("", nil), ("minutes", nil),
    ] as [(String, Double?)])
  func `a unit has its factor`(_ unit: String, _ factor: Double?) {
    #expect(Durations.factor(ofUnit: unit) == factor)
  }

  @Test(
    arguments: [
      (0, "0s"), (250, "250ms"), (600_000, "10m"), (5_400_000, "1h30m"), (86_400_000, "1d"),
      (604_800_000, "1w"), (777_600_000, "9d"), (61_001, "1m1s1ms"), (-1000, "-1s"),
    ] as [(Int64, String)])
  func `a duration is written shortly`(_ value: Int64, _ text: String) {
    #expect(Durations.text(value) == text)
  }

  @Test func `what is written is read again`() {
    let seed = TestSeed.value
    var random = SplitMix(seed)
    for _ in 0..<10_000 {
      let value = Int64(random.next() >> UInt64(random.below(60) + 2))
      let text = Durations.text(value)
      #expect(Durations.milliseconds(strict: text) == value, "seed \(seed): \(text)")
    }
  }
}
