import Alerting

/// In which order the lines of several logs were taken in that the windows still need, as the journal
/// tells it: what decides by the order of lines finds after a restart what it had found before.
struct ReadOrder {
  /// A generation was read up to an offset before anything that follows.
  struct Stop: Hashable {
    var source: String
    var number: Int32
    var end: Int64
  }

  private struct Key: Hashable {
    var source: String
    var number: Int32
  }

  /// Oldest first.
  private(set) var stops: [Stop] = []
  /// The stretches of which it is not known yet when they were read: where they begin.
  private var wanted: [Key: Int64] = [:]

  /// Of a single log there is nothing to find out.
  init(_ store: StateStore, _ sources: [SavedSource]) throws(StateFailure) {
    for source in sources {
      for generation in source.generations where generation.needed < generation.read {
        wanted[Key(source: source.name, number: generation.number)] = generation.needed
      }
    }
    guard Set(wanted.keys.map(\.source)).count > 1 else { return }
    var newest: [Stop] = []
    var before = Int64.max
    while !wanted.isEmpty {
      let page = try store.entries(of: .input, before: before, atMost: 100)
      guard let oldest = page.first else { break }
      before = oldest.number
      for entry in page.reversed() { look(at: entry.content, &newest) }
    }
    stops = newest.reversed()
  }

  /// Goes through an entry from its end to its beginning.
  private mutating func look(at entry: String, _ newest: inout [Stop]) {
    guard let tree = JSONTree(entry) else { return }
    let files = (tree["files"]?.elements ?? []).map { file in
      Key(source: file["source"]?.text ?? "", number: Int32(file["number"]?.whole ?? 0))
    }
    for step in (tree["steps"]?.elements ?? []).reversed() {
      guard let read = InputEntry.Reach(step), files.indices.contains(read.file) else { continue }
      let key = files[read.file]
      guard let start = wanted[key] else { continue }
      if read.end <= start || (read.start ?? .max) <= start { wanted[key] = nil }
      // What goes on in the next step of the same generation is in that.
      let isApart = newest.last.map { $0.source != key.source || $0.number != key.number } ?? true
      guard read.end > start, isApart else { continue }
      newest.append(Stop(source: key.source, number: key.number, end: read.end))
    }
  }
}

extension InputEntry {
  /// How far a step read a file, which can be told without the entries before it.
  fileprivate struct Reach {
    var file: Int
    /// Nil where it went on from the step before.
    var start: Int64?
    var end: Int64

    /// Nil for steps that took in nothing new.
    init?(_ step: JSONTree) {
      if case .array(let parts) = step {
        let numbers = parts.compactMap(\.whole)
        guard numbers.count >= 2 else { return nil }
        (file, end) = (Int(numbers[0]), numbers[1])
        return
      }
      guard let file = step["read"]?.whole ?? step["before"]?.whole, let end = step["to"]?.whole
      else { return nil }
      (self.file, start, self.end) = (Int(file), step["from"]?.whole, end)
    }
  }
}
