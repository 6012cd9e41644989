import Alerting
package import Records

/// What the lines of a generation can't tell when they are read again: which of them were refused when
/// they came, and when those came that have no time.
package struct ReadMarks: Sendable, Hashable {
  /// Lines up to an offset, and when they came; nil for lines that were there before anybody looked.
  package struct Arrival: Sendable, Hashable {
    package var end: Int64
    package var time: Int64?
  }

  /// A record that was over because nothing came to it for a while.
  package struct Closing: Sendable, Hashable {
    /// Everything before this offset had come.
    package var offset: Int64
    package var stream: OutputStream
    /// When that was.
    package var time: Int64?
  }

  /// Offsets of refused lines, ascending.
  package var refused: [Int64] = []
  /// Of reads in which some line has no time.
  package var arrivals: [Arrival] = []
  /// In the order of their offsets.
  package var closings: [Closing] = []
  /// For each stream where its lines begin that are needed; none when each line is a record.
  package var begins: [Int64] = []
  /// Of the oldest generation that is needed: the time of the line before the first.
  package var previous: Int64?

  package init() {}

  package var isEmpty: Bool {
    refused.isEmpty && arrivals.isEmpty && closings.isEmpty && begins.isEmpty && previous == nil
  }

  /// When the line at an offset came, or the record was over that ended there.
  func arrival(of offset: Int64, _ stream: OutputStream) -> Int64? {
    if let closing = closings.first(where: { $0.offset == offset && $0.stream == stream }) {
      return closing.time
    }
    return arrivals.first { $0.end > offset }?.time
  }

  mutating func forget(before offset: Int64) {
    refused.removeAll { $0 < offset }
    arrivals.removeAll { $0.end <= offset }
    closings.removeAll { $0.offset <= offset }
  }

  package init(json: String) {
    let tree = JSONTree(json)
    refused = tree?["refused"]?.elements.compactMap(\.whole) ?? []
    arrivals =
      tree?["arrivals"]?.elements.compactMap { entry in
        entry["end"]?.whole.map { Arrival(end: $0, time: entry["time"]?.whole) }
      } ?? []
    closings =
      tree?["closings"]?.elements.compactMap { entry in
        guard let offset = entry["offset"]?.whole,
          let stream = entry["stream"]?.whole.flatMap({ UInt8(exactly: $0) }),
          let stream = OutputStream(rawValue: stream)
        else { return nil }
        return Closing(offset: offset, stream: stream, time: entry["time"]?.whole)
      } ?? []
    begins = tree?["begins"]?.elements.compactMap(\.whole) ?? []
    previous = tree?["previous"]?.whole
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
      if !closings.isEmpty {
        $0.key("closings")
        $0.array {
          for closing in closings {
            $0.object {
              $0.key("offset")
              $0.whole(closing.offset)
              $0.key("stream")
              $0.whole(Int64(closing.stream.rawValue))
              $0.key("time")
              if let time = closing.time { $0.whole(time) } else { $0.null() }
            }
          }
        }
      }
      if !begins.isEmpty {
        $0.key("begins")
        $0.array { for offset in begins { $0.whole(offset) } }
      }
      if let previous { $0.member("previous", whole: previous) }
    }
    return writer.text
  }
}
