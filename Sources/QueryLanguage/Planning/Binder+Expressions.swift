import Records

/// A bound expression with what is known of its values.
package struct Bound: Sendable {
  package var expression: Expression
  /// Milliseconds in one unit of its plain numbers, when known.
  package var unit: Double?
  /// A duration literal, which takes the unit of what it meets.
  package var isDuration: Bool

  init(_ expression: Expression, unit: Double? = nil, isDuration: Bool = false) {
    self.expression = expression
    self.unit = unit
    self.isDuration = isDuration
  }
}

extension Binder {
  package mutating func bind(_ syntax: ExpressionSyntax) throws(Diagnostic) -> Bound {
    switch syntax.node {
    case .text(let raw):
      return Bound(.constant(.init(text: Literal.text(raw))))
    case .number(let value, let duration, _):
      return Bound(.constant(.init(Cell(value))), unit: duration ? 1 : nil, isDuration: duration)
    case .bool(let value):
      return Bound(.constant(.init(Cell(value))))
    case .null:
      return Bound(.constant(.init(.null)))
    case .field(let name):
      let slot = try read(name)
      return Bound(.field(slot), unit: fields[slot].unit)
    case .call(let name, let arguments):
      return try bindCall(name, arguments, syntax.span)
    case .unary("-", let operand):
      let bound = try bind(operand)
      if case .constant(let constant) = bound.expression, let number = constant.cell.number {
        return Bound(
          .constant(.init(Cell(-number))), unit: bound.unit, isDuration: bound.isDuration)
      }
      return Bound(.negative(bound.expression), unit: bound.unit)
    case .unary(_, let operand):
      return Bound(.not(try bind(operand).expression))
    case .binary(let symbol, let left, let right):
      return try bindBinary(symbol, left, right)
    case .conditional(let condition, let yes, let no):
      let (test, a, b) = (try bind(condition), try bind(yes), try bind(no))
      return Bound(
        .conditional(test.expression, a.expression, b.expression),
        unit: a.unit == b.unit || b.unit == nil ? a.unit : a.unit == nil ? b.unit : nil)
    case .membership(let operand, let list):
      return try bindMembership(operand, list)
    case .matchesRegex(let operand, let pattern):
      let regex = try regex(pattern, at: literalSpan(pattern, behind: operand, in: syntax.span))
      return Bound(.regex(try bind(operand).expression, regex))
    }
  }

  /// Where the pattern of `operand matches /pattern/` stands.
  private func literalSpan(
    _ pattern: String, behind operand: ExpressionSyntax, in whole: Span
  ) -> Span {
    let slash = UInt8(ascii: "/")
    guard let start = source.bytes[operand.span.upper..<whole.upper].firstIndex(of: slash) else {
      return whole
    }
    let escaped = pattern.utf8.count { $0 == slash }
    return Span(start, min(whole.upper, start + pattern.utf8.count + escaped + 2))
  }

  package func regex(_ pattern: String, at span: Span) throws(Diagnostic) -> Regex {
    try Regex.compiled(pattern, at: span, in: source)
  }

  private mutating func bindBinary(
    _ symbol: String, _ left: ExpressionSyntax, _ right: ExpressionSyntax
  ) throws(Diagnostic) -> Bound {
    if symbol == "matches" { return try bindGlob(left, right) }
    let a = try bind(left)
    let b = try bind(right)
    switch symbol {
    case "and": return Bound(.and(a.expression, b.expression))
    case "or": return Bound(.or(a.expression, b.expression))
    case "contains": return Bound(.contains(a.expression, b.expression))
    default: break
    }
    if let comparator = CellComparator(rawValue: symbol) {
      return try bindComparison(comparator, a, left, b, right)
    }
    guard let arithmetic = Expression.Arithmetic(rawValue: symbol) else {
      preconditionFailure("no binary operator '\(symbol)'")
    }
    return bindArithmetic(arithmetic, a, b)
  }

  /// `response_time > 3s`: the duration takes the unit of the other side.
  private mutating func bindComparison(
    _ comparator: CellComparator, _ a: Bound, _ left: ExpressionSyntax, _ b: Bound,
    _ right: ExpressionSyntax
  ) throws(Diagnostic) -> Bound {
    judgeNull(comparator, left, right)
    if b.isDuration, !a.isDuration {
      return Bound(try comparing(a, left, with: b, right, comparator))
    }
    if a.isDuration, !b.isDuration {
      return Bound(try comparing(b, right, with: a, left, comparator.mirrored))
    }
    return Bound(.compare(comparator, a.expression, b.expression))
  }

  private mutating func comparing(
    _ value: Bound, _ syntax: ExpressionSyntax, with duration: Bound, _ literal: ExpressionSyntax,
    _ comparator: CellComparator
  ) throws(Diagnostic) -> Expression {
    guard case .constant(let constant) = duration.expression,
      let milliseconds = constant.cell.number
    else { return .compare(comparator, value.expression, duration.expression) }
    if value.unit == nil { reportUnknownUnit(syntax, literal) }
    return .compareDuration(
      comparator, value.expression,
      Expression.DurationBound(
        milliseconds: milliseconds, inUnit: milliseconds / (value.unit ?? 1)))
  }

  /// A rule that compares seconds with milliseconds never trips, so it does not load; a person at a
  /// terminal is told.
  private mutating func reportUnknownUnit(_ syntax: ExpressionSyntax, _ literal: ExpressionSyntax) {
    let written = source.text(of: syntax.span)
    let number = source.text(of: literal.span)
    let isRule = settings.purpose == .monitor
    diagnostics.append(
      Diagnostic(
        .unknownUnit(written, number), at: literal.span, in: source,
        help: isRule
          ? "declare it with 'units: { \(written): s }', or compare with a plain number"
          : "plain numbers are taken as milliseconds; say '--unit \(written)=s' if they are seconds",
        severity: isRule ? .error : .warning))
  }

  /// `start + 5s`: the duration is brought into the other side's unit.
  private func scaled(_ duration: Bound, to other: Bound) -> Expression {
    guard case .constant(let constant) = duration.expression, let unit = other.unit,
      let milliseconds = constant.cell.number
    else { return duration.expression }
    return .constant(.init(Cell(milliseconds / unit)))
  }

  private func bindArithmetic(
    _ arithmetic: Expression.Arithmetic, _ a: Bound, _ b: Bound
  ) -> Bound {
    let isSum = arithmetic == .add || arithmetic == .subtract
    let left = isSum && a.isDuration && !b.isDuration ? scaled(a, to: b) : a.expression
    let right = isSum && b.isDuration && !a.isDuration ? scaled(b, to: a) : b.expression
    let unit: Double?
    switch arithmetic {
    case .add, .subtract: unit = a.isDuration ? b.unit ?? a.unit : a.unit
    case .multiply: unit = a.unit ?? b.unit
    case .divide: unit = b.unit == nil ? a.unit : nil
    case .remainder: unit = a.unit
    }
    return Bound(.arithmetic(arithmetic, left, right), unit: unit)
  }

  private mutating func bindGlob(
    _ left: ExpressionSyntax, _ right: ExpressionSyntax
  ) throws(Diagnostic) -> Bound {
    let value = try bind(left).expression
    if case .text(let raw) = right.node {
      let glob = Glob(Literal.text(raw), ignoringCase: false, questionMark: false)
      return Bound(.glob(value, glob))
    }
    return Bound(.globOf(value, try bind(right).expression))
  }

  private mutating func bindMembership(
    _ operand: ExpressionSyntax, _ list: [ExpressionSyntax]
  ) throws(Diagnostic) -> Bound {
    let value = try bind(operand)
    var test: Expression?
    var constants: [Expression.Constant] = []
    for item in list {
      let bound = try bind(item)
      if case .constant(let constant) = bound.expression, !bound.isDuration {
        constants.append(constant)
      } else {
        let equal = try bindComparison(.equal, value, operand, bound, item).expression
        test = test.map { .or($0, equal) } ?? equal
      }
    }
    let plain: Expression? = constants.isEmpty ? nil : .membership(value.expression, constants)
    switch (plain, test) {
    case (let plain?, let test?): return Bound(.or(plain, test))
    case (let plain?, nil): return Bound(plain)
    case (nil, let test?): return Bound(test)
    case (nil, nil): preconditionFailure("the parser lets no empty list through")
    }
  }

  private mutating func bindCall(
    _ name: String, _ arguments: [ExpressionSyntax], _ span: Span
  ) throws(Diagnostic) -> Bound {
    guard let definition = FunctionTable.function(named: name) else {
      throw Diagnostic(
        .unknownFunction(name), at: Span(span.lower, span.lower + name.utf8.count), in: source,
        help: Suggestion.didYouMean(name, among: FunctionTable.names)
          ?? "'tripline help query' lists the functions")
    }
    guard definition.arity.contains(arguments.count) else {
      let wanted =
        definition.arity.lowerBound == definition.arity.upperBound
        ? "\(definition.arity.lowerBound)"
        : definition.arity.upperBound == .max
          ? "at least \(definition.arity.lowerBound)"
          : "\(definition.arity.lowerBound) to \(definition.arity.upperBound)"
      throw Diagnostic(
        .wrongArguments(name, wanted, arguments.count), at: span, in: source,
        help: "\(definition.names[0])(\(definition.parameters)): \(definition.summary)")
    }
    let call = FunctionCall(
      name: name, arguments: arguments, span: span, source: source, settings: settings)
    let body = try definition.make(call)
    var bound: [Bound] = []
    for (index, argument) in arguments.enumerated() {
      // A regex literal is the function's own business; it got the pattern when it was made.
      if case .matchesRegex(let operand, _) = argument.node, case .null = operand.node {
        guard index == definition.regexArgument else {
          throw Diagnostic(
            .regexArgument(name), at: argument.span, in: source,
            help: "\(definition.names[0])(\(definition.parameters)): \(definition.summary)")
        }
        bound.append(Bound(.constant(.init(.null))))
      } else {
        bound.append(try bind(argument))
      }
    }
    if definition.names[0] == "now" { dependOnEvaluationTime() }
    let unit: Double?
    switch definition.unit {
    case .none: unit = nil
    case .ofFirstArgument:
      // `max(response_time, 3s)`: the duration is brought into the unit of the other.
      let measure = bound.first { !$0.isDuration && $0.unit != nil } ?? bound[0]
      bound = bound.map { $0.isDuration ? Bound(scaled($0, to: measure)) : $0 }
      unit = measure.unit
    case .milliseconds: unit = 1
    }
    return Bound(
      .call(Function(name: definition.names[0], body: body), bound.map(\.expression)), unit: unit)
  }
}

extension Regex {
  /// The compiled pattern, or a finding at the place where it is written.
  package static func compiled(
    _ pattern: String, at span: Span, in source: SourceText
  ) throws(Diagnostic) -> Regex {
    do throws(Failure) { return try Regex(pattern) } catch {
      throw Diagnostic(
        .badRegex(error.reason), at: span, in: source,
        help: "the pattern is '\(pattern)'; the mistake is near its character \(error.offset)")
    }
  }
}

extension CellComparator {
  /// The same question with its sides exchanged.
  var mirrored: CellComparator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .notEqual: self
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownFunction(_ name: String) -> Self {
    Self("unknown-function", "there is no function '\(name)'")
  }
  fileprivate static func wrongArguments(_ name: String, _ wanted: String, _ found: Int) -> Self {
    Self(
      "arguments", "'\(name)' takes \(wanted) argument\(wanted == "1" ? "" : "s"), found \(found)")
  }
  fileprivate static func regexArgument(_ name: String) -> Self {
    Self("arguments", "'\(name)' takes no regular expression here")
  }
  fileprivate static func badRegex(_ reason: String) -> Self {
    Self("bad-regex", "this is no regular expression: \(reason)")
  }
  fileprivate static func unknownUnit(_ field: String, _ literal: String) -> Self {
    Self("unknown-unit", "'\(literal)' meets '\(field)', whose unit is not known")
  }
}
