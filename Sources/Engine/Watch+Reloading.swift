import Actions
import Alerting

/// Rules that change while a watch runs.
extension Watch {
  /// Looks whether the rules have changed, and takes up those that there are now. What is wrong with
  /// any keeps all the old ones running.
  func reload(
    _ watch: RuleWatch, _ follower: Follower, _ evaluation: inout WatchEvaluation,
    _ feeds: inout FeedMaking, _ voice: WatchVoice
  ) throws {
    switch watch.look() {
    case .unchanged:
      return
    case .fault(let fault):
      voice.note(fault)
      voice.tell(.rules(.fault(fault)))
    case .loaded(let loaded):
      voice.note(nil)
      try adopt(loaded, follower, &evaluation, &feeds, voice)
    }
  }

  private func adopt(
    _ loaded: RuleSupply.Rules, _ follower: Follower, _ evaluation: inout WatchEvaluation,
    _ feeds: inout FeedMaking, _ voice: WatchVoice
  ) throws {
    let (rules, ownRules) = Watch.parted(loaded.rules)
    // Told by the rules and actions that they had.
    for end in evaluation.endRemoved(rules) + voice.health.endRemoved(ownRules) {
      try voice.tell(end)
    }
    voice.use(loaded.rules, loaded.actions, loaded.mutes)
    feeds.use(rules)
    var changes = evaluation.adopt(
      rules, loaded.actions, feed: { [feeds] in feeds.feed(follower.plan($0)) },
      Recollection(follower.ledger, chunkSize: settings.feed.batchBytes), plan: follower.plan)
    evaluation.history?.adopted(
      RunCard(
        began: evaluation.began, isLive: settings.live, isStrict: settings.feed.strict,
        rules: rules,
        sources: evaluation.feeds.indices.map(follower.plan)))
    changes.add(voice.health.adopt(ownRules, loaded.actions))
    voice.forget(changes.removed + changes.changed)
    voice.note(.reload) { writer in
      writer.key("monitors")
      writer.object {
        for rule in loaded.rules.sorted(by: { $0.rule.name < $1.rule.name }) {
          $0.member(rule.rule.name, rule.identity)
        }
      }
      for (name, monitors) in changes.lists { writer.names(name, monitors) }
    }
    voice.tell(.rules(.loaded(changes)))
    try voice.keep(follower, &evaluation)
  }

  /// The monitors of logs, and those of tripline's own health.
  static func parted(_ rules: [BoundRule]) -> (rules: [BoundRule], own: [BoundRule]) {
    (rules.filter { !$0.asksForHealth }, rules.filter(\.asksForHealth))
  }

  /// What became of the monitors of an earlier run that the rules don't have as they were.
  func settle(
    _ content: StateStore.Content, _ rules: [BoundRule], _ evaluation: inout WatchEvaluation,
    _ voice: WatchVoice
  ) throws {
    evaluation.beginRestored()
    for saved in content.monitors {
      let rule = rules.first { $0.rule.name == saved.name }
      guard rule?.identity != saved.rule else { continue }
      for alert in saved.alerts.sorted(by: { $0.place < $1.place })
      where alert.isFiring && !(rule?.decides(about: alert) ?? false) {
        try voice.tell(voice.end(of: alert, saved.name, at: evaluation.newest))
      }
      voice.forget([saved.name])
    }
  }
}

/// Makes feeds for the monitors that there are.
struct FeedMaking {
  private var heads: [Head] = []
  private var wanted = Wanted(members: [], times: true)
  private let settings: Watch.Settings
  private let outlet: Watch.Outlet

  init(_ settings: Watch.Settings, _ outlet: Watch.Outlet) {
    self.settings = settings
    self.outlet = outlet
  }

  mutating func use(_ rules: [BoundRule]) {
    let (members, heads) = Head.sharing(rules.map(\.plan))
    self.heads = heads
    wanted = Wanted(members: members, times: true, strict: settings.feed.strict)
  }

  func feed(_ plan: SourcePlan) -> LiveFeed {
    LiveFeed(plan, wanted: wanted, heads: heads, quarantine: outlet.quarantine)
  }
}

extension SavedAlert {
  fileprivate var place: String { "\(level.rawValue) \(group.json)" }
}

extension RuleChanges {
  mutating func add(_ other: RuleChanges) {
    added += other.added
    changed += other.changed
    removed += other.removed
    kept += other.kept
    // A monitor that asks for something else has moved from one watch to the other.
    let moved = Set(added).intersection(removed)
    added.removeAll(where: moved.contains)
    removed.removeAll(where: moved.contains)
    changed += moved.sorted()
  }

  /// Whose names changed how.
  fileprivate var lists: [(String, [String])] {
    [("added", added), ("changed", changed), ("removed", removed)]
  }
}

extension RuleChanges: CustomStringConvertible {
  /// `the rules were loaded: 1 new (slow-api), 1 removed (old), 3 as they were`.
  package var description: String {
    let lists = [(added, "new"), (changed, "changed"), (removed, "removed")]
    var parts = lists.filter { !$0.0.isEmpty }.map { names, word in
      "\(names.count) \(word) (\(names.sorted().joined(separator: ", ")))"
    }
    if !kept.isEmpty { parts.append("\(kept.count) as before") }
    return "the rules were loaded: " + parts.joined(separator: ", ")
  }
}

extension JSONWriter {
  fileprivate mutating func names(_ name: String, _ names: [String]) {
    key(name)
    array { for name in names.sorted() { $0.string(name) } }
  }
}
