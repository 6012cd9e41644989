import Records

extension FunctionTable {
  static let conversionFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "num", "number", "toDouble", "double", parameters: "value", arity: 1...1,
      unit: .ofFirstArgument, overwritesArgument: true, "the value as a number, or null"
    ) { _ in Each.cell { cell, _ in cell.number.map { Cell($0) } ?? .null } },
    FunctionDefinition(
      "toLong", "long", "toInt", "int", parameters: "value", arity: 1...1, unit: .ofFirstArgument,
      overwritesArgument: true, "the value as a whole number, cut towards zero, or null"
    ) { _ in
      Each.cell { cell, _ in
        if let whole = cell.wholeNumber { return Cell(whole) }
        guard let number = cell.number, number.magnitude < 9.2e18 else { return .null }
        return Cell(Int64(number))
      }
    },
    FunctionDefinition(
      "toString", parameters: "value", arity: 1...1, overwritesArgument: true, "the value as text"
    ) { _ in
      Each.cell { cell, arena in cell.isNull ? .null : Cell(text: cell.text(arena)) }
    },
  ]
}
