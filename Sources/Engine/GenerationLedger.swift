import Glibc
package import Alerting
import QueryLanguage
package import Records

/// Remembers every generation that was opened, so that the lines of an alert can be read again when it
/// fires: by offset from the file, or, where a place can't be read twice (pipes, compressed files), from
/// a copy in an unnamed temporary file.
// SAFETY: the dictionary is guarded by the lock; descriptors are only closed with the ledger.
package final class GenerationLedger: @unchecked Sendable {
  private struct Generation {
    var path: String
    var descriptor: Int32
    var fingerprint: String?
    var spool: Spool?

    var reader: PlaceReader { PlaceReader(descriptor: spool?.descriptor ?? descriptor) }
  }

  private struct Key: Hashable {
    var source: Int32
    var generation: Int32
  }

  private var generations: [Key: Generation] = [:]
  private var formats: [Int32: RecordFormat] = [:]
  private var lock = pthread_mutex_t()

  package init() { pthread_mutex_init(&lock, nil) }

  deinit {
    for generation in generations.values where generation.descriptor >= 0 {
      close(generation.descriptor)
    }
    pthread_mutex_destroy(&lock)
  }

  /// Takes note of how the lines of a source become records: the lines of an alert are shown as those.
  package func note(_ format: RecordFormat, of source: Int32) {
    guard !format.isPlain else { return }
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    formats[source] = format
  }

  /// Takes note of a generation; the stream to read is the one returned.
  package func register(
    _ stream: any ByteStream, path: String, _ source: Int32, _ generation: Int32
  ) throws(InputFailure) -> any ByteStream {
    let name = path == "-" ? "stdin" : path
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    if let plain = stream as? DescriptorBytes {
      var status = stat()
      if fstat(plain.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
        generations[Key(source: source, generation: generation)] = Generation(
          path: name, descriptor: fcntl(plain.descriptor, F_DUPFD_CLOEXEC, 0))
        return stream
      }
    }
    let spool = try Spool()
    generations[Key(source: source, generation: generation)] = Generation(
      path: name, descriptor: -1, spool: spool)
    return RecordingStream(stream, spool)
  }

  /// Lets go of a generation of which no line will be asked for again.
  package func forget(_ source: Int32, _ generation: Int32) {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let old = generations.removeValue(forKey: Key(source: source, generation: generation))
    if let old, old.descriptor >= 0 { close(old.descriptor) }
  }

  /// Lets go of the bytes of a generation before an offset, of which none will be asked for again. A
  /// file keeps its own; the copy of a pipe would grow for ever.
  func forget(_ source: Int32, _ generation: Int32, before offset: Int64) {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let key = Key(source: source, generation: generation)
    guard var known = generations[key], let spool = known.spool else { return }
    // What the generation is known by stands at its beginning.
    known.fingerprint = known.fingerprint ?? GenerationLedger.fingerprint(of: known.reader)
    generations[key] = known
    spool.forget(before: offset)
  }

  /// Reads what was read of a generation once more; nil when it is let go of. A copy may have lost its
  /// beginning.
  func reader(_ source: Int32, _ generation: Int32) -> (place: PlaceReader, isCopy: Bool)? {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return generations[Key(source: source, generation: generation)].map {
      ($0.reader, $0.spool != nil)
    }
  }

  /// What a generation is called in evidence; nil when it is let go of, or its first line is empty.
  func fingerprint(_ source: Int32, _ generation: Int32) -> String? {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let known = generations[Key(source: source, generation: generation)]
    return known?.fingerprint ?? known.flatMap { GenerationLedger.fingerprint(of: $0.reader) }
  }

  /// The lines of an alert, in the order given.
  package func lines(_ places: [EvidencePlace]) -> [EvidenceLine] {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return places.compactMap { place -> EvidenceLine? in
      let key = Key(source: place.moment.source, generation: place.moment.generation)
      guard var generation = generations[key] else { return nil }
      let fingerprint =
        generation.fingerprint ?? GenerationLedger.fingerprint(of: generation.reader)
      if let known = fingerprint { generation.fingerprint = known }
      generations[key] = generation
      let text = generation.reader.read(at: place.moment.offset, count: Int(place.length))
      return EvidenceLine(
        file: generation.path, generation: fingerprint ?? "", offset: place.moment.offset,
        line: formats[place.moment.source]?.text(of: text) ?? String(decoding: text, as: UTF8.self))
    }
  }

  /// An unfinished first line may still grow, but evidence has only whole lines.
  private static func fingerprint(of reader: PlaceReader) -> String? {
    Fingerprint.text(of: reader.read(at: 0, count: ContentMark.reach + 1))
  }
}

/// A copy of a stream in a file without a name, which is gone with the program.
final class Spool {
  /// O_TMPFILE, a macro that Swift can't see: a file without a name.
  private static let unnamed = 0o20_000_000 | O_DIRECTORY

  let descriptor: Int32

  init() throws(InputFailure) {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var descriptor = open(directory, Spool.unnamed | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor < 0 {
      // Not every file system has unnamed files.
      var name = Array("\(directory)/tripline-XXXXXX".utf8CString)
      descriptor = mkstemp(&name)
      if descriptor >= 0 { unlink(name) }
    }
    guard descriptor >= 0 else { throw InputFailure(path: directory, errno: errno) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(InputFailure) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw InputFailure(path: "the temporary copy of the input", errno: errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}

/// Hands a stream on and keeps a copy of it.
final class RecordingStream: ByteStream {
  private let stream: any ByteStream
  private let spool: Spool

  init(_ stream: any ByteStream, _ spool: Spool) {
    self.stream = stream
    self.spool = spool
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFailure) -> Int {
    let count = try stream.read(into: buffer)
    try spool.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }
}
