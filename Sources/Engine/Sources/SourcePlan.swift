package import Records

/// One log to read: its generations, oldest first, and how its lines are to be understood.
package struct SourcePlan: Sendable {
  /// Paths as the person gave them; `-` is the standard input.
  package var generations: [String]
  package var facts: SourceFacts
  package var timeField: String?
  package var timeFormat: DatePattern?
  package var zone: Zone
  /// The longest line that is read, in bytes.
  package var maxLine: Int
  /// How far ahead of the newest line a time may lie, in milliseconds.
  package var maxAhead: Int64
  /// How long without a line a followed source is waited for, in milliseconds.
  package var idleAfter: Int64
  /// How far its watermark stays behind its newest line, in milliseconds.
  package var lateness: Int64

  package init(
    generations: [String], facts: SourceFacts, timeField: String? = nil,
    timeFormat: DatePattern? = nil, zone: Zone = .utc, maxLine: Int = 1 << 20,
    maxAhead: Int64 = 300_000, idleAfter: Int64 = 5_000, lateness: Int64 = 0
  ) {
    self.generations = generations
    self.facts = facts
    self.timeField = timeField
    self.timeFormat = timeFormat
    self.zone = zone
    self.maxLine = maxLine
    self.maxAhead = maxAhead
    self.idleAfter = idleAfter
    self.lateness = lateness
  }

  /// The path that stands for the log: that of its newest generation.
  package var path: String { generations.last ?? "-" }

  package static let timeNames = [
    "timestamp", "@timestamp", "time", "ts", "datetime", "date", "eventTime", "_messagetime",
  ]

  /// Paths that are generations of one log, grouped in the order in which their logs first appear:
  /// `app.log.2.gz`, `app.log.1` and `app.log` are one, read in that order.
  package static func grouped(_ paths: [String]) -> [[String]] {
    var order: [String] = []
    var members: [String: [(age: Int, path: String)]] = [:]
    for path in paths {
      let (name, age) = rotation(of: path)
      if members[name] == nil { order.append(name) }
      members[name, default: []].append((age, path))
    }
    return order.map { name in
      let list = members[name, default: []].enumerated()
      return list.sorted { left, right in
        left.element.age != right.element.age
          ? left.element.age > right.element.age : left.offset < right.offset
      }.map(\.element.path)
    }
  }

  /// `app.log.2.gz` is the log `app.log`, rotated twice.
  static func rotation(of path: String) -> (name: String, age: Int) {
    var name = Substring(path)
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) {
      name = name.dropLast(ending.count)
    }
    if let dot = name.lastIndex(of: ".") {
      let digits = name[name.index(after: dot)...]
      if !digits.isEmpty, digits.count <= 4, let age = Int(digits), age >= 0 {
        return (String(name[..<dot]), age)
      }
    }
    return (String(name), 0)
  }
}
