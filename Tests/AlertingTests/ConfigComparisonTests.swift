import Alerting
import QueryLanguage
import Testing

@Suite struct ConfigComparisonTests {
  private func parse(_ text: String) throws(Diagnostic) -> Comparison {
    let source = SourceText(name: "flag", text: text)
    return try ComparisonParser.parse(text, offsets: Array(0...text.utf8.count), in: source)
  }

  static let good: [(String, Comparison.Subject, Comparison.Operator, Double, String?)] = [
    ("> 5", .implied, .greater, 5, nil),
    (">=5", .implied, .greaterOrEqual, 5, nil),
    ("  p95 >= 3s  ", .column("p95"), .greaterOrEqual, 3, "s"),
    ("slow_calls<0.5", .column("slow_calls"), .less, 0.5, nil),
    (#"%"error ratio" > 1"#, .column("error ratio"), .greater, 1, nil),
    (#"%"a \"b\" \c" > 1"#, .column(#"a "b" \c"#), .greater, 1, nil),
    ("%items[0].id > 1", .column("items[0].id"), .greater, 1, nil),
    ("items[0].id > 1", .column("items[0].id"), .greater, 1, nil),
    ("rows > 3", .rows, .greater, 3, nil),
    ("ROWS > 3", .rows, .greater, 3, nil),
    (#"%"rows" > 3"#, .column("rows"), .greater, 3, nil),
    ("!= -1.5e3", .implied, .notEqual, -1_500, nil),
    ("<= +2E-2ms", .implied, .lessOrEqual, 0.02, "ms"),
    ("= .5", .implied, .equal, 0.5, nil),
    ("= 5ns", .implied, .equal, 5, "ns"),
    ("> 10us", .implied, .greater, 10, "us"),
    ("> 1w", .implied, .greater, 1, "w"),
    ("größe>3", .column("größe"), .greater, 3, nil),
    ("_count\n>\n3", .column("_count"), .greater, 3, nil),
  ]

  @Test(arguments: good.indices)
  func `a comparison is read as written`(_ index: Int) throws {
    let (text, subject, comparator, number, unit) = Self.good[index]
    let comparison = try parse(text)
    #expect(comparison.subject == subject)
    #expect(comparison.comparator == comparator)
    #expect(comparison.number == number)
    #expect(comparison.unit == unit)
    #expect(comparison.source(in: text) == comparison.text)
    #expect(!comparison.text.hasPrefix(" ") && !comparison.text.hasSuffix(" "))
  }

  @Test(arguments: good.map(\.0))
  func `a comparison reads its own text the same way`(_ text: String) throws {
    let once = try parse(text)
    let twice = try parse("\(once)")
    #expect(twice.subject == once.subject && twice.number == once.number)
    #expect(twice.text == once.text && twice.unit == once.unit)
  }

  @Test(arguments: Comparison.Operator.allCases)
  func `an operator and its opposite never agree`(_ comparator: Comparison.Operator) {
    #expect(comparator.opposite != comparator)
    #expect(comparator.opposite.opposite == comparator)
  }

  @Test(arguments: [
    "", " ", ">", "5", "> 5 6", "> x", "a b > 5", "%\"a > 5", "% > 5", "> 5x", "> --5", "> 1e",
    "> .",
    "> 5.", "> 5.s", "~ 5", "> 0x10", "> 1_000", "> NaN", "> inf", "\u{0} > 5", "a. > 5 \u{1F4C8}",
    "> 5s5", "> ٣", "%\"\" > 5",
  ])
  func `anything else is refused`(_ text: String) {
    #expect(throws: Diagnostic.self) { try parse(text) }
  }
}

extension Comparison {
  fileprivate func source(in text: String) -> String {
    SourceText(name: "", text: text).text(of: span)
  }
}
