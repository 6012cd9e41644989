import Alerting
import CLinux
import Glibc
import Records

/// The files of one source in the state directory: `spool/NAME/NUMBER.log`.
struct SpoolDirectory {
  private let path: String

  init(_ state: String, source: String) {
    // A name may have any letters and any length.
    let name = Fingerprint.text(of: Array((source + "\n").utf8)) ?? "0"
    path = "\(state)/spool/\(name)"
    for directory in ["\(state)/spool", path] { mkdir(directory, 0o700) }
  }

  private func path(of number: Int32) -> String { "\(path)/\(number).log" }

  /// The files that earlier runs have left, oldest first; those that they had done with go.
  func files(_ saved: [SavedGeneration]) -> [SpoolFile] {
    let numbers = SystemFiles().names(in: path).compactMap { name in
      name.hasSuffix(".log") ? Int32(name.dropLast(4)) : nil
    }
    let newest = saved.map(\.number).max() ?? -1
    return numbers.sorted().compactMap { number in
      let known = saved.first { $0.number == number }
      if known == nil, number <= newest {
        unlink(path(of: number))
        return nil
      }
      return try? SpoolFile(path(of: number), number, known)
    }
  }

  func make(_ number: Int32) throws(InputFailure) -> SpoolFile {
    let file = try SpoolFile(path(of: number), number, nil, flags: O_CREAT | O_TRUNC)
    // The name has to last as long as what is in the file.
    let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
    return file
  }

  /// Whether so many bytes can be written.
  func hasRoom(for count: Int) -> Bool {
    let probe = "\(path)/probe"
    let file = open(probe, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer {
      close(file)
      unlink(probe)
    }
    let zeros = [UInt8](repeating: 0, count: count)
    return write(file, zeros, zeros.count) == zeros.count
  }
}

/// One file of a spool: whole lines, at the offsets at which they stood in what came.
// SAFETY: only bytes of the chunk are written, while the chunk is alive.
final class SpoolFile {
  /// Lines of a file that are read again, or for the first time.
  struct Part {
    let file: SpoolFile
    let isAgain: Bool
    private let end: Int
    private var offset: Int
    private var framer: LineFramer?
    private let line: Int

    init(_ file: SpoolFile, _ range: Range<Int64>, isAgain: Bool, line: Int) {
      self.file = file
      self.isAgain = isAgain
      self.line = line
      offset = Int(range.lowerBound)
      end = Int(range.upperBound)
    }

    mutating func next(_ log: FollowedLog) -> Chunk? {
      var framer = self.framer ?? log.framer(at: offset, line: line)
      let (file, end) = (file, end)
      var at = offset
      let chunk = framer.next { (buffer: UnsafeMutableRawBufferPointer) -> Int in
        let count = pread(
          file.descriptor, buffer.baseAddress, min(buffer.count, end - at), off_t(at))
        at += max(0, count)
        return max(0, count)
      }
      offset = at
      self.framer = framer
      if !isAgain, let chunk { file.took(chunk.end, line: framer.line) }
      return chunk
    }
  }

  let number: Int32
  let descriptor: Int32
  private let path: String
  /// From here on its lines were needed when an earlier run ended.
  private(set) var needed: Int64
  /// Up to here its lines are taken in; `line` is the number of the next one.
  private(set) var read: Int64
  private var line: Int64
  /// When it was last written, in milliseconds since the epoch; nil for one of this run.
  let written: Int64?
  private var stored: Int64
  private var synced: Int64
  /// Where the lines begin that were written last.
  private var newest: Int64 = 0

  /// Line numbers are not known where reading begins in the middle; they stay below zero.
  private static let uncounted = -(1 << 40)

  init(
    _ path: String, _ number: Int32, _ saved: SavedGeneration?, flags: Int32 = 0
  ) throws(InputFailure) {
    self.path = path
    self.number = number
    descriptor = open(path, O_RDWR | O_CLOEXEC | flags, 0o600)
    guard descriptor >= 0 else { throw InputFailure(path: path, errno: errno) }
    var status = stat()
    fstat(descriptor, &status)
    written = flags == 0 ? status.modified : nil
    stored = Int64(status.st_size)
    synced = stored
    read = min(saved?.read ?? 0, stored)
    needed = min(saved?.needed ?? 0, read)
    line = saved?.line ?? 1
  }

  deinit { close(descriptor) }

  /// What is in it from an earlier run.
  var parts: [Part] {
    var parts: [Part] = []
    if needed < read {
      let first = needed == 0 ? 1 : SpoolFile.uncounted
      parts.append(Part(self, needed..<read, isAgain: true, line: first))
    }
    if read < stored { parts.append(Part(self, read..<stored, isAgain: false, line: Int(line))) }
    return parts
  }

  var isEmpty: Bool { stored == 0 }

  /// The last line, with its end.
  var lastLine: [UInt8] {
    let place = PlaceReader(descriptor: descriptor)
    var size = 1 << 16
    while true {
      let start = max(0, Int(stored) - size)
      let content = place.read(at: Int64(start), count: Int(stored) - start)
      if let end = content.dropLast().lastIndex(of: 0x0A) { return Array(content[(end + 1)...]) }
      if start == 0 { return content }
      size *= 2
    }
  }

  fileprivate func took(_ end: Int, line: Int) {
    read = Int64(end)
    self.line = Int64(line)
  }

  /// Writes lines down at their place.
  func append(_ chunk: Chunk) throws(InputFailure) {
    let start = Int64(chunk.offset)
    if start > stored {
      // What is missing was too long a line, or the mark in front of the first; it is not read again.
      let filler: [UInt8] = stored == 0 && start == 3 ? [0xEF, 0xBB, 0xBF] : [0x0A]
      try write(filler, at: start - Int64(filler.count))
    }
    try write(chunk.bytes.array, at: start)
    stored = Int64(chunk.end)
    newest = start
    took(chunk.end, line: chunk.firstLine + chunk.bytes.array.count { $0 == 0x0A })
  }

  private func write(_ content: [UInt8], at offset: Int64) throws(InputFailure) {
    var rest = content[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress, $0.count, off_t(offset) + off_t(content.count - $0.count))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = InputFailure(path: path, errno: count < 0 ? errno : ENOSPC)
        // Half of it would be read again as lines.
        ftruncate(descriptor, off_t(stored))
        throw failure
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Returns once it is on the disk.
  func sync() {
    guard synced < stored else { return }
    fdatasync(descriptor)
    synced = stored
  }

  /// Gives the room of lines back that nobody will ask for again, where the file system can do that.
  func forget(before offset: Int64) {
    // The last line stays, because it says where a journal goes on.
    let offset = min(offset, newest)
    guard offset - needed >= 1 << 20 else { return }
    fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, off_t(offset))
    needed = offset
  }

  func remove() { unlink(path) }

  var saved: SavedGeneration {
    SavedGeneration(
      number: number, path: path, device: 0, inode: 0, fingerprint: nil, needed: needed, read: read,
      line: line, size: stored)
  }
}

extension GenerationLedger {
  /// Takes note of a file of a spool, so that the lines of alerts are found there.
  func note(_ file: SpoolFile, of log: FollowedLog) {
    let bytes = DescriptorBytes(descriptor: file.descriptor, path: log.path, closes: false)
    _ = try? register(bytes, path: log.path, log.source, file.number)
  }
}
