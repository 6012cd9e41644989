import Actions
import Foundation
import FoundationXML
import TestKit
import Testing

@Suite struct XMLTreeTests {
  private func tree(_ text: String) -> XMLTree? { XMLTree(Array(text.utf8)) }

  @Test func `references are resolved, unknown ones stay`() {
    let text = tree(
      "<a>1 &lt; 2 &amp;&amp; &#x41;&#66; &nbsp; &#xZZ; & &#-1;<![CDATA[<b>&lt;]]></a>")
    #expect(text?.text == "1 < 2 && AB &nbsp; &#xZZ; & &#-1;<b>&lt;")
  }

  @Test func `prefixes, attributes, comments and instructions are passed over`() {
    let text = """
      <?xml version="1.0"?><!-- <x> -->
      <aws:Response xmlns:aws="http://a/>"><!----><Code a='>'>A</Code><b/><?x ?></aws:Response>

      """
    let root = tree(text)
    #expect(root?.name == "Response")
    #expect(root?.children.map(\.name) == ["Code", "b"])
    #expect(root?.first("Code")?.text == "A")
  }

  @Test(arguments: [
    "", "a", "<a>", "<a></b>", "<a/><b/>", "<a><b></a></b>", "<a b='></a>", "<!DOCTYPE a><a/>",
    "<a", "</a>", "<a>&lt;", "<!--", "<a><![CDATA[</a>", "<a/>x", "<a><!--></a>",
  ])
  func `what is no document is refused`(_ text: String) { #expect(tree(text) == nil) }

  @Test func `no document is too deep to be refused`() {
    let deep = String(repeating: "<a>", count: 100_000)
    #expect(tree(deep) == nil)
    let close = String(repeating: "</a>", count: 60)
    #expect(tree(String(repeating: "<a>", count: 60) + close) != nil)
  }

  @Test func `documents are read as another reader reads them`() {
    let seed = TestSeed.value
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let text = XMLTreeTests.random(&random)
      #expect(
        tree(text).map(ReadXML.text) == ReadXML.tree(text), "seed \(seed), \(text.debugDescription)"
      )
    }
  }

  private static func random(_ random: inout SplitMix64) -> String {
    func content(_ depth: Int, _ random: inout SplitMix64) -> String {
      (0..<Int.random(in: 0...3, using: &random)).map { _ in
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where depth < 5, 1 where depth < 5, 2 where depth < 5:
          let name = random.pick(["a", "Code", "item", "n:x", "é"])
          let attribute = random.pick(["", " b='1>2'", " b = \"'\""])
          return random.oneIn(4)
            ? "<\(name)\(attribute)/>"
            : "<\(name)\(attribute)>\(content(depth + 1, &random))</\(name) >"
        case 3: return random.pick(["&lt;", "&amp;", "&#65;", "&#x1F600;", "&quot;", "&apos;"])
        case 4: return "<!-- <a> & -->"
        case 5: return "<![CDATA[ <a> & ]]>"
        case 6: return "<?pi a?>"
        default: return random.pick(["x", " ", "\n", "ü", "]]", "/"])
        }
      }.joined()
    }
    let head = random.pick(["", "<?xml version=\"1.0\"?>\n", "<!-- x -->"])
    return head + "<r xmlns:n='u'>\(content(0, &random))</r>"
  }
}

/// The same documents through Foundation's parser, written down so that they can be compared.
private final class ReadXML: NSObject, XMLParserDelegate {
  private var open: [(name: String, text: String, children: String)] = []
  private var result: String?

  static func tree(_ text: String) -> String? {
    let reader = ReadXML()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    return parser.parse() ? reader.result : nil
  }

  static func text(of tree: XMLTree) -> String {
    "(\(tree.name) \(tree.text.debugDescription)\(tree.children.map(text).joined()))"
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append((name.split(separator: ":").last.map(String.init) ?? name, "", ""))
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    open[open.count - 1].text += text
  }

  func parser(_ parser: XMLParser, foundCDATA data: Data) {
    open[open.count - 1].text += String(decoding: data, as: UTF8.self)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    let own = open.removeLast()
    let text = "(\(own.name) \(own.text.debugDescription)\(own.children))"
    if open.isEmpty { result = text } else { open[open.count - 1].children += text }
  }
}
