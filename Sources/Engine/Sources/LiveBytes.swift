import CLinux
import Glibc

/// Where a source's lines come from that is no file.
package enum SourceInput: Sendable, Hashable {
  /// A path, which may be `-`.
  case path
  case command(CommandInput)
  case journal(JournalInput)
}

/// Bytes that come once: nobody can read them again.
protocol LiveBytes: ByteStream {
  /// To be polled; nil when nothing would tell.
  var descriptor: Int32? { get }
  /// Whether nothing will come any more. Until then, nothing read is nothing for now.
  var hasEnded: Bool { get }
  /// When something has to be done though nobody tells of anything.
  var wakes: Duration? { get }
  /// What happened besides bytes.
  func takeNews() -> [SourceNews]
  /// Whether what comes while nobody reads is still there later.
  var keepsUnread: Bool { get }
  /// Goes on behind the last line that an earlier run has written down, where that can be found.
  func resume(after line: [UInt8])
}

extension LiveBytes {
  var wakes: Duration? { nil }
  func takeNews() -> [SourceNews] { [] }
  var keepsUnread: Bool { false }
  func resume(after line: [UInt8]) {}
}

/// What somebody writes into a pipe: the standard input, or a named one.
final class PipeBytes: LiveBytes {
  private let pipe: DescriptorBytes
  private(set) var hasEnded = false

  init(_ path: String) throws(InputFailure) {
    if path == "-" {
      pipe = DescriptorBytes(descriptor: 0, path: "stdin", closes: false)
      return
    }
    // Held open for writing too, a named pipe does not end when one of its writers goes.
    let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw InputFailure(path: path, errno: errno) }
    pipe = DescriptorBytes(descriptor: descriptor, path: path, closes: true)
  }

  var descriptor: Int32? { pipe.descriptor }

  /// Reads what is at hand; a pipe without anything would make the program wait.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    guard !hasEnded, isReadable else { return 0 }
    let count = try pipe.read(into: buffer)
    hasEnded = count == 0
    return count
  }

  /// Whether reading would return at once, be it with the end.
  private var isReadable: Bool {
    var state = pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 0) > 0
  }
}
