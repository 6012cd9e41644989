import Records

/// `parse regex "(?<name>...)"`: the named groups of the first match become fields; with `multi` there
/// is a row for each match. Unnamed groups are accepted and ignored, where the original refuses them.
package struct ParseRegex: ParseOperator {
  var options: ParseOptions
  var multi: Bool
  package var patterns: [(text: String, span: Span)]
  package var span: Span

  package var nodrop: Bool { options.nodrop }

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    var options = ParseOptions()
    while try options.take(&parser) {}
    var patterns: [(text: String, span: Span)] = []
    repeat {
      guard let pattern = try parser.takeString() else {
        throw Diagnostic(
          .expected("a pattern in double quotes", parser.found), at: parser.place,
          in: parser.source, help: "write parse regex \"user=(?<user>\\w+)\"")
      }
      patterns.append(pattern)
    } while try parser.takeSymbol(",")
    var multi = false
    var takesMore = true
    while takesMore {
      if try parser.take("multi") { multi = true } else { takesMore = try options.take(&parser) }
    }
    return ParseRegex(
      options: options, multi: multi, patterns: patterns,
      span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    let list = patterns.map { "\"\($0.text)\"" }.joined(separator: ", ")
    return "parse regex \(options.printedField)\(list)\(nodrop ? " nodrop" : "")"
      + (multi ? " multi" : "")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    for pattern in patterns {
      let regex = try binder.regex(Literal.regex(pattern.text), at: pattern.span)
      guard !regex.groups.isEmpty else {
        throw Diagnostic(
          .noGroups, at: pattern.span, in: binder.source,
          help: "name what you want: (?<status>\\d+)")
      }
      let input = try options.input(&binder)
      let inChain = nodrop || binder.parseChain != nil
      let fate = ParseFate(nodrop: nodrop, &binder)
      var names: [FieldName] = []
      var numbers: [[Int]] = []
      for group in regex.groups {
        let name = FieldName(text: group.name, span: pattern.span)
        if let known = names.firstIndex(of: name) {
          numbers[known].append(group.number)
        } else {
          names.append(name)
          numbers.append([group.number])
        }
      }
      var targets: [Slot] = []
      for name in names { targets.append(try binder.write(name, keepingOld: inChain)) }
      let stage = ParseRegexStage(
        input: input, regex: regex, groups: numbers, targets: targets, fate: fate)
      if multi { binder.append(ParseRegexMultiStage(single: stage)) } else { binder.append(stage) }
      for name in names { binder.show(name) }
    }
  }
}

struct ParseRegexStage: Stage {
  static var reach: StageReach { .row }
  let input: Slot
  let regex: Regex
  /// For each target the groups that may fill it; alternatives may share a name.
  let groups: [[Int]]
  let targets: [Slot]
  let fate: ParseFate

  func apply(to frame: inout Frame) {
    let texts = frame.column(input)
    let arena = frame.arena
    let matcher = regex.matcher()
    var matched = frame.live
    var values = targets.map { _ in [Cell](repeating: .null, count: frame.rowCount) }
    var limited: [Int] = []
    matched.filter { row in
      guard !texts[row].isNull else { return false }
      let text = texts[row].text(arena)
      guard matcher.matches(text) else {
        if matcher.hitLimit { limited.append(row) }
        return false
      }
      for index in groups.indices { values[index][row] = value(index, of: matcher, in: text) }
      return true
    }
    fate.apply(matched: matched, targets: targets, values: values, to: &frame)
    for row in limited { frame.markLimited(row) }
  }

  /// What the present match gives the target `index`.
  func value(_ index: Int, of matcher: Regex.Matcher, in text: Bytes) -> Cell {
    for number in groups[index] {
      guard let range = matcher.range(of: number) else { continue }
      return Cell(text: text.slice(range.lowerBound, range.upperBound))
    }
    return .null
  }
}

extension Diagnostic.Message {
  fileprivate static let noGroups = Self("regex-groups", "this pattern has no named group")
}
