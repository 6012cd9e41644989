import Alerting

/// An action that is written down and not performed: one line in a file, appended at once or not at
/// all. `tripline torture` counts these lines.
private struct Rehearsed<Original: Action>: Action {
  static var kind: String { Original.kind }
  static var duty: Duty { Original.duty }

  let name: String
  let original: Original
  let file: GuardedText

  init(_ original: Original, named name: String, file: GuardedText) {
    self.original = original
    self.name = name
    self.file = file
  }

  /// A rule file can't ask for one.
  init?(binding keys: inout ActionKeys) { nil }

  func target(for alert: AlertContext) -> ActionTarget? { original.target(for: alert) }

  var takesTargetFromLog: Bool { original.takesTargetFromLog }

  func effect(for alert: AlertContext) -> Effect {
    var writer = JSONWriter()
    writer.object {
      $0.member("key", alert.idempotencyKey(of: name))
      $0.member("action", name)
      $0.member("duty", Original.duty.rawValue)
      $0.member("effect", original.effect(for: alert).description)
    }
    return .append(FileLine(path: file, line: writer.bytes))
  }
}

extension ActionSet {
  /// The same actions under the same names, each written to a file in place of being performed.
  package func rehearsed(in file: String) -> ActionSet {
    func rehearse<Original: Action>(_ original: Original, _ name: String) -> any Action {
      Rehearsed(original, named: name, file: GuardedText(file))
    }
    return map { action in
      var rehearsed = action
      rehearsed.action = rehearse(action.action, action.name)
      // The rails go by the clock, and a rehearsal may have one that stands still.
      rehearsed.rails = Rails()
      (rehearsed.rails.cooldown, rehearsed.rails.settle) = (0, 0)
      (rehearsed.targets, rehearsed.aftercare, rehearsed.needsApproval) = (nil, nil, false)
      return rehearsed
    }
  }
}
