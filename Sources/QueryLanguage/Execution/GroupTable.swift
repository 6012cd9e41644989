package import Records

/// Numbers the distinct values of the group fields from 0, in the order they are first seen.
///
/// Open addressing over keys that are written once into one buffer: a value's kind, its length, its
/// bytes. Numbers are written in one form, so that 200 and 200.0 are the same group.
package struct GroupTable: Sendable {
  private var index: [Int32]
  private var hashes: [UInt64] = []
  private var starts: [Int] = []
  private var keys: [UInt8] = []
  private var scratch: [UInt8] = []

  package init() { index = [Int32](repeating: -1, count: 16) }

  package var count: Int { hashes.count }

  /// Finds or makes the group of each live row.
  package mutating func groups(of columns: [Column], rows: Selection) -> [Int32] {
    var result = [Int32](repeating: 0, count: rows.count)
    rows.forEach { row in
      scratch.removeAll(keepingCapacity: true)
      for column in columns { GroupTable.write(column[row], to: &scratch) }
      result[row] = Int32(findOrAdd())
    }
    return result
  }

  /// The group with the key of `group` in `other`.
  package mutating func adopt(_ group: Int, of other: GroupTable) -> Int {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: other.keyBytes(of: group))
    return findOrAdd()
  }

  package mutating func group(of values: [Value]) -> Int {
    scratch.removeAll(keepingCapacity: true)
    for value in values { GroupTable.write(value, to: &scratch) }
    return findOrAdd()
  }

  package func keyBytes(of group: Int) -> ArraySlice<UInt8> {
    keys[starts[group]..<(group + 1 < starts.count ? starts[group + 1] : keys.count)]
  }

  private mutating func findOrAdd() -> Int {
    let hash = scratch.withUnsafeBufferPointer {
      Bytes(start: $0.baseAddress, count: $0.count).quickHash()
    }
    let mask = index.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while index[place] >= 0 {
      let group = Int(index[place])
      if hashes[group] == hash, isKey(group) { return group }
      place = (place + 1) & mask
    }
    let group = hashes.count
    index[place] = Int32(group)
    hashes.append(hash)
    starts.append(keys.count)
    keys.append(contentsOf: scratch)
    if hashes.count * 10 > index.count * 6 { rehash() }
    return group
  }

  private func isKey(_ group: Int) -> Bool {
    let start = starts[group]
    let end = group + 1 < starts.count ? starts[group + 1] : keys.count
    guard end - start == scratch.count else { return false }
    for offset in 0..<scratch.count where keys[start + offset] != scratch[offset] { return false }
    return true
  }

  private mutating func rehash() {
    index = [Int32](repeating: -1, count: index.count * 2)
    let mask = index.count - 1
    for (group, hash) in hashes.enumerated() {
      var place = Int(truncatingIfNeeded: hash) & mask
      while index[place] >= 0 { place = (place + 1) & mask }
      index[place] = Int32(group)
    }
  }

  // Keys.

  private enum Tag: UInt8 { case null, text, whole, number, yes, no }

  private static func write(_ cell: Cell, to key: inout [UInt8]) {
    switch cell.kind {
    case .null: key.append(Tag.null.rawValue)
    case .yes: key.append(Tag.yes.rawValue)
    case .no: key.append(Tag.no.rawValue)
    case .text, .escaped, .json:
      let text = cell.place
      key.append(Tag.text.rawValue)
      append(UInt64(text.count), to: &key)
      text.withUnsafeBytes { key.append(contentsOf: $0) }
    case .numeral, .number, .whole:
      if let whole = cell.wholeNumber {
        key.append(Tag.whole.rawValue)
        append(UInt64(bitPattern: whole), to: &key)
      } else {
        key.append(Tag.number.rawValue)
        append((cell.number ?? .nan).bitPattern, to: &key)
      }
    }
  }

  private static func write(_ value: Value, to key: inout [UInt8]) {
    switch value {
    case .null: key.append(Tag.null.rawValue)
    case .bool(let value): key.append((value ? Tag.yes : Tag.no).rawValue)
    case .whole(let value):
      key.append(Tag.whole.rawValue)
      append(UInt64(bitPattern: value), to: &key)
    case .number(let value):
      key.append(Tag.number.rawValue)
      append(value.bitPattern, to: &key)
    case .text(let value):
      key.append(Tag.text.rawValue)
      append(UInt64(value.utf8.count), to: &key)
      key.append(contentsOf: value.utf8)
    }
  }

  private static func append(_ word: UInt64, to key: inout [UInt8]) {
    withUnsafeBytes(of: word.littleEndian) { key.append(contentsOf: $0) }
  }

  /// The values of a group, in the order of the group fields.
  package func values(of group: Int) -> [Value] {
    var result: [Value] = []
    var rest = keyBytes(of: group)
    func word() -> UInt64 {
      var value: UInt64 = 0
      for (shift, byte) in rest.prefix(8).enumerated() { value |= UInt64(byte) << (8 * shift) }
      return value
    }
    while let tag = rest.popFirst().flatMap(Tag.init) {
      switch tag {
      case .null: result.append(.null)
      case .yes: result.append(.bool(true))
      case .no: result.append(.bool(false))
      case .whole:
        result.append(.whole(Int64(bitPattern: word())))
        rest.removeFirst(8)
      case .number:
        result.append(.number(Double(bitPattern: word())))
        rest.removeFirst(8)
      case .text:
        let count = Int(word())
        rest.removeFirst(8)
        result.append(.text(String(decoding: rest.prefix(count), as: UTF8.self)))
        rest.removeFirst(count)
      }
    }
    return result
  }

  /// The values of a group as cells whose text `arena` owns.
  package func cells(of group: Int, _ arena: Arena) -> [Cell] {
    values(of: group).map { Cell($0, arena) }
  }
}
