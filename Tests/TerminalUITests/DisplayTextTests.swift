import QueryLanguage
import TerminalUI
import TestKit
import Testing

@Suite struct DisplayTextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｆｕｌｌ", 8), ("🎉", 2), ("👩‍💻", 2),
    ("🇮🇹", 2), ("❤️", 2), ("한글", 4), ("…", 1), ("│", 1),
  ])
  func `text has the width it takes on a screen`(_ text: String, _ width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("short", 5, "short"), ("longer", 5, "long…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
    ("ab", 1, "…"), ("ab", 0, ""),
  ])
  func `cut text fits`(_ text: String, _ width: Int, _ cut: String) {
    #expect(text.cut(to: width) == cut)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (9_949, "9.9 kB"), (421_300, "421 kB"),
    (999_499, "999 kB"), (999_500, "1.0 MB"), (2_100_000_000, "2.1 GB"),
  ])
  func `sizes have two or three digits`(_ bytes: Int, _ text: String) {
    #expect(bytes.byteText == text)
  }

  @Test(
    arguments: [
      (0, "0 ms"), (250, "250 ms"), (1_500, "1 s 500 ms"), (60_000, "1 min"),
      (998_000, "16 min 38 s"),
      (7_500_000, "2 h 5 min"), (259_200_000, "3 d"), (-1_000, "-1 s"),
    ] as [(Int64, String)])
  func `spans show their two largest units`(_ milliseconds: Int64, _ text: String) {
    #expect(Moment.span(milliseconds) == text)
  }

  @Test(
    arguments: [
      (0, "Thursday 1970-01-01 00:00:00Z"), (951_782_400_000, "Tuesday 2000-02-29 00:00:00Z"),
      (-1, "Wednesday 1969-12-31 23:59:59.999Z"),
      (4_107_542_399_000, "Sunday 2100-02-28 23:59:59Z"),
      (4_107_542_400_000, "Monday 2100-03-01 00:00:00Z"),
    ] as [(Int64, String)])
  func `moments are civil dates`(_ milliseconds: Int64, _ text: String) {
    #expect("\(Moment.weekday(milliseconds)) \(Moment.stamp(milliseconds))" == text)
  }

  @Test(arguments: [
    (3.14159, "3.1416"), (12, "12"), (0.5, "0.5"), (0.012345678, "0.01235"), (99.99999, "100"),
    (-1234.56789, "-1234.5679"), (1e-9, "1e-9"), (.nan, "NaN"), (-.infinity, "-∞"),
  ])
  func `numbers for people have few decimals`(_ number: Double, _ text: String) {
    #expect(number.readable == text)
  }
}
