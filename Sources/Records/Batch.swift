/// The lines of one chunk with everything that any loaded query reads of them: shared by all of them,
/// never changed.
package final class Batch: Sendable {
  /// The time of a line in which none was found.
  package static let untimed = Int64.min

  package let chunk: Chunk
  package let lines: LineTable
  /// One column for each member of the projection that was asked for.
  package let members: [[Cell]]
  /// Whether a member column holds cells that need unescaping or compacting.
  package let rich: [Bool]
  /// Message times in milliseconds; `untimed` where none was found and none was lent.
  package let times: [Int64]
  package let facts: SourceFacts
  package let source: Int32
  package let generation: Int32

  package init(
    chunk: Chunk, lines: LineTable, members: [[Cell]], rich: [Bool], times: [Int64],
    facts: SourceFacts, source: Int32, generation: Int32
  ) {
    self.chunk = chunk
    self.lines = lines
    self.members = members
    self.rich = rich
    self.times = times
    self.facts = facts
    self.source = source
    self.generation = generation
  }

  package var count: Int { lines.count }

  package func line(_ row: Int) -> Bytes { lines.line(row, in: chunk.bytes) }

  /// Offset of a row's line within its decompressed generation.
  package func offset(of row: Int) -> Int {
    chunk.records?.origins[row].offset ?? chunk.offset + Int(lines.starts[row])
  }

  /// Bytes that a row takes up in its generation, from its offset on.
  package func extent(of row: Int) -> Int {
    chunk.records?.origins[row].length ?? Int(lines.lengths[row])
  }

  /// Offset of the line that showed that a row is whole: its own, unless it is a record of several.
  package func closing(of row: Int) -> Int {
    chunk.records?.origins[row].closedAt ?? offset(of: row)
  }

  /// Number of a row's line within its generation, from 1.
  package func lineNumber(of row: Int) -> Int {
    chunk.records?.origins[row].line ?? chunk.firstLine + Int(lines.lineNumbers[row])
  }
}

extension Batch {
  /// The same lines with other times.
  package func with(times: [Int64]) -> Batch {
    Batch(
      chunk: chunk, lines: lines, members: members, rich: rich, times: times, facts: facts,
      source: source, generation: generation)
  }
}
