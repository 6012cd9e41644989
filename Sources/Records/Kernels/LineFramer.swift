import CKernels
import Glibc

/// Cuts a stream of bytes into chunks of whole lines.
///
/// What is behind the last newline of a read waits for the next one. A line longer than `maxLine` is
/// skipped to its end without being held in memory, and reported.
// SAFETY: `carry` is a buffer of its own that is only read after it was written; a chunk's room is
// handed over to the chunk before the next one is taken.
package struct LineFramer {
  package struct Skipped: Sendable {
    package var line: Int
    package var offset: Int
    package var length: Int
  }

  private let pool: ChunkPool
  private let chunkSize: Int
  private let maxLine: Int
  private var carry: [UInt8] = []
  private var offset: Int
  /// The number of the line that comes next.
  package private(set) var line: Int
  private var atEnd = false
  /// Set while the rest of a line that is too long is being skipped.
  private var skipping: Skipped?
  /// Lines that were too long even to be held, in order.
  package private(set) var skipped: [Skipped] = []

  package init(pool: ChunkPool, chunkSize: Int, maxLine: Int, offset: Int = 0, line: Int = 1) {
    self.pool = pool
    self.chunkSize = max(1, chunkSize)
    self.maxLine = maxLine
    self.offset = offset
    self.line = line
  }

  /// Bytes of an unfinished line that wait for its end.
  package var pending: Int { carry.count }

  /// Counts from here on: what waits for its end begins at `offset`, with this number.
  package mutating func begin(at offset: Int, line: Int) {
    self.offset = offset
    self.line = line
  }

  package mutating func takeSkipped() -> [Skipped] {
    defer { skipped.removeAll() }
    return skipped
  }

  /// The next chunk; nil at the end, or when `read` returned 0 and `isFinal` is false.
  ///
  /// `read` fills the buffer as far as it can and returns the number of bytes; 0 means no more for now.
  /// With `fills`, reading goes on until the chunk is full, which is right for files at rest.
  package mutating func next<E: Error>(
    isFinal: Bool = true, fills: Bool = true,
    _ read: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Chunk? {
    while !atEnd {
      // Growing with what is carried, so that a long line is not copied once for each small chunk.
      let capacity = carry.count + max(chunkSize, carry.count)
      let room = pool.take(capacity: capacity)
      carry.withUnsafeBytes { room.copyMemory(from: $0) }
      let carried = carry.count
      var count = carried
      var ended = false
      while count < capacity {
        let got: Int
        do throws(E) {
          got = try read(UnsafeMutableRawBufferPointer(rebasing: room[count..<capacity]))
        } catch {
          pool.giveBack(room)
          throw error
        }
        if got == 0 {
          ended = true
          break
        }
        count += got
        if !fills { break }
      }
      if ended && isFinal { atEnd = true }
      let isDry = ended && !isFinal && count == carried
      if let chunk = cut(room, count, searchFrom: carried) { return chunk }
      if isDry || (atEnd && carry.isEmpty) { return nil }
      if !fills && !atEnd && ended { return nil }
    }
    return nil
  }

  /// Makes a chunk of the whole lines among the first `count` bytes; the rest is carried.
  private mutating func cut(
    _ room: UnsafeMutableRawBufferPointer, _ count: Int, searchFrom: Int
  ) -> Chunk? {
    var lower = 0
    let base = room.baseAddress!.assumingMemoryBound(to: UInt8.self)
    if var skip = skipping {
      let newline = memchr(base, 0x0A, count).map {
        UnsafeRawPointer($0) - UnsafeRawPointer(base)
      }
      let passed = newline.map { $0 + 1 } ?? count
      skip.length += newline ?? count
      offset += passed
      lower = passed
      if newline != nil || atEnd {
        skipped.append(skip)
        skipping = nil
        line += 1
      } else {
        skipping = skip
      }
    }
    if offset == 0, hasMark(base, count) {
      lower = LineFramer.mark.count
      offset = lower
    }
    let last = lower < count ? memrchrIndex(base + lower, count - lower).map { $0 + lower } : nil
    var upper = atEnd ? count : last.map { $0 + 1 } ?? lower
    carry.removeAll(keepingCapacity: true)
    if upper < count {
      if count - upper > maxLine {
        skipping = Skipped(line: 0, offset: offset + (upper - lower), length: count - upper)
      } else {
        carry.append(
          contentsOf: UnsafeBufferPointer(start: base + upper, count: count - upper))
      }
    }
    if lower == upper {
      if var skip = skipping, skip.line == 0 {
        skip.line = line
        skipping = skip
        offset += count - upper
      }
      pool.giveBack(room)
      return nil
    }
    if upper > count { upper = count }
    let firstLine = line
    line += tripline_count_newlines(base + lower, upper - lower)
    let chunk = Chunk(
      room: room, lower: lower, upper: upper, offset: offset, firstLine: firstLine, pool: pool)
    offset += upper - lower
    if var skip = skipping, skip.line == 0 {
      skip.line = line
      skipping = skip
      offset += count - upper
    }
    return chunk
  }

  /// A byte order mark, which some programs put in front of UTF-8: not part of the first line.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private func hasMark(_ base: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    count >= LineFramer.mark.count
      && LineFramer.mark.indices.allSatisfy {
        base[$0] == LineFramer.mark[$0]
      }
  }

  private func memrchrIndex(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int? {
    tripline_last_newline(start, count).map { $0 - start }
  }
}
