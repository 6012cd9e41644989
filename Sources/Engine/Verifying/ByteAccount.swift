import Alerting
import Records

/// What became of every byte of one generation of a followed log, line by line.
package struct ByteAccount: Sendable, Hashable {
  /// What can become of a line.
  package enum Fate: String, Sendable, CaseIterable {
    /// It took part in decisions.
    case evaluated
    /// It did too, but came too late for an instant that was decided.
    case late
    /// It was there before the start and only filled windows.
    case before
    /// It has no time, and no line before it lent it one.
    case untimed
    /// Its time was too far ahead.
    case refused
    case malformed
    case tooLong = "too_long"
    /// Nothing but blanks, and the mark with which some files begin.
    case blank
    /// It belongs to a record that may go on.
    case open
    /// It lies before the place where the run began.
    case skipped
    /// It was gone before anybody could read it.
    case lost
    /// Nobody has read it yet.
    case unread
  }

  package struct Count: Sendable, Hashable {
    package var lines: Int64 = 0
    package var bytes: Int64 = 0

    package init() {}
  }

  package var source: String
  package var number: Int32
  /// Counts readings of what begins anew with each run, such as a pipe.
  package var part: Int64 = 0
  /// Where it was when it was last seen, and what it is recognised by.
  package var path: String
  package var fingerprint: String?
  package var tail = ""
  /// Up to here its bytes are accounted for.
  package var end: Int64 = 0
  /// How long it was known to be when what followed `end` was lost.
  package var lostThrough: Int64?
  package private(set) var counts: [Fate: Count] = [:]

  package init(source: String, number: Int32) {
    self.source = source
    self.number = number
    path = source
  }

  package subscript(fate: Fate) -> Count { counts[fate] ?? Count() }

  package mutating func add(_ fate: Fate, lines: Int64, bytes: Int64) {
    guard lines != 0 || bytes != 0 else { return }
    counts[fate, default: Count()].lines += lines
    counts[fate, default: Count()].bytes += bytes
  }

  /// All that is counted.
  package var total: Count {
    counts.values.reduce(into: Count()) {
      $0.lines += $1.lines
      $0.bytes += $1.bytes
    }
  }

  /// Whether every byte up to the end has exactly one fate.
  package var isBalanced: Bool { total.bytes == end && counts.values.allSatisfy { $0.bytes >= 0 } }

  // Text in the database.

  package var json: String {
    var writer = JSONWriter()
    writer.object {
      for fate in Fate.allCases {
        guard let count = counts[fate] else { continue }
        $0.key(fate.rawValue)
        $0.array {
          $0.whole(count.lines)
          $0.whole(count.bytes)
        }
      }
    }
    return writer.text
  }

  package mutating func read(json: String) {
    for member in JSONTree(json)?.members ?? [] {
      let numbers = member.value.elements.compactMap(\.whole)
      guard let fate = Fate(rawValue: member.name), numbers.count == 2 else { continue }
      add(fate, lines: numbers[0], bytes: numbers[1])
    }
  }
}

/// The accounts of all followed logs while they are read; what is new in them goes with each commit.
struct ByteAccounts {
  private struct Key: Hashable {
    var source: String
    var number: Int32
  }

  private var accounts: [Key: ByteAccount] = [:]
  private var changed: Set<Key> = []
  private var paths: [String]

  /// `kept` is what earlier runs have written down.
  init(_ plans: [SourcePlan], kept: [ByteAccount] = []) {
    paths = plans.map(\.path)
    for account in kept {
      let key = Key(source: account.source, number: account.number)
      if let known = accounts[key], known.part > account.part { continue }
      accounts[key] = account
    }
  }

  mutating func added(_ plan: SourcePlan) { paths.append(plan.path) }

  /// Lines were taken in; `late` are rows that missed an instant.
  mutating func note(_ chunk: LiveChunk, _ lines: LiveFeed.Lines, late: [Int], isBefore: Bool) {
    update(chunk) { $0.note(lines, late: Set(late), as: isBefore ? .before : .evaluated) }
  }

  private mutating func update(_ chunk: LiveChunk, _ body: (inout ByteAccount) -> Void) {
    let key = Key(source: paths[Int(chunk.read.source)], number: chunk.read.generation)
    var account = accounts[key] ?? ByteAccount(source: key.source, number: key.number)
    let start = Int64(chunk.read.chunk.offset)
    if start < account.end {
      // It was begun anew: what was read before is another reading.
      let part = account.part + 1
      account = ByteAccount(source: key.source, number: key.number)
      account.part = part
    }
    account.noteGap(to: start, tooLong: chunk.tooLong.count)
    body(&account)
    accounts[key] = account
    changed.insert(key)
  }

  /// Bytes are known to be gone, or may be.
  mutating func note(_ loss: SourceLoss) {
    let key = Key(source: loss.path, number: loss.generation)
    guard loss.isCertain else { return }
    var account = accounts[key] ?? ByteAccount(source: key.source, number: key.number)
    guard account.lostThrough == nil else { return }
    account.noteGap(to: loss.from, tooLong: 0)
    account.lostThrough = loss.size
    accounts[key] = account
    changed.insert(key)
  }

  /// What has changed since the last commit.
  mutating func changes(_ sources: [SavedSource]) -> [ByteAccount] {
    for source in sources {
      for saved in source.generations {
        let key = Key(source: source.name, number: saved.number)
        guard changed.contains(key), var account = accounts[key] else { continue }
        account.path = saved.path
        account.fingerprint = saved.fingerprint
        // It is recognised by what stands before that place.
        account.tail = saved.read == account.end ? saved.tail : ""
        accounts[key] = account
      }
    }
    return changed.compactMap { accounts[$0] }
  }

  mutating func areKept() { changed = [] }
}

extension ByteAccount {
  /// What was passed over between the last lines and these.
  fileprivate mutating func noteGap(to start: Int64, tooLong: Int) {
    let gap = start - end
    guard gap > 0 else { return }
    // A byte order mark is no line.
    let isMark = end == 0 && start == 3 && tooLong == 0
    if isMark {
      add(.blank, lines: 0, bytes: gap)
    } else if end == 0, tooLong == 0 {
      add(.skipped, lines: 0, bytes: gap)
    } else {
      add(.tooLong, lines: Int64(max(1, tooLong)), bytes: gap)
    }
    end = start
  }

  /// Counts the lines of a batch; those that are nothing else are `usual`.
  fileprivate mutating func note(_ lines: LiveFeed.Lines, late: Set<Int>, as usual: Fate) {
    if let records = lines.batch.chunk.records {
      note(records, lines, late: late, as: usual)
    } else {
      note(plain: lines, late: late, as: usual)
    }
  }

  /// Counts lines that are put together: open until the record is over to which they belong.
  private mutating func note(
    _ records: RecordTable, _ lines: LiveFeed.Lines, late: Set<Int>, as usual: Fate
  ) {
    add(.open, lines: Int64(records.read.lines), bytes: Int64(records.read.bytes))
    end += Int64(records.read.bytes)
    close(records.blankSize, as: .blank)
    close(records.tooLongSize, as: .tooLong)
    let refused = Set(lines.refused)
    for (row, origin) in records.origins.enumerated() {
      close(
        origin.size, as: late.contains(row) ? .late : fate(of: row, in: lines, refused) ?? usual)
    }
  }

  private mutating func close(_ size: RecordTable.Size, as fate: Fate) {
    add(.open, lines: -Int64(size.lines), bytes: -Int64(size.bytes))
    add(fate, lines: Int64(size.lines), bytes: Int64(size.bytes))
  }

  /// Why a row counted for nothing; nil when it did.
  private func fate(of row: Int, in lines: LiveFeed.Lines, _ refused: Set<Int64>) -> Fate? {
    guard !lines.timed[row] else { return nil }
    if lines.batch.lines.shapes[row] == .malformed { return .malformed }
    return refused.contains(Int64(lines.batch.offset(of: row))) ? .refused : .untimed
  }

  private mutating func note(plain lines: LiveFeed.Lines, late: Set<Int>, as usual: Fate) {
    let batch = lines.batch
    let bytes = batch.chunk.bytes
    func size(_ start: UInt32, _ length: UInt32) -> Int64 {
      Int64(bytes.lineSize(from: Int(start), length: Int(length)))
    }
    func size(of row: Int) -> Int64 { size(batch.lines.starts[row], batch.lines.lengths[row]) }

    var rest = Int64(bytes.count)
    var usualLines = Int64(batch.count)
    func take(_ fate: Fate, _ size: Int64, isRow: Bool = true) {
      add(fate, lines: 1, bytes: size)
      rest -= size
      if isRow { usualLines -= 1 }
    }
    let refused = Set(lines.refused)
    if lines.timed.population < batch.count {
      for row in 0..<batch.count {
        if let fate = fate(of: row, in: lines, refused) { take(fate, size(of: row)) }
      }
    }
    for row in late { take(.late, size(of: row)) }
    for line in batch.lines.tooLong {
      take(.tooLong, size(UInt32(line.offset), UInt32(line.length)), isRow: false)
    }
    if batch.lines.blank > 0 {
      var used: Int64 = 0
      for row in 0..<batch.count where lines.timed[row] && !late.contains(row) {
        used += size(of: row)
      }
      add(.blank, lines: Int64(batch.lines.blank), bytes: rest - used)
      rest = used
    }
    add(usual, lines: usualLines, bytes: rest)
    end += Int64(bytes.count)
  }
}
