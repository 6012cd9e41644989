import Foundation
import Testing

/// The built program on files of its own.
struct CheckProgram {
  struct Run {
    var status: Int32
    var output: String
    var errors: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tripline-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Runs the program in the folder.
  func callAsFunction(_ arguments: String...) throws -> Run { try run(arguments) }

  func run(_ arguments: [String]) throws -> Run {
    let process = Process()
    // The tests are built next to the program.
    let tests = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let built = (tests ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
    process.executableURL = built.appending(path: "tripline")
    process.arguments = arguments
    process.environment = [:]
    process.currentDirectoryURL = folder
    // Files, unlike pipes, take any amount without a reader.
    let output = folder.appending(path: ".output")
    let errors = folder.appending(path: ".errors")
    for url in [output, errors] { try Data().write(to: url) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Run(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}
