import Alerting
import CLinux
import Glibc

/// Runs programs: each in a process group of its own, with its input in memory and its output read
/// to the end.
struct ProcessTransport {
  /// After TERM, so long until KILL.
  private static let grace = Duration.seconds(2)

  /// What programs inherit.
  let environment: [String: String]

  func run(
    _ call: ProcessCall, timeout: Duration, redaction: Redaction
  ) throws(ActionError) -> Reply {
    let program = Effect.process(call).target
    let output = try OutputPipe(for: program)
    let child = try Child(call, named: program, inherited: environment, output: output)
    output.closeWriter()

    var excerpt = Excerpt()
    let verdict: Verdict
    if child.wait(atMost: timeout, reading: output, into: &excerpt) {
      verdict = .ended(child.program.reap())
    } else {
      child.program.signalGroup(SIGTERM)
      _ = child.wait(atMost: ProcessTransport.grace, reading: output, into: &excerpt)
      // Not reaped yet, so the group's number is still ours; whoever ignored TERM goes now.
      child.program.signalGroup(SIGKILL)
      _ = child.program.reap()
      verdict = .overdue(timeout)
    }
    let summary = try verdict.judged(program, said: redaction.redact(excerpt.text).trimmed)
    return Reply(summary, body: Array(excerpt.text.utf8))
  }
}

extension ProcessTransport {
  /// What a program writes to its output; of its errors nothing is kept.
  func answer(to arguments: [String], within time: Duration) throws(ActionError) -> String {
    let output = try OutputPipe(for: arguments[0])
    let call = ProcessCall(arguments: arguments.map { GuardedText($0) })
    let nowhere = Descriptor(open("/dev/null", O_WRONLY | O_CLOEXEC))
    let child = try Child(
      call, named: arguments[0], inherited: environment, output: output, errors: nowhere)
    output.closeWriter()
    var excerpt = Excerpt(limit: 65_536)
    guard child.wait(atMost: time, reading: output, into: &excerpt) else {
      child.program.signalGroup(SIGKILL)
      _ = child.program.reap()
      throw ActionError(
        "it had not ended after \(time.text)", advice: .giveUp, proof: .unknown)
    }
    switch child.program.reap() {
    case .exited(0): return excerpt.text
    case .exited(let code):
      throw ActionError("exit \(code)", advice: .giveUp, proof: .answered)
    case .killed(let signal):
      throw ActionError("ended by signal \(signal)", advice: .giveUp, proof: .unknown)
    }
  }
}

/// How a program ended, or that its time was over.
private enum Verdict {
  case ended(SpawnedProgram.Ending)
  case overdue(Duration)

  func judged(_ program: String, said: String) throws(ActionError) -> String {
    let said = said.isEmpty ? "" : ": " + said
    switch self {
    case .ended(.exited(0)):
      return "exit 0\(said)"
    case .ended(.exited(let code)):
      throw ActionError("\(program): exit \(code)\(said)", advice: .giveUp, proof: .answered)
    case .ended(.killed(let signal)):
      let reason = "\(program): ended by signal \(signal)\(said)"
      throw ActionError(reason, advice: .giveUp, proof: .unknown)
    case .overdue(let time):
      let reason = "\(program): killed after \(time.text)\(said)"
      throw ActionError(reason, advice: .giveUp, proof: .unknown)
    }
  }
}

/// A running program, watched for its end.
private struct Child {
  let program: SpawnedProgram
  /// Readable once the program has ended.
  private let end: Descriptor

  init(
    _ call: ProcessCall, named name: String, inherited: [String: String], output: OutputPipe,
    errors: Descriptor? = nil
  ) throws(ActionError) {
    var variables = inherited
    for variable in call.environment { variables[variable.name] = variable.value.revealed }
    let input = try memoryFile(call.input, for: name)
    let writer = output.writer.number
    do throws(SpawnedProgram.NotStarted) {
      program = try withExtendedLifetime(input) { () throws(SpawnedProgram.NotStarted) in
        try SpawnedProgram(
          call.arguments.map(\.revealed), environment: variables,
          directory: call.directory?.revealed,
          streams: [input.number, writer, errors?.number ?? writer])
      }
    } catch {
      throw .cannotRun(name, error.code)
    }
    end = Descriptor(pidfd_open(program.id, 0))
    if end.number < 0 {
      let reason = SystemError.text(errno)
      program.signalGroup(SIGKILL)
      _ = program.reap()
      throw ActionError(
        "\(name): can't be watched: \(reason)", advice: .giveUp, proof: .unknown)
    }
  }

  /// Reads the output until the program has ended; false when the time is over first.
  func wait(
    atMost time: Duration, reading output: OutputPipe, into excerpt: inout Excerpt
  ) -> Bool {
    // A timer rather than a clock: nothing below Engine reads one.
    let timer = Descriptor(timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC)))
    var setting = itimerspec()
    setting.it_value.tv_sec = Int(time.components.seconds)
    // Zero would mean never.
    setting.it_value.tv_nsec = max(1, Int(time.components.attoseconds / 1_000_000_000))
    timerfd_settime(timer.number, 0, &setting, nil)

    var isOpen = true
    while true {
      var events = [
        pollfd(fd: end.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: timer.number, events: Int16(POLLIN), revents: 0),
        // A negative number is skipped.
        pollfd(fd: isOpen ? output.reader.number : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&events, 3, -1) > 0 else { continue }
      if events[2].revents != 0 { isOpen = output.read(into: &excerpt) }
      if events[0].revents != 0 {
        // What it wrote before it ended; not what a child it left behind goes on writing.
        var rest = 16
        while isOpen, rest > 0, output.hasMore {
          isOpen = output.read(into: &excerpt)
          rest -= 1
        }
        return true
      }
      if events[1].revents != 0 { return false }
    }
  }
}

/// A program's input as a file in memory, so that one that never reads it can neither stall nor
/// signal us.
private func memoryFile(_ bytes: [UInt8], for program: String) throws(ActionError) -> Descriptor {
  let file = Descriptor(memfd_create("tripline-input", UInt32(MFD_CLOEXEC)))
  guard file.number >= 0 else { throw .cannotRun(program, errno) }
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
    guard count > 0 else { throw .cannotRun(program, errno) }
    rest = rest.dropFirst(count)
  }
  lseek(file.number, 0, SEEK_SET)
  return file
}

/// Where a program's output and errors go, in the order written.
private final class OutputPipe {
  let reader: Descriptor
  private(set) var writer: Descriptor

  init(for program: String) throws(ActionError) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .cannotRun(program, errno) }
    reader = Descriptor(ends[0])
    writer = Descriptor(ends[1])
  }

  /// Must be called once the program runs: while we hold the writer, there's no end to read.
  func closeWriter() { writer = Descriptor(-1) }

  var hasMore: Bool {
    var event = pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0)
    return poll(&event, 1, 0) > 0
  }

  /// False at the end.
  func read(into excerpt: inout Excerpt) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(reader.number, &bytes, bytes.count)
    if count < 0 { return errno == EINTR }
    excerpt.append(bytes[..<count])
    return count > 0
  }
}

/// An open file; closes itself.
private final class Descriptor {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { if number >= 0 { close(number) } }
}

extension ActionError {
  /// The program never started.
  fileprivate static func cannotRun(_ program: String, _ code: Int32) -> ActionError {
    let passing = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY]
    return ActionError(
      "\(program): can't run: \(SystemError.text(code))",
      advice: passing.contains(code) ? .retry(after: nil) : .giveUp, proof: .nothingDone)
  }
}
