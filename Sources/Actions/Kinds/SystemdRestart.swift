import Alerting
import QueryLanguage
import Records

/// Restarts a unit of systemd.
///
///     restart-web:
///       systemd.restart: { unit: web.service }
///
/// It asks first: a unit that is running, failed or stopped is restarted; one that is just starting or
/// stopping, or that does not exist, is left alone. `user: true` means the units of the user that
/// tripline runs as.
package struct SystemdRestart: Action {
  package static let kind = "systemd.restart"
  package static let duty = Duty.remediation

  private let unit: Template
  private let isOfUser: Bool

  package init?(binding keys: inout ActionKeys) {
    isOfUser = keys.keys.bool("user") ?? false
    guard keys.keys.requiredNode("unit") != nil, let unit = keys.template("unit") else {
      return nil
    }
    self.unit = unit
    if unit.isFixed, let name = unit.fixedText, !name.isUnitName {
      keys.report(.badUnit(name), at: "unit", help: "write a name such as web.service")
    }
  }

  package var takesTargetFromLog: Bool { unit.holdsLogText }

  package func target(for alert: AlertContext) -> ActionTarget? {
    ActionTarget(name(for: alert), isLogText: takesTargetFromLog)
  }

  package func effect(for alert: AlertContext) -> Effect {
    systemctl(["show", "--property=LoadState,ActiveState"], name(for: alert))
  }

  package func outline(for alert: AlertContext) -> String {
    let restart = systemctl(["restart"], name(for: alert))
    return "\(effect(for: alert))\nthen, unless it is just starting or stopping:\n\(restart)"
  }

  package func step(for alert: AlertContext, after replies: [Reply]) -> Step {
    let name = name(for: alert)
    // A name out of a log must not become a flag or a pattern.
    guard name.isUnitName else {
      return .end(deed(alert, taken: false, was: "unknown", "'\(name)' is not the name of a unit"))
    }
    guard let answer = replies.first else { return .look(effect(for: alert)) }
    let state = UnitState(answer.body)
    if replies.count > 1 {
      return .end(
        deed(alert, taken: true, was: state.active, "\(name) was \(state.active): restarted"))
    }
    if state.loaded == "not-found" {
      return .end(deed(alert, taken: false, was: state.loaded, "there is no unit \(name)"))
    }
    guard ["active", "failed", "inactive"].contains(state.active) else {
      return .end(
        deed(alert, taken: false, was: state.active, "\(name) is \(state.active): left alone"))
    }
    return .act(systemctl(["restart"], name))
  }

  private func name(for alert: AlertContext) -> String {
    unit.rendered(alert, as: .plain).revealed
  }

  private func systemctl(_ words: [String], _ name: String) -> Effect {
    let scope = isOfUser ? ["--user"] : []
    let arguments = ["systemctl", "--no-ask-password"] + scope + words + ["--", name]
    return .process(ProcessCall(arguments: arguments.map { GuardedText($0) }))
  }

  private func deed(
    _ alert: AlertContext, taken: Bool, was state: String, _ summary: String
  ) -> Deed {
    Deed(
      taken: taken, summary: summary,
      facts: [
        Deed.Fact("unit", name(for: alert)),
        Deed.Fact("previous_state", state),
        Deed.Fact("action_taken", taken ? "restart" : "none"),
        Deed.Fact("timestamp_utc", Timestamp.rfc3339(alert.now)),
        Deed.Fact("reason", alert.reason),
      ])
  }
}

/// What `systemctl show` says, one `Name=value` a line.
private struct UnitState {
  var loaded = "unknown"
  var active = "unknown"

  init(_ output: [UInt8]) {
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      if parts[0] == "LoadState" { loaded = parts[1] }
      if parts[0] == "ActiveState" { active = parts[1] }
    }
  }
}

extension String {
  /// Letters, digits and `:-_.\@`, as systemd has it; no dash first.
  fileprivate var isUnitName: Bool {
    !isEmpty && utf8.count < 256 && !hasPrefix("-")
      && unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            || ":-_.\\@".unicodeScalars.contains(scalar))
      }
  }
}

extension Diagnostic.Message {
  fileprivate static func badUnit(_ name: String) -> Self {
    Self("bad-unit", "'\(name)' is not the name of a unit")
  }
}
