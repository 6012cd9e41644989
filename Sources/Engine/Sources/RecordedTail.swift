import Glibc
package import Records

/// Files that are read once, from their start to their end: compressed ones, and the older
/// generations of a followed one.
package final class RecordedTail: LiveSource {
  package let plan: SourcePlan
  package let descriptor: Int32? = nil
  package let looksAgain: Duration? = nil
  private let reader: ChunkReader
  private let modified: Int64?
  private var coming: [LiveArrival] = []
  private var failures = 0
  private var hasEnded = false

  package init(
    _ plan: SourcePlan, follower: Int, chunkSize: Int, pool: ChunkPool, ledger: GenerationLedger?
  ) {
    self.plan = plan
    reader = ChunkReader(
      plan, source: Int32(follower), chunkSize: chunkSize, pool: pool, ledger: ledger)
    var status = stat()
    let newest = plan.generations.last ?? ""
    modified = stat(newest, &status) == 0 ? status.modified : nil
  }

  package func path(of generation: Int32) -> String { plan.generations[Int(generation)] }

  package func next() -> LiveArrival {
    if coming.isEmpty, !hasEnded { advance() }
    return coming.isEmpty ? .ended : coming.removeFirst()
  }

  private func advance() {
    let tooLong = reader.tooLong.count
    let read = reader.next()
    coming += reader.failures.dropFirst(failures).map { .news(.failed($0)) }
    failures = reader.failures.count
    if let read {
      let places = reader.tooLong.dropFirst(tooLong).map(\.place)
      coming.append(.chunk(LiveChunk(read: read, recorded: modified, tooLong: places)))
    } else {
      hasEnded = true
    }
  }
}
