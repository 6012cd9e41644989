import Alerting
import Records

/// The logs that a journal names, wherever their generations are by now.
package final class JournaledLogs {
  /// A stretch that can't be read.
  package struct Gone: Error, Sendable, Hashable {
    package var source: String
    /// The file in which it was when it was last seen.
    package var path: String
    package var generation: String?
    package var from: Int64
    package var to: Int64
    /// Whether there are other bytes now in its place, rather than none.
    package var isChanged: Bool
  }

  private struct Key: Hashable {
    var source: String
    var number: Int32
  }

  private enum Found {
    case place(PlaceReader, keeper: AnyObject, path: String)
    case nowhere
  }

  /// How a generation was recognised first, and last, and where it was.
  private struct Marks {
    var first: InputEntry.File
    var last: InputEntry.File
    var paths: Set<String>
  }

  private var marks: [Key: Marks] = [:]
  private var found: [Key: Found] = [:]
  /// The last place at which the bytes before it were looked at.
  private var checked: [Key: (read: Int64, stands: Bool)] = [:]
  private let ledger: GenerationLedger
  private let pool = ChunkPool()
  private let chunkSize: Int

  init(_ ledger: GenerationLedger, chunkSize: Int) {
    self.ledger = ledger
    self.chunkSize = chunkSize
  }

  /// Notes how generations were recognised; all entries must be known before anything is read.
  func note(_ entry: InputEntry) {
    for file in entry.files {
      let key = Key(source: file.source, number: file.number)
      marks[key, default: Marks(first: file, last: file, paths: [])].last = file
      marks[key]?.paths.insert(file.path)
    }
  }

  /// Hands over the lines of a stretch, in chunks; `source` is the number under which evidence finds
  /// them.
  func read(
    _ stretch: InputEntry.Stretch, of file: InputEntry.File, source: Int32, maxLine: Int,
    _ body: (Chunk) throws -> Void
  ) throws {
    guard case .place(let place, _, _) = open(file, source: source) else {
      throw gone(stretch, file, isChanged: false)
    }
    guard place.size >= Int(stretch.to), stands(file, in: place) else {
      throw gone(stretch, file, isChanged: true)
    }
    try place.forEachChunk(
      stretch.from..<stretch.to, chunkSize: chunkSize, maxLine: maxLine, pool: pool, body)
  }

  /// Whether the bytes before the end of an entry are those that were read.
  private func stands(_ file: InputEntry.File, in place: PlaceReader) -> Bool {
    guard file.read > 0, !file.tail.isEmpty else { return true }
    let key = Key(source: file.source, number: file.number)
    if let last = checked[key], last.read == file.read { return last.stands }
    let stands = ContentMark(place, at: Int(file.read)).tail == file.tail
    checked[key] = (file.read, stands)
    return stands
  }

  private func gone(
    _ stretch: InputEntry.Stretch, _ file: InputEntry.File, isChanged: Bool
  ) -> Gone {
    Gone(
      source: file.source,
      path: marks[Key(source: file.source, number: file.number)]?.last.path ?? file.path,
      generation: file.fingerprint, from: stretch.from, to: stretch.to, isChanged: isChanged)
  }

  private func open(_ file: InputEntry.File, source: Int32) -> Found {
    let key = Key(source: file.source, number: file.number)
    if let known = found[key] { return known }
    let place = locate(
      marks[key] ?? Marks(first: file, last: file, paths: [file.path]), source: source)
    found[key] = place
    return place
  }

  /// The file that holds the generation as far as it was read, or, if there is none, its beginning.
  private func locate(_ marks: Marks, source: Int32) -> Found {
    let lookup = GenerationLookup(log: marks.last.source, others: marks.paths.sorted())
    for mark in [marks.last, marks.first] {
      let file = lookup.file(
        number: mark.number, fingerprint: mark.fingerprint, read: mark.read, tail: mark.tail)
      if let file, let place = try? place(of: file, mark, source) { return place }
    }
    return .nowhere
  }

  /// A compressed file is read from a copy.
  private func place(
    of file: OpenedFile, _ mark: InputEntry.File, _ source: Int32
  ) throws(InputFailure) -> Found {
    guard file.isCompressed else {
      _ = try ledger.register(file.bytes, path: mark.source, source, mark.number)
      return .place(file.place, keeper: file.bytes, path: file.path)
    }
    let spool = try Spool()
    let stream = RecordingStream(try ByteStreams.decompressing(file.bytes), spool)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while try stream.read(into: buffer) > 0 {}
    let copy = DescriptorBytes(descriptor: spool.descriptor, path: file.path, closes: false)
    _ = try ledger.register(copy, path: mark.source, source, mark.number)
    return .place(PlaceReader(descriptor: spool.descriptor), keeper: spool, path: file.path)
  }
}
