/// What `${env:NAME}`, `${file:PATH}` and `${cmd:[...]}` find.
package enum ActionEnvironment: Sendable {
  /// `run`: a secret that is not there is an error, and each that is used is kept out of every output.
  case secrets(SecretReader)
  /// `check`, `replay`, `test`: nothing will be performed, so each reference stands for itself and no
  /// secret is even read.
  case placeholders

  /// Secrets that are all variables.
  package static func variables(_ values: [String: String]) -> ActionEnvironment {
    .secrets(SecretReader(variables: values))
  }
}
