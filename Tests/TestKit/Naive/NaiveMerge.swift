/// A line that was let in, with the time it counts at and its place in the source.
struct NaiveArrival {
  var line: NaiveLine
  var time: Int64
  /// Position within its source, over all generations.
  var position: Int

  /// Older first: by time, then by place.
  static func isOlder(_ left: NaiveArrival, _ right: NaiveArrival) -> Bool {
    (left.time, left.line.source, left.position) < (right.time, right.line.source, right.position)
  }
}

/// The lines of one source that are not refused, in order, each with its time.
///
/// A line without a time counts at the time of the line before it, and shares its fate: what
/// follows a held line is held with it.
func naiveAdmitted(_ source: [NaiveLine], maxAhead: Int64) -> [NaiveArrival] {
  let readable = source.filter { !$0.isMalformed }
  guard var time = readable.lazy.compactMap(\.time).first else { return [] }
  var admitted: [NaiveArrival] = []
  var largest: Int64?
  var isRefusing = false
  for (position, line) in readable.enumerated() {
    if let own = line.time {
      time = own
      let next = readable[(position + 1)...].lazy.compactMap(\.time).first
      let isHeld = largest.map { own > $0 + maxAhead } ?? false
      isRefusing = isHeld && next.map { $0 <= largest! + maxAhead } ?? false
      if !isRefusing { largest = max(largest ?? own, own) }
    }
    if !isRefusing { admitted.append(NaiveArrival(line: line, time: time, position: position)) }
  }
  return admitted
}

/// All sources as one sequence: always the source whose next line has the smallest time, ties by
/// argument order.
func naiveMerged(_ sources: [[NaiveArrival]]) -> [NaiveArrival] {
  var next = sources.map { _ in 0 }
  var merged: [NaiveArrival] = []
  while true {
    let waiting = sources.indices.filter { next[$0] < sources[$0].count }
    // `min` keeps the first of equals: the earlier argument.
    guard
      let first = waiting.min(by: { sources[$0][next[$0]].time < sources[$1][next[$1]].time })
    else { return merged }
    merged.append(sources[first][next[first]])
    next[first] += 1
  }
}
