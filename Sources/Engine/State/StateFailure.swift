/// Why the durable state could not be read or written.
package struct StateFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Cause: Sendable, Hashable {
    /// Another program holds the state directory.
    case inUse
    /// What is there is not what was written.
    case damaged
    /// Written by a newer version of this program.
    case tooNew
    /// No room, no permission, a failing disk: it may go away by itself.
    case unwritable
    case other
  }

  package var path: String
  package var cause: Cause
  package var reason: String

  package init(path: String, cause: Cause, reason: String) {
    self.path = path
    self.cause = cause
    self.reason = reason
  }

  package var description: String { "the state in '\(path)' \(reason)" }
}
