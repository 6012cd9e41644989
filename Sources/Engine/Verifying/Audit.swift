import Alerting
import Records

/// Accounts for every byte of every generation that a durable run has read, and of what is left of it
/// on the disk.
package struct Audit {
  /// A generation with what became of each of its bytes.
  package struct Generation: Sendable {
    package var account: ByteAccount
    /// Bytes of it in all, as far as anybody knows.
    package var size: Int64
    /// Where it is now; nil when no file holds it.
    package var path: String?

    /// Bytes with this fate, and lines where they were counted.
    package func count(_ fate: ByteAccount.Fate) -> ByteAccount.Count { account[fate] }

    /// Whether each byte has exactly one fate.
    package var isBalanced: Bool { account.total.bytes == size }
  }

  package let generations: [Generation]

  /// Reads the state, and looks where the files are now.
  package init(_ store: StateStore) throws(StateFailure) {
    let content = try store.load()
    var list = content.accounts
    let known = Set(list.map { "\($0.source)\0\($0.number)" })
    for source in content.sources {
      for saved in source.generations where !known.contains("\(source.name)\0\(saved.number)") {
        // Nothing was read of it: the run began at its end, or it had no line yet.
        guard saved.inode != 0 else { continue }
        var account = ByteAccount(source: source.name, number: saved.number)
        account.path = saved.path
        account.fingerprint = saved.fingerprint
        account.tail = saved.tail
        account.add(.skipped, lines: 0, bytes: saved.read)
        account.end = saved.read
        list.append(account)
      }
    }
    for account in list where !account.isBalanced {
      throw StateFailure(
        path: account.source, cause: .damaged,
        reason: "is damaged: of \(account.end) bytes of generation \(account.number), "
          + "\(account.total.bytes) are accounted for")
    }
    generations = list.sorted { ($0.source, $0.number, $0.part) < ($1.source, $1.number, $1.part) }
      .map { Audit.generation($0, in: content) }
  }

  private static func generation(
    _ account: ByteAccount, in content: StateStore.Content
  ) -> Generation {
    var account = account
    if let through = account.lostThrough {
      account.add(.lost, lines: 0, bytes: through - account.end)
      return Generation(account: account, size: through, path: nil)
    }
    guard let file = find(account, in: content) else {
      return Generation(account: account, size: account.end, path: nil)
    }
    let rest = file.contentSize(from: account.end)
    account.add(.unread, lines: rest.lines, bytes: rest.bytes)
    return Generation(account: account, size: account.end + rest.bytes, path: file.path)
  }

  /// The file that holds the generation now.
  private static func find(_ account: ByteAccount, in content: StateStore.Content) -> OpenedFile? {
    let source = content.sources.first { $0.name == account.source }
    let kept = source?.generations.first { $0.number == account.number }
    // Of an empty one nothing is known but its number.
    if account.end == 0, let kept {
      let file = try? OpenedFile(account.source)
      return file?.identity == kept.identity ? file : nil
    }
    return GenerationLookup(log: account.source, others: [account.path]).file(
      number: account.number, fingerprint: account.fingerprint, read: account.end,
      tail: account.tail)
  }
}

extension OpenedFile {
  /// What stands behind an offset.
  fileprivate func contentSize(from offset: Int64) -> ByteAccount.Count {
    var count = ByteAccount.Count()
    guard let stream = isCompressed ? try? ByteStreams.decompressing(bytes) : bytes else {
      return count
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    var place: Int64 = 0
    var last: UInt8 = 0x0A
    while let read = try? stream.read(into: buffer), read > 0 {
      let skipped = Int(max(0, min(Int64(read), offset - place)))
      place += Int64(read)
      for index in skipped..<read where buffer[index] == 0x0A { count.lines += 1 }
      count.bytes += Int64(read - skipped)
      last = buffer[read - 1]
    }
    if last != 0x0A, count.bytes > 0 { count.lines += 1 }
    return count
  }
}
