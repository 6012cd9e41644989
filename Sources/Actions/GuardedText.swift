/// Text that may hold secrets: it prints itself with each secret's name in its place, and only a
/// transport asks for what is `revealed`.
package struct GuardedText: Sendable, Hashable, CustomStringConvertible {
  /// The text with its secrets; for performing only.
  package private(set) var revealed: String
  /// The text as people may see it.
  package private(set) var description: String

  package init(_ text: String = "") {
    revealed = text
    description = text
  }

  /// Text of which `shown` is all that anybody may see.
  package init(revealed: String, shown: String) {
    self.revealed = revealed
    description = shown
  }

  package mutating func append(_ text: String) {
    revealed += text
    description += text
  }

  package mutating func append(_ other: GuardedText) {
    revealed += other.revealed
    description += other.description
  }

  /// Changes the text in the same way under both its faces.
  package func mapped(_ change: (String) -> String) -> GuardedText {
    GuardedText(revealed: change(revealed), shown: change(description))
  }
}
