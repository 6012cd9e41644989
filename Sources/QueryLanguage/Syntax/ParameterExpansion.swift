/// `{{name}}` in a query stands for a value that is put in before the query is read.
package struct ParameterExpansion: Sendable {
  /// The query with its parameters put in.
  package let source: SourceText
  private let original: SourceText
  /// For each byte of the expanded text, where it comes from in the original.
  private let origins: [Int]

  /// In the scope a missing parameter means `*`; elsewhere it is an error.
  package static func expand(
    _ source: SourceText, _ params: [String: String]
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
        if let value = known ?? (inScope ? "*" : nil) {
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
