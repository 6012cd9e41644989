package import Records

/// One log to read: its generations, oldest first, and how its lines are to be understood.
package struct SourcePlan: Sendable {
  /// Paths as the person gave them; `-` is the standard input.
  package var generations: [String]
  /// Where the lines come from when that is no path; the generation is then a name for it.
  package var input = SourceInput.path
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
  /// Whether a followed line without a time has that of the line before, as in a replay, and not that
  /// of its arrival.
  package var lendsTimes = false
  /// How its lines become records.
  package var format: RecordFormat

  package init(
    generations: [String], facts: SourceFacts, timeField: String? = nil,
    timeFormat: DatePattern? = nil, zone: Zone = .utc, maxLine: Int = 1 << 20,
    maxAhead: Int64 = 300_000, idleAfter: Int64 = 5_000, lateness: Int64 = 0,
    format: RecordFormat = RecordFormat()
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
    self.format = format
  }

  /// The path that stands for the log: that of its newest generation.
  package var path: String { generations.last ?? "-" }

  package static let timeNames = [
    "timestamp", "@timestamp", "time", "ts", "datetime", "date", "eventTime", "_messagetime",
  ]

  /// Paths that are generations of one log, grouped in the order in which their logs first appear:
  /// `app.log.2.gz`, `app.log.1` and `app.log` are one, read in that order. A dated one belongs to its
  /// log if that is named too; without it, dated files may be anything.
  package static func grouped(_ paths: [String]) -> [[String]] {
    let all = Set(paths)
    var order: [String] = []
    var members: [String: [(rotation: RotatedName?, path: String)]] = [:]
    for path in paths {
      let log = dated(path, among: all) ?? rotation(of: path).name
      if members[log] == nil { order.append(log) }
      members[log, default: []].append((RotatedName(path.lastName, of: log.lastName), path))
    }
    return order.map { log in
      let list = members[log, default: []].enumerated()
      return list.sorted { left, right in
        isOlder(left.element.rotation, right.element.rotation)
          ?? (left.offset < right.offset)
      }.map(\.element.path)
    }
  }

  /// Nil for two of which nobody can tell.
  private static func isOlder(_ left: RotatedName?, _ right: RotatedName?) -> Bool? {
    guard let left, let right else {
      return left == nil && right == nil ? nil : left != nil
    }
    guard left.scheme == right.scheme else {
      let order: [RotatedName.Scheme] = [.old, .date, .number]
      return order.firstIndex(of: left.scheme)! < order.firstIndex(of: right.scheme)!
    }
    return left.isOlder(than: right) ? true : right.isOlder(than: left) ? false : nil
  }

  /// The log among `all` of which a path is a dated generation.
  private static func dated(_ path: String, among all: Set<String>) -> String? {
    let directory = FileWatcher.parent(of: path)
    return all.filter { log in
      guard log != path, FileWatcher.parent(of: log) == directory else { return false }
      let name = RotatedName(path.lastName, of: log.lastName)
      return name.map { $0.scheme != .number } ?? false
    }.min()
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
