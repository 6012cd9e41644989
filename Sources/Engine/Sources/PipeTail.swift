import Records

/// Lines that come once, as they come: from a pipe, from a command.
package final class PipeTail: LiveSource {
  package let plan: SourcePlan
  private let follower: Int
  private let bytes: any LiveBytes
  /// The same with a copy kept, because it can't be read twice.
  private let stream: any ByteStream
  private var framer: LineFramer
  private var news: [SourceNews] = []
  private var isOver = false

  init(
    _ plan: SourcePlan, _ bytes: any LiveBytes, follower: Int, chunkSize: Int, pool: ChunkPool,
    ledger: GenerationLedger
  ) throws(InputFailure) {
    self.plan = plan
    self.follower = follower
    self.bytes = bytes
    stream = try ledger.register(
      bytes, path: plan.path, Int32(follower), Int32(plan.generations.count - 1))
    framer = LineFramer(pool: pool, chunkSize: chunkSize, maxLine: plan.maxLine)
  }

  package var descriptor: Int32? { bytes.descriptor }

  package var looksAgain: Duration? { bytes.wakes }

  package func path(of generation: Int32) -> String { plan.path }

  package func next() -> LiveArrival {
    if !news.isEmpty { return .news(news.removeFirst()) }
    if isOver { return .ended }
    do throws(InputFailure) {
      let chunk = try framer.next(isFinal: bytes.hasEnded) { buffer throws(InputFailure) in
        try stream.read(into: buffer)
      }
      news += bytes.takeNews()
      if let chunk {
        return .chunk(
          LiveChunk(
            read: ReadChunk(
              chunk: chunk, source: Int32(follower), generation: Int32(plan.generations.count - 1)),
            tooLong: framer.takeSkipped(in: plan.path)))
      }
      if !news.isEmpty { return next() }
      guard bytes.hasEnded else { return .nothing }
      // What the last line lacks is only its end.
      if framer.pending > 0 { return next() }
      isOver = true
      return .ended
    } catch {
      isOver = true
      return .news(.failed(error))
    }
  }
}
