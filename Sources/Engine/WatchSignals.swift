import CLinux
import Glibc
import Synchronization

/// The wish that rules are loaded anew: SIGHUP as something to be polled. From a terminal that is gone it
/// is the wish that the program ends, as it is for any program.
package struct ReloadSignal: Sendable {
  /// Readable once the signal has come.
  package let descriptor: Int32
  private let terminals: [Int32]

  private static let bell = Atomic<Int32>(-1)

  /// Handles the signal for the whole program from now on, unless it was ignored at the start.
  package init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    terminals = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter { isatty($0) == 1 }
    ReloadSignal.bell.store(descriptor, ordering: .sequentiallyConsistent)
    let before = signal(SIGHUP, SIG_IGN)
    let wasIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    guard !wasIgnored else { return }
    signal(SIGHUP) { _ in
      var one: UInt64 = 1
      let before = errno
      write(ReloadSignal.bell.load(ordering: .sequentiallyConsistent), &one, 8)
      errno = before
    }
  }

  /// Whether the signal came since this was last asked.
  func take() -> Bool {
    var count: UInt64 = 0
    return read(descriptor, &count, 8) == 8
  }

  /// Whether a terminal that was there at the start is gone.
  var isHangup: Bool {
    var polled = terminals.map { pollfd(fd: $0, events: 0, revents: 0) }
    return poll(&polled, nfds_t(polled.count), 0) > 0
      && polled.contains { Int32($0.revents) & POLLHUP != 0 }
  }
}

/// The wish of a person or of the system that the program ends: SIGTERM and SIGINT as something to be
/// polled. The first one asks; a second one does not ask any more.
package struct StopSignals: Sendable {
  /// Readable once a signal has come.
  package let descriptor: Int32

  // What the handler may touch: it runs between any two instructions, so nothing that locks.
  private static let bell = Atomic<Int32>(-1)
  private static let first = Atomic<Int32>(0)
  private static let firstAt = Atomic<Int64>(0)

  /// Milliseconds that never go back; may be asked for in a handler.
  private static func clock() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Handles the signals of the whole program from now on. A signal that was ignored at the start, as
  /// SIGINT is for what a shell runs in the background, stays ignored.
  package init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    StopSignals.first.store(0, ordering: .sequentiallyConsistent)
    StopSignals.bell.store(descriptor, ordering: .sequentiallyConsistent)
    for number in [SIGTERM, SIGINT] {
      let before = signal(number, SIG_IGN)
      // Function pointers can't be compared in Swift, but their bits can.
      let wasIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      if !wasIgnored { signal(number) { StopSignals.handle($0) } }
    }
  }

  /// Waits until there is something to read; false when a signal has come.
  func waits(for input: Int32) -> Bool {
    var polled = [input, descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
    return received == nil
  }

  /// The first signal that came; nil while none has.
  package var received: Int32? {
    let number = StopSignals.first.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  private static func handle(_ number: Int32) {
    let (isFirst, _) = first.compareExchange(
      expected: 0, desired: number, ordering: .sequentiallyConsistent)
    let now = clock()
    guard isFirst else {
      // 'timeout' and terminals signal a process and its group at once: that is one wish, not two.
      if now - firstAt.load(ordering: .sequentiallyConsistent) < 500 { return }
      _exit(128 + number)
    }
    firstAt.store(now, ordering: .sequentiallyConsistent)
    var one: UInt64 = 1
    let before = errno
    write(bell.load(ordering: .sequentiallyConsistent), &one, 8)
    errno = before
  }
}
