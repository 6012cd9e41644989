/// A finding about text that a person wrote: what was found, where, and what to write instead.
package struct Diagnostic: Error, Sendable, Hashable {
  package enum Severity: String, Sendable { case error, warning, note }

  /// A message with a stable code; declared `fileprivate` beside the code that reports it.
  package struct Message: Sendable, Hashable {
    package let code: String
    package let text: String

    package init(_ code: String, _ text: String) {
      self.code = code
      self.text = text
    }
  }

  package var severity: Severity
  package var message: Message
  package var source: SourceText
  package var span: Span
  package var help: String?

  package init(
    _ message: Message, at span: Span, in source: SourceText, help: String? = nil,
    severity: Severity = .error
  ) {
    self.severity = severity
    self.message = message
    self.source = source
    self.span = span
    self.help = help
  }
}

extension Diagnostic {
  /// How a person sees it: the place, the line, a caret, the reason, the way out.
  ///
  ///     rules/web.yaml:4:5: error: unknown operator 'cuont'
  ///        4 |   | cuont by host
  ///          |     ^^^^^
  ///          = help: did you mean 'count'?
  ///
  /// With its code behind the message when that is asked for.
  package func rendered(colour: Bool = false, showsCode: Bool = false) -> String {
    func paint(_ text: String, _ code: String) -> String {
      colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
    let (line, column) = source.position(of: span.lower)
    let shade = severity == .error ? "1;31" : severity == .warning ? "1;33" : "1;36"
    var result = paint("\(source.name):\(line):\(column): ", "1")
    result += paint("\(severity.rawValue): ", shade)
    result += Diagnostic.harmless(message.text).joined()
    result += showsCode ? " [\(message.code)]\n" : "\n"
    let text = source.line(line)
    let number = String(line)
    let gutter = String(repeating: " ", count: max(0, 4 - number.count)) + number
    let blank = String(repeating: " ", count: gutter.count)
    let shown = Diagnostic.harmless(text)
    let excerpt = Diagnostic.excerpt(of: shown.count, around: column - 1)
    let (before, behind) = (
      excerpt.lowerBound > 0 ? "…" : "", excerpt.upperBound < shown.count ? "…" : ""
    )
    result += "\(gutter) | \(before)\(shown[excerpt].joined())\(behind)\n"
    let length = source.text(of: span).prefix { !$0.isNewline }.count
    let end = min(excerpt.upperBound, column - 1 + max(1, length))
    let start = min(column - 1, end)
    let marked = shown[start..<end].joined().displayWidth
    let carets = String(repeating: "^", count: max(1, marked))
    let indent = String(
      repeating: " ", count: (before + shown[excerpt.lowerBound..<start].joined()).displayWidth)
    result += "\(blank) | \(indent)\(paint(carets, shade))\n"
    if let help {
      result += "\(blank) = \(paint("help:", "1")) \(Diagnostic.harmless(help).joined())\n"
    }
    return result
  }

  /// Of a line longer than anybody reads, what stands around the mistake.
  private static func excerpt(of count: Int, around place: Int) -> Range<Int> {
    let (longest, ahead) = (200, 80)
    guard count > longest else { return 0..<count }
    let start = max(0, min(place - ahead, count - longest))
    return start..<start + longest
  }

  /// The characters of a text, with one blank for a tab or anything that a terminal would obey, so
  /// that the caret stands under its character.
  private static func harmless(_ text: String) -> [String] {
    text.map { character in
      character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        ? " " : String(character)
    }
  }
}

/// Everything found wrong in one run; never empty when thrown.
package struct Diagnostics: Error, Sendable {
  package var list: [Diagnostic]

  package init(_ list: [Diagnostic]) { self.list = list }

  package var errors: [Diagnostic] { list.filter { $0.severity == .error } }
}
