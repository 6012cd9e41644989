import CCompression
import Glibc

/// Bytes of one generation of a log, decompressed.
package protocol ByteStream: AnyObject {
  /// Fills `buffer` as far as is at hand; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int
}

/// Something the world refused: what was tried, on what, why.
package struct InputFailure: Error, Sendable, CustomStringConvertible {
  package var path: String
  package var reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package init(path: String, errno code: Int32) {
    self.init(path: path, reason: String(cString: strerror(code)))
  }

  package var description: String { "can't read '\(path)': \(reason)" }
}

package enum ByteStreams {
  /// Opens a file, recognising gzip and zstd by their first bytes; `-` is the standard input. It ends
  /// when somebody wants the program to `stop`.
  package static func open(
    _ path: String, stop: StopSignals? = nil
  ) throws(InputFailure) -> any ByteStream {
    if path == "-" {
      return try decompressing(
        DescriptorBytes(descriptor: 0, path: "stdin", closes: false, stop: stop))
    }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputFailure(path: path, errno: errno) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw InputFailure(path: path, reason: "it is a directory; name the files in it")
    }
    return try decompressing(
      DescriptorBytes(descriptor: descriptor, path: path, closes: true, stop: stop))
  }

  /// Whether a file that begins with these bytes can be decompressed.
  static func isCompressed(_ magic: [UInt8]) -> Bool {
    magic.starts(with: [0x1F, 0x8B]) || magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
  }

  static func decompressing(
    _ plain: DescriptorBytes
  ) throws(InputFailure) -> any ByteStream {
    let magic = try plain.peek(4)
    if magic.starts(with: [0x1F, 0x8B]) { return try GzipBytes(plain, path: plain.path) }
    if magic == [0x28, 0xB5, 0x2F, 0xFD] { return try ZstdBytes(plain, path: plain.path) }
    return plain
  }
}

/// A file, a pipe, the standard input.
package final class DescriptorBytes: ByteStream {
  package let descriptor: Int32
  fileprivate let path: String
  private let closes: Bool
  private let stop: StopSignals?
  /// Bytes that were looked at and not yet read; a pipe can't be read twice.
  private var peeked: [UInt8] = []

  package init(descriptor: Int32, path: String, closes: Bool, stop: StopSignals? = nil) {
    self.stop = stop
    self.descriptor = descriptor
    self.path = path
    self.closes = closes
  }

  deinit {
    if closes { close(descriptor) }
  }

  /// The first bytes, which the next read gives again; fewer at the end.
  fileprivate func peek(_ count: Int) throws(InputFailure) -> [UInt8] {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { room.deallocate() }
    var done = 0
    while done < count {
      let got = try read(into: UnsafeMutableRawBufferPointer(rebasing: room[done...]))
      if got == 0 { break }
      done += got
    }
    peeked = Array(room[..<done])
    return peeked
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    if !peeked.isEmpty {
      let count = min(peeked.count, buffer.count)
      buffer.copyBytes(from: peeked[..<count])
      peeked.removeFirst(count)
      return count
    }
    while true {
      if let stop, !stop.waits(for: descriptor) { return 0 }
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno == EINTR { continue }
      if errno == EAGAIN { return 0 }
      throw InputFailure(path: path, errno: errno)
    }
  }
}

/// A gzip file, which may be several compressed parts one behind the other.
// SAFETY: `input` is owned here and outlives every call of zlib that reads from it.
final class GzipBytes: ByteStream {
  private let file: DescriptorBytes
  private let path: String
  private var stream = z_stream()
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var atMemberStart = true

  init(_ file: DescriptorBytes, path: String) throws(InputFailure) {
    self.file = file
    self.path = path
    guard tripline_inflate_start(&stream) == Z_OK else {
      throw InputFailure(path: path, reason: "zlib could not start")
    }
  }

  deinit {
    inflateEnd(&stream)
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: buffer.count)
    let wanted = stream.avail_out
    while stream.avail_out == wanted {
      if stream.avail_in == 0 {
        let count = try file.read(into: input)
        if count == 0 {
          if atMemberStart { return 0 }
          throw InputFailure(path: path, reason: "the gzip data ends in the middle")
        }
        stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(count)
      }
      atMemberStart = false
      let result = inflate(&stream, Z_NO_FLUSH)
      if result == Z_STREAM_END {
        atMemberStart = true
        inflateReset(&stream)
      } else if result != Z_OK && result != Z_BUF_ERROR {
        // What came out before the damage is good; the next read fails again.
        if stream.avail_out < wanted { break }
        let reason = stream.msg.map { String(cString: $0) } ?? "code \(result)"
        throw InputFailure(path: path, reason: "the gzip data is damaged (\(reason))")
      }
    }
    return Int(wanted - stream.avail_out)
  }
}

/// A zstd file, which may be several frames.
// SAFETY: `input` is owned here and outlives every call of zstd that reads from it.
final class ZstdBytes: ByteStream {
  private let file: DescriptorBytes
  private let path: String
  private let context: OpaquePointer
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var pending = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
  private var needsMore = false

  init(_ file: DescriptorBytes, path: String) throws(InputFailure) {
    self.file = file
    self.path = path
    guard let context = ZSTD_createDStream() else {
      throw InputFailure(path: path, reason: "zstd could not start")
    }
    self.context = context
  }

  deinit {
    ZSTD_freeDStream(context)
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while output.pos == 0 {
      if pending.pos == pending.size {
        let count = try file.read(into: input)
        if count == 0 {
          if needsMore {
            throw InputFailure(path: path, reason: "the zstd data ends in the middle")
          }
          return 0
        }
        pending = ZSTD_inBuffer(src: input.baseAddress, size: count, pos: 0)
      }
      let result = ZSTD_decompressStream(context, &output, &pending)
      if ZSTD_isError(result) != 0 {
        let reason = String(cString: ZSTD_getErrorName(result))
        throw InputFailure(path: path, reason: "the zstd data is damaged (\(reason))")
      }
      needsMore = result != 0
    }
    return output.pos
  }
}
