import Actions
package import Alerting
import Synchronization

/// One alert from its beginning to its end, as far as it has come.
package struct AlertStory: Sendable {
  package enum State: String, Sendable { case pending, firing, resolved, expired }

  /// The id of the transition with which it began: what people call it by.
  package var id: String
  package var monitor: String
  package var level: Level
  package var group: GroupKey
  package var state: State
  /// When it got there.
  package var since: Int64
  /// Its transitions, oldest first, as far as the journal still has them.
  package var steps: [Step]
  /// Which of the alerts of its monitor, level and group it is; nil of one that is over.
  package var ordinal: Int?

  package struct Step: Sendable {
    package var transition: Transition
    package var deliveries: [DeliveryState]
  }

  /// What the last step that has one says.
  package var value: Double? { steps.last { $0.transition.value != nil }?.transition.value }
}

/// A delivery as the outbox has it.
package struct DeliveryState: Sendable, Hashable {
  package var action: String
  package var mode: String
  package var status: String
  package var attempts: Int
  package var updated: Int64
  package var detail: String
}

extension StateStore {
  /// What is firing or pending.
  package func openAlerts() throws(StateFailure) -> [AlertStory] {
    try lock.withLock { _ throws(StateFailure) in
      var stories: [AlertStory] = []
      for row in try database.rows(
        """
        SELECT monitor, level, "group", firing, ordinal, fired_at, pending_since FROM alerts
        WHERE firing OR pending_since IS NOT NULL ORDER BY monitor, level, "group"
        """)
      {
        let isFiring = row.whole(3) != 0
        let last = try database.rows(
          """
          SELECT seq, id FROM transitions WHERE monitor = ? AND level = ? AND "group" = ?
            AND step = ? ORDER BY seq DESC LIMIT 1
          """,
          [
            .text(row.text(0)), .text(row.text(1)), .text(row.text(2)),
            .text(isFiring ? "firing" : "pending"),
          ]
        ).first
        guard let level = Level(rawValue: row.text(1)), let group = GroupKey(json: row.text(2))
        else { continue }
        var story = AlertStory(
          id: last?.text(1) ?? "", monitor: row.text(0), level: level, group: group,
          state: isFiring ? .firing : .pending, since: isFiring ? row.whole(5) : row.whole(6),
          steps: [], ordinal: Int(row.whole(4)))
        if let last, let step = try step(last.whole(0)) { story.steps = [step] }
        stories.append(story)
      }
      return stories
    }
  }

  /// The alerts that ended last, the newest first.
  package func endedAlerts(atMost limit: Int) throws(StateFailure) -> [AlertStory] {
    let ends = try lock.withLock { _ throws(StateFailure) in
      try database.rows(
        """
        SELECT id FROM transitions WHERE step IN ('resolved', 'expired') ORDER BY seq DESC LIMIT ?
        """, [.whole(Int64(limit))]
      ).map { $0.text(0) }
    }
    var stories: [AlertStory] = []
    for id in ends { stories += try alerts(withID: id) }
    return stories
  }

  /// The alerts of which a transition has this id, or one that begins so.
  package func alerts(withID prefix: String) throws(StateFailure) -> [AlertStory] {
    try lock.withLock { _ throws(StateFailure) in
      let found = try database.rows(
        """
        SELECT seq, monitor, level, "group" FROM transitions WHERE id >= ? AND id < ? ORDER BY seq
        """, [.text(prefix), .text(prefix + "~")])
      var stories: [AlertStory] = []
      for row in found {
        let story = try story(row.whole(0), row.text(1), row.text(2), row.text(3))
        if let story, !stories.contains(where: { $0.id == story.id }) { stories.append(story) }
      }
      return stories
    }
  }

  /// The alert to which the transition of this number belongs.
  private func story(
    _ number: Int64, _ monitor: String, _ level: String, _ group: String
  ) throws(StateFailure) -> AlertStory? {
    let alert: [Database.Value] = [.text(monitor), .text(level), .text(group)]
    let before = try database.rows(
      """
      SELECT max(seq) FROM transitions WHERE monitor = ? AND level = ? AND "group" = ?
        AND step IN ('resolved', 'expired') AND seq < ?
      """, alert + [.whole(number)]
    ).first?.optionalWhole(0)
    let end = try database.rows(
      """
      SELECT min(seq) FROM transitions WHERE monitor = ? AND level = ? AND "group" = ?
        AND step IN ('resolved', 'expired') AND seq >= ?
      """, alert + [.whole(number)]
    ).first?.optionalWhole(0)
    let rows = try database.rows(
      """
      SELECT seq, id, step, time FROM transitions WHERE monitor = ? AND level = ? AND "group" = ?
        AND seq > ? AND seq <= ? ORDER BY seq
      """, alert + [.whole(before ?? 0), .whole(end ?? .max)])
    guard let last = rows.last, let state = AlertStory.State(rawValue: last.text(2)),
      let level = Level(rawValue: level), let key = GroupKey(json: group)
    else { return nil }
    let onset = rows.first { $0.text(2) == "firing" } ?? rows.first
    var steps: [AlertStory.Step] = []
    for row in rows { if let step = try step(row.whole(0)) { steps.append(step) } }
    let ordinal = try database.rows(
      #"SELECT ordinal FROM alerts WHERE monitor = ? AND level = ? AND "group" = ? AND firing"#,
      alert
    ).first?.whole(0)
    return AlertStory(
      id: onset?.text(1) ?? last.text(1), monitor: monitor, level: level, group: key, state: state,
      since: last.whole(3), steps: steps,
      ordinal: state == .firing ? ordinal.map { Int($0) } : nil)
  }

  /// The transition of this number, with what became of its deliveries; nil when it was pruned.
  private func step(_ number: Int64) throws(StateFailure) -> AlertStory.Step? {
    let content = try database.rows(
      "SELECT content FROM journal WHERE seq = ? AND kind = 'transition'", [.whole(number)]
    ).first?.text(0)
    guard let transition = content.flatMap({ Transition(json: Array($0.utf8)) }) else { return nil }
    let deliveries = try database.rows(
      """
      SELECT action, mode, status, attempts, updated, detail FROM outbox WHERE transition = ?
      ORDER BY action
      """, [.whole(number)]
    ).map { row in
      DeliveryState(
        action: row.text(0), mode: row.text(1), status: row.text(2),
        attempts: Int(row.whole(3)), updated: row.whole(4), detail: row.text(5))
    }
    return AlertStory.Step(transition: transition, deliveries: deliveries)
  }

  /// Ends an alert that is firing, where no run does it: the next one tells its actions. Nil when it
  /// is not firing.
  package func resolve(
    _ request: ResolveRequest, at now: Int64
  ) throws(StateFailure) -> Transition? {
    let content = try load()
    guard let monitor = content.monitors.first(where: { $0.name == request.monitor }),
      var alert = monitor.alerts.first(where: { alert in
        alert.level == request.level && alert.group == request.group && alert.isFiring
          && alert.ordinal == request.ordinal
      })
    else { return nil }
    let newest = content.sources.compactMap(\.largest).max() ?? monitor.largest
    let card = try cards().first { $0.facts.name == request.monitor }
    let end =
      card?.end(alert, because: .manual, at: newest)
      ?? Transition(
        ending: alert, of: request.monitor, because: .manual, at: newest, threshold: "", window: 0)
    alert.isFiring = false
    alert.clearSince = nil
    var changed = monitor
    changed.alerts = [alert]
    // Its condition may still hold, which the next instant has to find.
    changed.owesInstant = true
    changed.groups = []
    changed.learned = nil
    let intents = end.actions.map { action in
      OutboxEntry(
        key: Delivery.key(of: action.name, for: end.id), transition: end, action: action.name,
        mode: action.mode)
    }
    var checkpoint = Checkpoint(time: now)
    checkpoint.monitors = [changed]
    checkpoint.entries = [NewEntry(end, intents: intents)]
    try commit(checkpoint)
    return end
  }
}
