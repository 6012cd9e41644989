import Records

/// `parse "user=*: sev=*" as user, sev`: each star takes the shortest text up to the next fixed words; a
/// star at the end takes the rest. Fixed words are compared as they are, case included.
package struct Parse: ParseOperator {
  package struct Group: Sendable {
    package var pattern: String
    package var patternSpan: Span
    package var names: [FieldName]
  }

  var options: ParseOptions
  package var groups: [Group]
  package var span: Span

  package var nodrop: Bool { options.nodrop }

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    if try parser.take("regex") { return try ParseRegex.parse(&parser, keyword) }
    if parser.token.isWord("xml") {
      throw Diagnostic(
        .xmlNotBuilt, at: parser.token.span, in: parser.source,
        help: "'tripline help query' lists what is there")
    }
    var options = ParseOptions()
    while try options.take(&parser) {}
    var groups: [Group] = []
    repeat {
      guard let pattern = try parser.takeString() else {
        throw Diagnostic(
          .expected("a pattern in double quotes after 'parse'", parser.found), at: parser.place,
          in: parser.source, help: "write parse \"user=*\" as user")
      }
      while try options.take(&parser) {}
      guard try parser.take("as") else {
        throw Diagnostic(
          .expected("'as' and names for the stars", parser.found), at: parser.place,
          in: parser.source, help: "write parse \"user=*\" as user")
      }
      let names = try aliases(&parser)
      groups.append(Group(pattern: pattern.text, patternSpan: pattern.span, names: names))
    } while try parser.takeSymbol(",")
    while try options.take(&parser) {}
    for group in groups { try check(group, parser.source) }
    return Parse(options: options, groups: groups, span: Span(keyword.lower, parser.previousEnd))
  }

  /// Names until the next pattern: `as a, b, "c=*" as c` has two groups.
  private static func aliases(_ parser: inout Parser) throws(Diagnostic) -> [FieldName] {
    if parser.token.isSymbol("(") { return try parser.aliasList() }
    var names = [try parser.field("as a name")]
    while parser.token.isSymbol(",") {
      let before = parser
      try parser.advance()
      if case .string = parser.token.kind {
        parser = before
        break
      }
      names.append(try parser.field("as a name"))
    }
    return names
  }

  private static func check(_ group: Group, _ source: SourceText) throws(Diagnostic) {
    let stars = group.pattern.utf8.count { $0 == UInt8(ascii: "*") }
    if group.pattern.contains("**") {
      throw Diagnostic(
        .doubleStar, at: group.patternSpan, in: source, help: "put fixed words between two stars")
    }
    guard stars == group.names.count else {
      throw Diagnostic(
        .starCount(stars, group.names.count), at: group.patternSpan, in: source,
        help: "give every star one name")
    }
  }

  package var printed: String {
    let list = groups.map { group in
      "\"\(group.pattern)\" as \(group.names.map(\.printed).joined(separator: ", "))"
    }
    return "parse \(options.printedField)\(list.joined(separator: ", "))"
      + (nodrop ? " nodrop" : "")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    for group in groups {
      let input = try options.input(&binder)
      let inChain = nodrop || binder.parseChain != nil
      let fate = ParseFate(nodrop: nodrop, &binder)
      var targets: [Slot] = []
      for name in group.names { targets.append(try binder.write(name, keepingOld: inChain)) }
      binder.append(
        ParseStage(
          input: input, anchor: AnchorPattern(Literal.text(group.pattern)), targets: targets,
          fate: fate))
      for name in group.names { binder.show(name) }
    }
  }
}

/// Fixed words and stars, matched by plain search.
struct AnchorPattern: Sendable {
  private let words: [PinnedText]
  private let endsInStar: Bool

  init(_ pattern: String) {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    words = parts.map { PinnedText(String($0)) }
    endsInStar = parts.count > 1 && parts.last?.isEmpty == true
  }

  var captureCount: Int { words.count - 1 }

  /// Where each star stands in `text`; false when the words are not all there.
  func match(_ text: Bytes, _ captures: inout [Bytes]) -> Bool {
    captures.removeAll(keepingCapacity: true)
    guard let first = text.firstIndex(of: words[0].bytes) else { return false }
    var place = first + words[0].bytes.count
    for index in 1..<max(1, words.count) {
      let word = words[index].bytes
      if index == words.count - 1, endsInStar {
        captures.append(text.dropping(place))
        return true
      }
      guard let next = text.firstIndex(of: word, from: place) else { return false }
      captures.append(text.slice(place, next))
      place = next + word.count
    }
    return true
  }
}

struct ParseStage: Stage {
  static var reach: StageReach { .row }
  let input: Slot
  let anchor: AnchorPattern
  let targets: [Slot]
  let fate: ParseFate

  func apply(to frame: inout Frame) {
    let texts = frame.column(input)
    let arena = frame.arena
    var matched = frame.live
    var values = targets.map { _ in [Cell](repeating: .null, count: frame.rowCount) }
    var captures: [Bytes] = []
    matched.filter { row in
      guard !texts[row].isNull, anchor.match(texts[row].text(arena), &captures) else {
        return false
      }
      for (index, capture) in captures.enumerated() { values[index][row] = Cell(text: capture) }
      return true
    }
    fate.apply(matched: matched, targets: targets, values: values, to: &frame)
  }
}

extension Diagnostic.Message {
  fileprivate static let doubleStar = Self("parse-stars", "two stars stand side by side")
  fileprivate static func starCount(_ stars: Int, _ names: Int) -> Self {
    Self("parse-stars", "the number of stars is \(stars), that of names \(names)")
  }
  fileprivate static let xmlNotBuilt = Self("not-built", "'parse xml' is not built yet")
}
