import Records

/// `<expression> as name`: sets a field on every row. Without an alias, conversions such as
/// `num(x)` overwrite their argument and other functions set `_` and their own name.
package struct ExpressionStage: Operator {
  package var expression: ExpressionSyntax
  package var alias: FieldName?
  package var span: Span

  package static func parse(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> any Operator {
    try read(&parser, keyword)
  }

  package static func read(
    _ parser: inout Parser, _ keyword: Span
  ) throws(Diagnostic) -> ExpressionStage {
    let expression = try parser.expression()
    let alias = try parser.take("as") ? try parser.field("as a name") : nil
    let stage = ExpressionStage(
      expression: expression, alias: alias, span: Span(keyword.lower, parser.previousEnd))
    if alias == nil, stage.impliedName == nil {
      throw Diagnostic(
        .needsName, at: expression.span, in: parser.source,
        help: "give the value a name with 'as', or filter with 'where'")
    }
    return stage
  }

  /// Whether the value is not just a call that no function answers.
  package var callsWell: Bool {
    guard case .call(let name, let arguments) = expression.node else { return true }
    return FunctionTable.function(named: name)?.arity.contains(arguments.count) == true
  }

  package var printed: String {
    expression.printed + (alias.map { " as \($0.printed)" } ?? "")
  }

  private var impliedName: FieldName? {
    guard case .call(let name, let arguments) = expression.node else { return nil }
    if let definition = FunctionTable.function(named: name), definition.overwritesArgument,
      case .field(let field)? = arguments.first?.node
    {
      return field
    }
    return FieldName(text: "_" + name.lowercased(), span: expression.span)
  }

  package func bind(_ binder: inout Binder) throws(Diagnostic) {
    guard let name = alias ?? impliedName else { return }
    let bound: Bound
    do throws(Diagnostic) { bound = try binder.bind(expression) } catch {
      // The name is known all the same, so that later stages are not blamed.
      _ = try binder.write(name)
      throw error
    }
    let isNeverNegative = bound.expression.isNeverNegative(binder.fields)
    let slot = try binder.write(name, unit: bound.unit)
    binder.fields[slot].isNeverNegative = isNeverNegative
    binder.append(AssignStage(expression: bound.expression, target: slot))
    binder.show(name)
  }
}

struct AssignStage: Stage {
  static var reach: StageReach { .row }
  let expression: Expression
  let target: Slot

  func apply(to frame: inout Frame) {
    let rows = frame.live
    frame.set(target, to: expression.evaluate(&frame, rows))
  }
}

extension Diagnostic.Message {
  fileprivate static let needsName = Self("needs-name", "this value goes nowhere")
}
