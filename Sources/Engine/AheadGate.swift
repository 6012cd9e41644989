import Records

/// Holds back a line whose time leaps far ahead of its source until the next line shows whether the
/// clock really moved: refused when that falls back, accepted otherwise.
///
/// Pure: told the batches in order, it answers which rows are refused. As long as `isHolding` the
/// batches from that of the held line on are not settled.
struct AheadGate {
  /// A row of one of the batches passed through.
  struct Place: Hashable {
    var batch: Int
    var row: Int
  }

  private struct Held {
    /// The line, and lines without a time behind it, which share its fate.
    var places: [Place]
    var time: Int64
  }

  private let maxAhead: Int64
  /// The largest time accepted so far.
  private var largest: Int64?
  private var held: Held?

  init(maxAhead: Int64) { self.maxAhead = maxAhead }

  var isHolding: Bool { held != nil }

  /// Goes through the rows of batch number `batch` and returns the rows that turn out to be refused.
  mutating func pass(
    _ rows: Selection, of batch: Int, times: [Int64], untimed: [Int]
  ) -> [Place] {
    if held == nil, let largest, let newest = newestWithoutLeap(rows, times, largest) {
      self.largest = newest
      return []
    }
    var refused: [Place] = []
    let lent = Set(untimed)
    rows.forEach { row in
      let time = times[row]
      let place = Place(batch: batch, row: row)
      if lent.contains(row) {
        held?.places.append(place)
        return
      }
      if let waiting = held, let old = largest {
        if time <= old + maxAhead { refused += waiting.places } else { largest = waiting.time }
        held = nil
      }
      if let old = largest, time > old + maxAhead {
        held = Held(places: [place], time: time)
      } else {
        largest = max(largest ?? time, time)
      }
    }
    return refused
  }

  /// The source has ended: what is held is accepted.
  mutating func finish() {
    if let held { largest = held.time }
    held = nil
  }

  /// The largest time behind these rows; nil when one of them leaps.
  private func newestWithoutLeap(
    _ rows: Selection, _ times: [Int64], _ start: Int64
  ) -> Int64? {
    var largest = start
    var leaps = false
    rows.forEach { row in
      let time = times[row]
      guard time > largest else { return }
      if time > largest + maxAhead { leaps = true }
      largest = time
    }
    return leaps ? nil : largest
  }
}
