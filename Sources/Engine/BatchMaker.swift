package import Records

/// What all loaded queries together want to know of each line.
package struct Wanted: Sendable {
  package var members: [String]
  package var times: Bool
  /// Whether every byte of a JSON line must be valid.
  package var strict: Bool

  package init(members: [String], times: Bool, strict: Bool = false) {
    self.members = members
    self.times = times
    self.strict = strict
  }
}

/// A batch, and what was noticed when it was made.
package struct MadeBatch: Sendable {
  package var batch: Batch
  /// Rows that are messages: not malformed.
  package var messages: Selection
  package var malformed: [Int]
  package var duplicates: Int
  /// Rows in which no time was found; they have a lent one where a line stood before them.
  package var untimed: [Int]
  /// Whether a time hangs on the line before the batch, which a thread working ahead does not know.
  package var needsPrevious: Bool
  /// The time of the last line that has one.
  package var lastTime: Int64?
}

/// Turns chunks of one source into batches. One for each thread, because the projector learns.
package final class BatchMaker {
  private let plan: SourcePlan
  private let wanted: Wanted
  private let projector: LineProjector
  private var reader: TimestampReader

  package init(_ plan: SourcePlan, _ wanted: Wanted) {
    self.plan = plan
    self.wanted = wanted
    let names = wanted.times ? plan.timeField.map { [$0] } ?? SourcePlan.timeNames : []
    projector = LineProjector(members: wanted.members, firstOf: names)
    reader = TimestampReader(zone: plan.zone, format: plan.timeFormat)
  }

  /// Makes a batch. `previous` is the time of the line before it, when that is known; `near` stands in
  /// for it where only a year or a day is missing.
  package func make(
    _ read: ReadChunk, previous: Int64? = nil, near: Int64? = nil
  ) -> MadeBatch {
    let bytes = read.chunk.bytes
    let records = read.chunk.records
    var lines = records.map { LineTable($0) } ?? LineTable(scanning: bytes, maxLine: plan.maxLine)
    if wanted.strict { refuseInvalid(&lines, bytes) }
    var columns = projector.project(bytes, lines, padding: Chunk.padding)
    if let records { addStreams(of: records, to: &columns) }
    var messages = Selection(all: lines.count)
    var malformed: [Int] = []
    for (row, shape) in lines.shapes.enumerated() where shape == .malformed {
      messages.remove(row)
      malformed.append(row)
    }
    let times = times(lines, records, columns.firstOf, bytes, previous, near)
    let batch = Batch(
      chunk: read.chunk, lines: lines, members: columns.members, rich: columns.rich,
      times: times.list, facts: plan.facts, source: read.source, generation: read.generation)
    return MadeBatch(
      batch: batch, messages: messages, malformed: malformed, duplicates: columns.duplicates,
      untimed: times.untimed, needsPrevious: times.needsPrevious, lastTime: times.last)
  }

  /// A record without a `stream` of its own has the one that was written around it.
  private func addStreams(of records: RecordTable, to columns: inout LineProjector.Columns) {
    for (index, name) in wanted.members.enumerated() where name.lowercased() == "stream" {
      for (row, origin) in records.origins.enumerated() where columns.members[index][row].isNull {
        columns.members[index][row] = origin.stream.cell
      }
    }
  }

  private func refuseInvalid(_ lines: inout LineTable, _ bytes: Bytes) {
    for row in 0..<lines.count
    where lines.shapes[row] == .json && !JSONScanner.isValid(lines.line(row, in: bytes)) {
      lines.shapes[row] = .malformed
    }
  }

  private struct Times {
    var list: [Int64]
    var untimed: [Int] = []
    var needsPrevious = false
    var last: Int64?
  }

  private func times(
    _ lines: LineTable, _ records: RecordTable?, _ found: [Cell], _ bytes: Bytes,
    _ previous: Int64?, _ near: Int64?
  ) -> Times {
    var times = Times(list: [Int64](repeating: Batch.untimed, count: lines.count))
    guard wanted.times else { return times }
    // A copy for the loop, because each look at a variable of a class asks who else looks at it.
    var reader = reader
    defer { self.reader = reader }
    var before = previous
    for row in 0..<lines.count {
      // What was written around a record says when it came, if it does not say so itself.
      let outer = records.flatMap {
        $0.origins[row].time == Batch.untimed ? nil : $0.origins[row].time
      }
      let own: Int64?
      switch lines.shapes[row] {
      case .json:
        own = reader.read(found[row])
      case .text:
        own = textTime(lines.line(row, in: bytes), outer ?? before ?? near, &times, &reader)
      case .malformed:
        continue
      }
      if let own = own ?? outer {
        times.list[row] = own
        before = own
        times.last = own
      } else {
        times.untimed.append(row)
        if let before { times.list[row] = before } else { times.needsPrevious = true }
      }
    }
    return times
  }

  /// The time in a line of text. Without a line before, a format that leaves out the year or the day
  /// can't be read yet.
  private func textTime(
    _ line: Bytes, _ before: Int64?, _ times: inout Times, _ reader: inout TimestampReader
  ) -> Int64? {
    if let before { return reader.leftmost(in: line, near: before) }
    let alone = reader.leftmost(in: line, near: nil)
    if reader.leftmost(in: line, near: 0) != alone { times.needsPrevious = true }
    return alone
  }
}
