import Alerting
import CLinux
import Glibc
import Records

/// Lines that come once, written to the state directory before anybody looks at them: a restart reads
/// them again from there, like those of a file.
///
/// Each run writes a file of its own, of whole lines: half a line of a writer that is gone says
/// nothing. Files that no window needs any more are removed, and of those that are left the first
/// part is given back to the file system.
final class SpooledTail: LiveSource {
  let plan: SourcePlan
  let isResumed: Bool
  private let spool: SpoolDirectory
  private let bytes: any LiveBytes
  private let log: FollowedLog
  private let clock: any EngineClock
  /// Oldest first; the last one is being written once something has come.
  private var files: [SpoolFile]
  /// What earlier runs have written, to be read first.
  private var parts: [SpoolFile.Part] = []
  private var framer: LineFramer
  private var number: Int32
  /// Whether the newest file is written.
  private var isWriting = false
  private var failure: InputFailure?
  private var triesAgain: Duration?
  private var news: [SourceNews] = []
  private var isOver = false
  /// What was last said to be needed of each file; those that are done with go with the next commit.
  private var kept: [Int32: Int64] = [:]
  private var done: Set<Int32> = []

  /// How often a spool is tried that can't be written.
  private static let pace = Duration.seconds(1)

  init(
    _ plan: SourcePlan, _ bytes: any LiveBytes, in directory: String, log: FollowedLog,
    clock: any EngineClock, saved: SavedSource?
  ) {
    self.plan = plan
    self.bytes = bytes
    self.log = log
    self.clock = clock
    spool = SpoolDirectory(directory, source: plan.path)
    framer = log.framer(at: 0, line: 1)
    let arrived = saved?.arrived
    let saved = saved?.generations ?? []
    files = spool.files(saved)
    if let last = files.last(where: { !$0.isEmpty }) { bytes.resume(after: last.lastLine) }
    if !bytes.keepsUnread, let from = [arrived, files.last?.written].compactMap({ $0 }).max() {
      news.append(.gap(SourceGap(path: plan.path, from: from, to: clock.now)))
    }
    number = (files.map(\.number) + saved.map(\.number) + [-1]).max()! + 1
    isResumed = !files.isEmpty
    for generation in saved
    where generation.needed < generation.read
      && !files.contains(where: { $0.number == generation.number })
    {
      news.append(.lost(SourceLoss(of: generation, log: plan.path)))
    }
    for file in files {
      log.ledger.note(file, of: log)
      kept[file.number] = file.needed
    }
    parts = files.flatMap(\.parts).filter(\.isAgain) + files.flatMap(\.parts).filter { !$0.isAgain }
  }

  var descriptor: Int32? { bytes.descriptor }

  var looksAgain: Duration? { [bytes.wakes, triesAgain].compactMap { $0 }.min() }

  func path(of generation: Int32) -> String { plan.path }

  /// Whether lines are left that were taken in before the program was last started.
  var isRereading: Bool { parts.first?.isAgain ?? false }

  func next() -> LiveArrival {
    while true {
      if !news.isEmpty, !isRereading { return .news(news.removeFirst()) }
      // What comes again has an end, which is no wish to look further.
      let isRereading = isRereading
      if let chunk = nextPart(again: isRereading) { return .chunk(chunk) }
      if isRereading { return .nothing }
      if isOver { return .ended }
      do throws(InputFailure) {
        if let chunk = try nextLive() { return .chunk(chunk) }
      } catch {
        isOver = true
        return .news(.failed(error))
      }
      guard news.isEmpty else { continue }
      guard bytes.hasEnded, framer.pending == 0 else { return .nothing }
      isOver = true
    }
  }

  // What earlier runs have written.

  private func nextPart(again: Bool) -> LiveChunk? {
    while var part = parts.first, part.isAgain == again {
      let chunk = part.next(log)
      parts[0] = part
      guard let chunk else {
        parts.removeFirst()
        continue
      }
      return LiveChunk(
        read: ReadChunk(chunk: chunk, source: log.source, generation: part.file.number),
        recorded: part.file.written, isAgain: part.isAgain)
    }
    return nil
  }

  // What comes now.

  private func nextLive() throws(InputFailure) -> LiveChunk? {
    if failure != nil { tryAgain() }
    let chunk = try framer.next(isFinal: bytes.hasEnded) { buffer throws(InputFailure) in
      try bytes.read(into: buffer)
    }
    news += bytes.takeNews()
    guard let chunk else { return nil }
    if failure == nil { store(chunk) }
    return LiveChunk(
      read: ReadChunk(chunk: chunk, source: log.source, generation: number),
      tooLong: framer.takeSkipped(in: plan.path))
  }

  /// Writes lines down; from a failure on it is tried again every second, in another file.
  private func store(_ chunk: Chunk) {
    do throws(InputFailure) {
      if !isWriting { try begin() }
      try files[files.count - 1].append(chunk)
    } catch {
      failure = error
      triesAgain = clock.elapsed + SpooledTail.pace
      isWriting = false
      news.append(.unspooled(path: plan.path, error))
    }
  }

  private func begin() throws(InputFailure) {
    let file = try spool.make(number)
    files.append(file)
    isWriting = true
    log.ledger.note(file, of: log)
  }

  /// What could not be written has no place in a file, so that another one has to be begun.
  private func tryAgain() {
    guard let time = triesAgain, clock.elapsed >= time else { return }
    triesAgain = clock.elapsed + SpooledTail.pace
    guard spool.hasRoom(for: log.chunkSize) else { return }
    number += 1
    framer.begin(at: 0, line: 1)
    failure = nil
    triesAgain = nil
    news.append(.spooledAgain(path: plan.path))
  }

  // What is kept.

  /// How far each file was read. What had come so far is then on the disk.
  func saved(needed: (Int32) -> Int64?) -> [SavedGeneration] {
    if isRereading { return files.map(\.saved) }
    // What the last commit needed is what a restart may ask for.
    for file in files {
      if let first = kept[file.number] { file.forget(before: first) }
      if done.contains(file.number) { file.remove() }
    }
    files.removeAll { done.contains($0.number) }
    kept = [:]
    for file in files {
      file.sync()
      if let first = needed(file.number) ?? (isOld(file) ? nil : file.read) {
        kept[file.number] = min(first, file.read)
      }
    }
    done = Set(files.map(\.number)).subtracting(kept.keys)
    return files.compactMap { file in
      kept[file.number].map { first in
        var saved = file.saved
        saved.needed = first
        return saved
      }
    }
  }

  /// Whether a file has been read to its end and another one is written.
  private func isOld(_ file: SpoolFile) -> Bool {
    file !== files.last && !parts.contains { $0.file === file }
  }
}
