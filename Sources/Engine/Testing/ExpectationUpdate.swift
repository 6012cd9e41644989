package import Alerting
package import QueryLanguage

/// Rewrites the `expect:` of failing tests with what happened, and not a byte else.
///
/// Expectations that were met stay as they were written, with their comments; one that was answered
/// differently keeps the fields that it names.
package struct ExpectationUpdate {
  private var edits: [(span: Span, text: String)] = []
  private let source: SourceText

  package init(_ source: SourceText) { self.source = source }

  /// Takes in a test that failed.
  package mutating func add(
    _ test: RuleTest, _ transitions: [Transition], _ match: ExpectationMatch
  ) {
    let items = zip(transitions, match.answers).compactMap { transition, answer in
      Item(transition, answer, test)
    }
    let layout = Layout(test, source)
    let text =
      switch layout.form {
      case .flow: flow(items, test)
      case .block(let indent): block(items, test, indent, layout)
      }
    edits.append((layout.span, text))
  }

  /// The whole file.
  package var bytes: [UInt8] {
    var result = source.bytes
    for edit in edits.sorted(by: { $0.span.lower > $1.span.lower }) {
      // Lines end as the one before does; a "\r\n" that was kept is one character already.
      let before = source.bytes[..<edit.span.lower].lastIndex(of: 0x0A)
      let isCRLF = before.map { $0 > 0 && source.bytes[$0 - 1] == 0x0D } ?? false
      let text = isCRLF ? edit.text.replacing("\n", with: "\r\n") : edit.text
      result.replaceSubrange(edit.span.lower..<edit.span.upper, with: text.utf8)
    }
    return result
  }

  /// A line of the new list.
  private struct Item {
    var transition: Transition
    /// The expectation that it answers, as expected or not, and its place in the list.
    var like: Expectation?
    var expectation: Int?

    /// Nil for what the test doesn't care about.
    init?(_ transition: Transition, _ answer: ExpectationMatch.Answer?, _ test: RuleTest) {
      if answer == nil, !test.isExact, !test.isUnwritten { return nil }
      self.transition = transition
      expectation = answer?.expectation
      like = answer.map { test.expectations[$0.expectation] }
    }
  }

  /// An expectation as it is written, with other values where it was wrong.
  private func corrected(
    _ expectation: Expectation, within span: Span, _ transition: Transition
  ) -> String {
    var text = ""
    var done = span.lower
    let wrong = expectation.differences(from: transition)
    for field in wrong.sorted(by: { $0.span.lower < $1.span.lower }) {
      text += source.text(of: Span(done, field.span.lower))
      text += TransitionText.value(of: field.key, transition, like: field.expected)
      done = field.span.upper
    }
    return text + source.text(of: Span(done, span.upper))
  }

  private func flow(_ items: [Item], _ test: RuleTest) -> String {
    let texts = items.map { item in
      item.like.map { corrected($0, within: $0.span, item.transition) }
        ?? TransitionText.item(item.transition, TransitionText.usualKeys(of: item.transition))
    }
    return "expect: [" + texts.joined(separator: ", ") + "]"
  }

  private func block(_ items: [Item], _ test: RuleTest, _ indent: Int, _ layout: Layout) -> String {
    if items.isEmpty { return "expect: []" }
    var text = layout.header
    for item in items {
      if let like = item.like, let chunk = item.expectation.flatMap({ layout.chunks?[$0] }) {
        text += "\n" + corrected(like, within: chunk, item.transition)
        continue
      }
      text += "\n" + String(repeating: " ", count: indent) + "- "
      text +=
        item.like.map { corrected($0, within: $0.span, item.transition) }
        ?? TransitionText.lines(
          item.transition, TransitionText.usualKeys(of: item.transition), indent: indent + 4)
    }
    return text
  }

  /// How the list is written now, and which bytes it takes up.
  private struct Layout {
    enum Form {
      case flow
      /// One item a line, the dash behind so many blanks.
      case block(Int)
    }

    let span: Span
    let form: Form
    /// For each item the lines that belong to it, its comments included; nil when the items don't have
    /// lines of their own.
    private(set) var chunks: [Span]?
    /// The key, with the comment behind it when the list follows on further lines.
    private(set) var header = "expect:"

    init(_ test: RuleTest, _ source: SourceText) {
      let key = test.expectKey
      let value = test.expectValue
      let bytes = source.bytes
      let colon = bytes[key.upper...].firstIndex(of: UInt8(ascii: ":")) ?? key.upper
      let end = test.isUnwritten ? colon + 1 : max(colon + 1, value.span.upper)
      let column = key.lower - Layout.lineStart(before: key.lower, bytes)
      // A test within braces can only have its list within brackets.
      guard bytes[test.span.lower] != UInt8(ascii: "{") else {
        span = Span(key.lower, end)
        form = .flow
        return
      }
      let isBlock = !test.expectations.isEmpty && bytes[value.span.lower] != UInt8(ascii: "[")
      guard isBlock, let chunks = Layout.chunks(test, bytes, from: colon + 1) else {
        span = Span(key.lower, end)
        form = .block(column + 2)
        return
      }
      self.chunks = chunks
      let line = bytes[key.lower...].prefix { $0 != 0x0A && $0 != 0x0D }
      header = String(decoding: line, as: UTF8.self)
      span = Span(key.lower, chunks.last?.upper ?? end)
      let first = Layout.lineStart(before: test.expectations[0].span.lower, bytes)
      form = .block(bytes[first...].prefix { $0 == 0x20 }.count)
    }

    private static let comment = UInt8(ascii: "#")

    private static func chunks(_ test: RuleTest, _ bytes: [UInt8], from start: Int) -> [Span]? {
      guard var next = bytes[start...].firstIndex(of: 0x0A).map({ $0 + 1 }),
        bytes[start..<next].first(where: { $0 > 0x20 }) ?? comment == comment
      else { return nil }
      var chunks: [Span] = []
      for expectation in test.expectations {
        let line = lineStart(before: expectation.span.lower, bytes)
        let dash = bytes[line..<expectation.span.lower].filter { $0 > 0x20 }
        guard dash == [UInt8(ascii: "-")], line >= next else { return nil }
        var end = bytes[expectation.span.upper...].firstIndex(of: 0x0A) ?? bytes.count
        if end > 0, end < bytes.count, bytes[end - 1] == 0x0D { end -= 1 }
        chunks.append(Span(next, end))
        next = (bytes[end...].firstIndex(of: 0x0A) ?? end) + 1
      }
      return chunks
    }

    private static func lineStart(before offset: Int, _ bytes: [UInt8]) -> Int {
      bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }
  }
}
