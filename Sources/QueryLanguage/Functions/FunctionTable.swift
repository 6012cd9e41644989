/// Every function, family by family; a new one is a row in its family's file.
package enum FunctionTable {
  package static let families: [(title: String, functions: [FunctionDefinition])] = [
    ("Nothing and blanks", nullFunctions),
    ("Conversion", conversionFunctions),
    ("Text", textFunctions),
    ("Numbers", numberFunctions),
    ("Time", timeFunctions),
    ("Addresses", addressFunctions),
  ]

  private static let index: [String: FunctionDefinition] = {
    var index: [String: FunctionDefinition] = [:]
    for family in families {
      for function in family.functions {
        for name in function.names { index[name.lowercased()] = function }
      }
    }
    return index
  }()

  package static func function(named name: String) -> FunctionDefinition? {
    index[name.lowercased()]
  }

  /// Whether a word followed by a parenthesis can be a call.
  package static func isKnown(_ name: String) -> Bool {
    function(named: name) != nil || name.lowercased() == "if"
  }

  package static var names: [String] {
    ["if"] + families.flatMap { $0.functions.flatMap(\.names) }
  }
}
