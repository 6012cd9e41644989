/// What a monitor saw at one instant and what it made of it: all that is needed to say why.
package struct InstantReport: Sendable {
  /// What one instant showed of an alert.
  package struct Reading: Sendable {
    package var instant: Int64
    package var value: Double?
    package var finding: Alert.Finding
  }

  package var rule: BoundRule
  /// The time that was asked about, which the instant is the first one at or after.
  package var asked: Int64
  package var instant: Int64
  /// The last message time of the log, if that is before the instant.
  package var logEnd: Int64?
  /// The alerts that were looked at, the most serious first: those that were asked about, or the
  /// first few.
  package var verdicts: [Verdict]
  /// How many more alerts the instant looked at.
  package var others: Int
  /// The first of the verdicts at every instant around, oldest first.
  package var history: [Reading]
  package var census: WindowCensus
  /// The lines that made the alert fire, oldest first.
  package var evidence: [SeenLine] = []
  /// The one among them that tipped it.
  package var tipping: SeenLine?
  /// Whether nothing was decided, because rows that should have been kept found no room.
  package var lacksRows = false
  /// The transition that was asked about.
  package var transition: Transition?

  package init(
    rule: BoundRule, asked: Int64, instant: Int64, logEnd: Int64?, verdicts: [Verdict],
    others: Int, history: [Reading], census: WindowCensus
  ) {
    self.rule = rule
    self.asked = asked
    self.instant = instant
    self.logEnd = logEnd
    self.verdicts = verdicts
    self.others = others
    self.history = history
    self.census = census
  }

  package var windowStart: Int64 { instant - rule.window }
}

/// A line of a log as somebody may look it up.
package struct SeenLine: Sendable, Hashable {
  /// The path as it was given; `-` is the standard input.
  package var file: String
  /// From 1, within the file.
  package var line: Int
  /// Within the decompressed file.
  package var offset: Int
  package var text: String

  package init(file: String, line: Int, offset: Int, text: String) {
    self.file = file
    self.line = line
    self.offset = offset
    self.text = text
  }
}

/// What became of the lines of one window, stage by stage.
package struct WindowCensus: Sendable {
  /// How many, and the first.
  package struct Tally: Sendable {
    package private(set) var count = 0
    package private(set) var first: SeenLine?

    package init() {}

    package mutating func note(_ line: @autoclosure () -> SeenLine, times count: Int = 1) {
      guard count > 0 else { return }
      if first == nil { first = line() }
      self.count += count
    }
  }

  /// The scope of a query, or a stage before its aggregate.
  package struct Stage: Sendable {
    package let text: String
    package var kept = Tally()
    package var dropped = Tally()

    package init(_ text: String) { self.text = text }
  }

  /// A stage from the aggregate on: how many rows it let through.
  package struct ResultStage: Sendable {
    package let text: String
    package let rows: Int

    package init(_ text: String, rows: Int) {
      self.text = text
      self.rows = rows
    }
  }

  /// A field that an aggregate reads, among the lines of the group in question.
  package struct Argument: Sendable {
    package let field: String
    package var lines = 0
    package var missing = Tally()
    package var notNumeric = Tally()

    package init(_ field: String) { self.field = field }
  }

  /// Lines inside the window, whatever the query says of them.
  package var lines = 0
  package var stages: [Stage]
  package var results: [ResultStage] = []
  /// For each column of the fold what it reads; nil for a count of rows.
  package var arguments: [Argument?]
  /// Lines that belong to the window but came once the instant was decided.
  package var late = Tally()
  package var malformed = Tally()
  package var refused = Tally()

  package init(stages: [Stage], arguments: [Argument?]) {
    self.stages = stages
    self.arguments = arguments
  }
}

extension Monitor {
  /// What every instant that was decided under the lens showed of the alert in question. An instant
  /// that did not look at it, because its group had no line, counts as one without a value.
  package func history(of lead: Verdict) -> [InstantReport.Reading] {
    guard let lens, let next = nextInstant else { return [] }
    var seen: [Int64: Sighting] = [:]
    for sighting in lens.sightings
    where sighting.line == nil && sighting.level == lead.sighting.level
      && sighting.group == lead.sighting.group
    {
      seen[sighting.instant] = sighting
    }
    let first = max(
      rule.instant(atOrAfter: lens.instants.lowerBound), rule.instant(atOrAfter: began))
    let isZero = lead.level?.emptyIsZero ?? false
    return stride(from: first, through: min(lens.instants.upperBound, next - every), by: Int(every))
      .map { instant in
        InstantReport.Reading(
          instant: instant,
          value: seen[instant].map(\.value) ?? (isZero ? 0 : nil),
          finding: seen[instant]?.finding ?? (isZero ? .clear : .nothing))
      }
  }
}
