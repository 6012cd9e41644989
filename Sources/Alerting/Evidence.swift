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
}

/// The newest matching lines of one group, oldest first.
struct EvidenceRing: Sendable {
  private var places: [EvidencePlace] = []

  /// Notes a line. `settled` is the earliest instant that is still undecided: lines behind it must not
  /// push out those that a window ending there may show.
  mutating func note(_ place: EvidencePlace, keeping count: Int, settled: Int64) {
    guard count > 0 else { return }
    var index = places.count
    while index > 0, place.moment < places[index - 1].moment { index -= 1 }
    places.insert(place, at: index)
    guard places.count > count else { return }
    let within = (places.lastIndex { $0.moment.time <= settled } ?? -1) + 1
    if within > count { places.removeFirst(within - count) }
  }

  /// The newest `count` lines of (start, end], newest first.
  func newest(_ count: Int, after start: Int64, through end: Int64) -> [EvidencePlace] {
    Array(
      places.reversed().lazy.filter { $0.moment.time > start && $0.moment.time <= end }.prefix(
        count)
    )
  }
}
