import Glibc

/// A file that was opened to be looked into: plain, or compressed, which its first bytes say.
struct OpenedFile {
  let bytes: DescriptorBytes
  let status: stat
  let path: String

  init(_ path: String) throws(InputFailure) {
    // Without O_NONBLOCK a pipe that came into the place of the file would stop everything.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw InputFailure(path: path, errno: errno) }
    bytes = DescriptorBytes(descriptor: descriptor, path: path, closes: true)
    status = bytes.status
    self.path = path
  }

  var identity: FileIdentity { FileIdentity(status) }

  var place: PlaceReader { PlaceReader(descriptor: bytes.descriptor) }

  var isCompressed: Bool { ByteStreams.isCompressed(place.read(at: 0, count: 4)) }

  /// Whether it holds a generation at least as far as that is known.
  func holds(_ saved: SavedGeneration) -> Bool {
    let end = Int(saved.known)
    guard let mark = isCompressed ? unpackedMark(saved.fingerprint, at: end) : plainMark(at: end)
    else { return false }
    return mark.tail == saved.tail && (saved.read == 0 || mark.fingerprint == saved.fingerprint)
  }

  /// Whether all of another file stands at its beginning too.
  func begins(like other: FoundFile) -> Bool {
    guard let other = try? OpenedFile(other.path) else { return false }
    let end = other.place.size
    guard let mark = plainMark(at: end), let its = other.plainMark(at: end) else { return false }
    return mark.fingerprint == its.fingerprint && mark.lastTail == its.lastTail
  }

  private func plainMark(at end: Int) -> ContentMark? {
    place.size >= end ? ContentMark(place, at: end) : nil
  }

  /// Reads no further than it has to.
  private func unpackedMark(_ fingerprint: String?, at end: Int) -> ContentMark? {
    guard let stream = try? ByteStreams.decompressing(bytes) else { return nil }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { buffer.deallocate() }
    var mark = ContentMark()
    while mark.end < end {
      let rest = min(buffer.count, end - mark.end)
      let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<rest])
      guard let count = try? stream.read(into: wanted), count > 0 else { return nil }
      mark.note(UnsafeRawBufferPointer(rebasing: wanted[..<count]))
      if mark.hasHead, let fingerprint, mark.fingerprint != fingerprint { return nil }
    }
    mark.settle()
    return mark
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
