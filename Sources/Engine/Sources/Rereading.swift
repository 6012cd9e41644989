import Records

/// A log whose lines were taken in by an earlier run, and come once more, up to one place after the
/// other.
struct Rereading {
  private let source: any LiveSource
  /// What was read and lies behind the last place.
  private var coming: LiveChunk?

  init(_ source: any LiveSource) { self.source = source }

  /// Hands over what lies in front of a place.
  mutating func read(
    through stop: ReadOrder.Stop, _ news: (WatchNews) -> Void, _ body: (LiveChunk) throws -> Void
  ) rethrows {
    while let chunk = next(news) {
      let generation = chunk.read.generation
      if generation > stop.number { return coming = chunk }
      if generation < stop.number || chunk.read.chunk.end <= Int(stop.end) {
        try body(chunk)
        continue
      }
      coming = chunk
      guard let (front, rest) = chunk.cut(at: Int(stop.end)) else { return }
      coming = rest
      return try body(front)
    }
  }

  mutating func readRest(
    _ news: (WatchNews) -> Void, _ body: (LiveChunk) throws -> Void
  ) rethrows {
    while let chunk = next(news) { try body(chunk) }
  }

  private mutating func next(_ news: (WatchNews) -> Void) -> LiveChunk? {
    if let chunk = coming {
      coming = nil
      return chunk
    }
    while source.isRereading {
      switch source.next() {
      case .chunk(let chunk): return chunk
      case .news(let what): news(.source(what))
      case .nothing, .ended: return nil
      }
    }
    return nil
  }
}

extension LiveChunk {
  /// The lines in front of an offset, where one begins, and those behind it; nil when there are none in
  /// front.
  fileprivate func cut(at offset: Int) -> (LiveChunk, LiveChunk)? {
    let chunk = read.chunk
    let count = offset - chunk.offset
    guard count > 0, count < chunk.bytes.count else { return nil }
    let bytes = chunk.bytes.array
    let lines = bytes[..<count].count { $0 == 0x0A }
    var (front, rest) = (self, self)
    front.read.chunk = Chunk(
      copying: Array(bytes[..<count]), offset: chunk.offset, firstLine: chunk.firstLine)
    rest.read.chunk = Chunk(
      copying: Array(bytes[count...]), offset: offset, firstLine: chunk.firstLine + lines)
    rest.tooLong = []
    return (front, rest)
  }
}
