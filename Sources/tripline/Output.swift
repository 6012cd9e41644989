import Glibc
import Synchronization

/// A file descriptor written through a buffer; whole writes of several tasks never mix.
package final class Output: Sendable {
  /// Whoever read us is gone. The run ends, quietly and well.
  package struct Closed: Error {}

  private static let capacity = 64 << 10

  private let descriptor: Int32
  private let buffer = Mutex<[UInt8]>([])

  package init(descriptor: Int32) { self.descriptor = descriptor }

  /// Lets `body` append, and passes the text on once there is enough of it.
  package func write(_ body: (inout [UInt8]) -> Void) throws {
    try buffer.withLock { buffer in
      body(&buffer)
      if buffer.count >= Self.capacity { try drain(&buffer) }
    }
  }

  package func write(_ text: String) throws { try write { $0.append(contentsOf: text.utf8) } }

  package func flush() throws { try buffer.withLock { try drain(&$0) } }

  /// Writes everything. What can't be written is dropped: it would only fail again.
  private func drain(_ buffer: inout [UInt8]) throws {
    defer { buffer.removeAll(keepingCapacity: true) }
    var done = 0
    while done < buffer.count {
      let rest = buffer.span.extracting(done...)
      // SAFETY: the bytes are only read, and only during the call.
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if written >= 0 {
        done += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable()
      case EPIPE: throw Closed()
      case let code:
        let reason = unsafe String(cString: strerror(code))
        throw Failure("can't write the output: \(reason)", code: .input)
      }
    }
  }

  /// A terminal shared with another program may have been made non-blocking by it.
  private func waitUntilWritable() {
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    unsafe poll(&wait, 1, -1)
  }
}
