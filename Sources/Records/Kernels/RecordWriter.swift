import Glibc

/// Puts records one behind the other into memory of their own, which becomes a chunk.
// SAFETY: the room is only written at `used`, after `reserve` has made sure that there is enough; it
// is handed over to the chunk once, in `finish`, or given back.
struct RecordWriter {
  var table = RecordTable()
  private let pool: ChunkPool
  private var room: UnsafeMutableRawBufferPointer
  private var used = 0

  /// `capacity` is what is expected; more may come.
  init(pool: ChunkPool, capacity: Int) {
    self.pool = pool
    room = pool.take(capacity: max(capacity, 1))
  }

  private mutating func reserve(_ count: Int) {
    guard used + count + Chunk.padding > room.count else { return }
    let larger = pool.take(capacity: max(2 * room.count, used + count))
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<used]))
    pool.giveBack(room)
    room = larger
  }

  /// Adds a record; one that is blank is only counted. `shape` is what it is said to be. What `mayEnd`
  /// is a line with its end, which is no part of the record.
  mutating func add(
    _ cell: Cell, _ origin: RecordTable.Origin, shape: LineTable.Shape? = nil,
    mayEnd: Bool = false
  ) {
    reserve(cell.place.count)
    let start = used
    used += RecordWriter.copy(cell, to: room.baseAddress.unsafelyUnwrapped + used)
    let base = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
    var count = used - start
    if mayEnd, count > 0, base[start + count - 1] == 0x0A { count -= 1 }
    if mayEnd, count > 0, base[start + count - 1] == 0x0D { count -= 1 }
    used = start + count
    let text = Bytes(start: UnsafePointer(base + start), count: count)
    guard let shape = shape ?? LineTable.Shape(of: text) else {
      table.blank += 1
      table.blankSize += origin.size
      used = start
      return
    }
    table.starts.append(UInt32(start))
    table.lengths.append(UInt32(count))
    table.shapes.append(shape)
    table.origins.append(origin)
  }

  /// The chunk; `offset`, `end` and `firstLine` are those of the chunk that was read.
  func finish(offset: Int, end: Int, firstLine: Int) -> Chunk {
    Chunk(
      room: room, lower: 0, upper: used, offset: offset, end: end, firstLine: firstLine, pool: pool,
      records: table)
  }

  /// Writes the text that a cell stands for, and says how many bytes that is; never more than it has.
  static func copy(_ cell: Cell, to room: UnsafeMutableRawPointer) -> Int {
    let place = cell.place
    guard let start = place.start, place.count > 0 else { return 0 }
    guard cell.kind == .escaped else {
      memcpy(room, start, place.count)
      return place.count
    }
    let bytes = room.assumingMemoryBound(to: UInt8.self)
    var count = 0
    JSONText.unescape(place) { byte in
      bytes[count] = byte
      count += 1
    }
    return count
  }
}

extension ByteStore {
  /// Adds the text that a cell stands for.
  // SAFETY: unescaped text is never longer than what stands in the cell.
  mutating func append(_ cell: Cell) {
    guard cell.kind == .escaped else { return append(cell.place) }
    let text = [UInt8](unsafeUninitializedCapacity: cell.place.count) { buffer, count in
      guard let base = buffer.baseAddress else { return }
      count = RecordWriter.copy(cell, to: UnsafeMutableRawPointer(base))
    }
    content.append(contentsOf: text)
  }

  mutating func removeLast() { content.removeLast() }

  mutating func removeAll() { content.removeAll(keepingCapacity: true) }
}
