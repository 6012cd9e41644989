package import QueryLanguage
import Records

/// Where a matching line stood, for the evidence of a later transition.
package struct EvidencePlace: Sendable, Hashable {
  package var moment: Moment
  package var length: Int32

  package init(moment: Moment, length: Int32) {
    self.moment = moment
    self.length = length
  }

  @inline(__always)
  init(of row: Int, _ batch: Batch) {
    moment = Moment(of: row, batch)
    length = Int32(truncatingIfNeeded: batch.extent(of: row))
  }
}

extension Moment {
  @inline(__always)
  init(of row: Int, _ batch: Batch) {
    self.init(
      time: batch.times[row], source: batch.source, generation: batch.generation,
      offset: Int64(batch.offset(of: row)))
  }
}

/// The matching lines that a window may still show, of all groups of a monitor in one place.
///
/// Lines stand in the order in which they came, sixteen bytes each. A line knows how many lines ago its
/// group had one, so that the lines of a group are a chain that ends at the newest:
///
///     lines    [ a ][ b ][ b ][ c ][ a ][ c ][ b ]
///     back       0    0    1    0    4    2    4
///     newest     a: 4, b: 6, c: 5
///
/// Lines that are older than the window go in whole segments. When there are many more than the groups can
/// show, those that have enough newer ones of their group are taken out.
struct EvidenceLog: Sendable {
  private struct Line: Sendable {
    var back: UInt32
    /// Beyond those of its origin.
    var offset: UInt32
    var time: Int32
    var length: Int32
  }

  /// Where lines come from, and what their offsets and times count from.
  private struct Origin: Sendable {
    /// Number of its first line.
    var first: Int
    var moment: Moment
  }

  private struct Segment: Sendable {
    var lines: [Line] = []
    /// The largest time in this segment and in those before it.
    var newest: Int64
  }

  private static let segmentSize = 4_096
  /// Fewer lines than this are not worth looking through.
  private static let fewest = 512
  /// A million bytes of them are little.
  private static let few = 65_536

  /// How many lines a group can show.
  var limit: Int
  /// Full segments, and the one that is being filled.
  private var segments: [Segment] = []
  private var tail = Segment(newest: .min)
  private var origins: [Origin] = []
  /// Lines are numbered as they come; this is the number of the first that is still there.
  private var first = 0
  private var end = 0
  /// How many there may be before it is worth looking for some that nobody needs.
  private var bound = EvidenceLog.fewest
  /// For each group the number of its newest line; negative without any.
  private var newest: [Int] = []

  init(keeping limit: Int) { self.limit = limit }

  /// Whether any line of a group is still there.
  func hasLines(of group: Int) -> Bool { group < newest.count && newest[group] >= first }

  // Taking lines in.

  @inline(__always)
  mutating func note(_ place: EvidencePlace, of group: Int) {
    grow(to: group + 1)
    append(place, behind: newest[group])
    newest[group] = end - 1
  }

  /// Takes in lines of a batch, whose groups are `groups`, below `count`.
  mutating func note(_ rows: Selection, of groups: [Int32], below count: Int, _ batch: Batch) {
    grow(to: count)
    // First the chains, for all lines: with many groups they are not in the cache.
    var previous = [Int](repeating: -1, count: rows.count)
    var number = end
    var newest = newest.mutableSpan
    for row in rows.inOrder {
      newest.prefetch(groups.ahead(of: row))
      let group = Int(groups[row])
      previous[row] = newest[group]
      newest[group] = number
      number += 1
    }
    rows.forEach { append(EvidencePlace(of: $0, batch), behind: previous[$0]) }
  }

  @inline(__always)
  private mutating func append(_ place: EvidencePlace, behind previous: Int) {
    let origin = origin(of: place.moment)
    tail.lines.append(
      Line(
        back: previous < first ? 0 : UInt32(truncatingIfNeeded: end &- previous),
        offset: UInt32(truncatingIfNeeded: place.moment.offset &- origin.offset),
        time: Int32(truncatingIfNeeded: place.moment.time &- origin.time), length: place.length))
    if place.moment.time > tail.newest { tail.newest = place.moment.time }
    end += 1
    if tail.lines.count == EvidenceLog.segmentSize { beginSegment() }
  }

  private mutating func grow(to count: Int) {
    guard count > newest.count else { return }
    newest += [Int](repeating: -1, count: count - newest.count)
  }

  private mutating func beginSegment() {
    segments.append(tail)
    tail.lines = []
    tail.lines.reserveCapacity(EvidenceLog.segmentSize)
  }

  /// What a line that comes now counts from: mostly what the one before it did, unless it is from
  /// elsewhere or too far away.
  @inline(__always)
  private mutating func origin(of moment: Moment) -> Moment {
    if let last = origins.last?.moment, last.source == moment.source,
      last.generation == moment.generation,
      UInt32(exactly: moment.offset &- last.offset) != nil,
      Int32(exactly: moment.time &- last.time) != nil
    {
      return last
    }
    origins.append(Origin(first: end, moment: moment))
    return moment
  }

  // Looking for lines.

  /// The newest lines of a group in (start, end], newest first; of all groups where none is named.
  func newest(of group: Int?, after start: Int64, through end: Int64) -> [EvidencePlace] {
    var number = self.end - 1
    if let group {
      guard hasLines(of: group) else { return [] }
      number = newest[group]
    }
    var found: [EvidencePlace] = []
    while number >= first {
      let (line, newest) = line(number)
      let isFull = found.count == limit
      // From here back no line is newer.
      if newest <= start { break }
      if isFull, let last = found.last, last.moment.time > newest { break }
      let place = place(of: line, origins[origin(ofLine: number)].moment)
      if place.moment.time > start, place.moment.time <= end {
        let index = found.firstIndex { $0.moment < place.moment } ?? found.count
        if index < limit {
          if isFull { found.removeLast() }
          found.insert(place, at: index)
        }
      }
      if group != nil, line.back == 0 { break }
      number -= group == nil ? 1 : Int(line.back)
    }
    return found
  }

  /// A line, and the largest time from its segment back.
  private func line(_ number: Int) -> (Line, newest: Int64) {
    let (segment, place) = (number - first).quotientAndRemainder(
      dividingBy: EvidenceLog.segmentSize)
    return segment < segments.count
      ? (segments[segment].lines[place], segments[segment].newest)
      : (tail.lines[place], tail.newest)
  }

  private func place(of line: Line, _ origin: Moment) -> EvidencePlace {
    var moment = origin
    moment.offset += Int64(line.offset)
    moment.time += Int64(line.time)
    return EvidencePlace(moment: moment, length: line.length)
  }

  /// The origin of a line: the last one that begins at it or before.
  private func origin(ofLine number: Int) -> Int {
    var lower = 0
    var upper = origins.count
    while upper - lower > 1 {
      let middle = (lower + upper) / 2
      if origins[middle].first <= number { lower = middle } else { upper = middle }
    }
    return lower
  }

  // Forgetting.

  /// Drops what no window can show any more: lines up to `oldest` and, among those up to `settled`,
  /// before which no window ends, those that their group has enough newer ones than.
  mutating func trim(oldest: Int64, settled: Int64) {
    var outdated = 0
    while outdated < segments.count, segments[outdated].newest <= oldest { outdated += 1 }
    if outdated > 0 {
      segments.removeFirst(outdated)
      first += outdated * EvidenceLog.segmentSize
      origins.removeFirst(origin(ofLine: first))
    }
    if end - first > max(bound, EvidenceLog.bound(keeping: limit * newest.count)) {
      condense(oldest: oldest, settled: settled)
      bound = max(EvidenceLog.fewest, EvidenceLog.bound(keeping: end - first))
    }
  }

  /// How many lines there may be before those that somebody needs are looked for: half as many again, or
  /// up to three times as many while that is little memory, which goes through them half as often.
  private static func bound(keeping needed: Int) -> Int {
    needed + max(needed / 2, min(2 * needed, few))
  }

  private mutating func condense(oldest: Int64, settled: Int64) {
    let groups = neededLines(oldest: oldest, settled: settled)
    var fresh = EvidenceLog(keeping: limit)
    fresh.newest = [Int](repeating: -1, count: newest.count)
    var origin = 0
    var number = first
    for segment in 0...segments.count {
      for line in segment < segments.count ? segments[segment].lines : tail.lines {
        while origin + 1 < origins.count, origins[origin + 1].first <= number { origin += 1 }
        let group = Int(groups[number - first])
        if group >= 0 { fresh.note(place(of: line, origins[origin].moment), of: group) }
        number += 1
      }
      // Segments go as soon as they are read, so that the log is never there twice.
      if segment < segments.count { segments[segment].lines = [] }
    }
    self = fresh
  }

  /// The group of each line that may still be shown; negative for the others.
  private func neededLines(oldest: Int64, settled: Int64) -> [Int32] {
    var groups = [Int32](repeating: -1, count: end - first)
    for (group, number) in newest.enumerated() where number >= first {
      groups[number - first] = Int32(group)
    }
    // Lines that came later than the one at hand: how many, and the smallest time among them.
    var later = [(count: Int32, least: Int64)](repeating: (0, .max), count: newest.count)
    var origin = origins.count - 1
    var number = end
    var found = groups.mutableSpan
    var seen = later.mutableSpan
    for lines in CollectionOfOne(tail.lines) + segments.lazy.reversed().map(\.lines) {
      for line in lines.reversed() {
        number -= 1
        while origin > 0, origins[origin].first > number { origin -= 1 }
        let group = Int(found[number - first])
        guard group >= 0 else { continue }
        let before = number - first - Int(line.back)
        if line.back > 0, before >= 0 { found[before] = Int32(group) }
        let time = origins[origin].moment.time + Int64(line.time)
        if time > settled { continue }
        if time > oldest, seen[group].count < limit {
          seen[group].count += 1
          seen[group].least = min(seen[group].least, time)
        } else if time <= oldest || time < seen[group].least {
          found[number - first] = -1
        }
      }
    }
    return groups
  }

  /// Gives the groups other numbers; lines of those that get none are forgotten.
  mutating func renumber(_ number: (Int) -> Int?) {
    let old = newest
    newest = []
    for (group, line) in old.enumerated() where line >= first {
      guard let moved = number(group) else { continue }
      if moved >= newest.count {
        newest += [Int](repeating: -1, count: moved + 1 - newest.count)
      }
      newest[moved] = line
    }
  }
}
