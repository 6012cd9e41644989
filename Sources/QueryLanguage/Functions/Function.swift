package import Records

/// A function call with everything settled at bind time: one dispatch a batch, the loop inside.
package struct Function: Sendable {
  /// The frame may be told of rows that could not be decided; its columns are not the body's business.
  package typealias Body =
    @Sendable (_ arguments: [Column], _ rows: Selection, _ frame: inout Frame) -> Column

  package let name: String
  package let body: Body

  package init(name: String, body: @escaping Body) {
    self.name = name
    self.body = body
  }
}

/// A function as the table knows it: what people may write, and how a call is made.
package struct FunctionDefinition: Sendable {
  /// What the unit of the result is.
  package enum UnitRule: Sendable {
    case none
    case ofFirstArgument
    case milliseconds
  }

  /// The name first, other spellings behind it.
  package let names: [String]
  /// The parameters as shown in help: `text, start[, end]`.
  package let parameters: String
  package let summary: String
  package let arity: ClosedRange<Int>
  package let unit: UnitRule
  /// As a stage of its own without alias, the function overwrites its argument.
  package let overwritesArgument: Bool
  /// The argument that may be a regex literal.
  package let regexArgument: Int?
  package let make: @Sendable (FunctionCall) throws(Diagnostic) -> Function.Body

  package init(
    _ names: String..., parameters: String, arity: ClosedRange<Int>, unit: UnitRule = .none,
    overwritesArgument: Bool = false, regexArgument: Int? = nil, _ summary: String,
    make: @escaping @Sendable (FunctionCall) throws(Diagnostic) -> Function.Body
  ) {
    self.names = names
    self.parameters = parameters
    self.summary = summary
    self.arity = arity
    self.unit = unit
    self.overwritesArgument = overwritesArgument
    self.regexArgument = regexArgument
    self.make = make
  }
}

/// A call being bound: its arguments as written, for functions that need a literal.
package struct FunctionCall: Sendable {
  package let name: String
  package let arguments: [ExpressionSyntax]
  package let span: Span
  package let source: SourceText
  package let settings: Binder.Settings

  /// The pattern of a regex literal at `index`.
  package func regex(_ index: Int) -> String? {
    guard index < arguments.count, case .matchesRegex(_, let pattern) = arguments[index].node else {
      return nil
    }
    return pattern
  }

  /// The unescaped text of a string literal at `index`.
  package func literal(_ index: Int) -> String? {
    guard index < arguments.count, case .text(let raw) = arguments[index].node else { return nil }
    return Literal.text(raw)
  }

  /// The value of a number literal at `index`, with its sign.
  package func number(_ index: Int) -> Double? {
    guard index < arguments.count else { return nil }
    switch arguments[index].node {
    case .number(let value, duration: false, _): return value
    case .unary("-", let operand):
      guard case .number(let value, duration: false, _) = operand.node else { return nil }
      return -value
    default: return nil
    }
  }

  /// A mistake in the argument at `index`.
  package func mistake(
    _ message: Diagnostic.Message, in index: Int, help: String? = nil
  ) -> Diagnostic {
    Diagnostic(message, at: arguments[index].span, in: source, help: help)
  }
}

/// Bodies for the usual shapes: the loop over the rows stands here once.
package enum Each {
  @inline(__always)
  package static func row(_ rows: Selection, _ value: (Int) -> Cell) -> Column {
    var cells = [Cell](repeating: .null, count: rows.count)
    rows.forEach { cells[$0] = value($0) }
    return .cells(cells)
  }

  /// A function of one cell.
  @inline(__always)
  package static func cell(_ body: @escaping @Sendable (Cell, Arena) -> Cell) -> Function.Body {
    { arguments, rows, frame in
      let first = arguments[0]
      let arena = frame.arena
      return row(rows) { body(first[$0], arena) }
    }
  }

  /// A function of one number; null and text that is no number give null.
  @inline(__always)
  package static func number(_ body: @escaping @Sendable (Double) -> Double) -> Function.Body {
    { arguments, rows, frame in
      let first = arguments[0]
      return row(rows) { first[$0].number.map { Cell(body($0)) } ?? .null }
    }
  }

  /// A function of two numbers.
  @inline(__always)
  package static func numbers(
    _ body: @escaping @Sendable (Double, Double) -> Double
  ) -> Function.Body {
    { arguments, rows, frame in
      let (first, second) = (arguments[0], arguments[1])
      return row(rows) {
        guard let a = first[$0].number, let b = second[$0].number else { return .null }
        return Cell(body(a, b))
      }
    }
  }

  /// A function of one text; null gives null.
  @inline(__always)
  package static func text(_ body: @escaping @Sendable (Bytes, Arena) -> Cell) -> Function.Body {
    { arguments, rows, frame in
      let first = arguments[0]
      let arena = frame.arena
      return row(rows) {
        first[$0].isNull ? .null : body(first[$0].text(arena), arena)
      }
    }
  }

  /// A function of two texts; null in either gives null.
  @inline(__always)
  package static func texts(
    _ body: @escaping @Sendable (Bytes, Bytes, Arena) -> Cell
  ) -> Function.Body {
    { arguments, rows, frame in
      let (first, second) = (arguments[0], arguments[1])
      let arena = frame.arena
      return row(rows) {
        if first[$0].isNull || second[$0].isNull { return .null }
        return body(first[$0].text(arena), second[$0].text(arena), arena)
      }
    }
  }

  /// A function of all arguments of a row.
  @inline(__always)
  package static func list(
    _ body: @escaping @Sendable ([Cell], Arena) -> Cell
  ) -> Function.Body {
    { arguments, rows, frame in
      var cells = [Cell](repeating: .null, count: arguments.count)
      let arena = frame.arena
      return row(rows) { index in
        for argument in arguments.indices { cells[argument] = arguments[argument][index] }
        return body(cells, arena)
      }
    }
  }
}
