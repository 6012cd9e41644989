import Glibc
package import QueryLanguage
package import Records

/// The head of a query with the places of its members in a shared projection.
package struct Head: Sendable {
  package var plan: Plan
  package var memberMap: [Int]
  /// The fold whose arguments are read as well, by the threads that read lines; nil when there is none.
  package var fold: FoldPlan?

  /// One projection for several plans, and for each plan where its members stand in it.
  package static func sharing(_ plans: [Plan]) -> (members: [String], heads: [Head]) {
    var members: [String] = []
    var places: [String: Int] = [:]
    let heads = plans.map { plan in
      Head(
        plan: plan,
        memberMap: plan.members.map { name in
          if let place = places[name] { return place }
          places[name] = members.count
          members.append(name)
          return members.count - 1
        })
    }
    return (members, heads)
  }
}

/// A batch behind the heads of all loaded queries.
package struct FedBatch: Sendable {
  package var made: MadeBatch
  /// One for each head, in their order.
  package var frames: [Frame]
}

/// How a source is read.
package struct FeedOptions: Sendable {
  package var threads: Int
  package var batchBytes: Int
  package var strict: Bool
  /// Who ends the reading before its time; nil where nobody does.
  package var stop: StopSignals?

  package init(threads: Int, batchBytes: Int, strict: Bool = false) {
    self.threads = threads
    self.batchBytes = batchBytes
    self.strict = strict
  }

  /// Large enough for few system calls, small enough to stay in a core's cache.
  package static let usualBatch = 512 << 10
}

/// One source as batches in order, read and projected ahead by several threads.
package final class SourceFeed {
  package let plan: SourcePlan
  package private(set) var report = ScanReport()
  private let heads: [Head]
  private let reader: RecordReader
  private let work: OrderedWork<ReadChunk, (ReadChunk, FedBatch?)>
  /// Makes again what a thread could not finish without the line before.
  private let inOrder: BatchMaker
  private let keep: @Sendable (Batch) -> Selection?
  private var previous: Int64?
  private var near: Int64?
  private var nearGeneration: Int32 = -1
  private let quarantine: ((Bytes) throws -> Void)?

  /// `keep` narrows the rows that the heads look at, by time for instance.
  package init(
    _ plan: SourcePlan, source: Int32, wanted: Wanted, heads: [Head], options: FeedOptions,
    pool: ChunkPool, ledger: GenerationLedger?,
    quarantine: ((Bytes) throws -> Void)? = nil,
    keep: @escaping @Sendable (Batch) -> Selection? = { _ in nil }
  ) {
    self.plan = plan
    self.heads = heads
    self.keep = keep
    self.quarantine = quarantine
    let reader = RecordReader(
      ChunkReader(
        plan, source: source, chunkSize: options.batchBytes, pool: pool, ledger: ledger,
        stop: options.stop),
      plan.format, pool: pool)
    self.reader = reader
    inOrder = BatchMaker(plan, wanted)
    let makers = (0..<max(1, options.threads)).map { _ in BatchMaker(plan, wanted) }
    work = OrderedWork(threads: options.threads) { () throws(InputFailure) in
      reader.next()
    } work: { thread, chunk in
      let made = makers[thread].make(chunk)
      guard !made.needsPrevious else { return (chunk, nil) }
      return (chunk, SourceFeed.feed(made, heads, keep))
    }
  }

  private static func feed(
    _ made: MadeBatch, _ heads: [Head], _ keep: (Batch) -> Selection?
  ) -> FedBatch {
    var live = made.messages
    if let kept = keep(made.batch) { live.formIntersection(kept) }
    return FedBatch(
      made: made,
      frames: heads.map { head in
        var frame = head.plan.runHead(on: made.batch, live: live, memberMap: head.memberMap)
        head.fold?.readUnits(of: &frame)
        return frame
      })
  }

  /// The next batch; nil at the end, when `report` is complete.
  package func next() throws -> FedBatch? {
    guard let (chunk, ready) = try work.next() else {
      finishReport()
      return nil
    }
    let fed: FedBatch
    if let ready {
      fed = ready
    } else {
      findNeighbour(of: chunk)
      let made = inOrder.make(chunk, previous: previous, near: near)
      fed = SourceFeed.feed(made, heads, keep)
    }
    if let last = fed.made.lastTime { previous = last }
    report.note(fed.made, path: path(of: fed.made.batch))
    for frame in fed.frames { note(limited: frame.limited[...], in: fed.made.batch) }
    if let quarantine {
      for row in fed.made.malformed { try quarantine(fed.made.batch.line(row)) }
    }
    return fed
  }

  /// Counts lines on which a regex hit its limit.
  package func note(limited lines: ArraySlice<Int>, in batch: Batch) {
    report.regexLimit.note(lines.count, at: lines.first.map { placement($0, batch) })
  }

  /// A batch through the heads once more.
  func feed(_ made: MadeBatch) -> FedBatch { SourceFeed.feed(made, heads, keep) }

  package func cancel() { work.cancel() }

  package func path(of batch: Batch) -> String { plan.generations[Int(batch.generation)] }

  package func placement(_ row: Int, _ batch: Batch) -> LinePlacement {
    LinePlacement(
      path: path(of: batch), line: batch.lineNumber(of: row), offset: batch.offset(of: row))
  }

  /// Before the first line with a time, the year is the one nearest to the file's own time.
  private func findNeighbour(of chunk: ReadChunk) {
    guard chunk.generation != nearGeneration else { return }
    nearGeneration = chunk.generation
    var status = stat()
    let path = plan.generations[Int(chunk.generation)]
    near = path != "-" && stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) * 1_000 : nil
  }

  private func finishReport() {
    for (place, _) in reader.chunks.tooLong { report.tooLong.note(at: place) }
    report.failures = reader.chunks.failures
  }
}
