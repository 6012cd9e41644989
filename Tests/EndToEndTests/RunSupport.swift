import Foundation
import Synchronization
import TestKit
import Testing

/// `tripline` while it runs: fed, waited for, and asked to stop.
final class RunningProgram: Sendable {
  enum Stream: Int { case output, errors }

  struct TooSlow: Error, CustomStringConvertible {
    var description: String
  }

  private let program: ChildProgram
  private let said: Mutex<[String]>
  private let changed = DispatchSemaphore(value: 0)
  private let input: FileHandle?
  private let outlets: [FileHandle]
  /// Stays until the program is gone.
  private let scratch: Scratch

  /// `input` means that the standard input is a pipe that the test writes to; without `readsOutput`
  /// nobody reads what the program writes.
  init(
    _ arguments: [String], in scratch: Scratch, environment: [String: String] = [:],
    input: Bool = false, readsOutput: Bool = true
  ) throws {
    self.scratch = scratch
    said = Mutex(["", ""])
    let pipes = [Pipe(), Pipe()]
    outlets = pipes.map(\.fileHandleForReading)
    let feed = input ? Pipe() : nil
    self.input = feed?.fileHandleForWriting
    program = try ChildProgram(
      ChildProgram.tripline, arguments, in: scratch.folder, environment: environment,
      input: feed?.fileHandleForReading, output: pipes[0].fileHandleForWriting,
      errors: pipes[1].fileHandleForWriting)
    program.whenEnded { [changed] in changed.signal() }
    // The program has its own copies; ours would keep the pipes open when it has gone.
    for pipe in pipes { try pipe.fileHandleForWriting.close() }
    try feed?.fileHandleForReading.close()
    for (index, handle) in outlets.enumerated() where index > 0 || readsOutput {
      Thread.detachNewThread { [self] in
        // Unlike `read(upToCount:)` this does not wait until there is as much.
        while case let data = handle.availableData, !data.isEmpty {
          said.withLock { $0[index] += String(decoding: data, as: UTF8.self) }
          changed.signal()
        }
        changed.signal()
      }
    }
  }

  deinit { program.send(SIGKILL) }

  func write(_ text: String) throws { try input?.write(contentsOf: Data(text.utf8)) }

  /// Goes away from the output that nobody reads. While a thread reads it, it would stay open.
  func closeOutput() throws { try outlets[Stream.output.rawValue].close() }

  func endInput() throws { try input?.close() }

  func text(_ stream: Stream) -> String { said.withLock { $0[stream.rawValue] } }

  /// Waits until the program has said something, this many times.
  func wait(for text: String, times: Int = 1, on stream: Stream = .output) throws {
    try wait(for: "'\(text)'") { self.text(stream).ranges(of: text).count >= times }
  }

  /// Waits until the program has said something or has died; whether it has said it.
  func hasSaid(_ text: String, on stream: Stream = .output) throws -> Bool {
    try wait(for: "'\(text)' and no death") {
      self.text(stream).contains(text) || !program.isRunning
    }
    return self.text(stream).contains(text)
  }

  private func wait(for what: String, until isThere: () -> Bool) throws {
    let deadline = DispatchTime.now() + .seconds(60)
    while !isThere() {
      if changed.wait(timeout: deadline) == .timedOut {
        throw TooSlow(
          description: "no \(what) in\n\(text(.output))\nwith the words\n\(text(.errors))")
      }
    }
  }

  func send(_ signal: Int32) { program.send(signal) }

  /// The exit code, once the program has ended; one that does not end by itself is killed.
  func status() throws -> Int32 { try program.wait(atMost: .seconds(60)) }
}

/// A directory of its own for one test, with rules and logs in it.
struct RunSite {
  let scratch: Scratch

  init(rules: String) throws {
    scratch = try Scratch()
    try write(rules, to: "rules.yaml")
  }

  var directory: URL { scratch.folder }

  func url(_ name: String) -> URL { directory.appending(path: name) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }

  func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: url(name)) }

  func append(_ text: String, to name: String = "app.log") throws {
    if !exists(name) { return try write(text, to: name) }
    let file = try FileHandle(forWritingTo: url(name))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  func rename(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(at: url(name), to: url(other))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }

  /// Another run of the program in this place, to its end.
  func tripline(_ arguments: String...) throws -> BinaryRun {
    try BinaryRun.tripline(arguments, in: directory)
  }

  func run(
    _ arguments: String..., environment: [String: String] = [:], input: Bool = false,
    readsOutput: Bool = true
  ) throws -> RunningProgram {
    try run(arguments, environment: environment, input: input, readsOutput: readsOutput)
  }

  func run(
    _ arguments: [String], environment: [String: String] = [:], input: Bool = false,
    readsOutput: Bool = true
  ) throws -> RunningProgram {
    try RunningProgram(
      ["run", "-r", "rules.yaml", "-o", "ndjson"] + arguments, in: scratch,
      environment: environment, input: input, readsOutput: readsOutput)
  }
}

/// Lines of a log as they would be written now.
enum RunLine {
  static func slow(_ host: String = "web-1", count: Int = 1) -> String {
    (0..<count).map { _ in
      let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
      return #"{"timestamp":"\#(time)","host":"\#(host)","path":"/api/data","took_ms":4000}"# + "\n"
    }.joined()
  }

  /// With a time of its own, in seconds since 2025-06-01T09:00:00Z.
  static func at(_ second: Int, _ host: String = "web-1") -> String {
    #"{"timestamp":\#(1_748_768_400 + second),"host":"\#(host)","path":"/api/data","took_ms":4000}"#
      + "\n"
  }
}
