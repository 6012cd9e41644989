package import Records

/// A chunk with the log and the generation it was read from.
package struct ReadChunk: Sendable {
  package var chunk: Chunk
  package var source: Int32
  package var generation: Int32

  package init(chunk: Chunk, source: Int32, generation: Int32) {
    self.chunk = chunk
    self.source = source
    self.generation = generation
  }
}

/// Reads the generations of one source, one after the other, in chunks of whole lines.
package final class ChunkReader {
  private let plan: SourcePlan
  private let source: Int32
  private let chunkSize: Int
  private let pool: ChunkPool
  private let ledger: GenerationLedger?
  private let stop: StopSignals?
  private var generation: Int32 = -1
  private var stream: (any ByteStream)?
  private var framer: LineFramer?
  /// Whether the generation was read to its end; what is left of it is an unfinished line.
  private var isAtEnd = false
  /// Lines that were too long to be held, and files that could not be read.
  package private(set) var tooLong: [(place: LinePlacement, length: Int)] = []
  package private(set) var failures: [InputFailure] = []

  /// `ledger` remembers the generations for whoever wants to read lines of them again. Once somebody
  /// wants the program to `stop`, only the whole lines still come that were read.
  package init(
    _ plan: SourcePlan, source: Int32, chunkSize: Int, pool: ChunkPool, ledger: GenerationLedger?,
    stop: StopSignals? = nil
  ) {
    self.stop = stop
    self.plan = plan
    self.source = source
    self.chunkSize = chunkSize
    self.pool = pool
    self.ledger = ledger
  }

  /// The next chunk, nil at the end of the last generation. A generation that can't be read is noted and
  /// the next one goes on.
  package func next() -> ReadChunk? {
    while true {
      if stream == nil, !openNext() { return nil }
      // What may be half a line is none.
      guard let stream, !(isAtEnd && isStopped) else { return nil }
      let wasAtEnd = isAtEnd
      let chunk =
        wasAtEnd ? framer?.next { _ in 0 } : framer?.next(isFinal: false) { read(stream, $0) }
      noteSkipped()
      if let chunk {
        return ReadChunk(chunk: chunk, source: source, generation: generation)
      }
      if wasAtEnd { self.stream = nil }
    }
  }

  /// Whether the end is not that of the log.
  var isStopped: Bool { stop?.received != nil }

  /// What was read before a failure counts: to the framer a failure is the end.
  private func read(_ stream: any ByteStream, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard !isAtEnd else { return 0 }
    var count = 0
    do throws(InputFailure) { count = try stream.read(into: buffer) } catch {
      // Of a compressed file that is left in the middle the rest seems to be missing.
      if !isStopped { failures.append(error) }
    }
    isAtEnd = count == 0
    return count
  }

  private func openNext() -> Bool {
    while !isStopped, Int(generation) + 1 < plan.generations.count {
      generation += 1
      let path = plan.generations[Int(generation)]
      do throws(InputFailure) {
        let opened = try plan.open(path, stop: stop)
        isAtEnd = false
        stream =
          try ledger?.register(opened, path: plan.path, source, generation) ?? opened
        framer = LineFramer(pool: pool, chunkSize: chunkSize, maxLine: plan.maxLine)
        return true
      } catch {
        failures.append(error)
      }
    }
    return false
  }

  private func noteSkipped() {
    guard let skipped = framer?.takeSkipped(), !skipped.isEmpty else { return }
    let path = plan.generations[Int(generation)]
    for line in skipped {
      tooLong.append(
        (LinePlacement(path: path, line: line.line, offset: line.offset), line.length))
    }
  }
}

extension SourcePlan {
  /// One of its generations as it is now, read once.
  func open(
    _ path: String, stop: StopSignals? = nil
  ) throws(InputFailure) -> any ByteStream {
    switch input {
    case .path: return try ByteStreams.open(path, stop: stop)
    case .journal(let journal): return try JournalBytes(journal, .all)
    case .command:
      throw InputFailure(
        path: path, reason: "a command has no lines from before; only 'tripline run' runs it")
    }
  }
}

/// Where a line stands, as messages say it.
package struct LinePlacement: Sendable, Hashable {
  package var path: String
  package var line: Int
  package var offset: Int

  package init(path: String, line: Int, offset: Int) {
    self.path = path
    self.line = line
    self.offset = offset
  }
}
