import Records

/// `count_frequent f, g`: how often each combination of values occurs, most often first, as
/// `_approxcount`. The count is exact, where the original estimates.
package struct CountFrequent: Operator {
  package var names: [FieldName]
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let isOpen = try parser.takeSymbol("(")
    let names = try parser.fieldList("to count")
    if isOpen { try parser.expect(")", "after the fields") }
    return CountFrequent(names: names, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String {
    "count_frequent \(names.map(\.printed).joined(separator: ", "))"
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let column = FieldName(text: "_approxcount", span: span)
    let count = AggregateStage.Call(
      keyword: "count", field: nil, numbers: [], alias: column, span: span)
    try AggregateStage(calls: [count], keys: names, span: span).bind(&binder)
    binder.append(try SortStage([Sort.Key(name: column, ascending: false)], &binder))
  }
}
