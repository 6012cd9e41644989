import Records

extension Transition {
  /// The transition record: one compact JSON object, its keys in the order every reader may rely on.
  package func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writeMembers(to: &$0) }
    return writer.bytes
  }

  /// The members of the record without its braces, for objects that add their own behind them.
  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("id", id)
    writer.member("time", Timestamp.rfc3339(time))
    writer.member("monitor", monitor)
    writer.member("level", level.rawValue)
    writer.member("to", to.rawValue)
    writer.member("reason", reason.rawValue)
    writer.key("group")
    writer.group(group)
    writer.key("value")
    if let value { writer.number(value) } else { writer.null() }
    writer.member("threshold", threshold)
    writer.key("window")
    writer.object {
      $0.member("start", Timestamp.rfc3339(windowStart))
      $0.member("end", Timestamp.rfc3339(windowEnd))
    }
    writer.key("evidence")
    writer.array {
      for line in evidence { $0.evidence(line) }
    }
    writer.key("actions")
    writer.array {
      for action in actions { $0.planned(action) }
    }
  }

  /// What a record is known by: the same transition has the same id in every run over the same log.
  ///
  /// `ordinal` counts the alerts of this monitor, group and level from 1; a pending step uses the
  /// coming alert's.
  package static func identity(
    monitor: String, group: GroupKey, level: Level, to: Step, time: Int64, ordinal: Int,
    windowEnd: Int64
  ) -> String {
    var writer = JSONWriter()
    writer.array {
      $0.string(monitor)
      $0.group(group)
      $0.string(level.rawValue)
      $0.string(to.rawValue)
      $0.string(Timestamp.rfc3339(time))
      $0.whole(Int64(ordinal))
      $0.string(Timestamp.rfc3339(windowEnd))
    }
    return Digest.short(writer.bytes)
  }

  /// The number of its alert, which is not in the record but in its id: the first one from `start` on
  /// that gives this id; nil when none of the next `count` does.
  package func ordinal(from start: Int = 1, within count: Int = 10_000) -> Int? {
    (start..<start + count).first { ordinal in
      id
        == Transition.identity(
          monitor: monitor, group: group, level: level, to: to, time: time, ordinal: ordinal,
          windowEnd: windowEnd)
    }
  }
}

extension GroupKey {
  /// The group as the record shows it: `{"host":"web-1"}`, `{}` when ungrouped.
  package var json: String {
    var writer = JSONWriter()
    writer.group(self)
    return writer.text
  }
}

extension JSONWriter {
  /// A key and its text.
  package mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
  }

  fileprivate mutating func group(_ group: GroupKey) {
    object {
      for field in group.fields {
        $0.key(field.name)
        $0.value(field.value)
      }
    }
  }

  fileprivate mutating func evidence(_ evidence: EvidenceLine) {
    object {
      $0.member("file", evidence.file)
      $0.member("generation", evidence.generation)
      $0.key("offset")
      $0.whole(evidence.offset)
      $0.member("line", evidence.line)
    }
  }

  fileprivate mutating func planned(_ action: PlannedAction) {
    object {
      $0.member("name", action.name)
      $0.member("kind", action.kind)
      $0.member("mode", action.mode.rawValue)
    }
  }
}
