/// Finds the file that holds a generation now, wherever rotation has put it.
struct GenerationLookup {
  /// The path of the log, and others where the generation was seen.
  let log: String
  let others: [String]

  /// What a generation was recognised by when it had been read up to `read`; without a tail only the
  /// first line tells.
  func file(
    number: Int32, fingerprint: String?, read: Int64, tail: String
  ) -> OpenedFile? {
    let saved = SavedGeneration(
      number: number, path: log, device: 0, inode: 0, fingerprint: fingerprint, tail: tail,
      needed: 0, read: read, line: 1)
    let paths =
      [log] + others + GenerationFinder().generations(of: log, others: others).map(\.path)
    var seen: Set<String> = []
    for path in paths where seen.insert(path).inserted {
      guard let file = try? OpenedFile(path) else { continue }
      let isIt =
        read > 0 && !tail.isEmpty
        ? file.holds(saved) : fingerprint != nil && file.firstLine == fingerprint
      // Looking into a compressed one has read it.
      if isIt { return try? OpenedFile(path) }
    }
    return nil
  }
}

extension OpenedFile {
  /// The fingerprint of its first line.
  fileprivate var firstLine: String? {
    guard isCompressed else {
      return Fingerprint.text(of: place.read(at: 0, count: ContentMark.reach + 1))
    }
    guard let stream = try? ByteStreams.decompressing(bytes) else { return nil }
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ContentMark.reach + 1, alignment: 1)
    defer { room.deallocate() }
    var count = 0
    while count < room.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: room[count...])
      guard let got = try? stream.read(into: rest), got > 0 else { break }
      count += got
    }
    return Fingerprint.text(of: Array(room[..<count]))
  }
}
