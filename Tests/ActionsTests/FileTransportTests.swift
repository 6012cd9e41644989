import Actions
import Foundation
import Testing

@Suite struct FileTransportTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  private func append(_ line: String, to path: String) -> Result<String, ActionError> {
    var transport = SystemTransport(environment: [:])
    let effect = Effect.append(FileLine(path: GuardedText(path), line: Array(line.utf8)))
    return Result { () throws(ActionError) in
      try transport.perform(
        effect, now: 0, timeout: .seconds(10), redaction: Redaction()
      ).summary
    }
  }

  @Test func `lines are added behind each other`() throws {
    defer { try? FileManager.default.removeItem(at: path) }
    #expect(append("{\"a\":1}", to: path.path) == .success("8 bytes appended"))
    #expect(append("{}", to: path.path) == .success("3 bytes appended"))
    #expect(try String(contentsOf: path, encoding: .utf8) == "{\"a\":1}\n{}\n")
  }

  @Test func `a folder is not a file, however often it is tried`() {
    #expect(
      append("{}", to: "/tmp")
        == .failure(
          ActionError(
            "can't open /tmp: Is a directory", advice: .giveUp, proof: .nothingDone)))
  }

  @Test func `a pipe that nobody reads holds nothing up`() throws {
    #expect(mkfifo(path.path, 0o600) == 0)
    defer { try? FileManager.default.removeItem(at: path) }
    let error = try #require(append("{}", to: path.path).failure)
    #expect(error.advice == .retry(after: nil))
  }

  @Test func `a full disk may have room later`() throws {
    let error = try #require(append("{}", to: "/dev/full").failure)
    #expect(
      error
        == ActionError(
          "can't write /dev/full: No space left on device", advice: .retry(after: nil),
          proof: .nothingDone))
  }
}
