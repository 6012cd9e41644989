import CLinux
import Glibc
package import Records

/// Lines that somebody writes into a pipe, as they come: the standard input, or a named pipe.
package final class PipeTail: LiveSource {
  package let plan: SourcePlan
  package let descriptor: Int32?
  private let follower: Int
  private let pipe: DescriptorBytes
  /// The same with a copy kept, because a pipe can't be read twice.
  private let stream: any ByteStream
  private var framer: LineFramer
  private var atEnd = false
  private var hasEnded = false

  package init(
    _ plan: SourcePlan, follower: Int, chunkSize: Int, pool: ChunkPool, ledger: GenerationLedger
  ) throws(InputFailure) {
    self.plan = plan
    self.follower = follower
    let path = plan.generations.last ?? "-"
    pipe = try PipeTail.open(path)
    descriptor = pipe.descriptor
    stream = try ledger.register(
      pipe, path: path, Int32(follower), Int32(plan.generations.count - 1))
    framer = LineFramer(pool: pool, chunkSize: chunkSize, maxLine: plan.maxLine)
  }

  package func path(of generation: Int32) -> String { plan.generations.last ?? "-" }

  package func next() -> LiveArrival {
    if hasEnded { return .ended }
    do throws(InputFailure) {
      let chunk = try framer.next(isFinal: atEnd) { buffer throws(InputFailure) in
        try self.fill(buffer)
      }
      if let chunk {
        return .chunk(
          LiveChunk(
            read: ReadChunk(
              chunk: chunk, source: Int32(follower), generation: Int32(plan.generations.count - 1)),
            tooLong: framer.takeSkipped(in: path(of: 0))))
      }
      guard atEnd else { return .nothing }
      // What the last line lacks is only its end.
      if framer.pending > 0 { return next() }
      hasEnded = true
      return .ended
    } catch {
      hasEnded = true
      return .news(.failed(error))
    }
  }

  /// Reads what is at hand; a pipe without anything would make the program wait.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    guard !atEnd, pipe.isReadable else { return 0 }
    let count = try stream.read(into: buffer)
    atEnd = count == 0
    return count
  }

  private static func open(_ path: String) throws(InputFailure) -> DescriptorBytes {
    if path == "-" { return DescriptorBytes(descriptor: 0, path: "stdin", closes: false) }
    // Held open for writing too, a named pipe does not end when one of its writers goes.
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw InputFailure(path: path, errno: errno) }
    return DescriptorBytes(descriptor: descriptor, path: path, closes: true)
  }
}

extension DescriptorBytes {
  /// Whether reading would return at once, be it with the end.
  fileprivate var isReadable: Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 0) > 0
  }
}
