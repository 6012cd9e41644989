import Glibc
import Records

/// What the files of one followed log have in common.
struct FollowedLog {
  /// The path that stands for the log.
  let path: String
  let source: Int32
  let chunkSize: Int
  let maxLine: Int
  let pool: ChunkPool
  let ledger: GenerationLedger

  func framer(at offset: Int, line: Int) -> LineFramer {
    LineFramer(pool: pool, chunkSize: chunkSize, maxLine: maxLine, offset: offset, line: line)
  }
}

/// One open file of a followed log, and how far it was read. A plain file may grow; a compressed one
/// is read once.
final class FollowedFile {
  /// What has become of a file since it was last looked at.
  enum Change {
    case none
    /// A file that was empty was written, and may have been cut since.
    case begun
    /// It is shorter than what was read, or other bytes stand there.
    case cut
  }

  /// Settled with the first line that is handed over.
  var number: Int32
  /// The file as it was when it was last looked at.
  private(set) var seen: FoundFile
  /// When it was last written before it was taken up.
  let begun: Int64
  /// When another file took its name, or its last line after that.
  var replaced: Duration?
  /// Where the lines end that were there before the start, and when they were last written.
  var recorded: (end: Int, time: Int64)?
  /// Offset of the next byte to read.
  private(set) var offset: Int
  private let log: FollowedLog
  let file: OpenedFile
  let isCompressed: Bool
  private var stream: (any ByteStream)?
  private var isAtEnd = false
  private var isRegistered = false
  private var framer: LineFramer
  private var mark: ContentMark
  /// Where it stood when an earlier run ended, and that again while lines before that place are read
  /// once more.
  private var origin: SavedGeneration?
  private var resumed: SavedGeneration?

  /// Line numbers of a file that is not read from its start are not known; they stay below zero.
  private static let uncounted = -(1 << 40)

  init(_ file: OpenedFile, _ number: Int32, _ log: FollowedLog) {
    self.file = file
    self.number = number
    self.log = log
    seen = FoundFile(path: file.path, file.bytes.status)
    begun = seen.modified
    isCompressed = file.isCompressed
    framer = log.framer(at: 0, line: 1)
    mark = ContentMark()
    offset = 0
  }

  /// Goes on with a generation that was read before, from the first line that is needed again.
  convenience init(_ file: OpenedFile, resuming saved: SavedGeneration, _ log: FollowedLog) {
    self.init(file, saved.number, log)
    let start = Int(min(saved.needed, saved.read))
    begin(at: start)
    origin = saved
    resumed = saved
    endReread()
  }

  var identity: FileIdentity { file.identity }
  var place: PlaceReader { file.place }
  /// Whether it has no name any more.
  var isUnlinked: Bool { file.bytes.status.st_nlink == 0 }
  /// Whether nothing can come any more.
  var hasEnded: Bool { isAtEnd && framer.pending == 0 }
  /// Whether it is being read once more, up to where it was read before.
  var isRereading: Bool { resumed != nil }

  /// Begins at an offset, where a line begins.
  func begin(at start: Int) {
    offset = start
    framer = log.framer(at: start, line: start == 0 ? 1 : FollowedFile.uncounted)
    mark = isCompressed ? ContentMark() : ContentMark(place, at: start)
  }

  /// Notes where the whole lines end that are there now, and that nobody saw them come.
  func noteRecorded() {
    let status = file.bytes.status
    var end = isCompressed ? Int.max : Int(status.st_size)
    while !isCompressed, end > 0 {
      let lower = max(0, end - (64 << 10))
      if let newline = place.read(at: Int64(lower), count: end - lower).lastIndex(of: 0x0A) {
        end = lower + newline + 1
        break
      }
      end = lower
    }
    recorded = (end, status.modified)
  }

  // Reading.

  /// The next whole lines; nil when there are none at hand.
  func next() throws(InputFailure) -> LiveChunk? {
    let isAgain = isRereading
    let isRecorded = recorded.map { offset < $0.end } ?? false
    let limit = resumed.map { Int($0.read) } ?? (isRecorded ? recorded?.end : nil) ?? .max
    let chunk: Chunk?
    do throws(InputFailure) {
      chunk = try nextChunk(limit)
    } catch {
      goBack()
      throw error
    }
    if isAgain, chunk == nil || (offset >= limit && framer.pending == 0) {
      endReread(isOver: true)
    }
    noteSeen()
    guard let chunk else { return nil }
    register()
    return LiveChunk(
      read: ReadChunk(chunk: chunk, source: log.source, generation: number),
      recorded: isRecorded || isAgain ? recorded?.time : nil, isAgain: isAgain,
      tooLong: isAgain ? [] : framer.takeSkipped(in: log.path))
  }

  private func nextChunk(_ limit: Int) throws(InputFailure) -> Chunk? {
    while true {
      let wasAtEnd = isAtEnd
      let chunk = try framer.next(isFinal: isAtEnd) { buffer throws(InputFailure) in
        try self.fill(buffer, limit)
      }
      if let chunk {
        if wasAtEnd { mark.settle() }
        return chunk
      }
      if isRereading, offset >= limit { return lastChunk() }
      // What the last line of a compressed file lacks is only its end.
      guard isAtEnd, !wasAtEnd, framer.pending > 0 else { return nil }
    }
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ limit: Int
  ) throws(InputFailure) -> Int {
    let wanted = min(buffer.count, limit - offset)
    guard wanted > 0, !isAtEnd else { return 0 }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
    let count = isCompressed ? try unpack(into: room) : try read(into: room)
    mark.note(UnsafeRawBufferPointer(rebasing: room[..<count]))
    offset += count
    return count
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    while true {
      let count = pread(file.bytes.descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count >= 0 { return count }
      if errno != EINTR { throw InputFailure(path: seen.path, errno: errno) }
    }
  }

  private func unpack(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    let stream = try unpacked()
    while mark.end < offset {
      let rest = min(buffer.count, offset - mark.end)
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<rest])
      let count = try stream.read(into: room)
      if count == 0 { break }
      mark.note(UnsafeRawBufferPointer(rebasing: room[..<count]))
      if mark.end == offset { mark.settle() }
    }
    let count =
      mark.isInMidLine && mark.end == origin.map { Int($0.read) }
      ? 0 : try stream.read(into: buffer)
    isAtEnd = count == 0
    return count
  }

  /// Decompressed from its start, with a copy kept from which evidence can be read.
  private func unpacked() throws(InputFailure) -> any ByteStream {
    if let stream { return stream }
    let opened = try log.ledger.register(
      try ByteStreams.decompressing(file.bytes), path: log.path, log.source, number)
    isRegistered = true
    stream = opened
    return opened
  }

  /// A file of which no line was handed over is nothing that anybody will ask for.
  private func register() {
    guard !isRegistered else { return }
    isRegistered = true
    _ = try? log.ledger.register(file.bytes, path: log.path, log.source, number)
  }

  /// What was read since the last whole line is read again.
  private func goBack() {
    let line = framer.line
    mark.goBack()
    offset = mark.end
    framer = log.framer(at: offset, line: line)
  }

  private func endReread(isOver: Bool = false) {
    guard let saved = resumed, isOver || offset >= Int(saved.read) else { return }
    resumed = nil
    framer = log.framer(at: offset, line: Int(saved.line))
    // Its last line was taken without its end, when nobody was writing to it any more.
    if mark.isInMidLine { isAtEnd = true }
  }

  /// Its last line, when nobody is going to end it.
  func lastLine() -> LiveChunk? {
    guard let chunk = lastChunk() else { return nil }
    register()
    return LiveChunk(read: ReadChunk(chunk: chunk, source: log.source, generation: number))
  }

  private func lastChunk() -> Chunk? {
    guard let chunk = framer.next(isFinal: true, { _ in 0 }) else { return nil }
    mark.settle()
    return chunk
  }

  // What becomes of it.

  /// Looks what has become of it.
  func look() -> Change {
    guard !isCompressed else { return .none }
    let status = file.bytes.status
    let size = Int(status.st_size)
    if offset > 0, size < offset || !mark.stands(in: place) { return .cut }
    if offset == 0, seen.size == 0, status.modifiedNanoseconds != seen.modified { return .begun }
    noteSeen()
    return .none
  }

  func noteSeen() {
    let status = file.bytes.status
    // What was cut meanwhile is another content.
    guard Int(status.st_size) >= offset || isCompressed else { return }
    seen = FoundFile(path: seen.path, status)
  }

  /// Starts over with what is in the file now, as a generation of its own.
  func anew(_ number: Int32) -> FollowedFile {
    FollowedFile(file, number, log)
  }

  /// Goes on in another file that holds the same.
  func goingOn(in copy: OpenedFile) -> FollowedFile {
    var saved = saved
    saved.needed = saved.read
    let next = FollowedFile(copy, resuming: saved, log)
    next.isRegistered = isRegistered
    next.replaced = replaced
    return next
  }

  /// How far it was read, for whoever goes on later.
  var saved: SavedGeneration {
    if let resumed { return resumed }
    if let origin, mark.end < Int(origin.read) { return origin }
    let read = Int64(mark.lineStart)
    return SavedGeneration(
      number: number, path: seen.path, device: identity.device, inode: identity.inode,
      fingerprint: read > 0 ? mark.fingerprint : nil, tail: read > 0 ? mark.tail : mark.lastTail,
      needed: read, read: read, line: Int64(framer.line),
      size: read == 0 || isCompressed ? Int64(mark.end) : seen.size, modified: seen.modified)
  }
}
