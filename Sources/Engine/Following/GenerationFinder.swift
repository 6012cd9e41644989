/// Finds the files beside a log that may be generations of it, and recognises those that are known.
package struct GenerationFinder: Sendable {
  private let files: any FileListing & Sendable

  /// So many bytes are hardly those of two files.
  private static let enough = 16

  package init(_ files: any FileListing & Sendable = SystemFiles()) { self.files = files }

  /// What stands beside a log under the name of a generation, oldest first; `others` are paths where
  /// generations were seen before. The log's own file is not among them.
  ///
  /// Names say the order within one scheme; between schemes, of which one is a leftover as a rule, it
  /// is said by when the files were last written.
  package func generations(of path: String, others: [String] = []) -> [FoundFile] {
    // Rotating moves many files one by one: a list that is the same twice was not made meanwhile.
    var list = look(beside: path, others)
    for _ in 0..<10 {
      let again = look(beside: path, others)
      if again == list { break }
      list = again
    }
    return list
  }

  /// Those of them that are older than one file of the log, be it its own or one that was put aside.
  ///
  /// Before a file is cut it is copied: such a copy, empty at first, is no generation as long as the
  /// file has all of it too. Files that are known are none.
  func generations(
    before newest: OpenedFile?, at path: String, others: [String], known: Set<FileIdentity> = []
  ) -> [FoundFile] {
    var files = generations(of: path, others: others)
    guard let newest else { return files }
    if let place = files.firstIndex(where: { $0.identity == newest.identity }) {
      files.removeSubrange(place...)
    }
    if let last = files.last, !known.contains(last.identity),
      last.size == 0 ? newest.place.size > 0 : newest.begins(like: last)
    {
      files.removeLast()
    }
    return files
  }

  private func look(beside path: String, _ others: [String]) -> [FoundFile] {
    let directory = FileWatcher.parent(of: path)
    var schemes: [RotatedName.Scheme: [(name: RotatedName, file: FoundFile)]] = [:]
    for name in files.names(in: directory) {
      guard let rotated = RotatedName(name, of: path.lastName),
        let file = files.file(at: directory == "." ? name : "\(directory)/\(name)")
      else { continue }
      schemes[rotated.scheme, default: []].append((rotated, file))
    }
    var rows = schemes.values.map { list in
      list.filter { one in
        // While a file is being compressed it is there twice, and once only in part.
        !one.name.isPacked
          || !list.contains { !$0.name.isPacked && $0.name.numbers == one.name.numbers }
      }.sorted { $0.name.isOlder(than: $1.name) }.map(\.file)
    }
    let known = Set(rows.joined().map(\.identity))
    for other in others where other != path {
      if let file = files.file(at: other), !known.contains(file.identity) { rows.append([file]) }
    }
    return GenerationFinder.merged(rows)
  }

  /// Keeps the order of each row.
  private static func merged(_ rows: [[FoundFile]]) -> [FoundFile] {
    var rows = rows.filter { !$0.isEmpty }.map { $0[...] }
    var result: [FoundFile] = []
    while let oldest = rows.indices.min(by: { rows[$0].oldest < rows[$1].oldest }) {
      result.append(rows[oldest].removeFirst())
      if rows[oldest].isEmpty { rows.remove(at: oldest) }
    }
    return result
  }

  // Recognising.

  /// Which of the files, oldest first, a generation is. While somebody holds it open no other file can
  /// have its identity.
  func place(of saved: SavedGeneration, in files: [FoundFile], isHeld: Bool) -> Int? {
    let same = files.lastIndex { $0.identity == saved.identity }
    if let same, isHeld || fits(files[same], saved) { return same }
    // Of files that begin alike, one that was last written before this was is an older one.
    return files.indices.first { index in
      index != same && !files[index].isOlder(than: saved.modified) && fits(files[index], saved)
    }
  }

  private func fits(_ file: FoundFile, _ saved: SavedGeneration) -> Bool {
    // A few bytes without a word, and the beginning of a first line, are those of many; then the file
    // has to look untouched too.
    let isSure =
      saved.fingerprint != nil || saved.read >= GenerationFinder.enough
      || file.identity == saved.identity
      || file.seconds == saved.modified / 1_000_000_000
    guard saved.known > 0, isSure, let open = try? OpenedFile(file.path),
      open.identity == file.identity
    else { return false }
    return open.holds(saved)
  }
}

extension FoundFile {
  fileprivate var age: (Int64, String) { (modified, path) }
}

extension ArraySlice<FoundFile> {
  fileprivate var oldest: (Int64, String) { first?.age ?? (.max, "") }
}

extension SavedGeneration {
  var identity: FileIdentity { FileIdentity(device: device, inode: inode) }
}
