import Records

/// `csv f extract 1 as a, 3 as b` and `split f delim='|' extract a, _, b`: the columns of a text become
/// fields, counted from 1 or in their order, `_` passing over one. A column between quotes may hold the
/// delimiter; inside, a quote is escaped or doubled. What is not there is null; no row is dropped.
package struct Split: Operator {
  package struct Column: Sendable {
    /// From 1.
    package var number: Int
    package var name: FieldName
    /// Whether the number was written.
    package var isNumbered: Bool
  }

  package var keyword: String
  package var field: FieldName
  package var delimiter: Character?
  package var escape: Character?
  package var quote: Character?
  package var columns: [Column]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let word = parser.source.text(of: keyword).lowercased()
    guard !parser.token.isWord("extract") else {
      throw Diagnostic(
        .expected("a field to take apart", parser.found), at: parser.place, in: parser.source,
        help: "the message itself is '\(word) _raw extract ...'")
    }
    let field = try parser.field("to take apart")
    var split = Split(keyword: word, field: field, columns: [], span: keyword)
    while try !parser.take("extract") {
      let place = parser.place
      if try parser.take("delim") {
        split.delimiter = try sign(&parser)
      } else if try parser.take("escape") {
        split.escape = try sign(&parser)
      } else if try parser.take("quote") {
        split.quote = try sign(&parser)
      } else {
        throw Diagnostic(
          .expected("'extract'", parser.found), at: place, in: parser.source,
          help: "write for example '\(word) \(field.printed) extract 1 as first, 3 as third'")
      }
      _ = try parser.takeSymbol(",")
    }
    var next = 1
    repeat {
      var isNumbered = false
      if case .number = parser.token.kind {
        let place = parser.place
        next = try parser.wholeNumber(after: "extract")
        guard next > 0, next < 1_000_000 else {
          throw Diagnostic(
            .badColumn, at: place, in: parser.source, help: "the first column is number 1")
        }
        guard try parser.take("as") else {
          throw Diagnostic(
            .expected("'as' and a name", parser.found), at: parser.place, in: parser.source,
            help: "write for example '1 as first'")
        }
        isNumbered = true
      }
      let name = try parser.field("for the column")
      if name.text != "_" || isNumbered {
        split.columns.append(Column(number: next, name: name, isNumbered: isNumbered))
      }
      next += 1
    } while try parser.takeSymbol(",")
    split.span = Span(keyword.lower, parser.previousEnd)
    let signs = split.signs
    guard Set([signs.delimiter, signs.escape, signs.quote]).count == 3 else {
      throw Diagnostic(
        .sameSigns, at: split.span, in: parser.source,
        help: "delimiter, escape and quote have to be three characters")
    }
    return split
  }

  /// `='c'`
  private static func sign(_ parser: inout Parser) throws(Diagnostic) -> Character {
    try parser.expect("=", "before the character", help: "write for example delim='|'")
    guard case .character(let character) = parser.token.kind, character.utf8.count == 1 else {
      throw Diagnostic(
        .expected("one character in single quotes", parser.found), at: parser.place,
        in: parser.source, help: "write for example delim='|'")
    }
    try parser.advance()
    return character
  }

  package var printed: String {
    let options = [("delim", delimiter), ("escape", escape), ("quote", quote)].compactMap {
      option, sign in sign.map { " \(option)='\($0)'" }
    }
    let list = columns.map { "\($0.number) as \($0.name.printed)" }.joined(separator: ", ")
    return "\(keyword) \(field.printed)\(options.joined()) extract \(list.isEmpty ? "_" : list)"
  }

  private var signs: SplitStage.Signs {
    SplitStage.Signs(
      delimiter: delimiter?.utf8.first ?? UInt8(ascii: ","),
      escape: escape?.utf8.first ?? UInt8(ascii: "\\"),
      quote: quote?.utf8.first ?? UInt8(ascii: "\""))
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let input = try binder.read(field)
    var targets: [(number: Int, slot: Slot)] = []
    for column in columns {
      targets.append((column.number, try binder.write(column.name)))
    }
    binder.append(SplitStage(input: input, signs: signs, targets: targets))
    for column in columns { binder.show(column.name) }
  }
}

struct SplitStage: Stage {
  static var reach: StageReach { .row }

  struct Signs: Sendable {
    var delimiter: UInt8
    var escape: UInt8
    var quote: UInt8
  }

  let input: Slot
  let signs: Signs
  /// The number of a column, from 1, and the field that it becomes.
  let targets: [(number: Int, slot: Slot)]

  func apply(to frame: inout Frame) {
    let texts = frame.column(input)
    let arena = frame.arena
    let last = targets.map(\.number).max() ?? 0
    var values = targets.map { _ in [Cell](repeating: .null, count: frame.rowCount) }
    frame.live.forEach { row in
      guard !texts[row].isNull else { return }
      let columns = columns(of: texts[row].text(arena), upTo: last, arena)
      for (index, target) in targets.enumerated() where target.number <= columns.count {
        values[index][row] = Cell(text: columns[target.number - 1])
      }
    }
    for (index, target) in targets.enumerated() {
      frame.set(target.slot, to: .cells(values[index]))
    }
  }

  private func columns(of text: Bytes, upTo last: Int, _ arena: Arena) -> [Bytes] {
    var columns: [Bytes] = []
    var next = 0
    while columns.count < last, next <= text.count {
      if next < text.count, text[next] == signs.quote {
        columns.append(quoted(text, &next, arena))
      } else {
        columns.append(plain(text, &next, arena))
      }
    }
    return columns
  }

  /// A column up to the next delimiter; `next` is then behind that.
  private func plain(_ text: Bytes, _ next: inout Int, _ arena: Arena) -> Bytes {
    let start = next
    while next < text.count, text[next] != signs.delimiter, text[next] != signs.escape { next += 1 }
    guard next < text.count, text[next] == signs.escape else {
      defer { next += 1 }
      return text.slice(start, next)
    }
    next = start
    var content: [UInt8] = []
    while next < text.count, text[next] != signs.delimiter {
      content.append(character(text, &next))
    }
    next += 1
    return arena.store(content)
  }

  /// A column between quotes; what stands between the closing one and the delimiter belongs to it.
  private func quoted(_ text: Bytes, _ next: inout Int, _ arena: Arena) -> Bytes {
    var content: [UInt8] = []
    var isOpen = true
    next += 1
    while next < text.count, isOpen || text[next] != signs.delimiter {
      if isOpen, text[next] == signs.quote {
        if next + 1 < text.count, text[next + 1] == signs.quote {
          content.append(signs.quote)
          next += 2
        } else {
          isOpen = false
          next += 1
        }
      } else {
        content.append(character(text, &next))
      }
    }
    next += 1
    return arena.store(content)
  }

  /// The next character, or the one that the escape stands before if that means something of its own.
  private func character(_ text: Bytes, _ next: inout Int) -> UInt8 {
    let isEscaping =
      text[next] == signs.escape && next + 1 < text.count
      && [signs.delimiter, signs.escape, signs.quote].contains(text[next + 1])
    next += isEscaping ? 2 : 1
    return text[next - 1]
  }
}

extension Diagnostic.Message {
  fileprivate static let badColumn = Self("arguments", "there is no such column")
  fileprivate static let sameSigns = Self("arguments", "two of the characters are the same")
}
