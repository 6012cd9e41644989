import Glibc

/// What came and went while nobody looked.
extension FileTail {
  /// A generation that is known.
  struct Known {
    var saved: SavedGeneration
    /// Whether its file is still open.
    var isHeld = false
    /// No file that was last written before is newer than it. While it is held it may still be
    /// written, next to newer ones.
    var since: Int64

    init(_ saved: SavedGeneration) {
      self.saved = saved
      since = saved.modified
    }

    init(_ file: FollowedFile) {
      saved = file.saved
      isHeld = true
      since = file.begun
    }
  }

  /// Oldest first.
  var known: [Known] {
    let list = past.map { Known($0) } + held.map { Known($0) }
    return list.sorted { $0.saved.number < $1.saved.number }
  }

  /// What came behind the generations that are known.
  struct Unknown {
    /// Oldest first.
    var files: [FoundFile]
    /// Whether the newest known generation is beside them, so that there were no others.
    var isWhole = false
  }

  /// Those of the files, oldest first, that came behind the generations that are known.
  func unknown(among files: [FoundFile], behind known: [Known]) -> Unknown {
    guard let newest = known.last else {
      return Unknown(files: files.filter { $0.modified > floor })
    }
    if let place = place(of: newest, in: files) {
      let behind = files[(place + 1)...].filter { !$0.isOlder(than: newest.since) }
      return Unknown(files: behind, isWhole: true)
    }
    let place = known.dropLast().reversed().lazy.compactMap { self.place(of: $0, in: files) }.first
    let behind = files[(place.map { $0 + 1 } ?? 0)...]
    return Unknown(files: behind.filter { $0.modified > newest.saved.modified })
  }

  private func place(of known: Known, in files: [FoundFile]) -> Int? {
    finder.place(of: known.saved, in: files, isHeld: known.isHeld)
  }

  /// What stands beside the log and is older than one file of it.
  private func found(before live: OpenedFile?) -> [FoundFile] {
    finder.generations(
      before: live, at: path, others: held.map(\.seen.path), known: Set(held.map(\.identity)))
  }

  /// Opens the generations between those that are known and the file that has the name now; whether
  /// these are all.
  @discardableResult
  func adoptMissed(before live: OpenedFile?) -> Bool {
    let known = known
    let held = Set(held.map(\.identity))
    let missed = unknown(among: found(before: live), behind: known)
    for file in missed.files where !held.contains(file.identity) { adopt(missed: file) }
    return missed.isWhole
  }

  @discardableResult
  private func adopt(missed file: FoundFile) -> FollowedFile? {
    do throws(InputFailure) {
      news.append(.foundGeneration(path: file.path, log: path))
      let opened = try open(file)
      if let last = held.last { last.replaced = last.replaced ?? clock.elapsed }
      let new = adopt(opened)
      new.replaced = clock.elapsed
      return new
    } catch {
      news.append(.failed(error))
      return nil
    }
  }

  /// Opens a file that was found, wherever it is by now.
  private func open(_ file: FoundFile) throws(InputFailure) -> OpenedFile {
    var place: FoundFile? = file
    for _ in 0..<5 {
      guard let path = place?.path else { break }
      if let opened = try? OpenedFile(path), opened.identity == file.identity { return opened }
      place = found(before: nil).first { $0.identity == file.identity }
    }
    let opened = try OpenedFile(file.path)
    guard opened.identity == file.identity else {
      throw InputFailure(path: file.path, reason: "it was moved away before it could be opened")
    }
    return opened
  }

  /// The content of the log's file was copied, and the file cut; it may have been written in between.
  func noteCut(of copied: FollowedFile, to size: Int64) {
    var loss = SourceLoss(of: copied.saved, log: path)
    loss.noteCopy(of: copied.isCompressed ? 0 : copied.seen.size)
    news.append(.truncated(loss, size: size, copy: copied.seen.path))
  }

  /// Lines have come into a file that was empty before. It may have been copied away and cut in
  /// between, even more than once; whether anything was found.
  func readMissed(before file: FollowedFile) -> Bool {
    // A file without a name may have been compressed, and is then itself what would be found.
    guard file === held.last, !file.isUnlinked else { return false }
    let before = known
    file.noteSeen()
    let others = Set(held.map(\.identity))
    let missed = unknown(among: found(before: file.file), behind: before)
      .files.filter { !others.contains($0.identity) }
    guard !missed.isEmpty else { return false }
    held.removeLast()
    number = file.number
    for copy in missed {
      if let copied = adopt(missed: copy) { noteCut(of: copied, to: file.seen.size) }
    }
    file.number = number
    number += 1
    held.append(file)
    return true
  }

  /// A file has become shorter, or other bytes stand where some were read.
  func startOver(_ file: FollowedFile) {
    guard let index = held.firstIndex(where: { $0 === file }) else { return }
    let saved = file.saved
    let isLive = file === held.last
    let size = Int64(file.place.size)
    held.remove(at: index)
    let known = known + [Known(saved)]
    let files = found(before: file.file)
    var copy: FoundFile?
    var copySize: Int64 = 0
    if isLive, let place = finder.place(of: saved, in: files, isHeld: false),
      let opened = try? OpenedFile(files[place].path), opened.identity == files[place].identity
    {
      copy = files[place]
      // How long a compressed one is, reading it will tell.
      copySize = opened.isCompressed ? 0 : Int64(opened.place.size)
      let rest = file.goingOn(in: opened)
      rest.replaced = clock.elapsed
      take(rest, at: index)
    } else {
      // Its lines are gone, and others stand in their places.
      log.ledger.forget(log.source, file.number)
      past.append(saved)
    }
    var loss = SourceLoss(of: saved, log: path)
    if copy != nil { loss.noteCopy(of: copySize) }
    news.append(.truncated(loss, size: size, copy: copy?.path))
    if isLive {
      let others = Set(held.map(\.identity))
      for file in unknown(among: files, behind: known).files
      where !others.contains(file.identity) {
        adopt(missed: file)
      }
    }
    let new = file.anew(number)
    number += 1
    new.replaced = file.replaced
    isLive ? held.append(new) : held.insert(new, at: index)
  }
}
