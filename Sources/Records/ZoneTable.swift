/// What a TZif file says (RFC 8536): the changes that happened, and the rule for those to come.
final class ZoneTable: Sendable, Hashable {
  /// A time during which clocks keep one offset.
  struct Period: Sendable, Hashable {
    /// Seconds east of universal time.
    let offset: Int64
    let abbreviation: String
  }

  /// Moments of change in seconds, ascending.
  private let changes: [Int64]
  /// The period that begins with the change of the same index.
  private let begun: [Period]
  private let first: Period
  private let future: ZoneRule?

  /// Which period `milliseconds` falls into.
  func period(at milliseconds: Int64) -> Period {
    let second = milliseconds.floorDivided(by: 1000).quotient
    guard let last = changes.last else { return future?.period(at: second) ?? first }
    if second >= last { return future?.period(at: second) ?? begun[begun.count - 1] }
    // The first change after `second`.
    var lower = 0
    var upper = changes.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if changes[middle] <= second { lower = middle + 1 } else { upper = middle }
    }
    return lower == 0 ? first : begun[lower - 1]
  }

  /// Reads a whole file; nil if it is not one.
  init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard var header = reader.header() else { return nil }
    if header.version >= 2 {
      // The first block repeats the second one in 32 bits for old readers.
      reader.position += header.length(timeSize: 4)
      guard let second = reader.header() else { return nil }
      header = second
    }
    let timeSize = header.version >= 2 ? 8 : 4
    guard header.typeCount > 0, bytes.count - reader.position >= header.length(timeSize: timeSize)
    else { return nil }
    let changes = (0..<header.timeCount).map { _ in reader.signed(timeSize) }
    let indices = (0..<header.timeCount).map { _ in Int(reader.unsigned(1)) }
    let types = (0..<header.typeCount).map { _ in
      (offset: reader.signed(4), isSummer: reader.unsigned(1), name: Int(reader.unsigned(1)))
    }
    let names = bytes[reader.position..<reader.position + header.nameLength]
    reader.position += header.nameLength
    reader.position += header.tailLength(timeSize: timeSize)
    guard indices.allSatisfy({ $0 < types.count }), types.allSatisfy({ $0.name < names.count }),
      zip(changes, changes.dropFirst()).allSatisfy(<)
    else { return nil }
    let periods = types.map { type in
      Period(
        offset: type.offset,
        abbreviation: String(
          decoding: names.dropFirst(type.name).prefix { $0 != 0 }, as: UTF8.self))
    }
    guard periods.allSatisfy({ abs($0.offset) < 26 * 3600 }) else { return nil }
    self.changes = changes
    begun = indices.map { periods[$0] }
    first = periods[0]
    if header.version >= 2 {
      guard let footer = reader.footer() else { return nil }
      if footer.isEmpty {
        future = nil
      } else {
        guard let rule = ZoneRule(posix: footer) else { return nil }
        future = rule
      }
    } else {
      future = nil
    }
  }

  static func == (left: ZoneTable, right: ZoneTable) -> Bool {
    left === right
      || (left.changes == right.changes && left.begun == right.begun && left.first == right.first
        && left.future == right.future)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(changes)
    hasher.combine(first)
  }
}

extension ZoneTable {
  fileprivate struct Header {
    let version: Int
    let utcCount: Int
    let standardCount: Int
    let leapCount: Int
    let timeCount: Int
    let typeCount: Int
    let nameLength: Int

    /// Bytes of the block that this header announces.
    func length(timeSize: Int) -> Int {
      timeCount * (timeSize + 1) + typeCount * 6 + nameLength + tailLength(timeSize: timeSize)
    }

    /// Bytes behind the names: leap seconds and indicators that only makers of rules need.
    func tailLength(timeSize: Int) -> Int {
      leapCount * (timeSize + 4) + standardCount + utcCount
    }
  }

  fileprivate struct Reader {
    let bytes: [UInt8]
    var position = 0

    mutating func unsigned(_ size: Int) -> UInt64 {
      defer { position += size }
      return bytes[position..<position + size].reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func signed(_ size: Int) -> Int64 {
      let value = unsigned(size)
      return size == 4
        ? Int64(Int32(truncatingIfNeeded: value)) : Int64(truncatingIfNeeded: value)
    }

    mutating func header() -> Header? {
      guard position >= 0, bytes.count - position >= 44,
        bytes[position..<position + 4].elementsEqual("TZif".utf8)
      else { return nil }
      let version = Int(bytes[position + 4])
      position += 20
      let counts = (0..<6).map { _ in Int(unsigned(4)) }
      guard counts.allSatisfy({ $0 <= bytes.count }) else { return nil }
      return Header(
        version: version == 0 ? 1 : version - 0x30, utcCount: counts[0],
        standardCount: counts[1], leapCount: counts[2], timeCount: counts[3],
        typeCount: counts[4], nameLength: counts[5])
    }

    /// The text between the last two newlines.
    func footer() -> [UInt8]? {
      guard position < bytes.count, bytes[position] == 0x0A,
        let end = bytes[(position + 1)...].firstIndex(of: 0x0A)
      else { return nil }
      return Array(bytes[(position + 1)..<end])
    }
  }
}
