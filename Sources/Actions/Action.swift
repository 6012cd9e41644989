/// Something a monitor can have done: a kind of action with its keys bound.
///
/// A kind lives in one file of `Kinds/`, has one line in `ActionTable.kinds` and one fixture in
/// `Fixtures/actions/`. Whatever it says must be pure: the same alert gives the same answer, nothing
/// is read and nothing is done.
package protocol Action: Sendable {
  /// The key that chooses this kind in a rule file.
  static var kind: String { get }

  static var duty: Duty { get }

  /// Whether it asks what tags a target has, and keeps to those that `targets` allow.
  static var knowsTags: Bool { get }

  /// Binds the keys of the kind; nil when something was reported that keeps it from working.
  init?(binding keys: inout ActionKeys)

  /// What to do about an alert: all of it, or what comes first.
  func effect(for alert: AlertContext) -> Effect

  /// What to do next, given what came back of the steps so far. A kind of one call leaves it alone.
  func step(for alert: AlertContext, after replies: [Reply]) -> Step

  /// What it would do, as a dry run prints it.
  func outline(for alert: AlertContext) -> String

  /// What a remediation touches; nil when it has no names for that.
  func target(for alert: AlertContext) -> ActionTarget?

  /// Whether that may come out of a log, so that `targets` has to say what is allowed.
  var takesTargetFromLog: Bool { get }
}

extension Action {
  package static var knowsTags: Bool { false }

  package func step(for alert: AlertContext, after replies: [Reply]) -> Step {
    guard let reply = replies.last else { return .act(effect(for: alert)) }
    return .end(Deed(taken: true, summary: reply.summary))
  }

  package func outline(for alert: AlertContext) -> String { effect(for: alert).description }

  package func target(for alert: AlertContext) -> ActionTarget? { nil }

  package var takesTargetFromLog: Bool { false }
}

/// What an action is for, which decides how carefully it's performed.
package enum Duty: String, Sendable {
  /// Tells somebody: delivered at least once.
  case notification
  /// Changes something: attempted at most once, and only when live.
  case remediation
}

/// One step of an action on its way.
package enum Step: Sendable {
  /// Asks and changes nothing, so it may be asked again.
  case look(Effect)
  /// Changes something, or tells somebody.
  case act(Effect)
  /// There's nothing more to do.
  case end(Deed)
}

/// What a remediation touches: an instance, a service, a host.
package struct ActionTarget: Sendable, Hashable {
  package var name: String
  /// Whether the name may have come out of a log, which whoever writes to the log chooses.
  package var isLogText: Bool

  package init(_ name: String, isLogText: Bool) {
    self.name = name
    self.isLogText = isLogText
  }
}
