package import Records

/// That records are over which no line has ended.
package enum RecordClosing: Sendable, Hashable {
  /// Nothing came to a stream of a generation for a while.
  case stream(OutputStream)
  /// Nothing will ever come to a generation.
  case all
}

/// Puts the records of one source together, generation by generation: what is open at the end of one
/// is over when lines of a later one come.
final class RecordAssembler {
  private struct Joined {
    let joiner: RecordJoiner
    /// Where the lines end that have come.
    var end = 0
    var line = 1
  }

  private let format: RecordFormat
  private let pool: ChunkPool
  private var joined: [Int32: Joined] = [:]
  private var source: Int32 = 0

  init(_ format: RecordFormat, pool: ChunkPool = ChunkPool()) {
    self.format = format
    self.pool = pool
  }

  /// The records that are over with these lines. `closings` says what was closed when they were first
  /// read, and `begins` where their streams begin.
  func records(
    of read: ReadChunk, closings: [RecordJoiner.Closing] = [], begins: [Int]? = nil
  ) -> [ReadChunk] {
    source = read.source
    var result = close { $0 < read.generation }
    var state =
      joined[read.generation]
      ?? Joined(joiner: RecordJoiner(format, pool: pool, begins: begins))
    var records = read
    records.chunk = state.joiner.records(of: read.chunk, closings: closings)
    state.end = read.chunk.end
    state.line = read.chunk.firstLine + (records.chunk.records?.read.lines ?? 0)
    joined[read.generation] = state
    result.append(records)
    return result
  }

  /// What is still open when nothing more comes.
  func finish() -> [ReadChunk] { close { _ in true } }

  private func close(_ isOver: (Int32) -> Bool) -> [ReadChunk] {
    joined.keys.filter(isOver).sorted().compactMap { generation in
      guard let state = joined.removeValue(forKey: generation) else { return nil }
      return state.joiner.close(at: state.end, line: state.line).map {
        ReadChunk(chunk: $0, source: source, generation: generation)
      }
    }
  }

  // While a log is followed.

  /// The records that may be whole, and where their last lines end.
  var open: [(generation: Int32, stream: OutputStream, end: Int)] {
    joined.keys.sorted().flatMap { generation in
      (joined[generation]?.joiner.closable ?? []).map { (generation, $0.stream, $0.end) }
    }
  }

  /// Closes records of a generation.
  func close(_ closing: RecordClosing, of generation: Int32) -> ReadChunk? {
    guard case .stream(let stream) = closing else { return close { $0 == generation }.first }
    guard let state = joined[generation] else { return nil }
    return state.joiner.close([stream], at: state.end, line: state.line).map {
      ReadChunk(chunk: $0, source: source, generation: generation)
    }
  }

  /// Where the oldest line of a generation stands that belongs to something open.
  func openFrom(_ generation: Int32) -> Int? { joined[generation]?.joiner.openFrom }

  /// For each stream of a generation from where on it has to be read to go on as it is now.
  func begins(_ generation: Int32) -> [Int]? {
    joined[generation].map { $0.joiner.begins(at: $0.end) }
  }
}

extension RecordFormat {
  /// The records among some lines.
  func chunks(of lines: Chunk) -> [Chunk] {
    guard !isPlain else { return [lines] }
    let joiner = RecordJoiner(self, pool: ChunkPool())
    let records = joiner.records(of: lines)
    return [records, joiner.close(at: lines.end, line: 1)].compactMap(\.self)
  }

  /// The text of the record that begins with `raw`, as it was read; what stands there when nothing does.
  func text(of raw: [UInt8]) -> String {
    for chunk in chunks(of: Chunk(copying: raw)) {
      guard let table = chunk.records,
        let row = table.origins.firstIndex(where: { $0.offset == 0 })
      else { continue }
      return LineTable(table).line(row, in: chunk.bytes).string
    }
    return String(decoding: raw, as: UTF8.self)
  }
}

/// Reads the generations of one source, one after the other, as records.
final class RecordReader {
  let chunks: ChunkReader
  private let assembler: RecordAssembler?
  private var coming: [ReadChunk] = []
  private var isAtEnd = false

  init(_ chunks: ChunkReader, _ format: RecordFormat, pool: ChunkPool) {
    self.chunks = chunks
    assembler = format.isPlain ? nil : RecordAssembler(format, pool: pool)
  }

  /// The next chunk; nil at the end of the last generation.
  func next() -> ReadChunk? {
    guard let assembler else { return chunks.next() }
    while coming.isEmpty, !isAtEnd {
      if let read = chunks.next() {
        coming = assembler.records(of: read)
      } else {
        isAtEnd = true
        // What may be half a record is none.
        coming = chunks.isStopped ? [] : assembler.finish()
      }
    }
    return coming.isEmpty ? nil : coming.removeFirst()
  }
}
