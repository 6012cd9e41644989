import Foundation
import TestKit

/// The built program on files of its own.
struct CheckProgram {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  var folder: URL { scratch.folder }

  func write(_ name: String, _ text: String) throws { try scratch.write(text, to: name) }

  /// Runs the program in the folder.
  func callAsFunction(_ arguments: String...) throws -> BinaryRun { try run(arguments) }

  func run(_ arguments: [String]) throws -> BinaryRun {
    try BinaryRun.tripline(arguments, in: folder)
  }
}
