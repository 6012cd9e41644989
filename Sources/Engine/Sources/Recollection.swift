import Records

/// Lines that were read before, read once more: for monitors that come while the program runs. What was
/// read from a pipe is in the copy that is kept for evidence.
struct Recollection {
  let ledger: GenerationLedger
  let chunkSize: Int
  private let pool = ChunkPool()

  init(_ ledger: GenerationLedger, chunkSize: Int) {
    self.ledger = ledger
    self.chunkSize = chunkSize
  }

  /// Hands over the whole lines of a part of a log.
  func read(
    _ part: Retention.Part, of source: Int32, maxLine: Int, _ body: (LiveChunk) -> Void
  ) {
    guard let place = ledger.reader(source, part.generation)?.place else { return }
    place.forEachChunk(
      part.start..<part.end, chunkSize: chunkSize, maxLine: maxLine, pool: pool
    ) { chunk in
      body(
        LiveChunk(
          read: ReadChunk(chunk: chunk, source: source, generation: part.generation),
          isAgain: true))
    }
  }

  /// Where in its oldest part a log has to be begun for a window of this length, of which the lines up
  /// to `newest` were taken in; what an older generation holds is not looked for.
  func start(
    _ part: Retention.Part, of source: Int32, _ plan: SourcePlan, window: Int64, newest: Int64
  ) -> Int64 {
    // The beginning of a copy may be gone.
    guard part.start > 0, let known = ledger.reader(source, part.generation), !known.isCopy else {
      return part.start
    }
    var back = LookBack(plan, window: window, now: newest, newest: newest)
    return Int64(back.start(in: known.place, end: Int(part.start), near: newest))
  }
}
