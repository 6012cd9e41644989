/// The referee: what a replay of these logs must say, as records in decision order, recomputed
/// from the list of lines at every instant. Written from engine.md 1-4 alone; where that leaves
/// room, `Readings.md` says what was read into it. `latenesses` are those of the sources; a source
/// without one has none.
package func naiveTransitions(
  monitors: [NaiveMonitor], sources: [[NaiveLine]], latenesses: [Int64] = [], drain: Bool,
  maxAhead: Int64 = 300_000
) -> [String] {
  naiveRecords(
    monitors: monitors, sources: sources, latenesses: latenesses, drain: drain, maxAhead: maxAhead
  ).map(\.json)
}

func naiveRecords(
  monitors: [NaiveMonitor], sources: [[NaiveLine]], latenesses: [Int64], drain: Bool,
  maxAhead: Int64 = 300_000
) -> [NaiveRecord] {
  let lines = naiveMerged(sources.map { naiveAdmitted($0, maxAhead: maxAhead) })
  guard let first = lines.first else { return [] }
  let byName = monitors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  var watches = byName.map { NaiveWatch($0, begin: first.time) }
  var records: [NaiveRecord] = []

  /// Decides instants in ascending order, at each the monitors by name, as far as `isDue` says.
  func decideInstants(_ isDue: (NaiveWatch) -> Bool) {
    while let next = watches.filter(isDue).map(\.nextInstant).min() {
      for i in watches.indices where watches[i].nextInstant == next && isDue(watches[i]) {
        records += watches[i].decide()
      }
    }
  }

  // The watermark of a source is at least the time merged so far minus its lateness, and no source
  // has seen more than that: the monitor's is that of the source that waits longest.
  let lateness = latenesses.max() ?? 0
  var largest = first.time
  for line in lines {
    largest = max(largest, line.time)
    decideInstants { $0.nextInstant < largest - lateness }
    for i in watches.indices { records += watches[i].absorb(line, largest: largest) }
  }
  decideInstants { $0.nextInstant <= largest }
  if drain { decideInstants { $0.nextInstant <= largest + $0.monitor.drainsFor } }
  return records
}

extension NaiveMonitor {
  /// How long after the last line `--drain` lets time run on.
  var drainsFor: Int64 {
    let resolutions = levels.map { $0.resolutionWindow ?? window }
    let pending = levels.map { $0.holdFor ?? 0 }
    let others = [missingData?.window ?? 0, keepFiringFor ?? 0]
    return 2 * window + (resolutions + pending + others).max()!
  }
}
