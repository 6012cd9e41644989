import Records

/// `{{name}}` in a query stands for a value that is put in before the query is read.
package struct ParameterExpansion: Sendable {
  /// The query with its parameters put in.
  package let source: SourceText
  private let original: SourceText
  /// For each byte of the expanded text, where it comes from in the original.
  private let origins: [Int]

  /// What stands for a parameter that has no value.
  package enum Missing: Sendable {
    /// `*` in the scope; elsewhere it is a mistake.
    case mistake
    /// Something that fits the place, for those who only ask whether the query is sound.
    case neutral
  }

  package static func expand(
    _ source: SourceText, _ params: [String: String], missing: Missing = .mistake
  ) throws(Diagnostics) -> ParameterExpansion {
    var bytes: [UInt8] = []
    var origins: [Int] = []
    var problems: [Diagnostic] = []
    var inScope = true
    var inText = false
    var index = 0
    let text = source.bytes
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "{"), index + 1 < text.count, text[index + 1] == byte,
        let end = close(text, from: index + 2)
      {
        let name = String(decoding: text[(index + 2)..<end], as: UTF8.self)
          .split(separator: " ").joined(separator: " ")
        let known = params.first { $0.key.lowercased() == name.lowercased() }?.value
        if let value = known ?? (inScope ? "*" : nil)
          ?? (missing == .neutral ? neutral(behind: bytes, inText: inText) : nil)
        {
          bytes += Array(value.utf8)
          origins += [Int](repeating: index, count: value.utf8.count)
        } else {
          problems.append(
            Diagnostic(
              .missing(name), at: Span(index, end + 2), in: source,
              help: Suggestion.didYouMean(name, among: params.keys)
                ?? "give it with --param \(name)=VALUE or under `params:`"))
        }
        index = end + 2
        continue
      }
      if byte == UInt8(ascii: "\\"), inText, index + 1 < text.count {
        bytes.append(byte)
        origins.append(index)
        index += 1
      } else if byte == UInt8(ascii: "\"") {
        inText.toggle()
      } else if byte == UInt8(ascii: "|"), !inText {
        inScope = false
      }
      bytes.append(text[index])
      origins.append(index)
      index += 1
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
    return ParameterExpansion(
      source: SourceText(name: source.name, bytes: bytes), original: source, origins: origins)
  }

  /// A value that can stand where `text` ends: what the word before it needs, a number behind an
  /// operator, and nothing behind a value, as in `where duration {{comparison}}`.
  private static func neutral(behind text: [UInt8], inText: Bool) -> String {
    if inText { return "x" }
    let before = text.reversed().drop { Bytes.isBlank($0) }
    let word = String(decoding: before.prefix { Lexer.isWordPart($0) }.reversed(), as: UTF8.self)
    switch word.lowercased() {
    case "timeslice", "timeshift": return "1m"
    case "limit", "top": return "1"
    case "by":
      let earlier = String(decoding: before.dropFirst(2).prefix(12).reversed(), as: UTF8.self)
      return earlier.lowercased().contains("timeslice") ? "1m" : "x"
    case "where", "and", "or", "not", "fields", "as", "count", "nodrop", "matches", "contains":
      return "x"
    case "":
      guard let last = before.first else { return "x" }
      return "<>=+-*/|".utf8.contains(last) ? "1" : "(,".utf8.contains(last) ? "x" : ""
    default: return ""
    }
  }

  private static func close(_ text: [UInt8], from start: Int) -> Int? {
    var index = start
    while index + 1 < text.count, text[index] != 0x0A {
      if text[index] == UInt8(ascii: "}"), text[index + 1] == UInt8(ascii: "}") { return index }
      index += 1
    }
    return nil
  }

  /// The findings with their places in the text as it was written.
  package func restored(_ diagnostics: Diagnostics) -> Diagnostics {
    Diagnostics(
      diagnostics.list.map { diagnostic in
        var moved = diagnostic
        moved.source = original
        moved.span = Span(origin(diagnostic.span.lower), origin(diagnostic.span.upper))
        return moved
      })
  }

  private func origin(_ offset: Int) -> Int {
    offset < origins.count ? origins[offset] : original.bytes.count
  }
}

extension Diagnostic.Message {
  fileprivate static func missing(_ name: String) -> Self {
    Self("missing-parameter", "there is no value for the parameter '\(name)'")
  }
}
