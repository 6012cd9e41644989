import CLinux
import Engine
import Foundation
import Records
import Testing

/// A followed file, asked for what is at hand after each thing that happens to it.
@Suite struct TailTests {
  private let directory: URL
  private let clock = ManualClock()
  private let watcher = FileWatcher()
  private let ledger = GenerationLedger()

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "tail-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func url(_ name: String) -> URL { directory.appending(path: name) }

  private func tail(_ name: String = "app.log", chunkSize: Int = 4_096) -> FileTail {
    FileTail(
      SourcePlan(generations: [url(name).path], facts: SourceFacts(name: name)), follower: 7,
      chunkSize: chunkSize, pool: ChunkPool(), ledger: ledger, watcher: watcher, clock: clock)
  }

  private func append(_ text: String, to name: String = "app.log") throws {
    if !FileManager.default.fileExists(atPath: url(name).path) {
      _ = FileManager.default.createFile(atPath: url(name).path, contents: nil)
    }
    let file = try FileHandle(forWritingTo: url(name))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private func rename(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(at: url(name), to: url(other))
  }

  /// Everything at hand, as `generation@offset text` without the ends of lines; news as a word.
  private func take(_ tail: FileTail) -> [String] {
    var result: [String] = []
    while true {
      switch tail.next() {
      case .nothing, .ended: return result
      case .news(let news): result.append(word(news))
      case .chunk(let chunk):
        let bytes = chunk.read.chunk.bytes
        let text = String(decoding: bytes.array, as: UTF8.self).replacing("\n", with: " ")
        result.append("\(chunk.read.generation)@\(chunk.read.chunk.offset) \(text)")
      }
    }
  }

  private func word(_ news: SourceNews) -> String {
    switch news {
    case .missing: "missing"
    case .appeared: "appeared"
    case .rotated: "rotated"
    case .replaced: "replaced"
    case .foundGeneration: "found"
    case .truncated(let loss, let size, _): "truncated \(loss.from) \(size)"
    case .lost(let loss): "lost \(loss.from) \(loss.size)"
    case .readable: "readable"
    case .failed: "failed"
    case .untold: "untold"
    case .ended: "ended"
    }
  }

  /// Whether the watcher has something to tell, within a generous time.
  private func isTold() -> Bool {
    var state = pollfd(fd: watcher.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 30_000) == 1 && watcher.take() == [7]
  }

  @Test func `lines come as they are appended, and are told of`() throws {
    try append("a\n")
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try append("b\nc\n")
    #expect(isTold())
    #expect(take(tail) == ["0@2 b c "])
    #expect(take(tail) == [])
  }

  @Test func `an unfinished line waits for its end`() throws {
    try append("a\nb")
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try append("c")
    #expect(take(tail) == [])
    try append("\n")
    #expect(take(tail) == ["0@2 bc "])
  }

  @Test func `a file that is not there is waited for`() throws {
    let tail = tail()
    #expect(take(tail) == ["missing"])
    #expect(take(tail) == [])
    try append("a\n")
    #expect(isTold())
    #expect(take(tail) == ["appeared", "0@0 a "])
  }

  @Test func `directories that are not there are waited for too`() throws {
    let tail = tail("deep/down/app.log")
    #expect(take(tail) == ["missing"])
    for path in ["deep", "deep/down"] {
      try FileManager.default.createDirectory(at: url(path), withIntermediateDirectories: true)
      #expect(isTold())
      #expect(take(tail) == [])
    }
    try append("a\n", to: "deep/down/app.log")
    #expect(isTold())
    #expect(take(tail) == ["appeared", "0@0 a "])
  }

  @Test func `a rotated file is read to its end before the new one`() throws {
    try append("a\n")
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try append("b\n")
    try rename("app.log", to: "app.log.1")
    try append("c\n", to: "app.log.1")
    try append("d\n")
    #expect(take(tail) == ["0@2 b c ", "rotated", "1@0 d "])
  }

  @Test func `between two steps of a rotation there is nothing to talk about`() throws {
    try append("a\n")
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try rename("app.log", to: "app.log.1")
    #expect(take(tail) == [])
    try append("b\n", to: "app.log.1")
    #expect(take(tail) == ["0@2 b "])
    try append("c\n")
    #expect(take(tail) == ["rotated", "1@0 c "])
  }

  @Test func `a writer that has not noticed the rotation is still heard`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try rename("app.log", to: "app.log.1")
    try append("b\n")
    #expect(take(tail) == ["rotated", "1@0 b "])
    _ = watcher.take()
    try append("c\n", to: "app.log.1")
    #expect(isTold())
    #expect(take(tail) == ["0@2 c "])
  }

  @Test func `an unfinished last line of a rotated file is a line when nobody ends it`() throws {
    try append("a\nb")
    let tail = tail()
    _ = take(tail)
    try rename("app.log", to: "app.log.1")
    try append("c\n")
    #expect(take(tail) == ["rotated", "1@0 c "])
    clock.advance(by: .seconds(61))
    #expect(take(tail) == ["0@2 b"])
    try append("d\n", to: "app.log.1")
    #expect(take(tail) == [])
  }

  @Test func `rotation twice before anyone looked loses nothing that is still open`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try append("b\n")
    try rename("app.log", to: "app.log.2")
    try append("c\n")
    #expect(take(tail) == ["0@2 b ", "rotated", "1@0 c "])
    try rename("app.log", to: "app.log.1")
    try append("d\n")
    #expect(take(tail) == ["rotated", "2@0 d "])
  }

  @Test func `a file that was cut starts over as a new generation`() throws {
    try append("a\nb\n")
    let tail = tail()
    _ = take(tail)
    try Data().write(to: url("app.log"))
    #expect(isTold())
    #expect(take(tail) == ["truncated 4 0"])
    try append("c\n")
    #expect(take(tail) == ["1@0 c "])
  }

  @Test func `a file that was cut and has grown beyond its old length is noticed`() throws {
    try append("a\nb\n")
    let tail = tail()
    _ = take(tail)
    let file = try FileHandle(forWritingTo: url("app.log"))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data("c\nd\ne\nf\n".utf8))
    #expect(take(tail) == ["truncated 4 8", "1@0 c d e f "])
  }

  @Test func `a file that was removed and made again is another one`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try FileManager.default.removeItem(at: url("app.log"))
    #expect(isTold())
    #expect(take(tail) == ["missing"])
    try append("b\n")
    #expect(take(tail) == ["appeared", "1@0 b "])
  }

  @Test func `a link to a file is followed where it leads`() throws {
    try append("a\n", to: "one.log")
    try FileManager.default.createSymbolicLink(
      at: url("app.log"), withDestinationURL: url("one.log"))
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try append("b\n", to: "two.log")
    try FileManager.default.removeItem(at: url("app.log"))
    try FileManager.default.createSymbolicLink(
      at: url("app.log"), withDestinationURL: url("two.log"))
    #expect(isTold())
    #expect(take(tail) == ["rotated", "1@0 b "])
  }

  @Test(arguments: 1...9) func `the size of chunks changes no line`(chunkSize: Int) throws {
    try append("one\ntwo\n\nthree\n")
    let tail = tail(chunkSize: chunkSize)
    try append("four\nfi")
    var text = take(tail).map { $0.drop { $0 != " " }.dropFirst() }.joined()
    try append("ve\n")
    text += take(tail).map { $0.drop { $0 != " " }.dropFirst() }.joined()
    #expect(text == "one two  three four five ")
  }
}
