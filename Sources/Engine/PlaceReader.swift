import Glibc
import Records

/// Reads bytes at a place of a file.
package struct PlaceReader {
  let descriptor: Int32

  package init(descriptor: Int32) { self.descriptor = descriptor }

  /// The size of the file; 0 when nobody knows.
  var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  package func read(at offset: Int64, count: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = buffer.withUnsafeMutableBytes { raw in
        pread(descriptor, raw.baseAddress! + done, count - done, off_t(offset) + off_t(done))
      }
      if got < 0, errno == EINTR { continue }
      if got <= 0 { break }
      done += got
    }
    buffer.removeSubrange(done...)
    return buffer
  }

  /// Hands over the lines between two offsets, in chunks.
  func forEachChunk(
    _ bytes: Range<Int64>, chunkSize: Int, maxLine: Int, pool: ChunkPool,
    _ body: (Chunk) throws -> Void
  ) rethrows {
    var framer = LineFramer(
      pool: pool, chunkSize: chunkSize, maxLine: maxLine, offset: Int(bytes.lowerBound))
    var offset = bytes.lowerBound
    func next() -> Chunk? {
      framer.next { (buffer: UnsafeMutableRawBufferPointer) throws(Never) -> Int in
        let read = self.read(at: offset, count: min(buffer.count, Int(bytes.upperBound - offset)))
        buffer.copyBytes(from: read)
        offset += Int64(read.count)
        return read.count
      }
    }
    while let chunk = next() { try body(chunk) }
  }
}
