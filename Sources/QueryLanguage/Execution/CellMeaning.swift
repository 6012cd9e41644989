package import Records

/// What cells mean to expressions: numbers, texts, truth, comparison (language reference, "Types").
extension Cell {
  package var isNumeric: Bool { kind == .numeral || kind == .number || kind == .whole }

  /// The number, when the cell is one or is text that reads as one.
  package var number: Double? {
    switch kind {
    case .number: numberValue
    case .whole: Double(wholeValue)
    case .numeral, .text: place.number()
    case .null, .escaped, .yes, .no, .json: nil
    }
  }

  /// The exact integer, when the cell is one that fits.
  package var wholeNumber: Int64? {
    switch kind {
    case .whole: wholeValue
    case .number: Int64(exactly: numberValue)
    case .numeral, .text: place.whole() ?? place.number().flatMap { Int64(exactly: $0) }
    case .null, .escaped, .yes, .no, .json: nil
    }
  }

  /// Whether the cell counts as true in a condition.
  package var isTrue: Bool {
    switch kind {
    case .yes: true
    case .text: place.count == 4 && place.string.lowercased() == "true"
    case .null, .escaped, .numeral, .no, .json, .number, .whole: false
    }
  }

  /// The value as text; null is empty.
  package func text(_ arena: Arena) -> Bytes {
    switch kind {
    case .null: return .empty
    case .text, .numeral, .json: return place
    case .escaped: return JSONScanner.normalised(self, arena: arena).place
    case .yes: return CellText.yes.bytes
    case .no: return CellText.no.bytes
    case .number, .whole:
      return arena.store(kind == .whole ? String(wholeValue) : NumberText.shortest(numberValue))
    }
  }

  /// The value with text of its own.
  package var value: Value {
    switch kind {
    case .null: return .null
    case .text, .json: return .text(place.string)
    case .escaped:
      let arena = Arena()
      // The text is the arena's, which nothing else holds.
      return withExtendedLifetime(arena) {
        .text(JSONScanner.normalised(self, arena: arena).place.string)
      }
    case .yes: return .bool(true)
    case .no: return .bool(false)
    case .whole: return .whole(wholeValue)
    case .number: return Value(numberValue)
    case .numeral:
      if let whole = place.whole() { return .whole(whole) }
      return Value(place.number() ?? .nan)
    }
  }
}

extension Value {
  /// A number in its plainest form: whole when it is one.
  package init(_ number: Double) {
    if let whole = Int64(exactly: number), number.magnitude < 9_007_199_254_740_992 {
      self = .whole(whole)
    } else {
      self = .number(number)
    }
  }
}

extension Cell {
  /// A value back in a frame; its text is copied into `arena`.
  package init(_ value: Value, _ arena: Arena) {
    switch value {
    case .null: self = .null
    case .bool(let value): self.init(value)
    case .whole(let value): self.init(value)
    case .number(let value): self.init(value)
    case .text(let value): self.init(text: arena.store(value))
    }
  }
}

enum CellText {
  static let yes = PinnedText("true")
  static let no = PinnedText("false")
}

/// `=`, `<` and their kin between two cells.
@usableFromInline
package enum CellComparator: String, Sendable, CaseIterable {
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="

  @inlinable
  package func holds(_ left: Double, _ right: Double) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }

  /// Nothing is equal to null, or before or after it; everything differs from it.
  package func holds(_ left: Cell, _ right: Cell, _ arena: Arena) -> Bool {
    if left.isNull || right.isNull { return self == .notEqual }
    if left.isNumeric || right.isNumeric, let a = left.number, let b = right.number {
      // Beyond 2^53 a double can't tell neighbours apart; whole numbers still can.
      if a == b, a.magnitude >= 9_007_199_254_740_992, let x = left.wholeNumber,
        let y = right.wholeNumber
      {
        return ordered(x == y, x < y)
      }
      return holds(a, b)
    }
    let a = left.text(arena)
    let b = right.text(arena)
    return ordered(a == b, self == .equal || self == .notEqual ? false : Bytes.precedes(a, b))
  }

  private func ordered(_ same: Bool, _ before: Bool) -> Bool {
    switch self {
    case .equal: same
    case .notEqual: !same
    case .less: before
    case .lessOrEqual: before || same
    case .greater: !before && !same
    case .greaterOrEqual: !before
    }
  }
}
