package import Records

/// Numbers the distinct values of the group fields from 0, in the order they are first seen.
///
/// Open addressing over keys that are written once, one behind the other. An entry of the index is
/// half of the key's hash and where its key stands, so that a probe mostly looks at one other key, and
/// finds the number of the group in front of it:
///
///     index   [ hash | key ] [ vacant ] [ hash | key ] ...
///                       \_____________
///                                     v
///     keys    ... | number and length | kind and length, bytes | number and length | ...
package struct GroupTable: Sendable {
  private var index = [UInt64](repeating: GroupTable.vacant, count: 16)
  /// Where the key of each group stands.
  private var starts: [Int] = []
  private var keys = ByteStore()

  private static let vacant = UInt64.max

  package init() {}

  package var count: Int { starts.count }

  /// Finds or makes the group of each live row.
  ///
  /// In rounds, because with many groups neither the index nor the keys are in the cache, so that each
  /// is asked for some rows ahead.
  package mutating func groups(of columns: [Column], rows: Selection) -> [Int32] {
    let columns = columns.map { $0.spread(over: rows.count) }
    // Most rules group by one field; then no row has to go through a list of columns.
    guard columns.count == 1 else { return groups(rows, of: SeveralColumns(columns: columns)) }
    return groups(rows, of: OneColumn(cells: columns[0]))
  }

  @inline(__always)
  private mutating func groups(_ rows: Selection, of source: some KeySource) -> [Int32] {
    var groups = [Int32](repeating: -1, count: rows.count)
    let (hashes, unknown) = find(rows, of: source, &groups)
    for row in unknown {
      // A new one, which an earlier row may have made, or one of two with half a hash in common.
      groups[row] =
        find(hashes[row]) { source.isKey(of: row, $0, in: keys) }
        ?? add(hashes[row]) { source.write(row, to: &$0) }
    }
    return groups
  }

  /// Notes the groups of the rows that are found at the first look; says which are not.
  @inline(__always)
  private func find(
    _ rows: Selection, of source: some KeySource, _ groups: inout [Int32]
  ) -> (hashes: [UInt64], unknown: [Int]) {
    var hashes = [UInt64](repeating: 0, count: rows.count)
    var hashed = hashes.mutableSpan
    for row in rows.inOrder { hashed[row] = source.hash(of: row) }
    let entries = entries(of: hashes, rows)
    var unknown: [Int] = []
    var found = groups.mutableSpan
    for row in rows.inOrder {
      let next = row &+ rowsFetchedAhead
      if next < entries.count {
        let key = GroupTable.key(of: entries[next])
        keys.prefetch(key &- 8..<key &+ 40)
      }
      let entry = entries[row]
      if entry != GroupTable.vacant, source.isKey(of: row, GroupTable.key(of: entry), in: keys) {
        found[row] = group(of: entry)
      } else {
        unknown.append(row)
      }
    }
    return (hashes, unknown)
  }

  /// The group with the key of `group` in `other`.
  package mutating func adopt(_ group: Int, of other: GroupTable) -> Int {
    let theirs = other.range(of: group)
    var hash: UInt64 = 0
    other.forEachPart(of: group) { hash = $0.hash(seed: hash) }
    let known = find(hash) { place in
      length(ofKeyAt: place) == theirs.count
        && other.keys.withBytes(theirs) { keys.holds($0, at: place) }
    }
    return Int(known ?? add(hash) { $0.append(other.keys, theirs) })
  }

  package mutating func group(of values: [Value]) -> Int {
    let arena = Arena()
    defer { withExtendedLifetime(arena) {} }
    let columns = values.map { Column.constant(Cell($0, arena)) }
    return Int(groups(of: columns, rows: Selection(all: 1))[0])
  }

  // The index.

  /// The group with this hash for which `isKey`, which is told where a key stands, holds.
  @inline(__always)
  private func find(_ hash: UInt64, isKey: (_ place: Int) -> Bool) -> Int32? {
    var slot = slot(of: hash)
    while index[slot] != GroupTable.vacant {
      let entry = index[slot]
      if entry >> 32 == hash >> 32, isKey(GroupTable.key(of: entry)) { return group(of: entry) }
      slot = (slot + 1) & (index.count - 1)
    }
    return nil
  }

  /// For each row the first entry with its half of a hash, or a vacant one.
  private func entries(of hashes: [UInt64], _ rows: Selection) -> [UInt64] {
    var entries = [UInt64](repeating: GroupTable.vacant, count: rows.count)
    var found = entries.mutableSpan
    for row in rows.inOrder {
      let next = row &+ rowsFetchedAhead
      if next < hashes.count { index.prefetch(slot(of: hashes[next])) }
      found[row] = firstEntry(hashes[row])
    }
    return entries
  }

  /// The first entry with this half of a hash, or a vacant one.
  @inline(__always)
  private func firstEntry(_ hash: UInt64) -> UInt64 {
    var slot = slot(of: hash)
    while index[slot] != GroupTable.vacant, index[slot] >> 32 != hash >> 32 {
      slot = (slot + 1) & (index.count - 1)
    }
    return index[slot]
  }

  /// Where the search for a hash, or for an entry, begins.
  @inline(__always)
  private func slot(of hash: UInt64) -> Int { Int(hash >> 32) & (index.count - 1) }

  /// Where the key of an entry stands: keys begin at multiples of eight.
  @inline(__always)
  private static func key(of entry: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: entry)) << 3 }

  /// The number of the group stands in front of its key.
  @inline(__always)
  private func group(of entry: UInt64) -> Int32 {
    Int32(truncatingIfNeeded: keys.word(at: GroupTable.key(of: entry) - 8))
  }

  private func length(ofKeyAt place: Int) -> Int { Int(keys.word(at: place - 8) >> 32) }

  @inline(never)
  private mutating func add(_ hash: UInt64, write: (inout ByteStore) -> Void) -> Int32 {
    if (starts.count + 1) * 2 > index.count { grow() }
    let group = starts.count
    let start = keys.count + 8
    starts.append(start)
    insert((hash >> 32) << 32 | UInt64(start >> 3))
    keys.append(UInt64(group))
    write(&keys)
    keys.set(UInt64(keys.count - start) << 32 | UInt64(group), at: start - 8)
    keys.fill(toMultipleOf: 8)
    return Int32(group)
  }

  private mutating func insert(_ entry: UInt64) {
    var slot = slot(of: entry)
    while index[slot] != GroupTable.vacant { slot = (slot + 1) & (index.count - 1) }
    index[slot] = entry
  }

  private mutating func grow() {
    let old = index
    index = [UInt64](repeating: GroupTable.vacant, count: old.count * 2)
    for entry in old where entry != GroupTable.vacant { insert(entry) }
  }

  // Keys.

  private func range(of group: Int) -> Range<Int> {
    starts[group]..<starts[group] + length(ofKeyAt: starts[group])
  }

  private func forEachPart(of group: Int, _ body: (KeyPart) -> Void) {
    let range = range(of: group)
    var place = range.lowerBound
    while place < range.upperBound { KeyPart.read(from: keys, at: &place, body) }
  }

  /// The values of a group, in the order of the group fields.
  package func values(of group: Int) -> [Value] {
    var result: [Value] = []
    forEachPart(of: group) { result.append($0.value) }
    return result
  }

  /// The values of a group as cells whose text `arena` owns.
  package func cells(of group: Int, _ arena: Arena) -> [Cell] {
    var result: [Cell] = []
    forEachPart(of: group) { result.append(arena.adopt($0.cell)) }
    return result
  }
}

/// Rows as keys.
private protocol KeySource {
  func hash(of row: Int) -> UInt64
  /// Whether the key at `place` is that of a row.
  func isKey(of row: Int, _ place: Int, in keys: ByteStore) -> Bool
  func write(_ row: Int, to keys: inout ByteStore)
}

private struct OneColumn: KeySource {
  let cells: [Cell]

  @inline(__always)
  func hash(of row: Int) -> UInt64 { KeyPart(cells[row]).hash(seed: 0) }

  @inline(__always)
  func isKey(of row: Int, _ place: Int, in keys: ByteStore) -> Bool {
    var place = place
    return KeyPart(cells[row]).stands(in: keys, at: &place)
  }

  func write(_ row: Int, to keys: inout ByteStore) { KeyPart(cells[row]).write(to: &keys) }
}

private struct SeveralColumns: KeySource {
  let columns: [[Cell]]

  @inline(__always)
  func hash(of row: Int) -> UInt64 {
    columns.reduce(0) { KeyPart($1[row]).hash(seed: $0) }
  }

  @inline(__always)
  func isKey(of row: Int, _ place: Int, in keys: ByteStore) -> Bool {
    var place = place
    return columns.allSatisfy { KeyPart($0[row]).stands(in: keys, at: &place) }
  }

  func write(_ row: Int, to keys: inout ByteStore) {
    for cells in columns { KeyPart(cells[row]).write(to: &keys) }
  }
}

/// One value of a key. Numbers have one form, so that 200 and 200.0 are the same group.
private enum KeyPart {
  case null, yes, no
  case whole(UInt64)
  case number(UInt64)
  case text(Bytes)

  private enum Tag: UInt8 { case null, text, whole, number, yes, no }

  @inline(__always)
  init(_ cell: Cell) {
    switch cell.kind {
    case .null: self = .null
    case .yes: self = .yes
    case .no: self = .no
    case .text, .escaped, .json: self = .text(cell.place)
    case .numeral, .number, .whole: self = KeyPart(numeric: cell)
    }
  }

  private init(numeric cell: Cell) {
    if let whole = cell.wholeNumber {
      self = .whole(UInt64(bitPattern: whole))
    } else {
      self = .number((cell.number ?? .nan).bitPattern)
    }
  }

  /// What its bytes begin with: its kind, and how long its text is.
  @inline(__always)
  var head: UInt64 {
    guard case .text(let bytes) = self else { return UInt64(tag.rawValue) }
    return UInt64(Tag.text.rawValue) | UInt64(truncatingIfNeeded: bytes.count) << 8
  }

  private var tag: Tag {
    switch self {
    case .null: .null
    case .yes: .yes
    case .no: .no
    case .whole: .whole
    case .number: .number
    case .text: .text
    }
  }

  @inline(__always)
  func hash(seed: UInt64) -> UInt64 {
    switch self {
    case .text(let bytes): bytes.quickHash(seed: seed)
    case .whole(let word): Bytes.mix(seed ^ word ^ 0x2545_F491_4F6C_DD1D)
    case .number(let word): Bytes.mix(seed ^ word ^ 0x9FB2_1C65_1E98_DF25)
    case .null, .yes, .no: Bytes.mix(seed ^ (UInt64(tag.rawValue) &+ 0xD1B5_4A32_D192_ED03))
    }
  }

  func write(to keys: inout ByteStore) {
    keys.append(head)
    switch self {
    case .null, .yes, .no: break
    case .whole(let word), .number(let word): keys.append(word)
    case .text(let bytes): keys.append(bytes)
    }
  }

  /// Whether the part at `place` is this one; then `place` moves behind it.
  @inline(__always)
  func stands(in keys: ByteStore, at place: inout Int) -> Bool {
    guard keys.word(at: place) == head else { return false }
    place += 8
    switch self {
    case .null, .yes, .no: return true
    case .whole(let word), .number(let word):
      guard keys.word(at: place) == word else { return false }
      place += 8
    case .text(let bytes):
      guard keys.holds(bytes, at: place) else { return false }
      place += bytes.count
    }
    return true
  }

  /// Lends the part at `place`, which moves behind it.
  static func read(from keys: ByteStore, at place: inout Int, _ body: (KeyPart) -> Void) {
    let head = keys.word(at: place)
    guard let tag = Tag(rawValue: UInt8(truncatingIfNeeded: head)) else {
      preconditionFailure("no key stands at \(place)")
    }
    place += 8
    switch tag {
    case .null: body(.null)
    case .yes: body(.yes)
    case .no: body(.no)
    case .whole, .number:
      let word = keys.word(at: place)
      place += 8
      body(tag == .whole ? .whole(word) : .number(word))
    case .text:
      let end = place + Int(head >> 8)
      keys.withBytes(place..<end) { body(.text($0)) }
      place = end
    }
  }

  /// The same with text that somebody else owns.
  var cell: Cell {
    switch self {
    case .null: .null
    case .yes: Cell(true)
    case .no: Cell(false)
    case .whole(let word): Cell(Int64(bitPattern: word))
    case .number(let word): Cell(Double(bitPattern: word))
    case .text(let bytes): Cell(text: bytes)
    }
  }

  var value: Value {
    switch self {
    case .null: .null
    case .yes: .bool(true)
    case .no: .bool(false)
    case .whole(let word): .whole(Int64(bitPattern: word))
    case .number(let word): .number(Double(bitPattern: word))
    case .text(let bytes): .text(bytes.string)
    }
  }
}
