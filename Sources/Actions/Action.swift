/// Something a monitor can have done: a kind of action with its keys bound.
///
/// A kind lives in one file of `Kinds/`, has one line in `ActionTable.kinds` and one fixture in
/// `Fixtures/actions/`.
package protocol Action: Sendable {
  /// The key that chooses this kind in a rule file.
  static var kind: String { get }

  static var duty: Duty { get }

  /// Binds the keys of the kind; nil when something was reported that keeps it from working.
  init?(binding keys: inout ActionKeys)

  /// What to do about an alert. Must be pure: the same alert gives the same effect, nothing is
  /// read and nothing is done.
  func effect(for alert: AlertContext) -> Effect
}

/// What an action is for, which decides how carefully it's performed.
package enum Duty: String, Sendable {
  /// Tells somebody: delivered at least once.
  case notification
  /// Changes something: attempted at most once, and only when live.
  case remediation
}
