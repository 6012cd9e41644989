import Records

extension FunctionTable {
  static let textFunctions: [FunctionDefinition] = []
}
