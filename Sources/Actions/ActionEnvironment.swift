/// What `${env:NAME}` finds. The executable reads the real environment; nothing here does.
package enum ActionEnvironment: Sendable {
  /// `run`: a variable that is not set is an error, and each value used is kept out of every output.
  case variables([String: String])
  /// `check`, `replay`, `test`: nothing will be performed, so each variable stands for itself and no
  /// value is even read.
  case placeholders
}
