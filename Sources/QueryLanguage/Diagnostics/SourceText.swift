/// A text that a person wrote: a query, a rule file, a test file, with the name shown in messages.
package struct SourceText: Sendable, Hashable {
  package let name: String
  package let bytes: [UInt8]

  package init(name: String, text: String) {
    self.name = name
    bytes = Array(text.utf8)
  }

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  package func text(of span: Span) -> String {
    String(decoding: bytes[span.lower..<span.upper], as: UTF8.self)
  }

  /// Line and column, both from 1; columns count characters as an editor does.
  package func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(offset, bytes.count)
    var line = 1
    var start = 0
    for index in 0..<offset where bytes[index] == 0x0A {
      line += 1
      start = index + 1
    }
    return (line, String(decoding: bytes[start..<offset], as: UTF8.self).count + 1)
  }

  /// The text of a line, without its end.
  package func line(_ number: Int) -> String {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard number >= 1, number <= lines.count else { return "" }
    var content = lines[number - 1]
    if content.last == 0x0D { content.removeLast() }
    return String(decoding: content, as: UTF8.self)
  }
}

/// A stretch of a `SourceText`, in bytes.
package struct Span: Sendable, Hashable {
  package var lower: Int
  package var upper: Int

  package init(_ lower: Int, _ upper: Int) {
    self.lower = lower
    self.upper = max(lower, upper)
  }

  package func union(_ other: Span) -> Span {
    Span(min(lower, other.lower), max(upper, other.upper))
  }
}
