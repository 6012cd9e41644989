import Records
import Testing

@Suite struct JSONScannerTests {
  private func value(_ text: String) -> String? {
    let memory = pinned(text)
    return withExtendedLifetime(memory) {
      JSONScanner.value(in: memory.bytes).map { "\(show($0.cell))|\($0.rest.string)" }
    }
  }

  @Test(
    arguments: [
      (#""plain" rest"#, "text plain| rest"),
      (#""a\"b\\" "#, #"escaped a\"b\\| "#),
      ("12.5e-3,", "numeral 12.5e-3|,"),
      ("-0", "numeral -0|"),
      ("true]", "yes|]"),
      ("false", "no|"),
      ("null}", "null|}"),
      (#" {"a" : [1, {}]} x"#, #"json {"a" : [1, {}]}| x"#),
      ("[]", "json []|"),
      ("\"raw\tcontrol\u{1}\"", "text raw\tcontrol\u{1}|"),
      (#""unknown \q escape""#, #"escaped unknown \q escape|"#),
    ])
  func `one value is read and the rest is handed back`(text: String, expected: String) {
    #expect(value(text) == expected)
  }

  @Test(
    arguments: [
      "", " ", "01", "+1", "1.", ".5", "-", "1e", "1e+", "12a", "truex", "tru", "nulll", "\"open",
      #""open\""#, #""open\"#, "[1,]", "[,1]", "[1 2]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
      "{a:1}", #"{"a":1]"#, "[1}", "[", "]", "}", "[[", #"{"a":1"#,
    ])
  func `what is not a value is none`(text: String) {
    #expect(value(text) == nil)
  }

  @Test func `nesting ends at its limit and not with the stack`() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(value(nested(JSONScanner.depthLimit)) != nil)
    #expect(value(nested(JSONScanner.depthLimit + 1)) == nil)
    #expect(value(String(repeating: "[{\"a\":", count: 1_000_000)) == nil)
  }

  @Test func `members come in order with raw keys`() {
    let memory = pinned(#" { "a" : 1 , "b\n":[ ] , "":"x" } "#)
    let members = JSONScanner.members(of: memory.bytes).map {
      "\($0.key.string)\($0.keyEscaped ? "*" : "") \(show($0.value))"
    }
    withExtendedLifetime(memory) {}
    #expect(members == ["a numeral 1", #"b\n* json [ ]"#, " text x"])
  }

  @Test func `elements come in order and end early where the array breaks`() {
    func elements(_ text: String) -> [String] {
      let memory = pinned(text)
      return withExtendedLifetime(memory) { JSONScanner.elements(of: memory.bytes).map(show) }
    }
    #expect(
      elements(#"[1, "two",{"three":3}]"#) == ["numeral 1", "text two", #"json {"three":3}"#])
    #expect(elements("[]") == [])
    #expect(elements("[1,2 3]") == ["numeral 1", "numeral 2"])
    #expect(elements("[1,]") == ["numeral 1"])
    #expect(elements("{}") == [])
  }

  private func normalised(_ json: String) -> String? {
    let memory = pinned(json)
    let arena = Arena()
    return withExtendedLifetime((memory, arena)) {
      JSONScanner.value(in: memory.bytes).map {
        show(JSONScanner.normalised($0.cell, arena: arena))
      }
    }
  }

  @Test(
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
      (#""\u0041\u00e9\u20AC""#, "Aé€"),
      (#""\ud83d\ude00!""#, "😀!"),
      (#""\ud83d""#, "\u{FFFD}"),
      (#""\ud83dx\ude00""#, "\u{FFFD}x\u{FFFD}"),
      (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
      (#""\q \u12 \u12G4""#, #"\q \u12 \u12G4"#),
      (#""é\n""#, "é\n"),
    ])
  func `escapes become what they stand for`(json: String, expected: String) {
    #expect(normalised(json) == "text \(expected)")
  }

  @Test(
    arguments: [
      (#"{ "a b" : [ 1 , 2 ] , "c\" d" : "e  f" }"#, #"{"a b":[1,2],"c\" d":"e  f"}"#),
      (#"{"a":1}"#, #"{"a":1}"#),
      ("[\t1,\r\n2 ]", "[1,2]"),
      (#"["\\" , "x"]"#, #"["\\","x"]"#),
    ])
  func `containers lose the blanks between their tokens`(json: String, expected: String) {
    #expect(normalised(json) == "text \(expected)")
  }

  @Test func `a compact container stays where it is`() {
    let memory = pinned(#"{"a":[1,"x y"]}"#)
    let arena = Arena()
    let cell = Cell(memory.bytes, as: .json)
    #expect(JSONScanner.compact(cell, into: arena).start == memory.bytes.start)
    withExtendedLifetime((memory, arena)) {}
  }

  @Test func `strings, numerals and words stay as they are`() {
    #expect(normalised("\"plain\"") == "text plain")
    #expect(normalised("1.50") == "numeral 1.50")
    #expect(normalised("null") == "null")
  }
}
