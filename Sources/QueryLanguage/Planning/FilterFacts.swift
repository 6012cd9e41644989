import Records

/// What the conditions of a query, taken together, leave of the values of its fields: enough to see
/// that one of them contradicts those before it.
///
/// Only what is certain is kept. Whoever changes a field makes what was known of it void.
struct FilterFacts: Sendable {
  /// What is known of one field.
  struct Values: Sendable {
    var numbers = NumberRange.all
    /// Texts that are no numbers, in lower case, because the scope ignores it; nil when any may be.
    var texts: Set<String>?
    var mayBeMissing = true

    var isEmpty: Bool { numbers.isEmpty && texts?.isEmpty != false }

    /// The values in words, for messages; nil when they could be nearly anything.
    var words: String? {
      if let texts, !texts.isEmpty {
        return texts.sorted().prefix(3).map { "'\($0)'" }.joined(separator: " or ")
      }
      return numbers.words
    }
  }

  private var fields: [Slot: Values] = [:]
  private var words: Set<String> = []
  /// The most rows that there are, if a `limit` says so.
  private var mostRows: Int?

  subscript(slot: Slot) -> Values {
    get { fields[slot, default: Values()] }
    set { fields[slot] = newValue }
  }

  /// Makes void what a stage changes that sets a field.
  mutating func forget(_ slot: Slot?) {
    if let slot { fields[slot] = nil }
    // It may make several rows of one.
    mostRows = nil
  }

  mutating func limit(to rows: Int) { mostRows = min(rows, mostRows ?? rows) }

  /// What is certain of the columns of an aggregate over the rows.
  func aggregated(to result: FieldScope) -> FilterFacts {
    var facts = FilterFacts()
    for (index, field) in result.fields.enumerated() {
      var numbers: NumberRange
      switch field.aggregate {
      case .count, .countDistinct:
        numbers = .fromZero(whole: true)
        if let mostRows { numbers.narrow(to: .lessOrEqual, Double(mostRows)) }
      case .growingSum: numbers = .fromZero(whole: false)
      case .sum, .maximum, .minimum, .other, nil: continue
      }
      facts[Slot(index)] = Values(numbers: numbers, texts: [])
    }
    return facts
  }
}

// The scope.

extension FilterFacts {
  /// Takes a search expression as true; false when it can't be.
  mutating func admit(_ scope: Scope, _ slot: (FieldName) -> Slot?) -> Bool {
    switch scope {
    case .everything: return true
    case .all(let terms):
      // What is excluded is held against all that is asked for, wherever it stands.
      let wanted = terms.filter { if case .not = $0 { false } else { true } }
      let unwanted = terms.filter { if case .not = $0 { true } else { false } }
      return (wanted + unwanted).allSatisfy { admit($0, slot) }
    case .any(let terms):
      return terms.contains { term in
        var branch = self
        return branch.admit(term, slot)
      }
    case .word(let text), .phrase(let text):
      words.insert(text.lowercased())
      return true
    case .field(let name, let value):
      return slot(name).map { admit($0, value) } ?? true
    case .not(let term): return admit(not: term, slot)
    }
  }

  private mutating func admit(not term: Scope, _ slot: (FieldName) -> Slot?) -> Bool {
    switch term {
    case .everything: return false
    case .not(let inner): return admit(inner, slot)
    case .any(let terms): return terms.allSatisfy { admit(not: $0, slot) }
    case .all: return true
    case .word(let text), .phrase(let text):
      return !words.contains(text.lowercased())
    case .field(let name, let value):
      guard let slot = slot(name) else { return true }
      if value == "*" { return self[slot].mayBeMissing }
      return !self[slot].numbers.isEmpty || self[slot].texts != [value.lowercased()]
    }
  }

  /// `field=value`.
  private mutating func admit(_ slot: Slot, _ value: String) -> Bool {
    self[slot].mayBeMissing = false
    let glob = Glob(value, ignoringCase: true, questionMark: true)
    if glob.hasWildcard {
      if let texts = self[slot].texts {
        self[slot].texts = texts.filter { text in
          let pinned = PinnedText(text)
          return withExtendedLifetime(pinned) { glob.matches(pinned.bytes) }
        }
      }
      // Which numbers look like the pattern is not worth knowing.
      return self[slot].texts?.isEmpty != true || !self[slot].numbers.isEmpty
    }
    let pinned = PinnedText(value)
    return withExtendedLifetime(pinned) { admitEqual(slot, pinned.bytes.number(), value) }
  }

  private mutating func admitEqual(_ slot: Slot, _ number: Double?, _ text: String) -> Bool {
    self[slot].mayBeMissing = false
    if let number {
      self[slot].numbers.narrow(to: .equal, number)
      self[slot].texts = []
    } else {
      self[slot].numbers = .nothing
      self[slot].texts = (self[slot].texts ?? [text.lowercased()]).filter {
        $0 == text.lowercased()
      }
    }
    return !self[slot].isEmpty
  }
}

// Conditions.

extension FilterFacts {
  /// A condition that can't be true, given those before it.
  struct Clash {
    var condition: ExpressionSyntax
    var field: Slot
    /// What the others leave of the field.
    var left: Values
  }

  /// Takes a condition as true; the first part of it that can't be.
  mutating func admit(_ condition: Expression, _ syntax: ExpressionSyntax) -> Clash? {
    switch (condition, syntax.node) {
    case (.and(let a, let b), .binary("and", let left, let right)):
      return admit(a, left) ?? admit(b, right)
    case (.or(let a, let b), .binary("or", let left, let right)):
      var (one, other) = (self, self)
      guard let clash = one.admit(a, left), other.admit(b, right) != nil else { return nil }
      return clash
    case (.compare(let comparator, .field(let slot), .constant(let constant)), _):
      return admit(slot, syntax) { $0.admit(slot, comparator, constant.cell) }
    case (.compare(let comparator, .constant(let constant), .field(let slot)), _):
      return admit(slot, syntax) { $0.admit(slot, comparator.mirrored, constant.cell) }
    case (.compareDuration(let comparator, .field(let slot), let bound), _)
    where comparator != .equal:
      return admit(slot, syntax) { $0.admit(slot, comparator, Cell(bound.inUnit)) }
    case (.membership(.field(let slot), let list), _):
      return admit(slot, syntax) { $0.admit(slot, amongst: list) }
    default: return nil
    }
  }

  private mutating func admit(
    _ slot: Slot, _ syntax: ExpressionSyntax, _ take: (inout FilterFacts) -> Bool
  ) -> Clash? {
    let before = self[slot]
    return take(&self) ? nil : Clash(condition: syntax, field: slot, left: before)
  }

  private mutating func admit(_ slot: Slot, _ comparator: CellComparator, _ cell: Cell) -> Bool {
    if cell.isNull { return true }
    guard comparator == .equal || cell.isNumeric else { return true }
    if comparator == .equal { return admitEqual(slot, cell.number, cell.text(Arena()).string) }
    guard let number = cell.number else { return true }
    self[slot].numbers.narrow(to: comparator, number)
    return !self[slot].isEmpty
  }

  private mutating func admit(_ slot: Slot, amongst list: [Expression.Constant]) -> Bool {
    let numbers = list.compactMap(\.cell.number)
    let texts = list.filter { $0.cell.number == nil && !$0.cell.isNull }
      .map { $0.cell.text(Arena()).string.lowercased() }
    var values = self[slot]
    if let least = numbers.min(), let most = numbers.max() {
      values.numbers.narrow(to: .greaterOrEqual, least)
      values.numbers.narrow(to: .lessOrEqual, most)
    } else {
      values.numbers = .nothing
    }
    values.texts = Set(texts).filter { values.texts?.contains($0) != false }
    values.mayBeMissing = false
    self[slot] = values
    return !values.isEmpty
  }
}
