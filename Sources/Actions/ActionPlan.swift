package import Alerting

/// What a transition asks of a monitor's actions; the same in replay and in a run.
package enum ActionPlan {
  /// The actions of a step of an alert, in the order in which the monitor lists them. `live` is
  /// the `--live` of the run.
  package static func planned(
    for level: Level, to step: Transition.Step, uses: [ActionUse], actions: ActionSet, live: Bool
  ) -> [PlannedAction] {
    wanted(for: level, to: step, uses: uses, actions: actions).map { action in
      PlannedAction(name: action.name, kind: action.kind, mode: action.mode(live: live))
    }
  }

  /// What a run submits for an alert, one for each planned action.
  package static func deliveries(
    of alert: AlertContext, uses: [ActionUse], actions: ActionSet, live: Bool
  ) -> [Delivery] {
    let transition = alert.transition
    return wanted(for: transition.level, to: transition.to, uses: uses, actions: actions).map {
      Delivery(action: $0, alert: alert, mode: $0.mode(live: live))
    }
  }

  private static func wanted(
    for level: Level, to step: Transition.Step, uses: [ActionUse], actions: ActionSet
  ) -> [BoundAction] {
    guard let occasion = Occasion(level: level, step: step) else { return [] }
    return uses.compactMap { use in
      actions[use.name].flatMap { $0.isWanted(on: occasion, by: use) ? $0 : nil }
    }
  }
}

extension Occasion {
  /// Nil for steps that nobody is told about: a pending alert may never fire.
  package init?(level: Level, step: Transition.Step) {
    switch (level, step) {
    case (_, .pending): return nil
    case (.critical, .firing): self = .critical
    case (.critical, _): self = .resolvedCritical
    case (.warning, .firing): self = .warning
    case (.warning, _): self = .resolvedWarning
    case (.missingData, .firing): self = .missingData
    case (.missingData, _): self = .resolvedMissingData
    }
  }
}
