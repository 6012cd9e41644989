import Records

extension FunctionTable {
  static let textFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "concat", parameters: "value, value, ...", arity: 2...Int.max,
      "the values as one text; null adds nothing"
    ) { _ in
      { arguments, rows, frame in
        let arena = frame.arena
        var parts = [Bytes](repeating: .empty, count: arguments.count)
        return Each.row(rows) { row in
          for index in arguments.indices { parts[index] = arguments[index][row].text(arena) }
          return Cell(text: arena.joined(parts))
        }
      }
    },
    FunctionDefinition(
      "format", parameters: "pattern, value, ...", arity: 1...Int.max,
      "the values in a pattern of Java's String.format; null when one is missing or does not fit"
    ) { call throws(Diagnostic) in try FormatPattern.body(of: call) },
    FunctionDefinition(
      "length", parameters: "text", arity: 1...1, "the number of characters; 0 for null"
    ) { _ in Each.cell { cell, arena in Cell(Int64(cell.text(arena).characterCount)) } },
    FunctionDefinition(
      "substring", parameters: "text, start[, end]", arity: 2...3,
      "the characters from start, counted from 0, up to but not including end"
    ) { call throws(Diagnostic) in
      try checkSubstring(call)
      return Each.list { cells, arena in
        guard !cells[0].isNull, let start = cells[1].characterOffset else { return .null }
        let text = cells[0].text(arena)
        if cells.count == 2 { return Cell(text: text.characters(start, nil)) }
        guard let end = cells[2].characterOffset, start <= end else { return .null }
        return Cell(text: text.characters(start, end))
      }
    },
    FunctionDefinition(
      "replace", parameters: "text, what, by", arity: 3...3, overwritesArgument: true,
      regexArgument: 1,
      "the text with every occurrence of a text or /regex/ replaced; $1, ${name} are its groups"
    ) { call throws(Diagnostic) in try Replacement.body(of: call) },
    FunctionDefinition(
      "contains", parameters: "text, part", arity: 2...2,
      "true when the part stands in the text, in the same case"
    ) { _ in
      { arguments, rows, frame in
        let (texts, parts) = (arguments[0], arguments[1])
        let arena = frame.arena
        return Each.row(rows) { row in
          if texts[row].isNull || parts[row].isNull { return Cell(false) }
          let (text, part) = (texts[row].text(arena), parts[row].text(arena))
          return Cell(part.isEmpty ? text.isEmpty : text.contains(part))
        }
      }
    },
    FunctionDefinition(
      "trim", parameters: "text", arity: 1...1, overwritesArgument: true,
      "the text without blanks at its ends"
    ) { _ in Each.text { text, _ in Cell(text: text.trimmed) } },
    FunctionDefinition(
      "toLowerCase", "toLower", "lower", parameters: "text", arity: 1...1,
      overwritesArgument: true, "the text in lower case"
    ) { _ in
      Each.text { text, arena in
        Cell(text: arena.recased(text, from: 0x41...0x5A) { $0.lowercased() })
      }
    },
    FunctionDefinition(
      "toUpperCase", "toUpper", "upper", parameters: "text", arity: 1...1,
      overwritesArgument: true, "the text in upper case"
    ) { _ in
      Each.text { text, arena in
        Cell(text: arena.recased(text, from: 0x61...0x7A) { $0.uppercased() })
      }
    },
    FunctionDefinition(
      "luhn", parameters: "text", arity: 1...1,
      "true when the digits in the text pass the check of card numbers"
    ) { _ in Each.text { text, _ in Cell(text.passesLuhn) } },
    FunctionDefinition(
      "tourl", parameters: "url, label[, prefix, suffix]", arity: 2...4,
      "a link in Markdown, with what should stand before and behind it"
    ) { call throws(Diagnostic) in
      if call.arguments.count == 3 {
        throw Diagnostic(
          .loneAffix, at: call.span, in: call.source,
          help: "write \"\" for the one that should be empty")
      }
      return Each.list { cells, arena in
        if cells[0].isNull || cells[1].isNull { return .null }
        let (url, label) = (cells[0].text(arena), cells[1].text(arena))
        let prefix = cells.count == 4 ? cells[2].text(arena) : .empty
        let suffix = cells.count == 4 ? cells[3].text(arena) : .empty
        let marks = LinkMarks.self
        return Cell(
          text: arena.joined([
            prefix, marks.open.bytes, label, marks.middle.bytes, url, marks.close.bytes, suffix,
          ]))
      }
    },
    FunctionDefinition(
      "jsonArraySize", parameters: "array", arity: 1...1,
      "the number of elements of a JSON array; -1 for null, null for what is no array"
    ) { _ in
      Each.cell { cell, arena in
        guard !cell.isNull else { return Cell(Int64(-1)) }
        var size: Int64 = 0
        return JSONArray.forEach(in: cell.text(arena), { _ in size += 1 }) ? Cell(size) : .null
      }
    },
    FunctionDefinition(
      "jsonArrayContains", parameters: "array, value", arity: 2...2,
      "true when the value is an element of the JSON array"
    ) { _ in
      { arguments, rows, frame in
        let (arrays, values) = (arguments[0], arguments[1])
        let arena = frame.arena
        return Each.row(rows) { row in
          let value = values[row]
          guard !arrays[row].isNull, !value.isNull else { return .null }
          var found = false
          let isArray = JSONArray.forEach(in: arrays[row].text(arena)) { element in
            if CellComparator.equal.holds(element, value, arena) { found = true }
          }
          return isArray ? Cell(found) : .null
        }
      }
    },
  ]

  /// Offsets that can never work are told before any row is read.
  private static func checkSubstring(_ call: FunctionCall) throws(Diagnostic) {
    for index in 1..<call.arguments.count {
      if let offset = call.number(index), offset < 0 {
        throw call.mistake(
          .negativeOffset(NumberText.shortest(offset)), in: index,
          help: "characters are counted from 0")
      }
    }
    if let start = call.number(1), let end = call.number(2), end < start {
      throw call.mistake(
        .crossedOffsets(NumberText.shortest(start), NumberText.shortest(end)), in: 2,
        help: "write the start first")
    }
  }
}

private enum LinkMarks {
  static let open = PinnedText("[")
  static let middle = PinnedText("](")
  static let close = PinnedText(")")
}

/// The elements of a JSON array that is a field's text.
enum JSONArray {
  /// Calls `body` with every element; false if `text` is no array.
  static func forEach(in text: Bytes, _ body: (Cell) -> Void) -> Bool {
    let text = text.trimmed
    guard text.first == UInt8(ascii: "[") else { return false }
    var rest = text.dropping(1).trimmed
    if rest.first == UInt8(ascii: "]") { return rest.count == 1 }
    while let (element, behind) = JSONScanner.value(in: rest) {
      body(element)
      rest = behind.trimmed
      switch rest.first {
      case UInt8(ascii: ","): rest = rest.dropping(1)
      case UInt8(ascii: "]"): return rest.count == 1
      default: return false
      }
    }
    return false
  }
}

extension Cell {
  /// A place in text; nil when negative or no number.
  fileprivate var characterOffset: Int? {
    guard let number, number >= 0 else { return nil }
    return number < 1e15 ? Int(number) : Int.max
  }
}

extension Bytes {
  /// Unicode scalars; what continues one does not count.
  fileprivate var characterCount: Int {
    var result = 0
    for index in 0..<count where self[index] & 0xC0 != 0x80 { result += 1 }
    return result
  }

  /// The characters from `start` up to `end`, as far as there are so many.
  fileprivate func characters(_ start: Int, _ end: Int?) -> Bytes {
    let lower = offset(ofCharacter: start, from: 0)
    guard let end else { return dropping(lower) }
    return slice(lower, offset(ofCharacter: end - start, from: lower))
  }

  private func offset(ofCharacter number: Int, from start: Int) -> Int {
    var place = start
    var left = number
    while place < count, left > 0 {
      place += 1
      while place < count, self[place] & 0xC0 == 0x80 { place += 1 }
      left -= 1
    }
    return place
  }

  /// Luhn's checksum over the digits; false when there are none.
  fileprivate var passesLuhn: Bool {
    var sum = 0
    var digits = 0
    for index in (0..<count).reversed() where Lexer.isDigit(self[index]) {
      let digit = Int(self[index] - 0x30)
      let doubled = digit * 2
      sum += digits % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled
      digits += 1
    }
    return digits > 0 && sum % 10 == 0
  }
}

extension Arena {
  /// ASCII letters of `range` get the other case; text with other letters is Unicode's business.
  fileprivate func recased(
    _ text: Bytes, from range: ClosedRange<UInt8>, _ unicode: (String) -> String
  ) -> Bytes {
    var changes = false
    for index in 0..<text.count {
      if text[index] >= 0x80 { return store(unicode(text.string)) }
      if range.contains(text[index]) { changes = true }
    }
    guard changes else { return text }
    return write(capacity: text.count) { room in
      for index in 0..<text.count {
        room[index] = range.contains(text[index]) ? text[index] ^ 0x20 : text[index]
      }
      return text.count
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func negativeOffset(_ offset: String) -> Self {
    Self("arguments", "'substring' can't begin or end at \(offset)")
  }
  fileprivate static func crossedOffsets(_ start: String, _ end: String) -> Self {
    Self("arguments", "'substring' can't end at \(end) when it begins at \(start)")
  }
  fileprivate static let loneAffix = Self(
    "arguments", "'tourl' takes a prefix and a suffix together")
}
