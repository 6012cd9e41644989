import Engine
import Foundation
import Records
import Testing

/// Reading a file backwards to where a window may begin.
@Suite struct WatchLookBackTests {
  private static let start: Int64 = 1_748_768_400_000

  private func start(
    _ content: String, window: Int64, now: Int64 = 4_000_000_000_000
  ) throws -> (offset: Int, newest: Int64?) {
    let url = FileManager.default.temporaryDirectory.appending(path: "back-\(UUID())")
    try Data(content.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let file = try FileHandle(forReadingFrom: url)
    let plan = SourcePlan(generations: [url.path], facts: SourceFacts(name: "x"), maxAhead: 1_000)
    var back = LookBack(plan, window: window, now: now)
    let offset = back.start(
      in: PlaceReader(descriptor: file.fileDescriptor), end: content.utf8.count, near: now)
    return (offset, back.newest)
  }

  private func line(_ second: Int, padding: Int = 0) -> String {
    let text = String(repeating: "x", count: padding)
    return #"{"timestamp":\#(1_748_768_400_000 + second * 1_000),"m":"\#(text)"}"# + "\n"
  }

  @Test func `a small file is begun at its start`() throws {
    let (offset, newest) = try start(line(0) + line(9) + line(5), window: 1_000)
    #expect(offset == 0)
    #expect(newest == Self.start + 9_000)
  }

  @Test func `of a large file the end is enough`() throws {
    // Ten megabytes, a line each second and kilobyte.
    let lines = (0..<10_000).map { line($0, padding: 1_000) }
    let (offset, newest) = try start(lines.joined(), window: 60_000)
    #expect(newest == Self.start + 9_999_000)
    let length = lines[0].utf8.count
    #expect(offset.isMultiple(of: length))
    let first = offset / length
    // Nothing that the window may hold is left out, and not much else is read.
    #expect(first <= 9_939)
    #expect(first > 7_000)
  }

  @Test func `a line longer than a block is stepped over`() throws {
    let content =
      line(0) + line(1, padding: 3 << 20) + line(2_000, padding: 1_200_000) + line(2_001)
    let (offset, newest) = try start(content, window: 1_000)
    #expect(newest == Self.start + 2_001_000)
    #expect(offset == line(0).utf8.count + line(1, padding: 3 << 20).utf8.count)
  }

  @Test func `a line from too far ahead is not the newest`() throws {
    let now = Self.start + 10_000
    let (_, newest) = try start(line(9) + line(500), window: 1_000, now: now)
    #expect(newest == Self.start + 9_000)
  }

  @Test func `nothing has no newest line`() throws {
    #expect(try start("", window: 1_000).newest == nil)
    #expect(try start("no time\n", window: 1_000).newest == nil)
  }
}
