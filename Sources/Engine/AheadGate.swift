import Records

/// Holds back a line whose time leaps far ahead of its source until the next line shows whether the
/// clock really moved: refused when that falls back, accepted otherwise.
///
/// Pure: told the batches in order, answers which rows of the one before are settled. Only a leap in
/// the last line of a batch has to wait for the next batch.
struct AheadGate {
  private let maxAhead: Int64
  /// The largest time accepted so far.
  private var largest: Int64?

  init(maxAhead: Int64) { self.maxAhead = maxAhead }

  /// A row that waits for the next line with a time.
  struct Held {
    var rows: [Int]
    var time: Int64
  }

  /// Goes through a batch; returns the rows that are refused in it, and what became of `held`, a row of
  /// the batch before: nil while no line has decided it.
  mutating func pass(
    _ rows: Selection, times: [Int64], untimed: [Int], held: inout Held?
  ) -> (refused: [Int], heldBefore: Verdict?) {
    var refused: [Int] = []
    var verdictBefore: Verdict?
    var heldIsBefore = held != nil
    var lent = Set(untimed)
    if lent.isEmpty, held == nil, let largest, !leaps(rows, times, from: largest) {
      self.largest = newest(rows, times, largest)
      return ([], nil)
    }
    rows.forEach { row in
      let time = times[row]
      guard time != Batch.untimed else { return }
      // A line without a time shares the fate of the one whose time it has.
      if held != nil, lent.contains(row) {
        if !heldIsBefore { held?.rows.append(row) }
        return
      }
      lent.remove(row)
      if let waiting = held, let old = largest {
        if time <= old + maxAhead {
          if heldIsBefore { verdictBefore = .refused } else { refused += waiting.rows }
        } else {
          if heldIsBefore { verdictBefore = .accepted }
          largest = waiting.time
        }
        held = nil
        heldIsBefore = false
      }
      if let old = largest, time > old + maxAhead {
        held = Held(rows: [row], time: time)
      } else {
        largest = max(largest ?? time, time)
      }
    }
    return (refused, verdictBefore)
  }

  enum Verdict { case refused, accepted }

  private func leaps(_ rows: Selection, _ times: [Int64], from start: Int64) -> Bool {
    var largest = start
    var leap = false
    rows.forEach { row in
      let time = times[row]
      if time > largest {
        if time > largest + maxAhead { leap = true }
        largest = time
      }
    }
    return leap
  }

  private func newest(_ rows: Selection, _ times: [Int64], _ start: Int64) -> Int64 {
    var largest = start
    rows.forEach { largest = max(largest, times[$0]) }
    return largest
  }
}
