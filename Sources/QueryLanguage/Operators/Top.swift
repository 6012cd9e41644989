import Records

/// `top N f[, g] [by ...]`: on raw rows the N commonest values; on results the N largest rows.
package struct Top: Operator {
  package var count: Int
  package var names: [FieldName]
  package var call: AggregateStage.Call?
  package var keys: [Sort.Key]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let count = try parser.wholeNumber(after: "top")
    let names = try parser.fieldList("to rank")
    var call: AggregateStage.Call?
    var keys: [Sort.Key] = []
    if try parser.take("by") {
      let before = parser
      if case .word(let word) = parser.token.kind, AggregateTable.entry(for: word) != nil {
        call = try AggregateStage.call(&parser)
      }
      if call != nil, parser.token.isWord("asc") || parser.token.isWord("desc") {
        // `by count desc`: a column of that name.
        parser = before
        call = nil
      }
      if call != nil {
        while try parser.takeSymbol(",") { keys.append(try Sort.key(&parser)) }
      } else {
        repeat { keys.append(try Sort.key(&parser)) } while try parser.takeSymbol(",")
      }
    }
    return Top(
      count: count, names: names, call: call, keys: keys,
      span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    var by: [String] = []
    if let call {
      by.append(AggregateStage(calls: [call], keys: [], span: span).printed)
    }
    by += keys.map { "\($0.name.printed) \($0.ascending ? "asc" : "desc")" }
    let list = names.map(\.printed).joined(separator: ", ")
    return "top \(count) \(list)" + (by.isEmpty ? "" : " by \(by.joined(separator: ", "))")
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    var order = keys
    if binder.isAggregate {
      for name in names { _ = try binder.read(name) }
      if order.isEmpty, call == nil {
        order = [Sort.Key(name: FieldName(text: "_count", span: span), ascending: false)]
      }
      if let call {
        // `by count` may mean a column called so.
        let isColumn = call.field == nil && binder.fields.slot(named: call.keyword) != nil
        let column = isColumn ? call.keyword : "_\(call.keyword)"
        let name = call.alias ?? FieldName(text: column, span: call.span)
        order.insert(Sort.Key(name: name, ascending: false), at: 0)
      }
    } else {
      var counted =
        call
        ?? AggregateStage.Call(keyword: "count", field: nil, numbers: [], alias: nil, span: span)
      let column = counted.alias ?? FieldName(text: "_\(counted.keyword)", span: counted.span)
      counted.alias = column
      try AggregateStage(calls: [counted], keys: names, span: span).bind(&binder)
      order.insert(Sort.Key(name: column, ascending: false), at: 0)
    }
    binder.append(try SortStage(order, &binder))
    binder.append(LimitStage(remaining: count))
  }
}
