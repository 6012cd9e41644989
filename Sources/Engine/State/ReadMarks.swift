import Alerting

/// What the lines of a generation can't tell when they are read again: which of them were refused when
/// they came, and when those came that have no time.
package struct ReadMarks: Sendable, Hashable {
  /// Lines up to an offset, and when they came; nil for lines that were there before anybody looked.
  package struct Arrival: Sendable, Hashable {
    package var end: Int64
    package var time: Int64?
  }

  /// Offsets of refused lines, ascending.
  package var refused: [Int64] = []
  /// Of reads in which some line has no time.
  package var arrivals: [Arrival] = []

  package init() {}

  package var isEmpty: Bool { refused.isEmpty && arrivals.isEmpty }

  /// When the line at an offset came.
  func arrival(of offset: Int64) -> Int64? { arrivals.first { $0.end > offset }?.time }

  mutating func forget(before offset: Int64) {
    refused.removeAll { $0 < offset }
    arrivals.removeAll { $0.end <= offset }
  }

  package init(json: String) {
    let tree = JSONTree(json)
    refused = tree?["refused"]?.elements.compactMap(\.whole) ?? []
    arrivals =
      tree?["arrivals"]?.elements.compactMap { entry in
        entry["end"]?.whole.map { Arrival(end: $0, time: entry["time"]?.whole) }
      } ?? []
  }

  package var json: String {
    var writer = JSONWriter()
    writer.object {
      $0.key("refused")
      $0.array { for offset in refused { $0.whole(offset) } }
      $0.key("arrivals")
      $0.array {
        for arrival in arrivals {
          $0.object {
            $0.key("end")
            $0.whole(arrival.end)
            $0.key("time")
            if let time = arrival.time { $0.whole(time) } else { $0.null() }
          }
        }
      }
    }
    return writer.text
  }
}
