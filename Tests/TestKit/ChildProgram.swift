import CLinux
import Dispatch
package import Foundation
import Glibc
import Synchronization

/// A program that a test has started.
///
/// Foundation's own `Process` hands a child whatever descriptors are open at that moment, also those
/// by which it learns that another child has ended; with many tests at once it then waits for the
/// wrong one. A child of this type gets its three streams and nothing else, and no signal is blocked
/// or ignored in it, whatever the shell that started the tests has done.
package final class ChildProgram: Sendable {
  /// The program could not be started.
  package struct NotStarted: Error, CustomStringConvertible {
    package var description: String
  }

  /// The program did not end in time, and was killed.
  package struct TooSlow: Error, CustomStringConvertible {
    package var description: String
  }

  package let id: Int32
  private let line: String
  private let code = Mutex<Int32?>(nil)
  private let ended = DispatchGroup()

  /// Starts a program, found as a shell would find it; streams left out are `/dev/null`.
  package init(
    _ program: String, _ arguments: [String], in folder: URL? = nil,
    environment: [String: String] = [:], input: FileHandle? = nil, output: FileHandle? = nil,
    errors: FileHandle? = nil
  ) throws {
    line = ([program] + arguments).joined(separator: " ")
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(null) }
    id = try spawn(
      [program] + arguments, in: folder, environment: environment.map { "\($0.key)=\($0.value)" },
      streams: [input, output, errors].map { $0?.fileDescriptor ?? null })
    ended.enter()
    Thread.detachNewThread { [self] in
      let code = exitCode(of: id)
      self.code.withLock { $0 = code }
      ended.leave()
    }
  }

  /// The built `tripline`, which lies next to the tests.
  package static let tripline =
    (Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
    .appending(path: "tripline").path

  package var isRunning: Bool { code.withLock { $0 == nil } }

  package func send(_ signal: Int32) {
    // Once it is reaped, its number may be another's.
    code.withLock { if $0 == nil { kill(id, signal) } }
  }

  /// Calls back on a thread of its own when the program has ended.
  package func whenEnded(_ body: @escaping @Sendable () -> Void) {
    ended.notify(queue: .global(), execute: body)
  }

  /// The exit code, as a shell would say it; a program that does not end by itself is killed.
  @discardableResult
  package func wait(atMost limit: Duration = .seconds(120)) throws -> Int32 {
    let seconds = Int(limit.components.seconds)
    if ended.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
      send(SIGKILL)
      ended.wait()
      throw TooSlow(description: "killed, as it did not end within \(limit): \(line)")
    }
    return code.withLock { $0 } ?? 0
  }
}

/// Starts a program with these three streams.
private func spawn(
  _ arguments: [String], in folder: URL?, environment: [String], streams: [Int32]
) throws -> Int32 {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  // Through copies above them all, as a stream may itself be one of the first three numbers.
  let copies = streams.map { fcntl($0, F_DUPFD_CLOEXEC, 64) }
  defer { for copy in copies { close(copy) } }
  for (number, copy) in copies.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, copy, Int32(number))
  }
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
  if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder.path) }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  var all = sigset_t()
  sigemptyset(&none)
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  let words = arguments.map { strdup($0) } + [nil]
  let variables = environment.map { strdup($0) } + [nil]
  defer { for text in words + variables { free(text) } }
  var id: Int32 = 0
  let failure = posix_spawnp(&id, arguments[0], &actions, &attributes, words, variables)
  guard failure == 0 else {
    throw ChildProgram.NotStarted(
      description: "can't start \(arguments[0]): \(String(cString: strerror(failure)))")
  }
  return id
}

/// Waits for a child and takes its exit code: 128 and the signal when a signal ended it.
private func exitCode(of id: Int32) -> Int32 {
  var status: Int32 = 0
  while waitpid(id, &status, 0) < 0 && errno == EINTR {}
  let signal = status & 0x7F
  return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
}
