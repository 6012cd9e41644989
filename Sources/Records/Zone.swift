/// The rule that turns clock readings of a place into moments and back.
///
/// Where the clock is turned back, a reading happens twice: the earlier moment is meant. Where it is
/// turned forward, a reading never happens: it is read with the offset before the change.
package struct Zone: Sendable, Hashable {
  private enum Rule: Sendable, Hashable {
    case fixed(Int64)
    case table(ZoneTable)
  }

  /// As it was asked for: `UTC`, `+02:00`, `Europe/Berlin`.
  package let name: String
  private let rule: Rule

  /// Universal time.
  package static let utc = Zone(name: "UTC", offset: 0)

  /// A zone that never changes its offset, in milliseconds east of universal time.
  package init(name: String, offset: Int64) {
    self.name = name
    rule = .fixed(offset)
  }

  /// A zone written as an offset: `Z`, `UTC`, `GMT`, `+02:00`, `-0530`, `+2`, `UTC+02:00`.
  package init?(fixedOffset text: String) {
    let bytes = Array(text.utf8)
    var rest = bytes[...]
    for prefix in ["UTC", "GMT", "Z"] {
      guard rest.count >= prefix.utf8.count,
        zip(rest, prefix.utf8).allSatisfy({ $0 & 0xDF == $1 })
      else { continue }
      rest = rest.dropFirst(prefix.utf8.count)
      break
    }
    if rest.isEmpty, !bytes.isEmpty {
      self = .utc
      return
    }
    guard let sign = rest.popFirst(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
      return nil
    }
    var groups: [[UInt8]] = rest.split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false
    )
    .map(Array.init)
    if groups.count == 1, groups[0].count == 4 {
      groups = [Array(groups[0][..<2]), Array(groups[0][2...])]
    }
    guard (1...2).contains(groups.count), (1...2).contains(groups[0].count),
      groups.count == 1 || groups[1].count == 2,
      groups.joined().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let parts = groups.map { $0.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) } }
    let minutes = parts.count > 1 ? parts[1] : 0
    guard parts[0] <= 18, minutes < 60 else { return nil }
    let offset = (parts[0] * 60 + minutes) * 60_000
    self.init(name: text, offset: sign == UInt8(ascii: "-") ? -offset : offset)
  }

  /// A zone of the time zone database, from the bytes of its file; nil if they are not such a file.
  package init?(tzif bytes: [UInt8], name: String) {
    guard let table = ZoneTable(bytes) else { return nil }
    self.name = name
    rule = .table(table)
  }

  /// Milliseconds to add to a moment to get what the clocks there show.
  package func offset(at utcMilliseconds: Int64) -> Int64 {
    switch rule {
    case .fixed(let offset): offset
    case .table(let table): table.period(at: utcMilliseconds).offset * 1000
    }
  }

  /// The moment at which the clocks there show `ms`.
  package func utc(fromLocal ms: Int64) -> Int64 {
    switch rule {
    case .fixed(let offset): return ms &- offset
    case .table(let table):
      // No place was ever further from universal time than this, so these two moments lie on either
      // side of a change that could matter.
      let reach: Int64 = 16 * 3_600_000
      let before = table.period(at: ms &- reach).offset * 1000
      let after = table.period(at: ms &+ reach).offset * 1000
      guard before != after else { return ms &- before }
      // The larger offset gives the earlier moment.
      for offset in [max(before, after), min(before, after)]
      where table.period(at: ms &- offset).offset * 1000 == offset {
        return ms &- offset
      }
      return ms &- before
    }
  }

  /// What the clocks there are called at that moment: `UTC`, `CET`, `GMT+02:00`.
  package func abbreviation(at utcMilliseconds: Int64) -> String {
    switch rule {
    case .fixed(0): "UTC"
    case .fixed(let offset): "GMT" + Zone.text(ofOffset: offset, separator: ":")
    case .table(let table): table.period(at: utcMilliseconds).abbreviation
    }
  }

  /// `+02:00` or, without a separator, `+0200`.
  static func text(ofOffset offset: Int64, separator: String) -> String {
    let minutes = Int(offset.magnitude / 60_000)
    let sign = offset < 0 ? "-" : "+"
    return sign + Timestamp.padded(minutes / 60, 2) + separator
      + Timestamp.padded(minutes % 60, 2)
  }
}
