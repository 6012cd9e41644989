package import Alerting
package import Records
package import TerminalUI

/// What the flags said. Nil means not said: then `tripline.yaml` decides, and then the default.
package struct Options: Sendable {
  package enum Finding: String, Sendable, CaseIterable { case alert, malformed, late, lint }
  package enum EndOfInput: String, Sendable, CaseIterable { case drain, exit }

  // What to evaluate.
  package var rules: [String] = []
  package var queries: String?
  package var params: [Assignment] = []
  package var units: [Assignment] = []
  package var config: String?

  // Which tests, and what becomes of them.
  package var filter: String?
  package var generate: String?
  package var sample: String?
  package var update = false
  package var junit: String?

  // Which moment to explain, and of whom.
  package var at: LogMoment?
  package var alert: String?
  package var monitor: String?
  package var groups: [Assignment] = []

  // How a run is tortured.
  package var kills: Count?
  package var rotations: Count?
  package var seed: Count?
  package var rate: Count?
  package var lines: Count?

  // How lines are read.
  package var category: String?
  package var host: String?
  package var name: String?
  package var timeField: String?
  package var timezone: String?
  package var maxLine: ByteCount?
  package var decode: RecordFormat.Wrapper?
  package var multiline: Multiline?
  package var maxAhead: Milliseconds?
  package var quarantine: String?
  package var strict = false

  // Which stretch of time.
  package var from: TimePoint?
  package var to: TimePoint?
  package var drain = false
  package var fromStart = false
  package var onEndOfInput: EndOfInput?

  // What happens.
  package var live = false
  package var allowSecretCommands = false
  package var failOn: Set<Finding> = []
  package var durable = false
  package var state: String?
  package var repair = false
  package var audit: String?
  package var duration: Milliseconds?
  package var reason: String?
  package var journal: String?

  // What comes out.
  package var output = ResultFormat.table
  package var colour = When.auto
  package var progress = When.auto
  package var quiet = false

  // How the work is cut; never changes a result.
  package var threads: Int?
  package var batchBytes: ByteCount?

  package var help = false
  package var version = false

  package init() {}
}

/// `NAME=VALUE`.
package struct Assignment: Sendable, Hashable {
  package var name: String
  package var value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// How many, from none on.
package struct Count: Sendable, Hashable {
  package var number: Int

  package init(_ number: Int) { self.number = number }
}

/// A number of bytes.
package struct ByteCount: Sendable, Hashable {
  package var bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }
}

/// A span of time in the unit that the engine counts in.
package struct Milliseconds: Sendable, Hashable {
  package var count: Int64

  package init(_ count: Int64) { self.count = count }
}
