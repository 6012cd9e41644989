import Records

/// When each group was seen: its last line, and its first for each alert that asks for it. They stand
/// side by side, because a line looks at all of them and with very many groups none is in the cache.
struct GroupTimes: Sendable {
  /// The time of no line.
  static let never = Int64.min

  /// For how many alerts the first line is noted.
  let width: Int
  private(set) var count = 0
  /// For each group its last line, then its first ones.
  private var times: [Int64] = []

  init(width: Int) { self.width = width }

  private var stride: Int { width + 1 }

  mutating func grow(to count: Int) {
    guard count > self.count else { return }
    times += repeatElement(GroupTimes.never, count: (count - self.count) * stride)
    self.count = count
  }

  @inline(__always)
  func last(of group: Int) -> Int64 { times[group * stride] }

  /// A line of a group at this time, which may be late.
  @inline(__always)
  mutating func note(_ time: Int64, of group: Int) {
    if time > times[group * stride] { times[group * stride] = time }
  }

  func first(of group: Int, _ watcher: Int) -> Int64 { times[group * stride + 1 + watcher] }

  func firsts(of group: Int) -> ArraySlice<Int64> {
    times[group * stride + 1..<(group + 1) * stride]
  }

  mutating func setFirst(of group: Int, _ watcher: Int, to time: Int64) {
    times[group * stride + 1 + watcher] = time
  }

  /// Whether some group has a first line.
  var hasFirsts: Bool {
    width > 0 && (0..<count).contains { firsts(of: $0).contains { $0 != GroupTimes.never } }
  }

  mutating func copy(_ group: Int, of other: GroupTimes, to place: Int) {
    for offset in 0..<stride {
      times[place * stride + offset] = other.times[group * stride + offset]
    }
  }

  /// Notes lines whose groups are `numbers`: first ones, and last ones up to the instant `due`. Group 0
  /// is all of them together and has no first. Says the groups that had their first line.
  mutating func note(
    _ rows: Selection, _ numbers: [Int32], _ lines: [Int64], through due: Int64
  ) -> [Int] {
    var met: [Int] = []
    let stride = stride
    var newest = times[0]
    var seen = times.mutableSpan
    for row in rows.inOrder {
      seen.prefetch(numbers.ahead(of: row) * stride)
      let number = Int(numbers[row])
      let time = lines[row]
      let place = number * stride
      if time <= due {
        if time > seen[place] { seen[place] = time }
        if time > newest { newest = time }
      }
      guard number > 0 else { continue }
      for first in place + 1..<place + stride where seen[first] == GroupTimes.never {
        seen[first] = time
        met.append(number)
      }
    }
    seen[0] = newest
    return met
  }
}
