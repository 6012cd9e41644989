import Actions
import CLinux
import Glibc

/// One run of a command, in a process group of its own.
final class CommandRun {
  /// What a program writes, as far as it is kept; the rest is read and dropped.
  final class Output {
    private(set) var bytes: [UInt8] = []
    private(set) var isCut = false
    private var reader: Int32

    private static let most = 64 << 10

    init(_ reader: Int32) { self.reader = reader }

    deinit { close() }

    /// Reads what is at hand.
    func drain() {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      // A program that writes without end gets its turn, not all of them.
      for _ in 0..<64 where reader >= 0 {
        let count = Glibc.read(reader, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return }
        if count == 0 { return close() }
        let kept = buffer[..<min(count, Output.most - bytes.count)]
        bytes += kept
        if kept.count < count { isCut = true }
      }
    }

    private func close() {
      if reader >= 0 { Glibc.close(reader) }
      reader = -1
    }
  }

  /// When it began, and when it has to be over.
  let begun: Duration
  let deadline: Duration
  let output: Output
  let errors: Output
  private let program: SpawnedProgram
  /// Readable once the program has ended.
  private let end: Int32
  private var isReaped = false

  /// `events` is an epoll that shall tell of its output and its end.
  init(
    _ input: CommandInput, at begun: Duration, deadline: Duration, events: Int32
  ) throws(InputFailure) {
    self.begun = begun
    self.deadline = deadline
    let (outReader, outWriter) = try CommandRun.pipe(for: input)
    output = Output(outReader)
    defer { close(outWriter) }
    let (errorReader, errorWriter) = try CommandRun.pipe(for: input)
    errors = Output(errorReader)
    defer { close(errorWriter) }
    program = try CommandRun.spawn(input, outWriter, errorWriter)
    end = pidfd_open(program.id, 0)
    for descriptor in [outReader, errorReader, end] where descriptor >= 0 {
      var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: descriptor))
      epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event)
    }
  }

  deinit { if end >= 0 { close(end) } }

  private static func pipe(
    for input: CommandInput
  ) throws(InputFailure) -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else {
      throw InputFailure(path: input.text, reason: "can't run: \(String(cString: strerror(errno)))")
    }
    // The program's end stays as programs expect it.
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ input: CommandInput, _ output: Int32, _ errors: Int32
  ) throws(InputFailure) -> SpawnedProgram {
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(null) }
    do throws(SpawnedProgram.NotStarted) {
      return try SpawnedProgram(
        input.arguments, environment: nil, streams: [null, output, errors])
    } catch {
      throw InputFailure(
        path: input.text, reason: "can't run: \(String(cString: strerror(error.code)))")
    }
  }

  /// Whether the program has ended; takes up what it has written.
  func hasEnded() -> Bool {
    output.drain()
    errors.drain()
    var status = siginfo_t()
    // Not reaped: its number stays ours until the group is dealt with.
    let code = waitid(P_PID, id_t(program.id), &status, WEXITED | WNOHANG | WNOWAIT)
    return code != 0 || status.si_signo == SIGCHLD
  }

  /// Reaps the program, once it is dead; nobody it left behind in its group goes on.
  func finish(killing: Bool) -> SpawnedProgram.Ending {
    if killing { kill() }
    let ending = program.reap()
    isReaped = true
    output.drain()
    errors.drain()
    return ending
  }

  /// Kills the whole group.
  func kill() { if !isReaped { program.signalGroup(SIGKILL) } }
}
