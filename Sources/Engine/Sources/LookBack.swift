import Records

/// Finds where in a file the lines begin that a window may still need, reading backwards from its end
/// so that a large file costs no more than a small one.
///
/// It goes back until a whole block lies further behind the newest line than `reach`. A line in front
/// of that block would have to be that far ahead of its neighbours to be missed, which is further than
/// any line may be.
package struct LookBack {
  /// The largest time seen so far, but for those of lines that are too far ahead to count.
  package private(set) var newest: Int64?
  private let reach: Int64
  private let latest: Int64
  private let plan: SourcePlan
  private let maker: BatchMaker

  private static let blockSize = 1 << 20

  /// `window` is the longest any monitor looks at; `now` the time of the start.
  package init(_ plan: SourcePlan, window: Int64, now: Int64) {
    self.plan = plan
    reach = window + plan.maxAhead
    latest = now + plan.maxAhead
    maker = BatchMaker(plan, Wanted(members: [], times: true))
  }

  /// The offset of the first line that may be needed; 0 when older generations may be too.
  package mutating func start(in place: PlaceReader, end: Int, near: Int64) -> Int {
    var upper = end
    var size = LookBack.blockSize
    while upper > 0 {
      var lower = max(0, upper - size)
      var content = place.read(at: Int64(lower), count: upper - lower)
      if lower > 0 {
        // Begins with the first line that begins here.
        let head = (content.firstIndex(of: 0x0A) ?? content.count) + 1
        guard head < content.count else {
          size *= 2
          continue
        }
        content.removeFirst(head)
        lower += head
      }
      size = LookBack.blockSize
      let largest = largest(in: Chunk(copying: content), near)
      if let largest, let newest, largest <= newest - reach { return upper }
      note(largest)
      upper = lower
    }
    return 0
  }

  /// Takes in lines that are read anyway.
  mutating func note(_ read: ReadChunk, near: Int64?) { note(largest(in: read.chunk, near)) }

  private mutating func note(_ largest: Int64?) {
    if let largest { newest = max(newest ?? largest, largest) }
  }

  private func largest(in chunk: Chunk, _ near: Int64?) -> Int64? {
    plan.format.chunks(of: chunk).compactMap { chunk in
      let made = maker.make(ReadChunk(chunk: chunk, source: 0, generation: 0), near: near)
      return made.batch.times.lazy.filter { $0 != Batch.untimed && $0 <= latest }.max()
    }.max()
  }
}
