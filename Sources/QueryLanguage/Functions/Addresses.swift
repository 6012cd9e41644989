import Records

extension FunctionTable {
  static let addressFunctions: [FunctionDefinition] = []
}
