import Actions
import Alerting
import Records

/// Other rules while lines come: what decides as before goes on as if nothing had happened.
extension WatchEvaluation {
  /// The largest message time seen of all sources; the start of the program before the first.
  var newest: Int64 { standings.compactMap(\.largest).max() ?? began }

  /// Ends the alerts that nobody decides about with these rules: those of monitors that are gone, and
  /// those that a changed monitor has no more.
  mutating func endRemoved(_ rules: [BoundRule]) -> [Transition] {
    let time = newest
    return deciding.monitors.indices.flatMap { index in
      let rule = rules.first { $0.rule.name == deciding.monitors[index].rule.rule.name }
      return deciding.endRemoved(index, becoming: rule, at: time)
    }
  }

  /// Takes up other rules. Monitors that decide as before keep all that they know; the others begin
  /// anew, with the firing alerts of what had their name, and take in the lines that their windows
  /// need once more. Feeds make frames for the new rules.
  mutating func adopt(
    _ rules: [BoundRule], _ actions: ActionSet, feed: (Int) -> LiveFeed,
    _ memory: Recollection, plan: (Int) -> SourcePlan
  ) -> RuleChanges {
    let changes = deciding.adopt(rules, actions)
    noteLongestWindow()
    for index in feeds.indices {
      let fresh = feed(index)
      takeAgain(index, plan(index), memory, fresh, for: changes.fresh)
      // Not in its place: records may be open that go on with the next line.
      feeds[index].adopt(feed(index))
    }
    // Time has gone on without them.
    if clocks.watermark != .min { deciding.begin(noLaterThan: min(newest, clocks.watermark)) }
    return changes
  }

  /// Hands what a source has of the windows to the monitors that begin, through a feed of its own.
  private mutating func takeAgain(
    _ source: Int, _ plan: SourcePlan, _ memory: Recollection, _ feed: LiveFeed, for fresh: [Int]
  ) {
    guard let reach = fresh.map({ deciding.monitors[$0].rule.reach }).max() else { return }
    let number = Int32(source)
    let newest = newest
    if let oldest = parts(of: number).first {
      extend(
        number, backTo: memory.start(oldest, of: number, plan, window: reach, newest: newest))
    }
    feed.previous = previous(of: number)
    for part in parts(of: number) {
      var marks = standings[source].marks[part.generation] ?? ReadMarks()
      marks.begins = begins(number, part.generation)
      memory.read(part, of: number, maxLine: plan.maxLine) { chunk in
        for records in feed.records(of: chunk, marks, at: .zero) {
          var lines = feed.linesAgain(of: records, marks, near: newest)
          let run = LineRun(
            batch: lines.batch, rows: 0..<lines.batch.count, timed: lines.timed, firstLine: line)
          line += UInt64(lines.batch.count)
          deciding.warm(&lines.frames, run, newest: newest, only: fresh)
        }
      }
    }
  }
}

/// What other rules mean for the monitors, by name.
package struct RuleChanges: Sendable {
  var added: [String] = []
  var changed: [String] = []
  var removed: [String] = []
  /// Those that go on as they were.
  var kept: [String] = []
  /// The numbers of the added and the changed ones.
  var fresh: [Int] = []
}

extension Deciding {
  /// Ends the alerts of a monitor that its rule will not decide about any more; nil when it is gone.
  mutating func endRemoved(
    _ index: Int, becoming rule: BoundRule?, at time: Int64
  ) -> [Transition] {
    let lost = monitors[index].firing.filter { !(rule?.decides(about: $0) ?? false) }
    return lost.compactMap { alert in
      end(index, alert.level, alert.group, because: .removed, at: time)
    }
  }

  /// Ends an alert without asking its condition; nil when it is not firing.
  mutating func end(
    _ index: Int, _ level: Level, _ group: GroupKey, because reason: Transition.Reason,
    at time: Int64
  ) -> Transition? {
    monitors[index].end(level, group, because: reason, at: time).map { planned($0) }
  }

  /// Takes up other rules, in their order.
  mutating func adopt(_ rules: [BoundRule], _ actions: ActionSet) -> RuleChanges {
    var changes = RuleChanges()
    let old = monitors
    monitors = rules.enumerated().map { index, rule in
      let name = rule.rule.name
      guard var known = old.first(where: { $0.rule.rule.name == name }) else {
        changes.added.append(name)
        changes.fresh.append(index)
        return fresh(rule)
      }
      if known.rule.identity == rule.identity {
        changes.kept.append(name)
        known.adopt(rule)
        return known
      }
      changes.changed.append(name)
      changes.fresh.append(index)
      var heir = fresh(rule)
      heir.inherit(known.fired)
      return heir
    }
    let names = Set(rules.map(\.rule.name))
    changes.removed = old.map(\.rule.rule.name).filter { !names.contains($0) }
    self.actions = actions
    return changes
  }

  private func fresh(_ rule: BoundRule) -> Monitor {
    var monitor = Monitor(rule)
    if keepsChanges { monitor.keepChanges() }
    return monitor
  }

  mutating func warm(_ frames: inout [Frame], _ run: LineRun, newest: Int64, only: [Int]) {
    for index in only { monitors[index].warm(&frames[index], run, newest: newest) }
  }
}
