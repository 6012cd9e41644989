import Records

/// A record that will be over if nothing more comes to it.
struct OpenRecord {
  let generation: Int32
  let stream: OutputStream
  /// Where its last line ends, and when that came.
  let end: Int
  var since: Duration
}

/// Records of several lines while their log is followed: nobody knows that the last one is whole until
/// the next one begins, or nothing comes for a while.
extension LiveFeed {
  /// Lines as they are taken in: records, when they have to be put together. `marks` says what was
  /// closed when they were first read.
  func records(of chunk: LiveChunk, _ marks: ReadMarks? = nil, at elapsed: Duration) -> [LiveChunk]
  {
    guard let assembler else { return [chunk] }
    lastArrival = elapsed
    let closings = (marks?.closings ?? []).map {
      RecordJoiner.Closing(offset: Int($0.offset), stream: $0.stream)
    }
    let begins = marks?.begins.map { Int($0) }
    let parts = assembler.records(
      of: chunk.read, closings: closings, begins: begins?.isEmpty ?? true ? nil : begins
    ).map { read in
      var part = chunk
      part.read = read
      if read.generation != chunk.read.generation {
        part.tooLong = []
        part.closing = .all
      }
      return part
    }
    noteOpen()
    return parts
  }

  /// Notes when what had come before was written.
  func arrived(at elapsed: Duration) {
    lastArrival = elapsed
    for index in open.indices { open[index].since = elapsed }
  }

  /// When the first open record has waited long enough; nil when none is open.
  var closesAt: Duration? { open.map(\.since).min().map { $0 + patience } }

  /// What has waited long enough, and is over therefore.
  func closeIdle(at elapsed: Duration) -> [(LiveChunk, ReadMarks.Closing)] {
    let due = open.filter { $0.since + patience <= elapsed }
    defer { noteOpen() }
    return due.compactMap { record in
      guard let chunk = close(.stream(record.stream), of: record.generation) else { return nil }
      let closing = ReadMarks.Closing(
        offset: Int64(chunk.read.chunk.end), stream: record.stream, time: nil)
      return (chunk, closing)
    }
  }

  /// Records that are over though no line says so.
  func close(_ closing: RecordClosing, of generation: Int32) -> LiveChunk? {
    assembler?.close(closing, of: generation).map { LiveChunk(read: $0, closing: closing) }
  }

  /// Everything that is open, when nothing will ever come to it.
  func closeAll() -> [LiveChunk] {
    defer { noteOpen() }
    return (assembler?.finish() ?? []).map { LiveChunk(read: $0, closing: .all) }
  }

  /// Where the oldest line of a generation stands that belongs to something open.
  func openFrom(_ generation: Int32) -> Int64? { assembler?.openFrom(generation).map(Int64.init) }

  /// For each stream of a generation from where on it has to be read to go on as it is now.
  func begins(_ generation: Int32) -> [Int64] {
    assembler?.begins(generation)?.map(Int64.init) ?? []
  }

  private func noteOpen() {
    guard let assembler else { return }
    let before = open
    open = assembler.open.map { now in
      let known = before.first {
        $0.generation == now.generation && $0.stream == now.stream && $0.end == now.end
      }
      return OpenRecord(
        generation: now.generation, stream: now.stream, end: now.end,
        since: known?.since ?? lastArrival)
    }
  }
}
