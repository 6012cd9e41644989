import Actions
import Dispatch
package import Foundation
import Glibc
import Synchronization

/// A program that a test has started.
///
/// Foundation's own `Process` hands a child whatever descriptors are open at that moment, also those
/// by which it learns that another child has ended; with many tests at once it then waits for the
/// wrong one. A child of this type gets its three streams and nothing else.
package final class ChildProgram: Sendable {
  /// The program could not be started.
  package struct NotStarted: Error, CustomStringConvertible {
    package var description: String
  }

  /// The program did not end in time, and was killed.
  package struct TooSlow: Error, CustomStringConvertible {
    package var description: String
  }

  private let child: SpawnedProgram
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
    do {
      child = try SpawnedProgram(
        [program] + arguments, environment: environment, directory: folder?.path,
        streams: [input, output, errors].map { $0?.fileDescriptor ?? null })
    } catch {
      throw NotStarted(
        description: "can't start \(program): \(String(cString: strerror(error.code)))")
    }
    ended.enter()
    Thread.detachNewThread { [self] in
      let code =
        switch child.reap() {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
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
    code.withLock { if $0 == nil { kill(child.id, signal) } }
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
