package import QueryLanguage

/// The comments of a text by which its author accepts what lints say: `# lint: allow CODE`, in a
/// query `// lint: allow CODE`.
///
/// A comment inside a monitor or an action, or right above it, holds for that one; before all of them,
/// for the whole file. Mistakes can't be allowed.
package struct Allowances {
  package static let page = LintPage(
    "idle-allow", "a `lint: allow` comment allows nothing",
    meaning: """
      There is no lint of that name, or the lint has nothing to say here any more. A comment that \
      holds for one monitor stands inside it or right above it.
      """,
    night: """
      A comment that is left behind hides the next finding of its kind, at the very place where \
      somebody has already been wrong once.
      """,
    wrong: .monitor(
      """
      query: error
      critical: { alert: "> 5" } # lint: allow no-evidence
      """),
    right: .monitor(
      """
      query: error
      critical: { alert: "> 5" } # lint: allow no-evidence
      evidence: 0
      """))

  private struct Comment {
    var code: String
    var span: Span
    /// The monitor or action it belongs to; nil for the whole text.
    var item: Int?
    var isUsed = false
  }

  private let source: SourceText
  private var comments: [Comment] = []
  /// The first lines of the monitors and actions, with the comments right above them.
  private let starts: [Int]

  /// `items` are the places of the monitors and actions of the text.
  package init(_ source: SourceText, items: [Span] = []) {
    self.source = source
    let lines = source.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    starts = Set(items.map { source.position(of: $0.lower).line }).sorted().map { line in
      var first = line
      let indent = Allowances.indent(lines[line - 1])
      while first > 1, Allowances.isComment(lines[first - 2], within: indent) { first -= 1 }
      return first
    }
    for (index, line) in lines.enumerated() {
      for (code, span) in Allowances.codes(in: line) {
        comments.append(Comment(code: code, span: span, item: item(ofLine: index + 1)))
      }
    }
  }

  private func item(ofLine line: Int) -> Int? { starts.lastIndex { $0 <= line } }

  /// Whether a comment accepts a finding.
  package mutating func accept(_ finding: Diagnostic) -> Bool {
    guard finding.severity != .error, !comments.isEmpty else { return false }
    let item = item(ofLine: source.position(of: finding.span.lower).line)
    var accepts = false
    for index in comments.indices where comments[index].code == finding.message.code {
      guard comments[index].item == nil || comments[index].item == item else { continue }
      comments[index].isUsed = true
      accepts = true
    }
    return accepts
  }

  /// The comments that allow nothing. Of `uncertain` codes it is not known, because what they depend
  /// on was not looked at.
  package func idle(known: [LintPage], uncertain: Set<String>) -> [Diagnostic] {
    let codes = known.filter { !$0.isError }.map(\.code)
    return comments.compactMap { comment in
      let isKnown = codes.contains(comment.code)
      guard !comment.isUsed, !isKnown || !uncertain.contains(comment.code) else { return nil }
      return Diagnostic(
        isKnown ? .idle(comment.code) : .unknown(comment.code), at: comment.span, in: source,
        help: isKnown
          ? "remove it"
          : Suggestion.didYouMean(comment.code, among: codes)
            ?? "'tripline help lints' has them all",
        severity: .warning)
    }
  }

  /// Whether a line above an item is about it: what is indented further belongs to the item before.
  private static func isComment(_ line: ArraySlice<UInt8>, within indent: Int) -> Bool {
    let own = Allowances.indent(line)
    return own <= indent && line.dropFirst(own).first == UInt8(ascii: "#")
  }

  private static func indent(_ line: ArraySlice<UInt8>) -> Int {
    line.prefix { $0 == 0x20 || $0 == 0x09 }.count
  }

  /// The codes that a line allows. What stands behind them is for people.
  private static func codes(in line: ArraySlice<UInt8>) -> [(code: String, span: Span)] {
    var reader = CommentReader(line)
    guard reader.skipToComment(), reader.take("lint:"), reader.take("allow ") else {
      return []
    }
    var codes: [(code: String, span: Span)] = []
    repeat {
      guard let code = reader.takeCode() else { break }
      codes.append(code)
    } while reader.take(",")
    return codes
  }
}

/// Reads the words of a comment.
private struct CommentReader {
  private let line: ArraySlice<UInt8>
  private var index: Int

  init(_ line: ArraySlice<UInt8>) {
    self.line = line
    index = line.startIndex
  }

  /// Goes behind the `#` or `//` of the comment that begins with `lint:`.
  mutating func skipToComment() -> Bool {
    guard let place = line.firstRange(of: Array("lint:".utf8))?.lowerBound else { return false }
    let before = line[..<place].reversed().drop { $0 == 0x20 || $0 == 0x09 }
    index = place
    return before.first == UInt8(ascii: "#") || before.starts(with: Array("//".utf8))
  }

  mutating func take(_ word: String) -> Bool {
    skipBlanks()
    guard line[index...].starts(with: word.utf8) else { return false }
    index += word.utf8.count
    return true
  }

  mutating func takeCode() -> (code: String, span: Span)? {
    skipBlanks()
    let start = index
    while index < line.endIndex, line[index] == UInt8(ascii: "-") || isLetter(line[index]) {
      index += 1
    }
    guard index > start else { return nil }
    return (String(decoding: line[start..<index], as: UTF8.self), Span(start, index))
  }

  private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  private mutating func skipBlanks() {
    while index < line.endIndex, line[index] == 0x20 || line[index] == 0x09 { index += 1 }
  }
}

extension Diagnostic.Message {
  fileprivate static func idle(_ code: String) -> Self {
    Self("idle-allow", "'\(code)' has nothing to say here, so there is nothing to allow")
  }
  fileprivate static func unknown(_ code: String) -> Self {
    Self("idle-allow", "there is no lint '\(code)'")
  }
}
