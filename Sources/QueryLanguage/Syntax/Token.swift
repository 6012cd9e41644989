/// One word of a query's pipeline.
package struct Token: Sendable {
  package enum Kind: Sendable, Equatable {
    /// A bare word: operator, function, field or keyword; case as written.
    case word(String)
    /// `%"any name"` or `%bare[0].name`.
    case quotedName(String)
    /// The raw text between double quotes, backslashes untouched.
    case string(String)
    /// `'x'`, for the csv and split options.
    case character(Character)
    /// A number; `duration` when its suffix is a unit of time, and then in milliseconds.
    case number(Double, duration: Bool)
    /// An operator or a bracket: `=`, `!=`, `(`, ...
    case symbol(String)
    case pipe
    case end
  }

  package var kind: Kind
  package var span: Span

  package func isSymbol(_ text: String) -> Bool { kind == .symbol(text) }

  /// Whether this is the bare word `keyword`, in any letter case.
  package func isWord(_ keyword: String) -> Bool {
    if case .word(let text) = kind { return text.lowercased() == keyword }
    return false
  }
}
