import CLinux
import Glibc

/// Wakes a blocking thread: a ring is kept until somebody waits, and many rings are one.
package final class Doorbell: Sendable {
  /// To be polled: readable when it has rung.
  let descriptor: Int32

  package init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  package func ring() {
    var one: UInt64 = 1
    write(descriptor, &one, 8)
  }

  /// Takes a ring, if there is one.
  func take() {
    var count: UInt64 = 0
    read(descriptor, &count, 8)
  }

  /// Blocks until a ring or the end of the time, and takes the ring.
  package func wait(atMost time: Duration? = nil) {
    var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Rounded up: to wake a little early would be to ask again at once. A signal only wakes early.
    var milliseconds =
      time.map { Int32(min(($0 / .milliseconds(1)).rounded(.up), 86_400_000)) } ?? -1
    // The system had no descriptor left: nobody can ring, so look often.
    if descriptor < 0 { milliseconds = milliseconds < 0 ? 100 : min(milliseconds, 100) }
    poll(&event, 1, milliseconds)
    var count: UInt64 = 0
    read(descriptor, &count, 8)
  }
}
