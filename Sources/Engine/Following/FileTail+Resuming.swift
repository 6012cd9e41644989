import Glibc

/// Going on where an earlier run stood.
extension FileTail {
  /// How far each generation was read that a window may need, and the newest; oldest first. `needed`
  /// answers with the first offset of a generation that a window may need.
  package func saved(needed: (Int32) -> Int64?) -> [SavedGeneration] {
    // The newest one of which something was read tells where the others begin.
    let known = known.map(\.saved)
    let anchor = known.last { $0.read > 0 }?.number ?? .max
    past.removeAll { $0.number < anchor && needed($0.number) == nil }
    guard !known.isEmpty else { return [nothing] }
    let open = Set(held.map(\.number))
    return known.filter {
      open.contains($0.number) || $0.number >= anchor || needed($0.number) != nil
    }.map { generation in
      var generation = generation
      generation.needed = min(generation.needed, needed(generation.number) ?? generation.read)
      return generation
    }
  }

  /// What is known while there was no file: that what was last written before is not of interest.
  private var nothing: SavedGeneration {
    SavedGeneration(
      number: number, path: path, device: 0, inode: 0, fingerprint: nil, needed: 0, read: 0,
      line: 1, modified: floor)
  }

  /// Finds the files of the generations, and those that have come since.
  func resume(_ saved: [SavedGeneration]) {
    let live = try? OpenedFile(path)
    let empty = Set(saved.reversed().prefix { $0.known == 0 }.map(\.identity))
    var files = finder.generations(
      before: live, at: path, others: saved.map(\.path), known: empty)
    if let live { files.append(FoundFile(path: path, live.status)) }
    let known = saved.map { Known($0) }
    let newer = unknown(among: files, behind: known).files

    number = saved[0].number
    for generation in saved where generation.known > 0 {
      number = generation.number + 1
      let place = finder.place(of: generation, in: files, isHeld: false)
      if let file = place.flatMap({ open(files[$0]) }) {
        if generation.number == saved.last?.number { noteCopying(of: generation, to: file, live) }
        take(FollowedFile(file, resuming: generation, log))
      } else if generation.read > 0 || newer.isEmpty || generation.number != saved.last?.number {
        // Of an unfinished first line nobody can tell: it may be in one of the newer ones.
        noteLoss(of: generation, isNewest: generation.number == saved.last?.number)
      }
    }
    // Of an empty file nothing is known but its number, which another one may have by now.
    for generation in saved where generation.known == 0 {
      floor = generation.modified
      guard let place = files.firstIndex(where: { $0.identity == generation.identity }),
        !newer.contains(files[place]), files[place].identity != live?.identity,
        fits(generation, at: place, in: files), let file = open(files[place]), !file.isCompressed
      else { continue }
      number = max(number, generation.number + 1)
      take(FollowedFile(file, resuming: generation, log))
    }
    held.sort { $0.number < $1.number }
    // What was begun in the file that is still there, and is somewhere else now, was copied.
    let wasCut = live.map { $0.identity == saved.last?.identity && saved.last?.read == 0 } ?? false
    for file in newer where file.identity != live?.identity {
      guard let file = open(file) else { continue }
      let copied = adopt(file)
      if wasCut { noteCut(of: copied, to: Int64(live?.place.size ?? 0)) }
    }
    if let live, !isHeld(live.identity) { adopt(live) }
    for file in held { file.noteRecorded() }
    for file in held where file.identity != live?.identity { file.replaced = clock.elapsed }
  }

  /// Whether the generations that were found are older and newer as their numbers say.
  private func fits(_ saved: SavedGeneration, at place: Int, in files: [FoundFile]) -> Bool {
    files.enumerated().allSatisfy { index, file in
      let other = held.first { $0.identity == file.identity }
      return other.map { ($0.number < saved.number) == (index < place) } ?? true
    }
  }

  private func isHeld(_ identity: FileIdentity) -> Bool {
    held.contains { $0.identity == identity }
  }

  /// Opens a file unless it is open already, or not the one that was found any more.
  private func open(_ found: FoundFile) -> OpenedFile? {
    guard !isHeld(found.identity), let file = try? OpenedFile(found.path),
      file.identity == found.identity
    else { return nil }
    return file
  }

  private func noteLoss(of saved: SavedGeneration, isNewest: Bool) {
    let loss = SourceLoss(of: saved, log: path)
    if isNewest || loss.isCertain || loss.needed != nil { news.append(.lost(loss)) }
    guard saved.read > 0 else { return }
    var gone = saved
    // What is lost is said once.
    gone.size = gone.read
    gone.needed = gone.read
    past.append(gone)
  }

  /// A file that was copied and then cut may have been written in between. One that was renamed and
  /// compressed, and whose number went to the next one, looks the same.
  private func noteCopying(
    of generation: SavedGeneration, to copy: OpenedFile, _ live: OpenedFile?
  ) {
    guard let live, generation.identity == live.identity, copy.identity != live.identity else {
      return
    }
    var loss = SourceLoss(of: generation, log: path)
    loss.noteCopy(of: copy.isCompressed ? 0 : Int64(copy.status.st_size))
    news.append(.truncated(loss, size: Int64(live.status.st_size), copy: copy.path))
  }
}
