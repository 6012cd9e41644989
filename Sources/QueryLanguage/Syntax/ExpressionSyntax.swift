/// An expression as written.
package struct ExpressionSyntax: Sendable {
  package indirect enum Node: Sendable {
    case text(String)
    case number(Double, duration: Bool, written: String)
    case bool(Bool)
    case null
    case field(FieldName)
    case call(String, [ExpressionSyntax])
    case unary(String, ExpressionSyntax)
    case binary(String, ExpressionSyntax, ExpressionSyntax)
    case conditional(ExpressionSyntax, ExpressionSyntax, ExpressionSyntax)
    case membership(ExpressionSyntax, [ExpressionSyntax])
    case matchesRegex(ExpressionSyntax, String)
  }

  package let node: Node
  package var span: Span
  /// How many expressions stand within one another here.
  fileprivate let depth: Int

  package init(_ node: Node, _ span: Span) {
    self.node = node
    self.span = span
    depth =
      switch node {
      case .text, .number, .bool, .null, .field: 1
      case .call(_, let parts): 1 + (parts.map(\.depth).max() ?? 0)
      case .unary(_, let part), .matchesRegex(let part, _): 1 + part.depth
      case .binary(_, let left, let right): 1 + max(left.depth, right.depth)
      case .conditional(let condition, let yes, let no):
        1 + max(condition.depth, yes.depth, no.depth)
      case .membership(let part, let list): 1 + max(part.depth, list.map(\.depth).max() ?? 0)
      }
  }

  /// The expression as text that parses to the same tree, with the parentheses it needs.
  package var printed: String {
    switch node {
    case .text(let raw): return "\"\(raw)\""
    case .number(_, _, let written): return written
    case .bool(let value): return value ? "true" : "false"
    case .null: return "null"
    case .field(let name): return name.printed
    case .call(let name, let arguments):
      return "\(name)(\(arguments.map(\.printedAsArgument).joined(separator: ", ")))"
    case .unary(let symbol, let operand):
      return symbol + operand.printed(from: symbol == "-" ? .sign : .value)
    case .binary(let symbol, let left, let right):
      return "\(left.printed(from: tightness)) \(symbol) \(right.printed(from: tightness.next))"
    case .conditional(let condition, let yes, let no):
      return "if(\(condition.printed), \(yes.printed), \(no.printed))"
    case .membership(let value, let list):
      let items = list.map { $0.printed(from: .sum) }
      return "\(value.printed(from: .comparison)) in (\(items.joined(separator: ", ")))"
    case .matchesRegex(let value, let pattern):
      return "\(value.printed(from: .comparison)) matches \(ExpressionSyntax.literal(pattern))"
    }
  }

  /// How tightly the parts of an expression hold together, loosest first.
  private enum Tightness: Int {
    case or, and, negation, comparison, sum, product, sign, value

    var next: Tightness { Tightness(rawValue: rawValue + 1) ?? .value }
  }

  private var tightness: Tightness {
    switch node {
    case .binary("or", _, _): .or
    case .binary("and", _, _): .and
    case .unary("!", _): .negation
    case .binary("+", _, _), .binary("-", _, _): .sum
    case .binary("*", _, _), .binary("/", _, _), .binary("%", _, _): .product
    case .binary, .membership, .matchesRegex: .comparison
    case .unary: .sign
    case .text, .number, .bool, .null, .field, .call, .conditional: .value
    }
  }

  /// In parentheses when it holds together less tightly than `wanted`.
  private func printed(from wanted: Tightness) -> String {
    tightness.rawValue < wanted.rawValue ? "(\(printed))" : printed
  }

  /// A regex stands for itself among the arguments of a function.
  private var printedAsArgument: String {
    if case .matchesRegex(let operand, let pattern) = node, case .null = operand.node {
      return ExpressionSyntax.literal(pattern)
    }
    return printed
  }

  private static func literal(_ pattern: String) -> String {
    "/\(pattern.replacing("/", with: "\\/"))/"
  }
}

extension Parser {
  /// Reads an expression; see the precedence table in docs/query-language.md.
  package mutating func expression() throws(Diagnostic) -> ExpressionSyntax {
    try enter()
    defer { nesting -= 1 }
    let condition = try disjunction()
    guard try takeSymbol("?") else { return condition }
    let yes = try expression()
    try expect(":", "and the other value of '?'", help: "write condition ? value : other")
    let no = try expression()
    return ExpressionSyntax(.conditional(condition, yes, no), condition.span.union(no.span))
  }

  private mutating func disjunction() throws(Diagnostic) -> ExpressionSyntax {
    var left = try conjunction()
    while try take("or") { left = try binary("or", left, try conjunction()) }
    return left
  }

  private mutating func conjunction() throws(Diagnostic) -> ExpressionSyntax {
    var left = try comparison()
    while true {
      if try take("and") {
        left = try binary("and", left, try comparison())
      } else if try takeSymbol("&&") {
        left = try binary("and", left, try comparison())
      } else {
        return left
      }
    }
  }

  /// An expression is bound and evaluated by recursion, so its depth is bounded here: a long chain is
  /// as deep as it is long.
  private func binary(
    _ symbol: String, _ left: ExpressionSyntax, _ right: ExpressionSyntax
  ) throws(Diagnostic) -> ExpressionSyntax {
    let whole = ExpressionSyntax(.binary(symbol, left, right), left.span.union(right.span))
    guard whole.depth <= Parser.longestChain else {
      throw Diagnostic(
        .longChain, at: right.span, in: source,
        help: #"look for many values with in ("a", "b"), or compute in several stages"#)
    }
    return whole
  }

  private static let longestChain = 400

  private mutating func comparison() throws(Diagnostic) -> ExpressionSyntax {
    if let negation = try negatedComparison() { return negation }
    var left = try sum()
    while true {
      if let test = try wordTest(left) {
        left = test
        continue
      }
      guard case .symbol(let symbol) = token.kind,
        let name = [
          "=": "=", "==": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
        ][
          symbol]
      else { return left }
      try advance()
      left = try binary(name, left, try sum())
    }
  }

  /// `not x = y` means `not (x = y)`, unlike `!`, which takes just the next value.
  private mutating func negatedComparison() throws(Diagnostic) -> ExpressionSyntax? {
    let before = self
    let start = token.span
    guard try take("not") else { return nil }
    guard startsOperand else {
      self = before
      return nil
    }
    try enter()
    defer { nesting -= 1 }
    let operand = try comparison()
    return ExpressionSyntax(.unary("!", operand), start.union(operand.span))
  }

  /// Whether a value begins here; behind a field that is called `not` something else does.
  private var startsOperand: Bool {
    switch token.kind {
    case .symbol(let symbol): ["(", "!", "-", "["].contains(symbol)
    case .word(let word):
      !["as", "and", "or", "in", "matches", "contains"].contains(word.lowercased())
    case .string, .number, .quotedName: true
    case .character, .pipe, .end: false
    }
  }

  /// `[not] in (...)`, `[not] matches p`, `contains x` after `left`; nil when none follows.
  private mutating func wordTest(_ left: ExpressionSyntax) throws(Diagnostic) -> ExpressionSyntax? {
    let before = self
    let negated = try take("not")
    let test: ExpressionSyntax
    if try take("in") {
      test = try membership(left)
    } else if try take("matches") {
      if let literal = try takeRegex() {
        test = ExpressionSyntax(
          .matchesRegex(left, literal.pattern), left.span.union(literal.span))
      } else {
        test = try binary("matches", left, try sum())
      }
    } else if try take("contains") {
      test = try binary("contains", left, try sum())
    } else {
      if negated { self = before }
      return nil
    }
    return negated ? ExpressionSyntax(.unary("!", test), test.span) : test
  }

  private mutating func membership(_ left: ExpressionSyntax) throws(Diagnostic) -> ExpressionSyntax
  {
    if token.isSymbol("[") { throw subquery() }
    try expect("(", "and the list after 'in'", help: #"write in ("a", "b")"#)
    if token.isSymbol(")") {
      throw Diagnostic(.emptyList, at: token.span, in: source, help: "write in (\"a\", \"b\")")
    }
    var list = [try sum()]
    while try takeSymbol(",") { list.append(try sum()) }
    try expect(")", "after the list of 'in'")
    return ExpressionSyntax(.membership(left, list), Span(left.span.lower, previousEnd))
  }

  private mutating func sum() throws(Diagnostic) -> ExpressionSyntax {
    var left = try product()
    while case .symbol(let symbol) = token.kind, symbol == "+" || symbol == "-" {
      try advance()
      left = try binary(symbol, left, try product())
    }
    return left
  }

  private mutating func product() throws(Diagnostic) -> ExpressionSyntax {
    var left = try unary()
    while case .symbol(let symbol) = token.kind, symbol == "*" || symbol == "/" || symbol == "%" {
      try advance()
      left = try binary(symbol, left, try unary())
    }
    return left
  }

  private mutating func unary() throws(Diagnostic) -> ExpressionSyntax {
    try enter()
    defer { nesting -= 1 }
    let start = token.span
    if try takeSymbol("-") {
      let operand = try unary()
      return ExpressionSyntax(.unary("-", operand), start.union(operand.span))
    }
    if try takeSymbol("!") {
      let operand = try negated()
      return ExpressionSyntax(.unary("!", operand), start.union(operand.span))
    }
    return try primary()
  }

  /// What a `!` stands in front of: `!x matches "p"` means `!(x matches "p")`, as people write it.
  private mutating func negated() throws(Diagnostic) -> ExpressionSyntax {
    guard case .word = token.kind else { return try unary() }
    let operand = try primary()
    return try wordTest(operand) ?? operand
  }

  private mutating func primary() throws(Diagnostic) -> ExpressionSyntax {
    let span = token.span
    switch token.kind {
    case .string(let raw):
      try advance()
      return ExpressionSyntax(.text(raw), span)
    case .number(let value, let duration):
      let written = source.text(of: span)
      try advance()
      return ExpressionSyntax(.number(value, duration: duration, written: written), span)
    case .symbol("("):
      try advance()
      let inner = try expression()
      try expect(")", "to close the parenthesis")
      return ExpressionSyntax(inner.node, Span(span.lower, previousEnd))
    case .symbol("["):
      throw subquery()
    case .quotedName(let text):
      try advance()
      return ExpressionSyntax(.field(FieldName(text: text, span: span)), span)
    case .word where token.isWord("and") || token.isWord("or"):
      throw missingValue()
    case .word(let word):
      try advance()
      if token.isSymbol("("), token.span.lower == span.upper || FunctionTable.isKnown(word) {
        return try call(word, span)
      }
      switch word.lowercased() {
      case "true": return ExpressionSyntax(.bool(true), span)
      case "false": return ExpressionSyntax(.bool(false), span)
      case "null": return ExpressionSyntax(.null, span)
      default: return ExpressionSyntax(.field(FieldName(text: word, span: span)), span)
      }
    default:
      throw missingValue()
    }
  }

  private func missingValue() -> Diagnostic {
    var help = "write a field, a number, a text in double quotes or a function"
    if previousEnd > 0, token.span.lower == previousEnd, token.kind != .end {
      // `=>`, `=<`
      let pair = source.text(of: Span(previousEnd - 1, token.span.upper))
      if pair == "=>" { help = "did you mean '>='?" }
      if pair == "=<" { help = "did you mean '<='?" }
    }
    return Diagnostic(.expected("a value", found), at: place, in: source, help: help)
  }

  private func subquery() -> Diagnostic {
    Diagnostic(
      .subquery, at: token.span, in: source,
      help: #"run the inner query first, and list what it finds: in ("a", "b")"#)
  }

  private mutating func call(_ name: String, _ span: Span) throws(Diagnostic) -> ExpressionSyntax {
    try expect("(", "after the function's name")
    var arguments: [ExpressionSyntax] = []
    if !token.isSymbol(")") {
      repeat {
        if let literal = try takeRegex() {
          arguments.append(
            ExpressionSyntax(
              .matchesRegex(ExpressionSyntax(.null, literal.span), literal.pattern), literal.span))
        } else {
          arguments.append(try expression())
        }
      } while try takeSymbol(",")
    }
    try expect(")", "after the arguments of '\(name)'")
    let whole = Span(span.lower, previousEnd)
    if name.lowercased() == "if" {
      guard arguments.count == 3 else {
        throw Diagnostic(
          .ifNeedsThree(arguments.count), at: whole, in: source,
          help: "write if(condition, value, other)")
      }
      return ExpressionSyntax(.conditional(arguments[0], arguments[1], arguments[2]), whole)
    }
    return ExpressionSyntax(.call(name, arguments), whole)
  }
}

extension Diagnostic.Message {
  fileprivate static let emptyList = Self("empty-list", "the list of 'in' is empty")
  fileprivate static let longChain = Self(
    "nesting", "more than 400 values are joined here")
  fileprivate static let subquery = Self("not-built", "subqueries are not built yet")
  fileprivate static func ifNeedsThree(_ count: Int) -> Self {
    Self("arguments", "'if' needs 3 arguments, found \(count)")
  }
}
