package import Foundation

/// One run of the built program, as a shell would start it.
package struct BinaryRun: Sendable {
  package var status: Int32
  package var output: String
  package var errors: String

  /// What the program reads as its standard input.
  package enum Input: Sendable {
    case nothing
    case text(String)
    case bytes([UInt8])
  }

  /// Runs the program to its end with nothing in its environment but what is given.
  package static func tripline(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:],
    input: Input = .nothing, output: FileHandle? = nil
  ) throws -> BinaryRun {
    let scratch = try Scratch()
    switch input {
    case .nothing: break
    case .text(let text): try scratch.write(text, to: "input")
    case .bytes(let bytes): try scratch.write(bytes, to: "input")
    }
    return try run(
      ChildProgram.tripline, arguments, in: folder, environment: environment, scratch: scratch,
      output: output)
  }

  /// Runs a line of shell in which `tripline` is the program.
  package static func shell(_ line: String, in folder: URL) throws -> BinaryRun {
    let script = "tripline() { '\(ChildProgram.tripline)' \"$@\"; }; set -o pipefail; \(line)"
    return try run(
      "/bin/bash", ["-c", script], in: folder,
      environment: ProcessInfo.processInfo.environment, scratch: try Scratch())
  }

  // Files rather than pipes: they never fill up while the other one is read.
  private static func run(
    _ program: String, _ arguments: [String], in folder: URL, environment: [String: String],
    scratch: Scratch, output: FileHandle? = nil
  ) throws -> BinaryRun {
    let child = try ChildProgram(
      program, arguments, in: folder, environment: environment,
      input: try? FileHandle(forReadingFrom: scratch.folder.appending(path: "input")),
      output: try output ?? scratch.opened("output"), errors: try scratch.opened("errors"))
    let status = try child.wait()
    return BinaryRun(
      status: status, output: try scratch.text(of: "output"),
      errors: try scratch.text(of: "errors"))
  }
}

/// A temporary directory that goes when the test goes.
package final class Scratch: Sendable {
  package let folder: URL

  package init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tripline-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  package func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  package func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: name)
  }

  /// An empty file to write to; it is there even if nothing is written.
  package func opened(_ name: String) throws -> FileHandle {
    try write([], to: name)
    return try FileHandle(forWritingTo: folder.appending(path: name))
  }

  package func text(of name: String) throws -> String {
    let url = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: url.path) else { return "" }
    return String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  /// Runs the program here.
  package func tripline(
    _ arguments: String..., environment: [String: String] = [:],
    input: BinaryRun.Input = .nothing, output: FileHandle? = nil
  ) throws -> BinaryRun {
    try BinaryRun.tripline(
      arguments, in: folder, environment: environment, input: input, output: output)
  }

  /// Runs a line of shell here.
  package func shell(_ line: String) throws -> BinaryRun { try BinaryRun.shell(line, in: folder) }
}

/// Where the repository keeps what tests read.
package enum Repository {
  package static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized

  package static var isBlessing: Bool {
    ProcessInfo.processInfo.environment["TRIPLINE_BLESS"] != nil
  }

  package static func folders(in path: String) -> [URL] {
    contents(of: path).filter(\.hasDirectoryPath)
  }

  package static func files(in path: String, ending: String) -> [URL] {
    contents(of: path).filter { $0.pathExtension == ending }
  }

  private static func contents(of path: String) -> [URL] {
    let list = try? FileManager.default.contentsOfDirectory(
      at: root.appending(path: path), includingPropertiesForKeys: [.isDirectoryKey])
    return (list ?? []).sorted { $0.path < $1.path }
  }
}
