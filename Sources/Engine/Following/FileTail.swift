import Glibc
package import Records

/// A file that is written while it is read, under whatever names it is rotated to.
///
/// It follows the name: when another file takes it, that is the next generation of the same log, and
/// what came and went between two looks is found beside it and read first. The old file is kept open
/// for a while, because its writer may take its time to notice. A file that was cut starts over as a
/// new generation too; what was left of the old content is read from its copy, if there is one.
package final class FileTail: LiveSource {
  package let plan: SourcePlan
  package let descriptor: Int32? = nil
  let log: FollowedLog
  let finder: GenerationFinder
  let clock: any EngineClock
  /// Whether the source is over once its file has been removed, because it is one of many.
  package var endsWithItsFile = false
  /// Oldest first; the last one has the name, or had it.
  var held: [FollowedFile] = []
  /// Generations that are let go of; the newest, and those that a window may need.
  var past: [SavedGeneration] = []
  /// The number of the next generation.
  var number: Int32
  /// When nothing is known of the log: what was last written up to this time is not of interest.
  var floor: Int64
  var news: [SourceNews] = []
  /// Whether it goes on where an earlier run stood.
  package let isResumed: Bool
  private let watcher: FileWatcher
  private var isTold = true
  private var isMissing = false
  private var failure: InputFailure?
  private var lastLook: Duration
  /// Unfinished last lines of files that nobody writes to any more.
  private var leftovers: [LiveChunk] = []

  /// How long after its last line a rotated file may still be written to.
  private static let patience = Duration.seconds(60)
  /// How often to look where nobody tells.
  private static let pace = Duration.seconds(1)

  /// `follower` is the number under which the watcher tells of it; `saved` is where an earlier run
  /// stood. Of a log that `isNew`, which came while the program ran, all lines come just now.
  package init(
    _ plan: SourcePlan, follower: Int, chunkSize: Int, pool: ChunkPool, ledger: GenerationLedger,
    watcher: FileWatcher, clock: any EngineClock, saved: SavedSource? = nil, isNew: Bool = false
  ) {
    self.plan = plan
    self.watcher = watcher
    self.clock = clock
    log = FollowedLog(
      path: plan.path, source: Int32(follower), chunkSize: chunkSize, maxLine: plan.maxLine,
      pool: pool, ledger: ledger)
    finder = GenerationFinder()
    number = Int32(plan.generations.count) - 1
    lastLook = clock.elapsed
    floor = finder.generations(of: plan.path).map(\.modified).max() ?? .min
    floor = max(floor, clock.now * 1_000_000)
    isResumed = saved.map { !$0.generations.isEmpty } ?? false
    if let saved, isResumed { resume(saved.generations) }
    look()
    news.removeAll { if case .appeared = $0 { true } else { false } }
    if !isResumed, !isNew { held.first?.noteRecorded() }
  }

  var path: String { plan.path }

  package func path(of generation: Int32) -> String {
    !isResumed && plan.generations.indices.contains(Int(generation))
      ? plan.generations[Int(generation)] : path
  }

  /// The file that was there at the start, and the end of its last whole line.
  var recorded: (place: PlaceReader, end: Int, time: Int64)? {
    held.first.flatMap { file in file.recorded.map { (file.place, $0.end, $0.time) } }
  }

  /// Begins the file that was there at the start at an offset, where a line begins.
  package func begin(at offset: Int) {
    if offset > 0 { held.first?.begin(at: offset) }
  }

  /// Whether lines are left that were there at the start.
  package var hasRecorded: Bool {
    guard let first = held.first, let recorded = first.recorded else { return false }
    return first.offset < recorded.end
  }

  /// Whether lines are left that were taken in before the program was last started.
  package var isRereading: Bool { held.contains(where: \.isRereading) }

  package func next() -> LiveArrival {
    lastLook = clock.elapsed
    while true {
      if !news.isEmpty { return .news(news.removeFirst()) }
      if !leftovers.isEmpty { return .chunk(leftovers.removeFirst()) }
      // What comes again has an end, which is no wish to look further.
      if isRereading { return nextAgain().map { .chunk($0) } ?? .nothing }
      if let chunk = nextChunk() { return .chunk(chunk) }
      let hasOpened = news.isEmpty && look()
      if !hasOpened, news.isEmpty, leftovers.isEmpty {
        return endsWithItsFile && isMissing && held.isEmpty ? .ended : .nothing
      }
    }
  }

  private func nextAgain() -> LiveChunk? {
    while let file = held.first(where: \.isRereading) {
      if let chunk = read(file) { return chunk }
    }
    return nil
  }

  private func nextChunk() -> LiveChunk? {
    for file in held {
      switch file.look() {
      case .none: break
      case .cut:
        startOver(file)
        return nil
      case .begun:
        if readMissed(before: file) { return nextChunk() }
      }
      if let chunk = read(file) { return chunk }
    }
    return nil
  }

  private func read(_ file: FollowedFile) -> LiveChunk? {
    do throws(InputFailure) {
      guard let chunk = try file.next() else { return nil }
      if file.replaced != nil { file.replaced = clock.elapsed }
      return chunk
    } catch {
      note(error)
      // What is damaged stays so.
      if file !== held.last || isRereading { letGo(of: file) }
      return nil
    }
  }

  // Another file.

  /// Looks whether the name belongs to another file now, and opens that.
  @discardableResult
  private func look() -> Bool {
    release()
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR || code == ELOOP { return lookForward() }
      note(InputFailure(path: path, errno: code))
      return false
    }
    if held.last?.identity != FileIdentity(status) { return open() }
    noteSuccess()
    return false
  }

  /// There is nothing by that name. Between two steps of a rotation that is nothing to talk about.
  private func lookForward() -> Bool {
    let isBetween = held.last.map { !$0.isUnlinked } ?? false
    if !isBetween, let last = held.last { last.replaced = last.replaced ?? clock.elapsed }
    if !isMissing, !isBetween {
      news.append(.missing(path: path))
      isMissing = true
    }
    tell(watcher.watch(way: path, for: Int(log.source)))
    adoptMissed(before: nil)
    // It may have come before it was watched for.
    return access(path, F_OK) == 0 && open()
  }

  private func open() -> Bool {
    do throws(InputFailure) {
      let file = try OpenedFile(path)
      guard file.status.st_mode & S_IFMT == S_IFREG else {
        throw InputFailure(path: path, reason: "there is something there that is not a file")
      }
      tell(watcher.watch(way: path, for: Int(log.source)))
      let isFirst = held.isEmpty && past.isEmpty
      let last = held.last
      let isWhole = adoptMissed(before: file)
      last?.replaced = last?.replaced ?? clock.elapsed
      if isFirst || isMissing {
        news.append(.appeared(path: path))
      } else if let last, last.isUnlinked, !isWhole {
        news.append(.replaced(SourceLoss(of: last.saved, log: path)))
      } else {
        news.append(.rotated(path: path))
      }
      isMissing = false
      noteSuccess()
      adopt(file)
      return true
    } catch {
      // Told by the directory, or looked for.
      watcher.watch(way: path, for: Int(log.source))
      note(error)
      return false
    }
  }

  /// Takes up a file as the next generation.
  @discardableResult
  func adopt(_ file: OpenedFile) -> FollowedFile {
    let new = FollowedFile(file, number, log)
    number += 1
    take(new)
    return new
  }

  func take(_ file: FollowedFile, at index: Int? = nil) {
    held.insert(file, at: index ?? held.endIndex)
    tell(watcher.watch(open: file.place.descriptor, for: Int(log.source)))
  }

  // The end of a file.

  /// Lets go of files that have nothing more to give.
  private func release() {
    let now = clock.elapsed
    for file in held where !file.isRereading {
      let isSilent = file.replaced.map { now - $0 >= FileTail.patience } ?? false
      guard isSilent || file.hasEnded else { continue }
      if let last = file.lastLine() { leftovers.append(last) }
      letGo(of: file)
    }
  }

  func letGo(of file: FollowedFile) {
    watcher.unwatch(open: file.place.descriptor, for: Int(log.source))
    held.removeAll { $0 === file }
    // Of an empty one, only that nothing older is news.
    past.removeAll { $0.read == 0 }
    past.append(file.saved)
  }

  /// No line of a generation will be asked for again.
  func forget(_ generation: Int32) {
    let newest = known.last { $0.saved.read > 0 }?.saved.number
    past.removeAll { $0.number == generation && $0.number != newest }
  }

  /// Whether a file is, or was, one of the log's. Logs may begin alike, so that only a name that says
  /// so too makes a file a copy.
  func knows(_ file: FoundFile) -> Bool {
    if held.contains(where: { $0.identity == file.identity }) { return true }
    let isNamedSo = file.path != path && file.path.hasPrefix(path)
    return known.contains { known in
      guard isNamedSo || known.saved.identity == file.identity else { return false }
      return finder.place(of: known.saved, in: [file], isHeld: false) != nil
    }
  }

  /// When it has to be looked at though nobody tells of anything.
  package var looksAgain: Duration? {
    var times = held.compactMap(\.replaced).map { $0 + FileTail.patience }
    if !isTold || failure != nil { times.append(lastLook + FileTail.pace) }
    return times.min()
  }

  // What is said.

  private func note(_ error: InputFailure) {
    if failure == nil { news.append(.failed(error)) }
    failure = error
  }

  private func noteSuccess() {
    if failure != nil { news.append(.readable(path: path)) }
    failure = nil
  }

  private func tell(_ isWatched: Bool) {
    guard !isWatched, isTold else { return }
    isTold = false
    news.append(.untold(path: path))
  }
}
