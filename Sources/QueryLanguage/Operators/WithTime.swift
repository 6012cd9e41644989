import Records

/// `withtime f`: makes `f_withtime` for `most_recent` and `least_recent`. Those go by the time of the
/// row, so that it holds the plain value, where the original holds JSON with value and time.
package struct WithTime: Operator {
  package var field: FieldName
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    let field = try parser.field("for 'withtime'")
    return WithTime(field: field, span: Span(keyword.lower, parser.previousEnd))
  }

  package var printed: String { "withtime \(field.printed)" }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    let input = try binder.read(field)
    let name = FieldName(text: "\(field.text)_withtime", span: field.span)
    let target = try binder.write(name, unit: binder.fields[input].unit)
    binder.append(AssignStage(expression: .field(input), target: target))
    binder.show(name)
  }
}
