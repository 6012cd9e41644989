import Records

extension FunctionTable {
  static let numberFunctions: [FunctionDefinition] = []
}
