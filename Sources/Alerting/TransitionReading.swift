import Records

extension Transition {
  /// Reads a transition record, the counterpart of `json()`; nil when it is none.
  package init?(json: [UInt8]) {
    guard let tree = JSONTree(json) else { return nil }
    self.init(tree)
  }

  private init?(_ record: JSONTree) {
    guard let id = record["id"]?.text, let time = record["time"]?.moment,
      let monitor = record["monitor"]?.text,
      let level = record["level"]?.text.flatMap(Level.init),
      let to = record["to"]?.text.flatMap(Step.init),
      let reason = record["reason"]?.text.flatMap(Reason.init),
      let group = record["group"].flatMap(GroupKey.init),
      let threshold = record["threshold"]?.text,
      let start = record["window"]?["start"]?.moment, let end = record["window"]?["end"]?.moment
    else { return nil }
    self.init(
      id: id, time: time, monitor: monitor, level: level, to: to, reason: reason, group: group,
      value: record["value"]?.number, threshold: threshold, windowStart: start, windowEnd: end,
      evidence: record["evidence"]?.elements.compactMap(EvidenceLine.init) ?? [],
      actions: record["actions"]?.elements.compactMap(PlannedAction.init) ?? [])
  }
}

extension GroupKey {
  /// Reads what `json` writes.
  package init?(json: String) {
    guard let tree = JSONTree(json) else { return nil }
    self.init(tree)
  }

  fileprivate init?(_ tree: JSONTree) {
    guard case .object(let members) = tree else { return nil }
    var fields: [(name: String, value: Value)] = []
    for member in members {
      guard let value = member.value.scalar else { return nil }
      fields.append((member.name, value))
    }
    self.init(fields)
  }
}

extension EvidenceLine {
  fileprivate init?(_ tree: JSONTree) {
    guard let file = tree["file"]?.text, let generation = tree["generation"]?.text,
      let offset = tree["offset"]?.whole, let line = tree["line"]?.text
    else { return nil }
    self.init(file: file, generation: generation, offset: offset, line: line)
  }
}

extension PlannedAction {
  /// Reads one of a record's `actions`.
  package init?(_ tree: JSONTree) {
    guard let name = tree["name"]?.text, let kind = tree["kind"]?.text,
      let mode = tree["mode"]?.text.flatMap(Mode.init)
    else { return nil }
    self.init(name: name, kind: kind, mode: mode)
  }
}

extension JSONTree {
  fileprivate var moment: Int64? { text.flatMap { Timestamp.parse($0, now: nil) } }
}
