import Alerting
import QueryLanguage
import Testing

@Suite struct ConfigBinderTests {
  @Test(arguments: [
    ("10m", 600_000), ("1h30m", 5_400_000), ("250ms", 250), ("0s", 0), ("1.5s", 1_500),
    ("2d", 172_800_000), ("1w", 604_800_000), ("5000us", 5), ("1000000ns", 1), ("1m2s3ms", 62_003),
    ("0.25m", 15_000), ("1s500000us", 1_500),
  ])
  func `a duration is read in milliseconds`(_ text: String, _ expected: Int64) throws {
    #expect(try DurationText.milliseconds(of: text) == expected)
  }

  @Test(arguments: [
    ("", DurationText.Failure.malformed), ("m", .malformed), ("10", .noUnit), ("1h30", .malformed),
    ("10 m", .malformed), ("1m1m", .malformed), ("1m1h", .malformed), ("1.m", .malformed),
    (".5m", .malformed), ("1.2.3s", .malformed), ("-1s", .malformed), ("10M", .malformed),
    ("1us", .tooFine), ("0.1ms", .tooFine), ("999999999w", .tooLong), ("١m", .malformed),
    ("20000w20000d", .tooLong),
  ])
  func `a text that is no duration says why`(_ text: String, _ failure: DurationText.Failure) {
    #expect(throws: failure) { try DurationText.milliseconds(of: text) }
  }

  @Test(arguments: [
    (0, "0s"), (90_000, "1m30s"), (86_400_000, "1d"), (400_000, "6m40s"), (250, "250ms"),
    (3_600_001, "1h1ms"),
  ])
  func `a duration is written as people write it`(_ milliseconds: Int64, _ text: String) throws {
    #expect(DurationText.text(milliseconds) == text)
    #expect(try DurationText.milliseconds(of: text) == milliseconds)
  }

  @Test func `the same finding is kept once and findings come in file order`() {
    let sink = DiagnosticSink()
    let source = SourceText(name: "a", text: "one two")
    let other = SourceText(name: "b", text: "one two")
    func report(_ code: String, _ offset: Int, _ source: SourceText) {
      sink.report(Diagnostic(.init(code, code), at: Span(offset, offset + 3), in: source))
    }
    report("second", 4, source)
    report("other", 0, other)
    report("first", 0, source)
    report("second", 4, source)
    #expect(sink.list.map(\.message.code) == ["first", "second", "other"])
    #expect(throws: Diagnostics.self) { try sink.check() }
  }

  @Test func `every kind of value is bound`() throws {
    enum Colour: String, CaseIterable { case red, green }
    let text = """
      s: 12
      d: 10m
      n: -3
      b: true
      one: a
      list: [a, 'b']
      map: { a: 1, b: "" }
      size: 2MB
      c: green
      cs: [red, green]
      """
    let sink = DiagnosticSink()
    let source = SourceText(name: "a.yaml", text: text)
    let node = try #require(YAMLReader.read(source, sink: sink))
    var keys = try #require(ConfigBinder(node, as: "thing", sink: sink))
    #expect(keys.string("s") == "12")
    #expect(keys.duration("d") == 600_000)
    #expect(keys.integer("n", in: -5...5) == -3)
    #expect(keys.bool("b") == true)
    #expect(keys.strings("one") == ["a"])
    #expect(keys.strings("list") == ["a", "b"])
    #expect(keys.stringMap("map") == ["a": "1", "b": ""])
    #expect(keys.byteCount("size") == 2_000_000)
    let colour: Colour? = keys.choice("c")
    #expect(colour == .green)
    let colours: [Colour]? = keys.choices("cs")
    #expect(colours == [.red, .green])
    #expect(keys.string("absent") == nil)
    #expect(keys.span(of: "d").map(source.text) == "10m")
    keys.finish()
    #expect(sink.list.isEmpty)
  }
}
