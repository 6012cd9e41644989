import Records

/// `count, avg(x) as m by a, b`: one row for each value of the group fields.
package struct AggregateStage: Operator {
  package struct Call: Sendable {
    package var keyword: String
    package var field: FieldName?
    package var numbers: [Double]
    package var alias: FieldName?
    package var span: Span
  }

  package var calls: [Call]
  package var keys: [FieldName]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    var calls = [try call(&parser)]
    var keys: [FieldName]?
    while keys == nil, parser.token.isSymbol(",") {
      try parser.advance()
      calls.append(try call(&parser))
    }
    if try parser.take("by") {
      keys = try parser.fieldList("to group by")
    } else if try parser.take("group") {
      _ = try parser.take("by")
      keys = try parser.fieldList("to group by")
    } else {
      switch parser.token.kind {
      case .word, .quotedName: keys = try parser.fieldList("to group by")
      default: break
      }
      if let first = keys?.first, let alias = calls.last?.alias, parser.token.isWord("by") {
        throw Diagnostic(
          .nameInParts(first.text), at: first.span, in: parser.source,
          help: "a name with blanks is written %\"\(alias.text) \(first.text)\"")
      }
    }
    // `count by host as hits` is accepted like `count as hits by host`.
    if calls.count == 1, calls[0].alias == nil, try parser.take("as") {
      calls[0].alias = try parser.field("as a name")
      if let definition = AggregateTable.entry(for: calls[0].keyword) {
        try check(calls[0], definition, parser)
      }
    }
    return AggregateStage(
      calls: calls, keys: keys ?? [], span: Span(keyword.lower, parser.previousEnd))
  }

  static func call(_ parser: inout Parser) throws(Diagnostic) -> Call {
    let start = parser.token.span
    guard case .word(let word) = parser.token.kind,
      let definition = AggregateTable.entry(for: word)
    else {
      var help: String?
      if case .word(let word) = parser.token.kind {
        help = Suggestion.didYouMean(word, among: AggregateTable.keywords)
      }
      throw Diagnostic(
        .expected("an aggregate", parser.found), at: parser.place, in: parser.source,
        help: help ?? "the aggregates are \(AggregateTable.keywords.joined(separator: ", "))")
    }
    try parser.advance()
    var call = Call(keyword: definition.name, field: nil, numbers: [], alias: nil, span: start)
    if try parser.takeSymbol("(") {
      if try !parser.takeSymbol("*"), !parser.token.isSymbol(")") {
        let before = parser
        call.field = try parser.field("for '\(definition.name)'")
        if parser.token.kind != .symbol(")"), !parser.token.isSymbol(",") {
          var whole = before
          let written = (try? whole.expression())?.span ?? before.token.span
          throw Diagnostic(
            .needsField(definition.name), at: written, in: parser.source,
            help: "compute it in a stage before: '<expression> as x | \(definition.name)(x)'")
        }
        while try parser.takeSymbol(",") {
          guard definition.argument == .fieldAndNumbers else {
            throw Diagnostic(
              .extraArguments(definition.name), at: parser.place, in: parser.source,
              help: "write \(definition.name)(\(definition.parameters))")
          }
          guard case .number(let number, duration: false) = parser.token.kind else {
            throw Diagnostic(
              .expected("a number", parser.found), at: parser.place, in: parser.source,
              help: "percentiles go from 0 to 100")
          }
          guard number <= 100 else {
            throw Diagnostic(
              .badPercentile(NumberText.shortest(number)), at: parser.place, in: parser.source,
              help: "percentiles go from 0 to 100")
          }
          call.numbers.append(number)
          try parser.advance()
        }
      }
      try parser.expect(")", "after the argument of '\(definition.name)'")
    }
    call.span = Span(start.lower, parser.previousEnd)
    if try parser.take("as") {
      guard !parser.token.isWord("by") else {
        throw Diagnostic(
          .expected("a name after 'as'", parser.found), at: parser.place, in: parser.source,
          help: "write the name of the column, or remove 'as'")
      }
      call.alias = try parser.field("as a name")
    }
    try check(call, definition, parser)
    return call
  }

  private static func check(
    _ call: Call, _ definition: AggregateDefinition, _ parser: Parser
  ) throws(Diagnostic) {
    let needsField = definition.argument == .field || definition.argument == .fieldAndNumbers
    if needsField, call.field == nil {
      throw Diagnostic(
        .noArgument(definition.name), at: call.span, in: parser.source,
        help: "write \(definition.name)(\(definition.parameters))")
    }
    if !call.numbers.isEmpty, definition.argument != .fieldAndNumbers {
      throw Diagnostic(
        .extraArguments(definition.name), at: call.span, in: parser.source,
        help: "write \(definition.name)(\(definition.parameters))")
    }
    if call.numbers.count > 1, let alias = call.alias {
      throw Diagnostic(
        .oneAlias(alias.text), at: alias.span, in: parser.source,
        help: "write one aggregate for each name, or leave the name out")
    }
  }

  package var printed: String {
    let list = calls.map { call in
      let arguments =
        ([call.field?.printed].compactMap { $0 } + call.numbers.map(NumberText.shortest))
        .joined(separator: ", ")
      return call.keyword + (arguments.isEmpty ? "" : "(\(arguments))")
        + (call.alias.map { " as \($0.printed)" } ?? "")
    }
    let group = keys.isEmpty ? "" : " by \(keys.map(\.printed).joined(separator: ", "))"
    return list.joined(separator: ", ") + group
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    var slots: [Slot] = []
    var outputs: [(name: FieldName, unit: Double?)] = []
    for key in keys {
      let slot = try binder.read(key)
      slots.append(slot)
      outputs.append((key, binder.fields[slot].unit))
    }
    var columns: [FoldPlan.Column] = []
    for call in calls {
      guard let definition = AggregateTable.entry(for: call.keyword) else { continue }
      var argument = try call.field.map { field throws(Diagnostic) in try binder.read(field) }
      let unit = definition.keepsUnit ? argument.flatMap { binder.fields[$0].unit } : nil
      if definition.isNumeric, let field = argument, let unit, !binder.fields[field].isKey {
        argument = binder.measured(field, unit: unit)
      }
      for made in definition.make(call.field?.text, call.numbers) {
        let name = call.alias ?? FieldName(text: made.name, span: call.span)
        if outputs.contains(where: { $0.name == name }) {
          throw Diagnostic(
            .sameName(name.text), at: call.span, in: binder.source,
            help: "give one of them another name with 'as'")
        }
        var aggregate = made.aggregate
        if aggregate is Sum, let argument, binder.fields[argument].isNeverNegative {
          aggregate = Sum(isGrowing: true)
        }
        columns.append(FoldPlan.Column(aggregate: aggregate, argument: argument))
        outputs.append((name, binder.settings.units[name.key] ?? unit ?? Units.byName(name.text)))
      }
    }
    binder.aggregate(FoldPlan(keys: slots, columns: columns), outputs)
  }
}

/// An aggregate behind another one: folds the whole frame at once.
struct RefoldStage: Stage {
  static var reach: StageReach { .table }
  let plan: FoldPlan

  func apply(to frame: inout Frame) {
    var table = GroupTable()
    var partial = Partial(plan)
    let keys = plan.keys.map { frame.column($0) }
    let groups = table.groups(of: keys, rows: frame.live)
    partial.absorb(&frame, rows: frame.live, groups: groups)
    let now = frame.now
    frame =
      partial.isEmpty && plan.keys.isEmpty ? partial.emptyRow() : partial.frame(table, frame.arena)
    frame.now = now
  }
}

extension Diagnostic.Message {
  fileprivate static func needsField(_ name: String) -> Self {
    Self("aggregate-argument", "'\(name)' takes a field, not an expression")
  }
  fileprivate static func nameInParts(_ word: String) -> Self {
    Self("syntax", "'\(word)' does not belong here")
  }
  fileprivate static func noArgument(_ name: String) -> Self {
    Self("arguments", "'\(name)' needs a field")
  }
  fileprivate static func extraArguments(_ name: String) -> Self {
    Self("arguments", "'\(name)' takes one field and nothing else")
  }
  fileprivate static func badPercentile(_ rank: String) -> Self {
    Self("arguments", "\(rank) is no percentile")
  }
  fileprivate static func oneAlias(_ name: String) -> Self {
    Self("arguments", "several percentiles can't share the name '\(name)'")
  }
  fileprivate static func sameName(_ name: String) -> Self {
    Self("duplicate-column", "there are two columns '\(name)'")
  }
}
