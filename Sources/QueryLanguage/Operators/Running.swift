import Records

/// What a row says beside those before it: `accum`, `diff`, `backshift`, `smooth`, `rollingstd`, all in
/// the present order of the rows, for each combination of the fields behind `by`. Rows without a number
/// get nothing and count for nothing; only `backshift` takes any value.
package struct Running: Operator {
  /// How a value comes about.
  package enum Kind: String, Sendable {
    case accum, diff, backshift, smooth, rollingstd

    /// How many rows it looks at unless that is written; nil where nothing is to be written.
    var usualCount: Int? {
      switch self {
      case .accum, .diff: nil
      case .backshift: 1
      case .smooth, .rollingstd: 10
      }
    }
  }

  package var kind: Kind
  package var field: FieldName
  package var count: Int?
  package var alias: FieldName?
  package var keys: [FieldName]
  package var span: Span

  private static let mostRows = 1_000

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let word = parser.source.text(of: keyword).lowercased()
    guard let kind = Kind(rawValue: word) else {
      preconditionFailure("the table knows no '\(word)' of this kind")
    }
    let field = try parser.argumentField(of: word)
    var count: Int?
    if kind.usualCount != nil, try parser.takeSymbol(",") {
      let place = parser.place
      let number = try parser.wholeNumber(after: word)
      guard (1...mostRows).contains(number) else {
        throw Diagnostic(
          .badCount(word, mostRows), at: place, in: parser.source,
          help: "write for example '\(word) \(field.printed), 10'")
      }
      count = number
    }
    let alias = try parser.take("as") ? try parser.field("as a name") : nil
    let keys = try parser.take("by") ? try parser.fieldList("to group by") : []
    return Running(
      kind: kind, field: field, count: count, alias: alias, keys: keys,
      span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    "\(kind.rawValue) \(field.printed)" + (count.map { ", \($0)" } ?? "")
      + (alias.map { " as \($0.printed)" } ?? "")
      + (keys.isEmpty ? "" : " by \(keys.map(\.printed).joined(separator: ", "))")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let input = try binder.read(field)
    var slots: [Slot] = []
    for key in keys { slots.append(try binder.read(key)) }
    let name = alias ?? FieldName(text: "_\(kind.rawValue)", span: span)
    let target = try binder.write(name, unit: binder.fields[input].unit)
    binder.append(
      RunningStage(
        kind: kind, input: input, target: target, keys: slots,
        count: count ?? kind.usualCount ?? 1))
    binder.show(name)
  }
}

extension Parser {
  /// `f` or `(f)`, behind an operator of rows.
  mutating func argumentField(of keyword: String) throws(Diagnostic) -> FieldName {
    guard try takeSymbol("(") else { return try field("for '\(keyword)'") }
    let name = try field("for '\(keyword)'")
    try expect(")", "after the field")
    return name
  }
}

struct RunningStage: Stage {
  static var reach: StageReach { .order }
  let kind: Running.Kind
  let input: Slot
  let target: Slot
  let keys: [Slot]
  let count: Int
  private var groups = GroupTable()
  private var states: [State] = []

  /// What is known of the rows of one group.
  private struct State: Sendable {
    var sum = ExactSum()
    /// The last numbers, oldest first.
    var recent: [Double] = []
    /// The last values, oldest first.
    var earlier: [Value] = []
  }

  init(kind: Running.Kind, input: Slot, target: Slot, keys: [Slot], count: Int) {
    self.kind = kind
    self.input = input
    self.target = target
    self.keys = keys
    self.count = count
  }

  mutating func apply(to frame: inout Frame) {
    let values = frame.column(input)
    let numbers = groups.groups(of: keys.map { frame.column($0) }, rows: frame.live)
    states += [State](repeating: State(), count: groups.count - states.count)
    var result = [Cell](repeating: .null, count: frame.rowCount)
    let arena = frame.arena
    frame.live.forEach { row in
      let group = Int(numbers[row])
      if kind == .backshift {
        result[row] = Cell(shift(values[row].value, in: &states[group]), arena)
      } else if let number = values[row].number, let value = next(number, in: &states[group]) {
        result[row] = Cell(value)
      }
    }
    frame.set(target, to: .cells(result))
  }

  private func shift(_ value: Value, in state: inout State) -> Value {
    state.earlier.append(value)
    return state.earlier.count > count ? state.earlier.removeFirst() : .null
  }

  private func next(_ number: Double, in state: inout State) -> Double? {
    switch kind {
    case .accum:
      state.sum.add(number)
      return state.sum.value
    case .diff:
      defer { state.recent = [number] }
      return state.recent.first.map { number - $0 }
    case .backshift:
      preconditionFailure("values are shifted, not computed")
    case .smooth, .rollingstd:
      state.recent.append(number)
      if state.recent.count > count { state.recent.removeFirst() }
      if kind == .rollingstd {
        var spread = ExactSpread()
        for number in state.recent { spread.add(number) }
        return spread.populationVariance(count: state.recent.count).squareRoot()
      }
      var sum = ExactSum()
      for number in state.recent { sum.add(number) }
      return sum.mean(count: state.recent.count)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func badCount(_ word: String, _ most: Int) -> Self {
    Self("arguments", "'\(word)' looks at 1 to \(most) rows")
  }
}
