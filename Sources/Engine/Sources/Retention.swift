/// Which parts of followed logs may still be asked for as evidence: those with a line that some window
/// may still show.
///
/// Pure: told what was read and how far time has come, it answers what can be let go.
package struct Retention: Sendable {
  /// Lines of a generation up to an offset, with the largest time among them.
  private struct Stretch: Sendable {
    let generation: Int32
    let start: Int64
    /// For each stream of a program where its lines begin; none when each line is a record.
    let begins: [Int64]
    var end: Int64
    var largest: Int64
    /// The time of the line before.
    let previous: Int64?
  }

  /// What can be let go.
  package enum Release: Sendable, Hashable {
    case bytes(source: Int32, generation: Int32, before: Int64)
    case generation(source: Int32, generation: Int32)
  }

  /// Bytes of a generation, one behind the other.
  package struct Part: Sendable, Hashable {
    package var generation: Int32
    package var start: Int64
    package var end: Int64
  }

  /// For each source what was read, oldest first.
  private var stretches: [Int32: [Stretch]] = [:]

  /// Shorter ones are joined, so that a day of logs is a short list.
  private static let length: Int64 = 1 << 20

  package init() {}

  /// Notes a chunk; `largest` is the largest time in it, nil when no line of it counts, `previous`
  /// that of the line before. Where records are put together, `begins` is where the lines of each
  /// stream do.
  package mutating func note(
    _ source: Int32, _ generation: Int32, from start: Int64, begins: [Int64] = [], to end: Int64,
    largest: Int64?, previous: Int64? = nil
  ) {
    let largest = largest ?? .min
    var list = stretches.removeValue(forKey: source) ?? []
    if let last = list.indices.last, list[last].generation == generation,
      end - list[last].start <= Retention.length
    {
      list[last].end = end
      list[last].largest = max(list[last].largest, largest)
    } else {
      list.append(
        Stretch(
          generation: generation, start: begins.min() ?? start, begins: begins, end: end,
          largest: largest, previous: previous))
    }
    stretches[source] = list
  }

  /// The first offset of a generation that is not let go of yet; nil when all of it is.
  package func needed(_ source: Int32, _ generation: Int32) -> Int64? {
    stretches[source]?.first { $0.generation == generation }?.start
  }

  /// What is not let go of yet of a source, oldest first.
  package func parts(of source: Int32) -> [Part] {
    (stretches[source] ?? []).reduce(into: []) { parts, stretch in
      if let last = parts.indices.last, parts[last].generation == stretch.generation {
        parts[last].end = stretch.end
      } else {
        parts.append(
          Part(generation: stretch.generation, start: stretch.start, end: stretch.end))
      }
    }
  }

  /// The time of the line before the oldest that is not let go of yet.
  package func previous(of source: Int32) -> Int64? { stretches[source]?.first?.previous }

  /// Bytes in front of the oldest are needed again, from this offset of its generation on.
  package mutating func extend(_ source: Int32, backTo offset: Int64) {
    guard let first = stretches[source]?.first, first.start > offset else { return }
    let earlier = Stretch(
      generation: first.generation, start: offset, begins: [], end: first.start,
      largest: first.largest, previous: nil)
    stretches[source]?.insert(earlier, at: 0)
  }

  /// Where the lines of each stream begin that are not let go of yet.
  package func begins(_ source: Int32, _ generation: Int32) -> [Int64]? {
    stretches[source]?.first { $0.generation == generation }?.begins
  }

  /// What holds only lines up to `horizon`. A generation goes as a whole once another one follows it.
  package mutating func release(through horizon: Int64) -> [Release] {
    var result: [Release] = []
    for (source, list) in stretches {
      // The newest stretch stays: it may still grow.
      let count = list.dropLast().prefix { $0.largest <= horizon }.count
      guard count > 0 else { continue }
      let kept = list.dropFirst(count)
      stretches[source] = Array(kept)
      let remaining = Set(kept.map(\.generation))
      for generation in Set(list.prefix(count).map(\.generation)).sorted() {
        if remaining.contains(generation) {
          let end = list.prefix(count).last { $0.generation == generation }?.end ?? 0
          result.append(.bytes(source: source, generation: generation, before: end))
        } else {
          result.append(.generation(source: source, generation: generation))
        }
      }
    }
    return result
  }
}
