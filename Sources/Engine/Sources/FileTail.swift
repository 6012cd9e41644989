import Glibc
package import Records

/// A file that is written while it is read, under whatever names it is rotated to.
///
/// It follows the name: when another file takes it, that is the next generation of the same log. The
/// old file is kept open for a while, because its writer may take its time to notice. A file that was
/// cut starts over as a new generation too.
package final class FileTail: LiveSource {
  /// One file that has, or had, the followed name.
  private final class Held {
    let file: DescriptorBytes
    let generation: Int32
    let identity: FileIdentity
    var framer: LineFramer
    /// Offset of the next byte to read.
    var offset = 0
    /// Where the lines end that were there before the start, and when they were last written.
    var recorded: (end: Int, time: Int64)?
    /// The first bytes: when they change, the file was written anew.
    var head: [UInt8] = []
    /// When another file took its name.
    var replaced: Duration?

    static let headLength = 256

    init(
      _ file: DescriptorBytes, _ generation: Int32, _ identity: FileIdentity, framer: LineFramer
    ) {
      self.file = file
      self.generation = generation
      self.identity = identity
      self.framer = framer
    }

    var place: PlaceReader { PlaceReader(descriptor: file.descriptor) }
  }

  package let plan: SourcePlan
  package let descriptor: Int32? = nil
  /// Whether the system tells about changes, so that nobody has to look.
  package private(set) var isTold = true
  private let follower: Int
  private let chunkSize: Int
  private let pool: ChunkPool
  private let ledger: GenerationLedger
  private let watcher: FileWatcher
  private let clock: any EngineClock
  /// Oldest first; the last one has the name, or had it.
  private var held: [Held] = []
  private var generation: Int32
  private var isMissing = false
  private var failure: InputFailure?
  private var news: [SourceNews] = []
  /// Unfinished last lines of files that nobody writes to any more.
  private var leftovers: [LiveChunk] = []

  /// How long after its last line a rotated file may still be written to.
  private static let patience = Duration.seconds(60)
  /// Line numbers of a file that is not read from its start are not known; they stay below zero.
  private static let uncounted = -(1 << 40)

  /// `follower` is the number under which the watcher tells of it.
  package init(
    _ plan: SourcePlan, follower: Int, chunkSize: Int, pool: ChunkPool, ledger: GenerationLedger,
    watcher: FileWatcher, clock: any EngineClock
  ) {
    self.plan = plan
    self.follower = follower
    self.chunkSize = chunkSize
    self.pool = pool
    self.ledger = ledger
    self.watcher = watcher
    self.clock = clock
    generation = Int32(plan.generations.count) - 2
    look()
    news.removeAll { if case .appeared = $0 { true } else { false } }
    if let first = held.first { first.recorded = FileTail.recorded(first.file) }
  }

  private var path: String { plan.generations.last ?? "" }

  package func path(of generation: Int32) -> String {
    plan.generations.indices.contains(Int(generation)) ? plan.generations[Int(generation)] : path
  }

  /// The file that was there at the start, and the end of its last whole line.
  var recorded: (place: PlaceReader, end: Int, time: Int64)? {
    held.first.flatMap { file in file.recorded.map { (file.place, $0.end, $0.time) } }
  }

  /// Begins the file that was there at the start at an offset, where a line begins.
  package func begin(at offset: Int) {
    guard let first = held.first, offset > 0 else { return }
    first.offset = offset
    first.framer = LineFramer(
      pool: pool, chunkSize: chunkSize, maxLine: plan.maxLine, offset: offset,
      line: FileTail.uncounted)
  }

  /// Whether lines are left that were there at the start.
  package var hasRecorded: Bool {
    guard let first = held.first, let recorded = first.recorded else { return false }
    return first.offset < recorded.end
  }

  package func next() -> LiveArrival {
    while true {
      if !news.isEmpty { return .news(news.removeFirst()) }
      if !leftovers.isEmpty { return .chunk(leftovers.removeFirst()) }
      for file in held {
        if startsOver(file) { break }
        if let chunk = read(file) { return .chunk(chunk) }
      }
      let hasOpened = news.isEmpty && look()
      if !hasOpened, news.isEmpty, leftovers.isEmpty { return .nothing }
    }
  }

  // Reading.

  /// The next chunk of whole lines of a file.
  private func read(_ file: Held) -> LiveChunk? {
    let isRecorded = file.recorded.map { file.offset < $0.end } ?? false
    let limit = isRecorded ? file.recorded?.end ?? .max : .max
    do throws(InputFailure) {
      let chunk = try file.framer.next(isFinal: false) { buffer throws(InputFailure) in
        try self.fill(buffer, from: file, limit: limit)
      }
      if file.offset > 0, file.head.count < Held.headLength {
        file.head = file.place.read(at: 0, count: min(Held.headLength, file.offset))
      }
      guard let chunk else { return nil }
      if file.replaced != nil { file.replaced = clock.elapsed }
      return LiveChunk(
        read: readChunk(chunk, file), recorded: isRecorded ? file.recorded?.time : nil,
        tooLong: file.framer.takeSkipped(in: path(of: file.generation)))
    } catch {
      note(error)
      return nil
    }
  }

  private func readChunk(_ chunk: Chunk, _ file: Held) -> ReadChunk {
    ReadChunk(chunk: chunk, source: Int32(follower), generation: file.generation)
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from file: Held, limit: Int
  ) throws(InputFailure) -> Int {
    let wanted = min(buffer.count, limit - file.offset)
    guard wanted > 0 else { return 0 }
    while true {
      let count = pread(file.file.descriptor, buffer.baseAddress, wanted, off_t(file.offset))
      if count >= 0 {
        file.offset += count
        return count
      }
      if errno != EINTR { throw InputFailure(path: path, errno: errno) }
    }
  }

  // What becomes of files.

  /// A file that has become shorter, or begins with other bytes, was written anew: it goes on as a
  /// generation of its own.
  private func startsOver(_ file: Held) -> Bool {
    guard file.offset > 0, let index = held.firstIndex(where: { $0 === file }) else { return false }
    let size = size(of: file)
    guard size < file.offset || file.place.read(at: 0, count: file.head.count) != file.head else {
      return false
    }
    news.append(.truncated(path: path, read: file.offset, size: size))
    // Its lines are gone, and others stand in their places.
    ledger.forget(Int32(follower), file.generation)
    held.remove(at: index)
    adopt(file.file, file.identity, at: index).replaced = file.replaced
    return true
  }

  /// Looks whether the name belongs to another file now, and opens that.
  @discardableResult
  private func look() -> Bool {
    release()
    guard let identity = FileIdentity(of: path) else { return lookForward() }
    return held.last?.identity != identity && open()
  }

  /// There is nothing by that name. Between two steps of a rotation that is nothing to talk about.
  private func lookForward() -> Bool {
    let isBetween = held.last.map { $0.file.status.st_nlink > 0 } ?? false
    if !isMissing, !isBetween {
      news.append(.missing(path: path))
      isMissing = true
    }
    tell(watcher.watch(way: path, for: follower))
    // It may have come before it was watched for.
    return FileIdentity(of: path) != nil && open()
  }

  private func open() -> Bool {
    do throws(InputFailure) {
      let file = try FileTail.open(path)
      let isFirst = held.isEmpty
      tell(watcher.watch(open: file.descriptor, for: follower))
      tell(watcher.watch(way: path, for: follower))
      held.last?.replaced = clock.elapsed
      news.append(isFirst || isMissing ? .appeared(path: path) : .rotated(path: path))
      isMissing = false
      failure = nil
      adopt(file, FileIdentity(file.status), at: held.endIndex)
      return true
    } catch {
      note(error)
      return false
    }
  }

  @discardableResult
  private func adopt(_ file: DescriptorBytes, _ identity: FileIdentity, at index: Int) -> Held {
    generation += 1
    let framer = LineFramer(pool: pool, chunkSize: chunkSize, maxLine: plan.maxLine)
    let new = Held(file, generation, identity, framer: framer)
    held.insert(new, at: index)
    // Fails only for what is no regular file, which is then without evidence.
    _ = try? ledger.register(file, path: path, Int32(follower), generation)
    return new
  }

  /// Lets go of rotated files that have been silent long enough.
  private func release() {
    let now = clock.elapsed
    held.removeAll { file in
      guard let replaced = file.replaced, now - replaced > FileTail.patience else { return false }
      if let last = file.framer.next(isFinal: true, { _ in 0 }) {
        leftovers.append(LiveChunk(read: readChunk(last, file)))
      }
      return true
    }
  }

  private func note(_ error: InputFailure) {
    if failure == nil { news.append(.failed(error)) }
    failure = error
  }

  private func tell(_ isWatched: Bool) {
    guard !isWatched, isTold else { return }
    isTold = false
    news.append(.untold(path: path))
  }

  private func size(of file: Held) -> Int { Int(file.file.status.st_size) }

  // Files.

  private static func open(_ path: String) throws(InputFailure) -> DescriptorBytes {
    // Without O_NONBLOCK a pipe that came into the place of the file would stop everything.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw InputFailure(path: path, errno: errno) }
    return DescriptorBytes(descriptor: descriptor, path: path, closes: true)
  }

  /// Where the whole lines of a file end, and when it was last written.
  private static func recorded(_ file: DescriptorBytes) -> (end: Int, time: Int64) {
    let status = file.status
    let place = PlaceReader(descriptor: file.descriptor)
    var end = Int(status.st_size)
    while end > 0 {
      let lower = max(0, end - (64 << 10))
      if let newline = place.read(at: Int64(lower), count: end - lower).lastIndex(of: 0x0A) {
        end = lower + newline + 1
        break
      }
      end = lower
    }
    return (end, status.modified)
  }
}

extension DescriptorBytes {
  /// What the system knows about the file; all zeroes when that's nothing.
  var status: stat {
    var status = stat()
    fstat(descriptor, &status)
    return status
  }
}

extension stat {
  /// When it was last written, in milliseconds since the epoch.
  var modified: Int64 { Int64(st_mtim.tv_sec) * 1_000 + Int64(st_mtim.tv_nsec) / 1_000_000 }
}

/// Which file it is, whatever its name.
struct FileIdentity: Hashable {
  private var device: UInt
  private var inode: UInt

  init(_ status: stat) {
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
  }

  /// Nil when nothing has that name.
  init?(of path: String) {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}
