import Records

extension FunctionTable {
  static let nullFunctions: [FunctionDefinition] = [
    FunctionDefinition(
      "isNull", parameters: "value", arity: 1...1, "true when the field is missing or null"
    ) { _ in Each.cell { cell, _ in Cell(cell.isNull) } },
    FunctionDefinition(
      "isEmpty", parameters: "value", arity: 1...1, "true when the value is null or empty text"
    ) { _ in Each.cell { cell, arena in Cell(cell.isNull || cell.text(arena).isEmpty) } },
    FunctionDefinition(
      "isBlank", parameters: "value", arity: 1...1, "true when the value is null or only blanks"
    ) { _ in Each.cell { cell, arena in Cell(cell.isNull || cell.text(arena).trimmed.isEmpty) } },
  ]
}
