import Glibc

/// Bytes of whole lines as they were read, and where they stood. The only owner of raw memory on the
/// hot path: every row of a batch points into its chunk.
// SAFETY: the reader fills the memory before it makes the chunk; nothing writes it afterwards until
// `deinit` hands it back to the pool, when no batch can refer to it any more.
package final class Chunk: @unchecked Sendable {
  package let bytes: Bytes
  /// Offset of the first byte within its decompressed generation.
  package let offset: Int
  /// Number of the first line within its generation, from 1.
  package let firstLine: Int
  /// Offset behind the last byte that was read for it.
  package let end: Int
  /// Where its records stood, when it was put together from them; nil when it is what was read.
  package let records: RecordTable?
  private let room: UnsafeMutableRawBufferPointer
  private let pool: ChunkPool?

  init(
    room: UnsafeMutableRawBufferPointer, lower: Int, upper: Int, offset: Int, end: Int? = nil,
    firstLine: Int, pool: ChunkPool?, records: RecordTable? = nil
  ) {
    self.room = room
    self.pool = pool
    self.offset = offset
    self.end = end ?? offset + upper - lower
    self.firstLine = firstLine
    self.records = records
    let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    bytes = Bytes(start: UnsafePointer(start + lower), count: upper - lower)
  }

  deinit {
    if let pool { pool.giveBack(room) } else { room.deallocate() }
  }

  /// A chunk of its own memory, for tests and small inputs.
  package convenience init(copying content: [UInt8], offset: Int = 0, firstLine: Int = 1) {
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: content.count + Chunk.padding, alignment: 64)
    room.initializeMemory(as: UInt8.self, repeating: 0)
    room.copyBytes(from: content)
    self.init(
      room: room, lower: 0, upper: content.count, offset: offset, firstLine: firstLine, pool: nil)
  }

  /// Readable bytes behind the last one, so that kernels may load wide without a bounds check.
  package static let padding = 64
}

/// Buffers that chunks give back and readers take again, so that streaming allocates nothing.
// SAFETY: the list is guarded by its mutex; a buffer is either in the list or owned by one chunk.
package final class ChunkPool: @unchecked Sendable {
  private var free: [UnsafeMutableRawBufferPointer] = []
  private var lock = pthread_mutex_t()

  package init() { pthread_mutex_init(&lock, nil) }

  deinit {
    for room in free { room.deallocate() }
    pthread_mutex_destroy(&lock)
  }

  /// A buffer with at least `capacity` usable bytes and `Chunk.padding` behind them.
  package func take(capacity: Int) -> UnsafeMutableRawBufferPointer {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    while let room = free.popLast() {
      if room.count >= capacity + Chunk.padding { return room }
      room.deallocate()
    }
    return .allocate(byteCount: capacity + Chunk.padding, alignment: 4096)
  }

  func giveBack(_ room: UnsafeMutableRawBufferPointer) {
    pthread_mutex_lock(&lock)
    free.append(room)
    pthread_mutex_unlock(&lock)
  }
}
