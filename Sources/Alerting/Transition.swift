package import Records

/// What a monitor watches for at one level.
package enum Level: String, Sendable, CaseIterable {
  case critical, warning
  case missingData = "missing_data"
}

/// Where one line of a source stands.
package struct LinePlace: Sendable, Hashable {
  /// Index of the source, then of the generation within it, in the order they were opened.
  package var source: Int32
  package var generation: Int32
  /// Offset within the decompressed generation.
  package var offset: Int64
  package var length: Int32

  package init(source: Int32, generation: Int32, offset: Int64, length: Int32) {
    self.source = source
    self.generation = generation
    self.offset = offset
    self.length = length
  }
}

/// A line that made a monitor trip, as the transition record shows it.
package struct EvidenceLine: Sendable, Hashable {
  package var file: String
  package var generation: String
  package var offset: Int64
  package var line: String

  package init(file: String, generation: String, offset: Int64, line: String) {
    self.file = file
    self.generation = generation
    self.offset = offset
    self.line = line
  }
}

/// The group of an alert: field names and values in the order of `group_by`; empty when ungrouped.
package struct GroupKey: Sendable, Hashable {
  package var fields: [(name: String, value: Value)]

  package init(_ fields: [(name: String, value: Value)] = []) { self.fields = fields }

  package static func == (left: GroupKey, right: GroupKey) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  package func hash(into hasher: inout Hasher) {
    for field in fields { hasher.combine(field.value) }
  }
}

/// What a transition asks of an action: the plan, not the outcome.
package struct PlannedAction: Sendable, Hashable {
  package enum Mode: String, Sendable { case live, shadow }
  package var name: String
  package var kind: String
  package var mode: Mode
  /// Why it would not be performed now; no part of the record, which has the plan only.
  package var quiet: String?
  /// Why the guard rails would keep it from being done, in a replay; nil when they would not. It is no
  /// part of the record.
  package var blocked: String?

  package init(name: String, kind: String, mode: Mode) {
    self.name = name
    self.kind = kind
    self.mode = mode
  }
}

/// One step in the life of an alert: the record that replay, run and test all print.
package struct Transition: Sendable {
  package enum Step: String, Sendable { case pending, firing, resolved, expired }
  package enum Reason: String, Sendable {
    case condition
    case noData = "no_data"
    case manual, expired, removed
  }

  /// First 16 hex digits of the SHA-256 over the record's identity; see `TransitionID`.
  package var id: String
  /// Milliseconds since the epoch.
  package var time: Int64
  package var monitor: String
  package var level: Level
  package var to: Step
  package var reason: Reason
  package var group: GroupKey
  package var value: Double?
  /// The comparison as written.
  package var threshold: String
  /// The window is (start, end]; milliseconds.
  package var windowStart: Int64
  package var windowEnd: Int64
  /// Newest last to oldest: filled for firing and pending.
  package var evidence: [EvidenceLine]
  package var actions: [PlannedAction]

  package init(
    id: String, time: Int64, monitor: String, level: Level, to: Step, reason: Reason,
    group: GroupKey, value: Double?, threshold: String, windowStart: Int64, windowEnd: Int64,
    evidence: [EvidenceLine], actions: [PlannedAction]
  ) {
    self.id = id
    self.time = time
    self.monitor = monitor
    self.level = level
    self.to = to
    self.reason = reason
    self.group = group
    self.value = value
    self.threshold = threshold
    self.windowStart = windowStart
    self.windowEnd = windowEnd
    self.evidence = evidence
    self.actions = actions
  }
}
