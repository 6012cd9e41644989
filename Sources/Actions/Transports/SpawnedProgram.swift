import CLinux
import Glibc

/// A program that was started: it has its three streams and no other descriptor of ours, leads a group
/// of its own, so that its children can be reached too, and no signal is blocked or ignored in it,
/// whatever this program does with its own.
package struct SpawnedProgram: Sendable {
  /// Why a program could not be started.
  package struct NotStarted: Error {
    /// An `errno`.
    package var code: Int32
  }

  /// How a program ended.
  package enum Ending: Sendable, Hashable {
    case exited(Int32)
    case killed(Int32)
  }

  package let id: Int32

  /// Starts the first argument, found as a shell would find it, with the others. `streams` are the
  /// descriptors that become its input, output and errors. Without an environment it has ours.
  package init(
    _ arguments: [String], environment: [String: String]?, directory: String? = nil,
    streams: [Int32]
  ) throws(NotStarted) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Through copies that are above all three, since a stream may itself have one of their numbers.
    let copies = streams.map { fcntl($0, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
    defer { for copy in copies { close(copy) } }
    for (number, copy) in copies.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, copy, Int32(number))
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    if let directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let words = CStrings(arguments)
    let variables = environment.map { CStrings($0.map { "\($0.key)=\($0.value)" }) }
    var id: pid_t = 0
    // SAFETY: both lists outlive the call, and the strings in them belong to the lists. Nothing in this
    // program changes its environment.
    let code = withExtendedLifetime((words, variables)) {
      if let variables {
        posix_spawnp(&id, arguments[0], &actions, &attributes, words.pointers, variables.pointers)
      } else {
        posix_spawnp(&id, arguments[0], &actions, &attributes, words.pointers, unsafe environ)
      }
    }
    guard code == 0 else { throw NotStarted(code: code) }
    self.id = id
  }

  /// Signals the program and whatever it has started. Must not be called once it is reaped: its
  /// number may then be another's.
  package func signalGroup(_ number: Int32) { kill(-id, number) }

  /// Waits for the end of the program; must be called once.
  package func reap() -> Ending {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return Ending(status)
  }

  /// How the program ended, if it has; it is reaped then.
  package func reapIfEnded() -> Ending? {
    var status: Int32 = 0
    return waitpid(id, &status, WNOHANG) == id ? Ending(status) : nil
  }
}

extension SpawnedProgram.Ending {
  /// From what `waitpid` says.
  fileprivate init(_ status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
  }
}

/// A list of C strings and the null behind it.
private final class CStrings {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

  deinit { for pointer in pointers { free(pointer) } }
}
