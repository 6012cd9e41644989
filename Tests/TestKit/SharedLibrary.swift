import Foundation

/// A file of `Tests/Faults`, built to be put in front of the C library.
package final class SharedLibrary: Sendable {
  package let path: String
  private let scratch: Scratch

  package struct NotBuilt: Error {}

  package init(_ name: String) throws {
    scratch = try Scratch()
    path = scratch.folder.appending(path: name + ".so").path
    let source = Repository.root.appending(path: "Tests/Faults/\(name).c").path
    let compiler = try ChildProgram(
      "clang", ["-shared", "-fPIC", "-Wall", "-Werror", "-o", path, source],
      environment: ProcessInfo.processInfo.environment)
    guard try compiler.wait() == 0 else { throw NotBuilt() }
  }
}
