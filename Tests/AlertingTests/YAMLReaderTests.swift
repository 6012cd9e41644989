import Alerting
import QueryLanguage
import Testing

@Suite struct YAMLReaderTests {
  private func read(_ text: String) throws -> ConfigNode {
    let sink = DiagnosticSink()
    let node = YAMLReader.read(SourceText(name: "a.yaml", text: text), sink: sink)
    let said = sink.list.map { $0.rendered() }.joined()
    try #require(!sink.hasErrors, "\(said)")
    return try #require(node)
  }

  private func value(_ key: String, in text: String) throws -> ConfigNode {
    try #require(try read(text).entry(key)).value
  }

  /// The letters A to Z of a value stand at the same letters of the file.
  private func expectLetters(of node: ConfigNode, sourceLocation: SourceLocation = #_sourceLocation)
  {
    let bytes = Array((node.text ?? "").utf8)
    #expect(node.offsets.count == bytes.count + 1, sourceLocation: sourceLocation)
    for (index, byte) in bytes.enumerated() where byte > 0x20 {
      #expect(
        node.source.bytes[node.offsets[index]] == byte,
        "byte \(index) of '\(node.text ?? "")'", sourceLocation: sourceLocation)
    }
    #expect(node.offsets == node.offsets.sorted(), sourceLocation: sourceLocation)
  }

  static let styles: [(text: String, value: String)] = [
    ("q: error | count", "error | count"),
    ("q: error\n   | count\n\n   by host", "error | count\nby host"),
    ("q: 'error | count'", "error | count"),
    ("q: 'error\n  | count\n\n\n  by host '", "error | count\n\nby host "),
    ("q: \"error  \n  | count\"", "error | count"),
    ("q: \"error \\\n  | count\"", "error | count"),
    ("q: \"error \\\n\n\n  | count\"", "error \n\n| count"),
    ("q: |\n  error\n    | count\n  by host\n", "error\n  | count\nby host\n"),
    ("q: |-\n  error\n\n  | count\n\n\nz: 1", "error\n\n| count"),
    ("q: |+\n  error\n\n\nz: 1", "error\n\n\n"),
    ("q: |2\n    error\n  | count\n", "  error\n| count\n"),
    ("q: |2-\n   \n  error", " \nerror"),
    ("q: |\n\n\n  error", "\n\nerror"),
    ("q: | # why\n  error", "error"),
    ("q: |\r\n  error\r\n  | count\r\n", "error\n| count\n"),
    ("q: >\n  error\n  | count\n\n  by host\n", "error | count\nby host\n"),
    ("q: >-\n  error\n    | count\n    | sort\n  by host\n", "error\n  | count\n  | sort\nby host"),
    ("q: >+\n\n  error\n\n", "\nerror\n\n"),
    ("q: |\n  größe\n  | zürich 📈\n", "größe\n| zürich 📈\n"),
    ("ö: 1\nq: 'größe ''x'''", "größe 'x'"),
    ("q: ''", ""),
    ("q: \"\"", ""),
    ("q: |\nz: 1", ""),
    ("q: |+\n\n\nz: 1", "\n\n"),
    ("q:", ""),
    ("{\"q\": \"error | count\", \"z\": [1, {}]}", "error | count"),
    ("\u{FEFF}q: error", "error"),
  ]

  @Test(arguments: styles)
  func `each byte of a scalar knows its place, however it is quoted`(
    _ style: (text: String, value: String)
  ) throws {
    let node = try value("q", in: style.text)
    #expect(node.text == style.value)
    if !style.text.contains("''x''") { expectLetters(of: node) }
  }

  @Test func `an escape stands where its backslash is`() throws {
    let node = try value("q", in: #"q: "a\tb\u00e9c\x41\\d\"""#)
    #expect(node.text == "a\tbécA\\d\"")
    #expect(node.offsets == [4, 5, 7, 8, 8, 14, 15, 19, 21, 22, 24])
  }

  @Test func `a doubled quote stands where its first quote is`() throws {
    let node = try value("q", in: "q: 'it''s'")
    #expect(node.text == "it's")
    #expect(node.offsets == [4, 5, 6, 8, 9])
  }

  @Test func `a folded line break stands where the line ends`() throws {
    let node = try value("q", in: "q: >\n  a\n  b\n\n  c\n")
    #expect(node.text == "a b\nc\n")
    #expect(node.offsets == [7, 8, 11, 13, 16, 17, 18])
  }

  @Test func `spans cover what was written and no more`() throws {
    let text = "m:\n  - a: 'x'  # why\n    b: |\n      q\n\n  # end\nz: [1, 2]\n"
    let root = try read(text)
    func written(_ node: ConfigNode?) -> String? { node.map { $0.source.text(of: $0.span) } }
    #expect(written(root.entry("m")?.value) == "- a: 'x'  # why\n    b: |\n      q")
    #expect(written(root.entry("z")?.value) == "[1, 2]")
    guard case .list(let items) = root.entry("m")?.value.content else {
      Issue.record("m is a list")
      return
    }
    #expect(written(items[0].entry("a")?.value) == "'x'")
    #expect(written(items[0].entry("b")?.value) == "|\n      q")
    let entry = try #require(items[0].entry("b"))
    #expect(root.source.text(of: entry.keySpan) == "b")
  }

  @Test func `words that other readers type stay text`() throws {
    for word in ["no", "off", "~", "null", "0x1F", "1_000", "2015-03-15", "012"] {
      #expect(try value("on", in: "on: \(word)").text == word)
    }
  }

  @Test(arguments: [
    (bytes: Array("a: ".utf8) + [0xFF], code: "encoding", offset: 3),
    (bytes: Array("a: x\0y".utf8), code: "encoding", offset: 4),
    (bytes: Array("ö: x\u{7F}".utf8), code: "encoding", offset: 5),
    (bytes: [0xFF, 0xFE, 0x61, 0x00], code: "encoding", offset: 0),
    (bytes: [], code: "empty-file", offset: 0),
    (bytes: Array("---\n".utf8), code: "empty-file", offset: 0),
  ])
  func `bytes that are not text are refused at their place`(
    _ file: (bytes: [UInt8], code: String, offset: Int)
  ) throws {
    let sink = DiagnosticSink()
    #expect(YAMLReader.read(SourceText(name: "a.yaml", bytes: file.bytes), sink: sink) == nil)
    let said = try #require(sink.list.first)
    #expect(said.message.code == file.code)
    #expect(said.span.lower == file.offset)
  }
}
