import Foundation
import Glibc
import TestKit

/// A program that writes a log, and another that rotates it, both as unlucky as a seed says. What they
/// do is kept, so that what a reader made of it can be judged.
final class FollowedWriter {
  /// What was in one file between its beginning and its end, wherever that was moved or copied to.
  final class Content {
    var bytes: [UInt8] = []
    /// How much of it could last be found somewhere; less than all once something was cut away.
    var isGone = false
    /// Removed while it still had the log's name: whoever did not look meanwhile can't know of it.
    var isFleeting = false
    /// What was written between its copy and its cut is in no copy.
    var kept: Int?
  }

  /// How the files are put aside.
  struct Habits {
    var usesDates: Bool
    var copies: Bool
    var renames: Bool
    var deletes: Bool
    var recreates: Bool
  }

  let directory: URL
  let habits: Habits
  private var random: SplitMix64
  /// Everything there ever was, oldest first; the last is what is being written.
  private(set) var contents: [Content] = []
  /// What was put aside, newest first, by name.
  private var aside: [(name: String, content: Content)] = []
  /// An open file that has been renamed but is still written to.
  private var late: (file: FileHandle, content: Content)?
  /// Copied and not yet cut.
  private var copied: Int?
  private var unwritten: ArraySlice<UInt8> = []
  private var line = 0
  private var day = 0
  private var tick: Int64 = 0
  private(set) var story: [String] = []
  private(set) var hasDestroyed = false
  private(set) var packs = false

  init(in directory: URL, seed: UInt64) {
    self.directory = directory
    random = SplitMix64(seed: seed)
    let way = random.pick(0..<4)
    habits = Habits(
      usesDates: random.oneIn(3), copies: way == 0 || way == 1, renames: way != 0,
      deletes: random.oneIn(2), recreates: random.oneIn(4))
  }

  var live: String { url("app.log").path }

  /// One thing that happens to the log.
  func step() throws {
    switch random.pick(0..<20) {
    case 0..<11: try write()
    case 11..<14:
      if copied != nil {
        try cut()
      } else if late == nil {
        if habits.copies, !habits.renames || random.oneIn(2) { try copy() } else { try rename() }
      } else {
        reopen()
      }
    case 14, 15: try compress()
    case 16 where habits.deletes: try deleteOldest()
    case 17 where habits.recreates: try recreate()
    default: reopen()
    }
  }

  /// Ends what takes several steps, as it has to be before anybody looses patience.
  func settle() throws {
    if copied != nil { try cut() }
    reopen()
  }

  // The writer.

  private func write() throws {
    var piece: [UInt8] = []
    for _ in 0..<random.pick(1...3) {
      if unwritten.isEmpty {
        line += 1
        let padding = random.oneIn(20) ? 3_000 : random.pick(0..<12)
        // Two files never begin alike, wherever a line is cut.
        let text = (0..<padding + 12).map { _ in UInt8(random.pick(33..<127)) }
        unwritten = (text + [0x0A])[...]
      }
      var count = random.oneIn(3) ? random.pick(1...unwritten.count) : unwritten.count
      // A file with nothing but the end of a line in it is like any other such file.
      if unwritten.count - count < 3 { count = unwritten.count }
      piece += unwritten.prefix(count)
      unwritten = unwritten.dropFirst(count)
    }
    if let late {
      try late.file.write(contentsOf: Data(piece))
      late.content.bytes += piece
      try date(name(of: late.content))
      return note("late \(piece.count)")
    }
    if !exists("app.log") {
      contents.append(Content())
      _ = FileManager.default.createFile(atPath: live, contents: nil)
    }
    let file = try FileHandle(forWritingTo: url("app.log"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(piece))
    try file.close()
    contents[contents.count - 1].bytes += piece
    try date("app.log")
    note("write \(piece.count)")
  }

  private func reopen() {
    try? late?.file.close()
    late = nil
  }

  // Rotation.

  private func rename() throws {
    guard exists("app.log"), let content = contents.last else { return }
    let file = try FileHandle(forWritingTo: url("app.log"))
    try file.seekToEnd()
    let name = try makeRoom()
    try move("app.log", name)
    aside.insert((name, content), at: 0)
    note("rename to \(name)")
    if random.oneIn(3) {
      late = (file, content)
    } else {
      try file.close()
    }
    if random.oneIn(2) {
      contents.append(Content())
      _ = FileManager.default.createFile(atPath: live, contents: nil)
      try date("app.log")
      note("create")
    }
  }

  private func copy() throws {
    guard exists("app.log"), let content = contents.last else { return }
    let name = try makeRoom()
    try Data(content.bytes).write(to: url(name))
    try date(name)
    aside.insert((name, content), at: 0)
    copied = content.bytes.count
    note("copy to \(name)")
    if !random.oneIn(3) { try cut() }
  }

  private func cut() throws {
    guard let content = contents.last, let size = copied else { return }
    content.kept = size
    copied = nil
    contents.append(Content())
    truncate(live, 0)
    try date("app.log")
    hasDestroyed = true
    note("cut")
  }

  private func compress() throws {
    guard
      let index = aside.indices.reversed().first(where: {
        !aside[$0].name.hasSuffix("z") && !aside[$0].name.hasSuffix("t")
      }), aside[index].content !== late?.content, copied == nil || index > 0
    else { return }
    let old = aside[index].name
    let isGzip = random.oneIn(2)
    let new = old + (isGzip ? ".gz" : ".zst")
    let bytes = try Array(Data(contentsOf: url(old)))
    let packed = isGzip ? PlainPacking.gzip(bytes) : PlainPacking.zstd(bytes)
    // As compressors do: for a while there are both, and one is not whole.
    try Data(packed.prefix(packed.count / 2)).write(to: url(new))
    try Data(packed).write(to: url(new))
    var status = stat()
    stat(url(old).path, &status)
    try date(new, as: status.st_mtim)
    try FileManager.default.removeItem(at: url(old))
    aside[index].name = new
    packs = true
    note("compress to \(new)")
  }

  private func deleteOldest() throws {
    guard let last = aside.last, last.content !== late?.content, aside.count > 1 || copied == nil
    else { return }
    try FileManager.default.removeItem(at: url(last.name))
    last.content.isGone = true
    hasDestroyed = true
    aside.removeLast()
    note("delete \(last.name)")
  }

  private func recreate() throws {
    guard exists("app.log"), copied == nil, let content = contents.last else { return }
    try FileManager.default.removeItem(at: url("app.log"))
    content.isGone = true
    content.isFleeting = true
    hasDestroyed = true
    note("remove")
    if random.oneIn(2) {
      contents.append(Content())
      _ = FileManager.default.createFile(atPath: live, contents: nil)
      try date("app.log")
    }
  }

  /// The name of the next file to be put aside.
  private func makeRoom() throws -> String {
    if habits.usesDates {
      day += 1
      return "app.log-\(20_250_101 + (day / 28 % 12) * 100 + day % 28 + day / 336 * 10_000)"
    }
    for index in aside.indices.reversed() {
      let old = aside[index].name
      let ending = old.hasSuffix(".gz") ? ".gz" : old.hasSuffix(".zst") ? ".zst" : ""
      aside[index].name = "app.log.\(index + 2)\(ending)"
      try move(old, aside[index].name)
    }
    return "app.log.1"
  }

  // Files.

  private func url(_ name: String) -> URL { directory.appending(path: name) }

  private func exists(_ name: String) -> Bool { access(url(name).path, F_OK) == 0 }

  private func move(_ old: String, _ new: String) throws {
    try FileManager.default.moveItem(at: url(old), to: url(new))
  }

  private func name(of content: Content) -> String {
    aside.first { $0.content === content }?.name ?? "app.log"
  }

  /// Time goes on with each change, so that files are as old as they look.
  private func date(_ name: String, as time: timespec? = nil) throws {
    tick += 1
    let own = timespec(tv_sec: Int(Sample.time / 1_000 + tick), tv_nsec: 1)
    let times = [time ?? own, time ?? own]
    utimensat(AT_FDCWD, url(name).path, times, 0)
  }

  func note(_ what: String) { story.append(what) }
}

/// Compressed files without compression, which is all that a reader can see.
enum PlainPacking {
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    for (part, isLast) in parts(bytes, of: 60_000) {
      result.append(isLast ? 1 : 0)
      result += little(UInt64(part.count), 2) + little(UInt64(~UInt16(part.count)), 2) + part
    }
    return result + little(UInt64(crc(bytes)), 4) + little(UInt64(bytes.count), 4)
  }

  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, 0x50]
    for (part, isLast) in parts(bytes, of: 100_000) {
      result += little(UInt64(part.count << 3 | (isLast ? 1 : 0)), 3) + part
    }
    return result
  }

  private static func parts(_ bytes: [UInt8], of size: Int) -> [(ArraySlice<UInt8>, Bool)] {
    if bytes.isEmpty { return [([], true)] }
    return stride(from: 0, to: bytes.count, by: size).map { start in
      let end = min(bytes.count, start + size)
      return (bytes[start..<end], end == bytes.count)
    }
  }

  private static func little(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
