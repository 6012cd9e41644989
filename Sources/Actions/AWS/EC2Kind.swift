/// What to do with an instance, by the state it is in; in any other state nothing is done.
package typealias EC2Changes = KeyValuePairs<String, EC2Change>

/// What can be done to an instance.
package enum EC2Change: String, Sendable {
  case reboot, start, stop

  /// What EC2 calls it.
  var operation: String {
    switch self {
    case .reboot: "RebootInstances"
    case .start: "StartInstances"
    case .stop: "StopInstances"
    }
  }
}

/// A remediation of one instance of EC2. It looks first, so that EC2 is never asked for what it would
/// refuse, and what it finds and does is told in the deed.
package protocol EC2Kind: Action {
  static var changes: EC2Changes { get }

  var instance: EC2Instance { get }

  init(_ instance: EC2Instance)
}

extension EC2Kind {
  package static var duty: Duty { .remediation }

  package static var knowsTags: Bool { true }

  package init?(binding keys: inout ActionKeys) {
    guard let instance = EC2Instance(binding: &keys) else { return nil }
    self.init(instance)
  }

  package func effect(for alert: AlertContext) -> Effect { instance.look(for: alert) }

  package var takesTargetFromLog: Bool { instance.isLogText }

  package func target(for alert: AlertContext) -> ActionTarget? { instance.target(for: alert) }

  /// One look, at most one change, and the record of it.
  package func step(for alert: AlertContext, after replies: [Reply]) -> Step {
    guard instance.hasID(for: alert) else {
      return .end(instance.left(nil, for: alert, because: "that is not the id of an instance"))
    }
    guard let answer = replies.first else { return .look(effect(for: alert)) }
    guard let found = instance.description(in: answer, for: alert) else {
      return .end(instance.left(nil, for: alert, because: "EC2 did not say what state it is in"))
    }
    guard instance.mayTouch(found, for: alert) else {
      return .end(instance.left(found.state, for: alert, because: "no `targets` allow it"))
    }
    guard let change = Self.changes.first(where: { $0.key == found.state })?.value else {
      return .end(instance.left(found.state, for: alert, because: "it is \(found.state)"))
    }
    guard replies.count > 1 else { return .act(instance.call(change, for: alert)) }
    return .end(instance.changed(found.state, by: change, for: alert))
  }

  package func outline(for alert: AlertContext) -> String {
    let choices = Self.changes.map { "if it is \($0.key): \($0.value.operation)" }
    return ([effect(for: alert).description, ""] + choices + ["in any other state: nothing"])
      .joined(separator: "\n")
  }
}
