import Records

/// `json "a.b", "c[0]" as x, y`: values out of JSON text by path; `[*]` gathers an array. What it sets is
/// text, as in the original.
///
/// Members of JSON lines are fields without it. Text before the JSON is skipped: parsing starts at the
/// first `{` or `[` from which a whole value can be read.
package struct JSONOperator: ParseOperator {
  var options: ParseOptions
  package var isAuto: Bool
  package var paths: [(text: String, span: Span)]
  package var names: [FieldName]
  package var span: Span

  package var nodrop: Bool { options.nodrop }

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    var options = ParseOptions()
    while try options.take(&parser) {}
    if parser.token.isWord("auto") { return try auto(&parser, keyword, options) }
    var paths: [(text: String, span: Span)] = []
    var names: [FieldName] = []
    repeat {
      guard let path = try parser.takeString() else {
        throw Diagnostic(
          .expected("a path in double quotes after 'json'", parser.found), at: parser.place,
          in: parser.source, help: "write json \"user.name\" as name")
      }
      paths.append(path)
    } while try parser.takeSymbol(",")
    while try options.take(&parser) {}
    if try parser.take("as") { names = try parser.aliasList() }
    while try options.take(&parser) {}
    if !names.isEmpty, names.count != paths.count {
      throw Diagnostic(
        .aliasCount(paths.count, names.count), at: names[0].span, in: parser.source,
        help: "give every path one name")
    }
    return JSONOperator(
      options: options, isAuto: false, paths: paths, names: names,
      span: Span(keyword.lower, parser.previousEnd))
  }

  private static func auto(
    _ parser: inout Parser, _ keyword: Span, _ before: ParseOptions
  ) throws(Diagnostic) -> any Operator {
    var options = before
    try parser.advance()
    while true {
      if try options.take(&parser) { continue }
      // How deep and whether arrays: every member of a JSON line is a field anyway.
      if try parser.take("extractarrays") { continue }
      guard try parser.take("maxdepth") else { break }
      _ = try parser.wholeNumber(after: "maxdepth")
    }
    guard parser.token.kind == .pipe || parser.token.kind == .end, options.field == nil else {
      throw Diagnostic(
        .autoOptions, at: parser.place, in: parser.source,
        help: "members of JSON lines are fields already; name a path with json \"path\"")
    }
    return JSONOperator(
      options: options, isAuto: true, paths: [], names: [],
      span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    if isAuto { return "json auto" + (nodrop ? " nodrop" : "") }
    let list = paths.map { "\"\($0.text)\"" }.joined(separator: ", ")
    let alias = names.isEmpty ? "" : " as \(names.map(\.printed).joined(separator: ", "))"
    return "json \(options.printedField)\(list)\(alias)\(nodrop ? " nodrop" : "")"
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    guard !isAuto else { return }
    let input = try options.input(&binder)
    let inChain = nodrop || binder.parseChain != nil
    var parsed: [JSONPath] = []
    for path in paths {
      parsed.append(try JSONPath(Literal.text(path.text), at: path.span, in: binder.source))
    }
    let fate = ParseFate(nodrop: nodrop, &binder)
    var targets: [Slot] = []
    for (index, path) in paths.enumerated() {
      let name =
        names.isEmpty ? FieldName(text: Literal.text(path.text), span: path.span) : names[index]
      targets.append(try binder.write(name, keepingOld: inChain))
      binder.show(name)
    }
    binder.append(JSONStage(input: input, paths: parsed, targets: targets, fate: fate))
  }
}

/// `a.b`, `$.a['any key'][0]`, `items[*].id`.
struct JSONPath: Sendable {
  private enum Step: Sendable {
    case key(PinnedText)
    case index(Int)
    case every
  }

  private let steps: [Step]
  let gathers: Bool

  init(_ text: String, at span: Span, in source: SourceText) throws(Diagnostic) {
    var steps: [Step] = []
    var rest = Substring(text)
    if rest.first == "$" { rest.removeFirst() }
    func failure(_ reason: String) -> Diagnostic {
      Diagnostic(.badPath(reason), at: span, in: source, help: "write a.b, a['any key'] or a[0]")
    }
    while let first = rest.first {
      if first == "." {
        rest.removeFirst()
        if rest.first == "." { throw failure("'..' is not built yet") }
        continue
      }
      if first == "[" {
        guard let close = JSONPath.closingBracket(of: rest) else {
          throw failure("'[' is never closed")
        }
        let inner = rest[rest.index(after: rest.startIndex)..<close]
        rest = rest[rest.index(after: close)...]
        if inner == "*" {
          steps.append(.every)
        } else if let index = Int(inner), index >= 0 {
          steps.append(.index(index))
        } else if let quote = inner.first, quote == "'" || quote == "\"", inner.last == quote,
          inner.count >= 2
        {
          steps.append(.key(PinnedText(String(inner.dropFirst().dropLast()))))
        } else {
          throw failure("'[\(inner)]' is not built yet")
        }
        continue
      }
      let key = rest.prefix { $0 != "." && $0 != "[" }
      rest = rest.dropFirst(key.count)
      steps.append(key == "*" ? .every : .key(PinnedText(String(key))))
    }
    if steps.isEmpty { throw failure("it names nothing") }
    self.steps = steps
    gathers = steps.contains { if case .every = $0 { true } else { false } }
  }

  private static func closingBracket(of text: Substring) -> Substring.Index? {
    var quote: Character?
    for index in text.indices.dropFirst() {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "]" {
        return index
      }
    }
    return nil
  }

  /// The value at the path as text, or JSON null; nil when there is none.
  func value(in document: Cell, _ arena: Arena) -> Cell? {
    guard gathers else { return JSONPath.follow(steps[...], document, arena) }
    var found: [Cell] = []
    JSONPath.gather(steps[...], document, arena, &found)
    guard !found.isEmpty else { return nil }
    let parts = found.map { JSONPath.source($0, arena) }
    return Cell(text: arena.store("[\(parts.joined(separator: ","))]"))
  }

  private static func follow(_ steps: ArraySlice<Step>, _ cell: Cell, _ arena: Arena) -> Cell? {
    guard let step = steps.first else { return cell }
    guard let next = child(step, of: cell, arena) else { return nil }
    return follow(steps.dropFirst(), next, arena)
  }

  private static func gather(
    _ steps: ArraySlice<Step>, _ cell: Cell, _ arena: Arena, _ found: inout [Cell]
  ) {
    guard let step = steps.first else {
      found.append(cell)
      return
    }
    if case .every = step {
      guard cell.kind == .json else { return }
      if cell.place.count > 0, cell.place[0] == UInt8(ascii: "[") {
        for element in JSONScanner.elements(of: cell.place) {
          gather(steps.dropFirst(), element, arena, &found)
        }
      } else {
        for member in JSONScanner.members(of: cell.place) {
          gather(steps.dropFirst(), member.value, arena, &found)
        }
      }
    } else if let next = child(step, of: cell, arena) {
      gather(steps.dropFirst(), next, arena, &found)
    }
  }

  private static func child(_ step: Step, of cell: Cell, _ arena: Arena) -> Cell? {
    guard cell.kind == .json, cell.place.count > 0 else { return nil }
    let isList = cell.place[0] == UInt8(ascii: "[")
    switch step {
    case .key(let name):
      guard !isList else { return nil }
      for member in JSONScanner.members(of: cell.place) {
        let key =
          member.keyEscaped
          ? JSONScanner.unescape(Cell(member.key, as: .escaped), into: arena) : member.key
        if key == name.bytes { return member.value }
      }
      return nil
    case .index(let wanted):
      guard isList else { return nil }
      for (index, element) in JSONScanner.elements(of: cell.place).enumerated()
      where index == wanted { return element }
      return nil
    case .every:
      return nil
    }
  }

  /// A cell as JSON again, for gathered arrays.
  private static func source(_ cell: Cell, _ arena: Arena) -> String {
    switch cell.kind {
    case .text, .escaped: "\"\(cell.place.string)\""
    case .null: "null"
    case .yes, .no, .numeral, .json, .number, .whole:
      JSONScanner.normalised(cell, arena: arena).text(arena).string
    }
  }
}

struct JSONStage: Stage {
  static var reach: StageReach { .row }
  let input: Slot
  let paths: [JSONPath]
  let targets: [Slot]
  let fate: ParseFate

  func apply(to frame: inout Frame) {
    let texts = frame.column(input)
    let arena = frame.arena
    var matched = frame.live
    var values = targets.map { _ in [Cell](repeating: .null, count: frame.rowCount) }
    matched.filter { row in
      guard !texts[row].isNull, let document = JSONStage.document(in: texts[row].text(arena))
      else { return false }
      var complete = true
      for (index, path) in paths.enumerated() {
        guard let cell = path.value(in: document, arena) else {
          complete = false
          continue
        }
        let plain = JSONScanner.normalised(cell, arena: arena)
        values[index][row] = plain.isNull ? .null : Cell(text: plain.text(arena))
      }
      // With nodrop, the paths that are there are set and the others are null.
      return complete || fate.nodrop
    }
    fate.apply(matched: matched, targets: targets, values: values, to: &frame)
  }

  /// The JSON value in a text, whatever stands before it.
  private static func document(in text: Bytes) -> Cell? {
    let trimmed = text.trimmed
    if let whole = JSONScanner.value(in: trimmed), whole.rest.trimmed.isEmpty { return whole.cell }
    var from = 0
    while from < trimmed.count {
      if trimmed[from] == UInt8(ascii: "{") || trimmed[from] == UInt8(ascii: "["),
        let value = JSONScanner.value(in: trimmed.dropping(from))
      {
        return value.cell
      }
      from += 1
    }
    return nil
  }
}

extension Diagnostic.Message {
  fileprivate static func aliasCount(_ paths: Int, _ names: Int) -> Self {
    Self("alias-count", "the number of paths is \(paths), that of names \(names)")
  }
  fileprivate static func badPath(_ reason: String) -> Self {
    Self("json-path", "this path can't be read: \(reason)")
  }
  fileprivate static let autoOptions = Self(
    "not-built", "options of 'json auto' are not built yet")
}
