import QueryLanguage
import Records

/// What was read, and what could not be used: nothing is dropped without being counted here.
package struct ScanReport: Sendable {
  /// How often something went wrong, and where first.
  package struct Trouble: Sendable {
    package var count = 0
    package var first: LinePlacement?

    package mutating func note(_ count: Int = 1, at place: @autoclosure () -> LinePlacement?) {
      guard count > 0 else { return }
      if first == nil { first = place() }
      self.count += count
    }
  }

  package var lines = 0
  package var bytes = 0
  package var blank = 0
  package var malformed = Trouble()
  package var tooLong = Trouble()
  package var untimed = Trouble()
  package var refused = Trouble()
  package var regexLimit = Trouble()
  package var duplicateKeys = 0
  package var failures: [InputFailure] = []

  package init() {}

  mutating func note(_ made: MadeBatch, path: String) {
    let batch = made.batch
    func place(_ row: Int) -> LinePlacement {
      LinePlacement(path: path, line: batch.lineNumber(of: row), offset: batch.offset(of: row))
    }
    lines += batch.lines.physicalLines
    bytes += batch.chunk.records?.read.bytes ?? batch.chunk.bytes.count
    blank += batch.lines.blank
    duplicateKeys += made.duplicates
    malformed.note(made.malformed.count, at: made.malformed.first.map(place))
    untimed.note(made.untimed.count, at: made.untimed.first.map(place))
    if let first = batch.lines.tooLong.first {
      tooLong.note(
        batch.lines.tooLong.count,
        at: LinePlacement(
          path: path, line: batch.chunk.firstLine + first.line,
          offset: batch.chunk.offset + first.offset))
    }
  }
}
