import Engine
import Foundation
import Records
import TestKit
import Testing

/// A log that is written, rotated, copied, cut, compressed and removed while it is followed, and a
/// follower that sleeps, stops and dies: whatever existed when somebody looked arrives once, in order,
/// and what may be missing is said.
@Suite struct TailRandomTests {
  private static let rounds =
    ProcessInfo.processInfo.environment["TRIPLINE_TAIL_ROUNDS"].flatMap { Int($0) } ?? 100

  @Test(arguments: [false, true])
  func `nothing is lost and nothing comes twice`(polls: Bool) throws {
    for round in 0..<TailRandomTests.rounds {
      let seed = TestSeed.value &+ UInt64(round)
      let directory = FileManager.default.temporaryDirectory.appending(path: "tails-\(UUID())")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: directory) }
      let writer = FollowedWriter(in: directory, seed: seed)
      let reader = RestartingReader(writer, seed: ~seed, polls: polls)
      var complaints: [String] = []
      do {
        for _ in 0..<60 {
          try writer.step()
          try reader.step()
        }
        try writer.settle()
        reader.end()
      } catch {
        complaints.append("\(error)")
      }
      complaints += reader.complaints
      if !complaints.isEmpty {
        Issue.record(
          """
          seed \(seed)
          \(complaints.joined(separator: "\n"))
          \(writer.story.joined(separator: ", "))
          """)
        return
      }
    }
  }
}

/// Reads what a writer writes, now and then, and is started anew now and then.
private final class RestartingReader {
  /// Lines as they came.
  private struct Piece {
    var generation: Int32
    var offset: Int
    var line: Int
    var bytes: [UInt8]
    var end: Int { offset + bytes.count }
  }

  private let writer: FollowedWriter
  private let polls: Bool
  private let clock = ManualClock()
  private var random: SplitMix64
  private var watcher: FileWatcher
  private var tail: FileTail
  /// What is kept for good, and what has come since.
  private var kept: [Piece] = []
  private var pieces: [Piece] = []
  private var keptLosses: [SourceLoss] = []
  private var losses: [SourceLoss] = []
  private var saved: [SavedGeneration] = []
  /// Where the first line of each generation begins that a window would need.
  private var needed: [Int32: Int64] = [:]
  private var again: [Piece] = []
  /// Contents before this one went when nothing was known yet of which they could be missed.
  private var blind = 0
  /// Whether a run died that may have seen a file being cut; for the next one it is just another file.
  private var hasCrashed = false
  private(set) var complaints: [String] = []

  init(_ writer: FollowedWriter, seed: UInt64, polls: Bool) {
    self.writer = writer
    self.polls = polls
    random = SplitMix64(seed: seed)
    watcher = FileWatcher(polls: polls)
    tail = RestartingReader.tail(writer, watcher, clock, 64)
    writer.note("start \(polls ? "polling" : "told"), \(writer.habits)")
    read()
    save()
  }

  private static func tail(
    _ writer: FollowedWriter, _ watcher: FileWatcher, _ clock: ManualClock, _ chunkSize: Int,
    _ saved: SavedSource? = nil
  ) -> FileTail {
    FileTail(
      SourcePlan(generations: [writer.live], facts: SourceFacts(name: "app.log")), follower: 7,
      chunkSize: chunkSize, pool: ChunkPool(), ledger: GenerationLedger(), watcher: watcher,
      clock: clock, saved: saved)
  }

  func step() throws {
    switch random.pick(0..<20) {
    case 0..<8: look()
    case 8..<11: save()
    case 11: restart(crashes: false)
    case 12: restart(crashes: true)
    case 13:
      try writer.settle()
      look()
      clock.advance(by: .seconds(random.pick(0..<70)))
      look()
    default: break
    }
  }

  func end() {
    for _ in 0..<2 {
      look()
      clock.advance(by: .seconds(61))
    }
    look()
    save()
    judge()
  }

  /// Reads when there is a reason to, as a watch does.
  private func look() {
    if polls { clock.advance(by: .seconds(1)) }
    let isDue = tail.looksAgain.map { $0 <= clock.elapsed } ?? false
    if !watcher.take().isEmpty || isDue { read() }
  }

  private func read() {
    if kept.isEmpty, pieces.isEmpty { blind = writer.contents.count }
    writer.note("READ")
    while true {
      let isRereading = tail.isRereading
      switch tail.next() {
      case .nothing where isRereading: continue
      case .nothing, .ended: return
      case .news(let news):
        writer.note("[\("\(news)".replacing(writer.directory.path + "/", with: ""))]")
        if let loss = news.loss { losses.append(loss) }
        if case .failed(let failure) = news { complaints.append("\(failure)") }
      case .chunk(let chunk):
        let read = chunk.read
        let piece = Piece(
          generation: read.generation, offset: read.chunk.offset, line: read.chunk.firstLine,
          bytes: read.chunk.bytes.array)
        writer.note(
          "\(chunk.isAgain ? "again" : "got") \(read.generation)@\(piece.offset)-\(piece.end)")
        if chunk.isAgain != isRereading { complaints.append("not said to be read again") }
        if chunk.isAgain { again.append(piece) } else { pieces.append(piece) }
      }
    }
  }

  private func save() {
    kept += pieces
    keptLosses += losses
    pieces = []
    losses = []
    for generation in Set(kept.map(\.generation)) {
      let ends = kept.filter { $0.generation == generation }.map(\.end)
      if random.oneIn(3) {
        needed[generation] = max(needed[generation] ?? 0, Int64(random.pick(ends)))
      }
    }
    saved = tail.saved { generation in
      kept.contains { $0.generation == generation } ? needed[generation] ?? 0 : nil
    }
    writer.note("SAVE \(saved.map { "\($0.number):\($0.needed)-\($0.read)" })")
  }

  private func restart(crashes: Bool) {
    writer.note(crashes ? "CRASH" : "RESTART")
    if crashes { hasCrashed = true } else { save() }
    if saved.allSatisfy({ $0.read == 0 }) { blind = writer.contents.count }
    pieces = []
    losses = []
    again = []
    watcher = FileWatcher(polls: polls)
    tail = RestartingReader.tail(
      writer, watcher, clock, random.pick([1, 64, 4_096]),
      SavedSource(name: "app.log", generations: saved))
    read()
    judgeAgain()
  }

  // Judging.

  /// What windows need comes once more, or is said to be gone.
  private func judgeAgain() {
    for generation in saved where generation.needed < generation.read {
      let parts = again.filter { $0.generation == generation.number }
      var end = Int(generation.needed)
      for part in parts {
        if part.offset != end { complaints.append("a hole in what is read again") }
        end = part.end
      }
      let isLost = losses.contains {
        $0.generation == generation.number && $0.needed == generation.needed
      }
      if end != Int(generation.read), !isLost {
        complaints.append("\(generation.number) was not read again from \(generation.needed)")
      }
    }
  }

  private func judge() {
    var index = -1
    var covered: [Int: [Piece]] = [:]
    var number: [Int32: Int] = [:]
    for generation in Set(kept.map(\.generation)).sorted() {
      let pieces = kept.filter { $0.generation == generation }
      let match = writer.contents.indices.first { place in
        place > index && pieces.allSatisfy { writer.contents[place].holds($0.bytes, at: $0.offset) }
      }
      guard let match else {
        let found = number.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value)" }
        return complaints.append(
          "generation \(generation) is nothing that was written (of \(writer.contents.map(\.bytes.count)), "
            + "\(found))")
      }
      index = match
      covered[match] = pieces
      number[generation] = match
    }
    for (index, content) in writer.contents.enumerated() {
      judge(index, content, covered[index] ?? [], number)
    }
    // Compressing frees the number of a file for the next one, which may then seem to have been cut.
    if !writer.hasDestroyed, let loss = keptLosses.first(where: { $0.isCertain || !writer.packs }) {
      complaints.append("nothing was lost, but \(loss) was said")
    }
  }

  private func judge(
    _ index: Int, _ content: FollowedWriter.Content, _ pieces: [Piece], _ number: [Int32: Int]
  ) {
    var end = 0
    for piece in pieces {
      if piece.offset < end {
        complaints.append("content \(index): byte \(piece.offset) came twice, or too late")
      }
      if piece.offset > end { complaints.append("content \(index): byte \(end) was left out") }
      let line = content.bytes[..<piece.offset].count { $0 == 0x0A } + 1
      if piece.line != line {
        complaints.append("content \(index): line \(line) is called \(piece.line)")
      }
      end = piece.end
    }
    let isLive = index == writer.contents.count - 1
    let lines = content.bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    guard end < (isLive ? lines : content.bytes.count) else { return }
    let mayMiss =
      content.isGone || (content.kept.map { $0 <= max(end, lines) || $0 <= end } ?? false)
    if mayMiss, index < blind || (content.isFleeting && pieces.isEmpty) { return }
    let isSaid = keptLosses.contains { loss in
      guard let place = number[loss.generation] else { return true }
      return place < index || (place == index && loss.from <= end)
    }
    // A file that was empty both times when somebody looked.
    if content.kept == 0, pieces.isEmpty { return }
    if let kept = content.kept, end >= kept, hasCrashed { return }
    // A fragment of a line that was cut in two is no line, but its loss is one.
    if isSaid, end >= lines { return }
    if !mayMiss || !isSaid {
      complaints.append(
        "content \(index): \(content.bytes.count - end) bytes from \(end) on are missing"
          + (mayMiss ? ", and nobody says so" : ""))
    }
  }
}

extension FollowedWriter.Content {
  fileprivate func holds(_ piece: [UInt8], at offset: Int) -> Bool {
    offset + piece.count <= bytes.count
      && bytes[offset..<offset + piece.count].elementsEqual(piece)
  }
}
