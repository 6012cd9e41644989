import CLinux
import Engine
import Foundation
import Records
import TestKit
import Testing

/// A followed file, asked for what is at hand after each thing that happens to it.
@Suite struct TailTests {
  private let scratch: Scratch
  private let clock = ManualClock()
  private let watcher = FileWatcher()
  private let ledger = GenerationLedger()

  init() throws { scratch = try Scratch() }

  private var directory: URL { scratch.folder }

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
  private func take(_ tail: FileTail) -> [String] { take(tail) { true } }

  private func take(_ tail: FileTail, while isWanted: () -> Bool) -> [String] {
    var result: [String] = []
    while isWanted() {
      switch tail.next() {
      case .nothing, .ended: return result
      case .news(let news): result.append(word(news))
      case .chunk(let chunk):
        let bytes = chunk.read.chunk.bytes
        let text = String(decoding: bytes.array, as: UTF8.self).replacing("\n", with: " ")
        result.append("\(chunk.read.generation)@\(chunk.read.chunk.offset) \(text)")
      }
    }
    return result
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
    case .overdue, .unspooled, .spooledAgain, .gap: "not of files"
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

  // What came and went between two looks.

  @Test func `rotated twice between two looks, the one in the middle is found`() throws {
    try append("a\n")
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try append("b\n")
    try rename("app.log", to: "app.log.2")
    try append("c\n", to: "app.log.1")
    try append("d\n")
    #expect(take(tail) == ["0@2 b ", "found", "rotated", "1@0 c ", "2@0 d "])
  }

  @Test func `dated files are in the order of their dates`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try rename("app.log", to: "app.log-20261118")
    try append("d\n", to: "app.log-20261120")
    try append("c\n", to: "app.log-20261119")
    try append("e\n")
    #expect(take(tail) == ["found", "found", "rotated", "1@0 c ", "2@0 d ", "3@0 e "])
  }

  @Test func `an empty file that was compressed is found once`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try rename("app.log", to: "app.log.2")
    try Data(PlainPacking.zstd([])).write(to: url("app.log.1.zst"))
    #expect(take(tail) == ["found"])
    try append("b\n", to: "app.log")
    #expect(take(tail) == ["rotated", "2@0 b "])
  }

  @Test func `what was there before the start is nobody's business`() throws {
    try append("old\n", to: "app.log.1")
    try append("a\n")
    let tail = tail()
    #expect(take(tail) == ["0@0 a "])
    try rename("app.log.1", to: "app.log.2")
    try rename("app.log", to: "app.log.1")
    try append("b\n")
    #expect(take(tail) == ["rotated", "1@0 b "])
  }

  @Test func `what was copied before the cut is read from the copy, from where it was read`() throws
  {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try append("b\nc")
    try copyAndCut(to: "app.log.1")
    try append("d\n")
    #expect(take(tail) == ["truncated 5 2", "0@2 b ", "1@0 d "])
    clock.advance(by: .seconds(61))
    #expect(take(tail) == ["0@4 c"])
  }

  @Test func `copied and cut twice between two looks, both copies are read`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try append("b\n")
    try copyAndCut(to: "app.log.1")
    try append("c\n")
    try rename("app.log.1", to: "app.log.2")
    try copyAndCut(to: "app.log.1")
    try append("d\n")
    #expect(take(tail) == ["truncated 4 2", "found", "0@2 b ", "1@0 c ", "2@0 d "])
  }

  @Test func `a copy that is being made is not read`() throws {
    try append("a\nb\n")
    let tail = tail()
    _ = take(tail)
    try rename("app.log", to: "app.log.2")
    try append("c\nd\n")
    try append("c\n", to: "app.log.1")
    #expect(take(tail) == ["rotated", "1@0 c d "])
  }

  @Test func `logs that begin with the same header are told apart`() throws {
    try append("#fields\na\n")
    let tail = tail()
    _ = take(tail)
    try rename("app.log", to: "app.log.3")
    try append("#fields\nb\n", to: "app.log.2")
    try append("#fields\nc\n", to: "app.log.1")
    try append("#fields\nd\n")
    #expect(
      take(tail)
        == [
          "found", "found", "rotated", "1@0 #fields b ", "2@0 #fields c ", "3@0 #fields d ",
        ])
  }

  @Test func `a file of the same size with another content in the same place is another`() throws {
    try append("#fields\na\n")
    let tail = tail()
    _ = take(tail)
    let file = try FileHandle(forWritingTo: url("app.log"))
    try file.write(contentsOf: Data("#fields\nb\n".utf8))
    #expect(take(tail) == ["truncated 10 10", "1@0 #fields b "])
  }

  @Test func `removed and made again unseen, it is said that others may be missing`() throws {
    try append("a\n")
    let tail = tail()
    _ = take(tail)
    try append("b\n")
    try FileManager.default.removeItem(at: url("app.log"))
    try append("c\n")
    #expect(take(tail) == ["0@2 b ", "replaced", "1@0 c "])
  }

  @Test func `a directory on the way that is a link is followed when it is switched`() throws {
    try append("a\n", to: "one.log")
    for (name, text) in [("v1", "a\n"), ("v2", "b\n")] {
      try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
      try append(text, to: "\(name)/app.log")
    }
    try FileManager.default.createSymbolicLink(
      at: url("current"), withDestinationURL: url("v1"))
    let tail = tail("current/app.log")
    #expect(take(tail) == ["0@0 a "])
    try FileManager.default.createSymbolicLink(at: url("next"), withDestinationURL: url("v2"))
    #expect(Glibc.rename(url("next").path, url("current").path) == 0)
    #expect(isTold())
    #expect(take(tail) == ["rotated", "1@0 b "])
  }

  @Test func `a file that must not be read is said once, and once more when it may`() throws {
    // Root may read everything; this thread gives that up.
    guard let setUser = dlsym(nil, "setfsuid") else { return }
    let become = unsafeBitCast(setUser, to: (@convention(c) (UInt32) -> Int32).self)
    try append("a\n")
    chmod(directory.path, 0o755)
    let tail = tail()
    _ = take(tail)
    let user = geteuid()
    if user == 0 { _ = become(65_534) }
    defer { _ = become(user) }
    _ = become(user)
    try rename("app.log", to: "app.log.1")
    try append("b\n")
    chmod(url("app.log").path, 0o000)
    if user == 0 { _ = become(65_534) }
    _ = watcher.take()
    #expect(take(tail) == ["failed"])
    #expect(take(tail) == [])
    #expect(tail.looksAgain != nil)
    _ = become(user)
    chmod(url("app.log").path, 0o644)
    if user == 0 { _ = become(65_534) }
    #expect(isTold())
    #expect(take(tail) == ["rotated", "readable", "1@0 b "])
  }

  @Test func `many rotations leave no descriptor and no watch behind`() throws {
    try append("0\n")
    let tail = tail()
    _ = take(tail)
    var counts: [Int] = []
    for number in 1...40 {
      try? FileManager.default.removeItem(at: url("app.log.2"))
      if number > 1 { try rename("app.log.1", to: "app.log.2") }
      try rename("app.log", to: "app.log.1")
      try append("\(number)\n")
      _ = take(tail)
      clock.advance(by: .seconds(61))
      _ = take(tail)
      ledger.forget(7, Int32(number - 1))
      let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
      counts.append(
        files.count {
          let path = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/self/fd/\($0)")
          return path?.hasPrefix(directory.path) ?? false
        })
    }
    // Each count has the descriptor of the file and that of its evidence.
    #expect(Set(counts) == [2])
  }

  // With the state of an earlier run.

  private func resumed(_ saved: [SavedGeneration]) -> FileTail {
    FileTail(
      SourcePlan(generations: [url("app.log").path], facts: SourceFacts(name: "app.log")),
      follower: 7, chunkSize: 4_096, pool: ChunkPool(), ledger: ledger, watcher: watcher,
      clock: clock, saved: SavedSource(name: "app.log", generations: saved))
  }

  private func saved(needed: Int64? = nil) throws -> [SavedGeneration] {
    try append("a\nb\n")
    let tail = tail()
    _ = take(tail)
    return tail.saved { _ in needed }
  }

  @Test func `a restart goes on where the last run stopped`() throws {
    let saved = try saved()
    try append("c\n")
    #expect(take(resumed(saved)) == ["0@4 c "])
  }

  @Test func `what windows need comes again, and is said to`() throws {
    let saved = try saved(needed: 2)
    try append("c\n")
    let tail = resumed(saved)
    #expect(tail.isRereading)
    #expect(take(tail) { tail.isRereading } == ["0@2 b "])
    #expect(take(tail) == ["0@4 c "])
  }

  @Test(arguments: ["app.log.1", "app.log-20261120", "app.2026-11-20.log", "app.log.old"])
  func `rotated while the program was down, it is found by what is in it`(name: String) throws {
    let saved = try saved()
    try append("c\n")
    try rename("app.log", to: name)
    try append("d\n")
    #expect(take(resumed(saved)) == ["0@4 c ", "1@0 d "])
  }

  @Test(arguments: [false, true])
  func `rotated and compressed while the program was down, it is read on`(zstd: Bool) throws {
    let saved = try saved(needed: 2)
    try append("d\n", to: "app.log.1")
    let content = Array("a\nb\nc\n".utf8)
    try Data(zstd ? PlainPacking.zstd(content) : PlainPacking.gzip(content))
      .write(to: url("app.log.2." + (zstd ? "zst" : "gz")))
    try FileManager.default.removeItem(at: url("app.log"))
    try append("e\n")
    let tail = resumed(saved)
    #expect(take(tail) { tail.isRereading } == ["0@2 b "])
    #expect(take(tail) == ["0@4 c ", "1@0 d ", "2@0 e "])
  }

  @Test func `copied and cut while the program was down, the copy is read on`() throws {
    let saved = try saved()
    try append("c\n")
    try copyAndCut(to: "app.log.1")
    try append("d\n")
    #expect(take(resumed(saved)) == ["truncated 6 2", "0@4 c ", "1@0 d "])
  }

  @Test func `what is gone is said with its bounds`() throws {
    let saved = try saved()
    try append("c\n")
    try FileManager.default.removeItem(at: url("app.log"))
    try append("d\n")
    #expect(take(resumed(saved)) == ["lost 4 4", "1@0 d "])
  }

  @Test func `another file with the number of the old one is not taken for it`() throws {
    var saved = try saved()
    try append("other\nlines\n", to: "new.log")
    try rename("new.log", to: "app.log.new")
    try FileManager.default.removeItem(at: url("app.log"))
    try rename("app.log.new", to: "app.log")
    var status = stat()
    stat(url("app.log").path, &status)
    saved[0].inode = UInt64(status.st_ino)
    #expect(take(resumed(saved)) == ["lost 4 4", "1@0 other lines "])
  }

  @Test func `an unfinished first line is waited for over a restart`() throws {
    try append("ab")
    let first = tail()
    #expect(take(first) == [])
    let saved = first.saved { _ in nil }
    try append("c\nd")
    try rename("app.log", to: "app.log.1")
    try append("e\n")
    #expect(take(resumed(saved)) == ["0@0 abc ", "1@0 e "])
  }

  private func copyAndCut(to name: String) throws {
    try FileManager.default.copyItem(at: url("app.log"), to: url(name))
    try FileHandle(forWritingTo: url("app.log")).truncate(atOffset: 0)
  }
}
