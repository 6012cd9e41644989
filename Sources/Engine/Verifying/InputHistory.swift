import Records

/// Notes what a watch takes in and what its clock decides, so that the journal can tell it: each commit
/// takes what has come since the last one.
///
/// It knows how far time has come for whoever reads the journal: only where the clock of the machine
/// makes a difference to what is decided does it say so.
struct InputHistory {
  private(set) var entry = InputEntry()
  private var plans: [SourcePlan]
  /// Time as the journal tells it.
  private var told: LiveClocks
  private var places: [Key: Int] = [:]
  private var ends = ReadEnds()
  /// Fingerprints of generations that may be let go of before the next commit.
  private var fingerprints: [Key: String] = [:]

  /// While nothing can be written, this many steps are held for later.
  private static let capacity = 1_000_000

  private struct Key: Hashable {
    var source: Int
    var number: Int32
  }

  init(_ plans: [SourcePlan]) {
    self.plans = plans
    told = LiveClocks(told: plans.map(\.lateness))
  }

  // Time.

  mutating func came(_ source: Int, largest: Int64?) {
    told.came(source, largest: largest, at: .zero)
  }

  /// The lines from before the start have brought a source there.
  mutating func stood(_ source: Int, at largest: Int64?) {
    came(source, largest: largest)
    guard let largest else { return }
    entry.steps.append(.stood(source: plans[source].path, at: largest))
  }

  /// The monitors begin, though no line has come.
  mutating func began(at time: Int64) { entry.steps.append(.began(at: time)) }

  mutating func ended(_ source: Int) {
    told.ended(source)
    entry.steps.append(.ended(source: plans[source].path))
    _ = told.advance(to: .zero)
  }

  mutating func resumed(_ source: Int) {
    told.resumed(source, at: .zero)
    entry.steps.append(.resumed(source: plans[source].path))
  }

  mutating func added(_ plan: SourcePlan) {
    plans.append(plan)
    told.add(idleAfter: LiveClocks.never, lateness: plan.lateness, at: .zero, now: 0)
    entry.steps.append(.added(SourceCard(plan)))
  }

  /// Lines of a source come that let an instant pass, at the front `actual`. When the journal would have
  /// another one, the clock has moved the others on.
  mutating func settle(
    _ source: Int, _ actual: LiveClocks.Front, through largest: Int64, _ clocks: LiveClocks,
    at elapsed: Duration
  ) {
    let known = told.front(of: source, at: .zero)
    guard !actual.isSame(as: known, through: largest) else { return }
    for other in plans.indices {
      // Its own lines that are at hand come before the time in which they came.
      reach(other, other == source ? actual.own : clocks.time(of: other, at: elapsed))
    }
    _ = told.advance(to: .zero)
  }

  /// Time alone lets an instant pass.
  mutating func settle(_ clocks: LiveClocks, at elapsed: Duration) {
    for source in plans.indices { reach(source, clocks.time(of: source, at: elapsed)) }
    _ = told.advance(to: .zero)
  }

  private mutating func reach(_ source: Int, _ time: Int64) {
    guard time > told.time(of: source, at: .zero) else { return }
    told.reach(source, time)
    entry.steps.append(.idle(source: plans[source].path, to: time))
  }

  // Lines.

  /// Lines were taken in.
  mutating func read(
    _ chunk: LiveChunk, _ lines: LiveFeed.Lines, arrival: Int64
  ) {
    var stretch = self.stretch(of: chunk, .live)
    // Without a line before, nothing but this tells the date of some times.
    let isFirst = lines.previous == nil
    if chunk.recorded == nil {
      if lines.hasUntimed || isFirst { stretch.arrived = arrival }
    } else if isFirst {
      stretch.recorded = chunk.recorded
    }
    stretch.refused = lines.refused
    note(stretch)
  }

  /// Lines from before the start were taken in; `newest` is the largest time among them.
  mutating func before(_ chunk: LiveChunk, _ lines: LiveFeed.Lines, arrival: Int64, newest: Int64) {
    var stretch = self.stretch(of: chunk, .before)
    stretch.recorded = chunk.recorded ?? arrival
    stretch.newest = newest
    stretch.refused = lines.refused
    note(stretch)
  }

  /// Lines were taken in that another run had taken in.
  mutating func again(_ chunk: LiveChunk, newest: Int64) {
    var stretch = self.stretch(of: chunk, .again)
    stretch.newest = newest
    note(stretch)
  }

  /// Told lines move time on by themselves.
  mutating func advance() { _ = told.advance(to: .zero) }

  private mutating func stretch(
    of chunk: LiveChunk, _ use: InputEntry.Stretch.Use
  ) -> InputEntry.Stretch {
    let read = chunk.read
    let key = Key(source: Int(read.source), number: read.generation)
    let file = places[key] ?? entry.files.count
    if places[key] == nil {
      places[key] = file
      let path = plans[key.source].path
      entry.files.append(
        InputEntry.File(
          source: path, number: key.number, path: path, fingerprint: fingerprints[key]))
    }
    var stretch = InputEntry.Stretch(
      use: use, file: file, from: Int64(read.chunk.offset), to: Int64(read.chunk.end))
    stretch.closing = chunk.closing
    return stretch
  }

  /// What goes on where the last step ended is one step with it.
  private mutating func note(_ stretch: InputEntry.Stretch) {
    if case .read(var last)? = entry.steps.last, last.to == stretch.from,
      last.file == stretch.file, last.use == stretch.use, last.arrived == stretch.arrived,
      last.recorded == stretch.recorded, last.newest == stretch.newest,
      last.closing == nil, stretch.closing == nil
    {
      last.to = stretch.to
      last.refused += stretch.refused
      entry.steps[entry.steps.count - 1] = .read(last)
    } else {
      entry.steps.append(.read(stretch))
    }
    if entry.steps.count > InputHistory.capacity { drop() }
  }

  /// Nothing can be written, and memory is no place for all of it. How far time has come is told again.
  private mutating func drop() {
    entry = InputEntry()
    places = [:]
    ends = ReadEnds()
    entry.steps = [.dropped]
    for source in plans.indices where told.time(of: source, at: .zero) != .min {
      let time = told.time(of: source, at: .zero)
      entry.steps.append(.idle(source: plans[source].path, to: time))
    }
  }

  /// Other rules are in force from here on.
  mutating func adopted(_ card: RunCard) { entry.steps.append(.rules(card)) }

  // Commits.

  /// What the journal is to hold; nil when nothing happened.
  mutating func content(
    _ sources: [SavedSource], fingerprint: (_ source: Int, _ generation: Int32) -> String?
  ) -> String? {
    guard !entry.isEmpty else { return nil }
    for (key, place) in places {
      let source = sources.first { $0.name == plans[key.source].path }
      if let saved = source?.generations.first(where: { $0.number == key.number }) {
        entry.files[place].path = saved.path
        entry.files[place].read = saved.read
        entry.files[place].tail = saved.tail
        entry.files[place].fingerprint = saved.fingerprint ?? entry.files[place].fingerprint
      }
      let known = entry.files[place].fingerprint ?? fingerprint(key.source, key.number)
      entry.files[place].fingerprint = known
      fingerprints[key] = known
    }
    for source in sources { entry.largest[source.name] = source.largest }
    // Written again when this commit fails.
    var ends = ends
    return entry.json(&ends)
  }

  /// It is in the journal.
  mutating func isKept() {
    guard !entry.isEmpty else { return }
    _ = entry.json(&ends)
    entry = InputEntry()
    places = [:]
  }
}
