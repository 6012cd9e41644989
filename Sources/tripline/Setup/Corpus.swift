import QueryLanguage
import Records

/// A collection of queries, one JSON object a line: `{"id": "...", "query": "..."}`. Other members
/// are somebody else's.
struct Corpus {
  /// The queries, each named by its id in what is said about it.
  private(set) var queries: [SourceText] = []
  /// The lines that hold no query.
  private(set) var findings: [Diagnostic] = []

  init(_ file: SourceText) {
    var start = 0
    for line in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let span = Span(start, start + line.count)
      start += line.count + 1
      if line.allSatisfy({ Bytes.isBlank($0) }) { continue }
      do throws(Diagnostic) {
        queries.append(try Corpus.query(Array(line), at: span, in: file))
      } catch {
        findings.append(error)
      }
    }
  }

  private static func query(
    _ line: [UInt8], at span: Span, in file: SourceText
  ) throws(Diagnostic) -> SourceText {
    let text = PinnedText(line)
    let arena = Arena()
    // Cells point into them.
    defer { withExtendedLifetime((text, arena)) {} }
    guard JSONScanner.isValid(text.bytes.trimmed), let value = JSONScanner.value(in: text.bytes),
      value.cell.kind == .json, value.cell.place[0] == UInt8(ascii: "{")
    else { throw Diagnostic(.notAnObject, at: span, in: file, help: Corpus.shape) }
    var found: [String: String] = [:]
    for member in JSONScanner.members(of: value.cell.place) where !member.keyEscaped {
      let cell = JSONScanner.normalised(member.value, arena: arena)
      guard cell.kind == .text, found[member.key.string] == nil else { continue }
      found[member.key.string] = cell.text(arena).string
    }
    guard let query = found["query"] else {
      throw Diagnostic(.missing("query"), at: span, in: file, help: Corpus.shape)
    }
    guard let id = found["id"], !id.isEmpty else {
      throw Diagnostic(.missing("id"), at: span, in: file, help: Corpus.shape)
    }
    return SourceText(name: id, text: query)
  }

  private static let shape =
    #"each line is an object such as {"id": "q1", "query": "error | count"}"#
}

extension Diagnostic.Message {
  fileprivate static let notAnObject = Self("corpus-line", "this line is no JSON object")
  fileprivate static func missing(_ key: String) -> Self {
    Self("corpus-line", "this line has no text under '\(key)'")
  }
}
