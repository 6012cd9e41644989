import Records

extension FunctionTable {
  static let timeFunctions: [FunctionDefinition] = []
}
