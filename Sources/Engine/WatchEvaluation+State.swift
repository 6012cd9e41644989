import Alerting
import Records

/// What a watch keeps of its sources and monitors, and how it goes on from there.
extension WatchEvaluation {
  /// Takes back where an earlier run stood: monitors whose rules decide what they did then, and how far
  /// each source had come. `moment` finds when it was on the clock that never goes back.
  mutating func restore(
    _ content: StateStore.Content, sources: [SourcePlan], moment: (Int64) -> Duration
  ) {
    deciding.keepChanges()
    for (index, monitor) in deciding.monitors.enumerated() {
      let saved = content.monitors.first { $0.name == monitor.rule.rule.name }
      guard let saved else { continue }
      guard saved.rule == monitor.rule.identity else {
        deciding.inherit(index, saved.alerts)
        continue
      }
      deciding.restore(index, saved)
      restored.insert(index)
    }
    for (index, plan) in sources.enumerated() {
      guard let saved = content.sources.first(where: { $0.name == plan.path }) else { continue }
      standings[index] = SourceStanding(saved)
      feeds[index].previous = saved.generations.first?.marks.previous ?? saved.previous
      if let arrived = saved.arrived { feeds[index].arrived(at: moment(arrived)) }
      if let largest = saved.largest, let arrived = saved.arrived {
        clocks.came(index, largest: largest, at: moment(arrived))
        history?.came(index, largest: largest)
      }
    }
  }

  /// Takes in lines that were taken in before the restart: they decide nothing. A monitor that is new,
  /// or another than it was, begins with them.
  mutating func again(_ chunk: LiveChunk) {
    let source = Int(chunk.read.source)
    let newest = standings.compactMap(\.largest).max() ?? began
    let marks = standings[source].marks[chunk.read.generation] ?? ReadMarks()
    // Where records are put together, what was open before would have to be told too.
    if feeds[source].assembler == nil { history?.again(chunk, newest: newest) }
    let elapsed = feeds[source].lastArrival
    for part in feeds[source].records(of: chunk, marks, at: elapsed) {
      var lines = feeds[source].linesAgain(of: part, marks, near: newest)
      let run = LineRun(
        batch: lines.batch, rows: 0..<lines.batch.count, timed: lines.timed, firstLine: line)
      line += UInt64(lines.batch.count)
      retain(lines)
      deciding.again(&lines.frames, run, restored: restored, newest: newest)
    }
  }

  /// All has been taken in once more that is still there: the next line comes after the last one.
  mutating func endRereading(_ content: StateStore.Content, sources: [SourcePlan]) {
    for (index, plan) in sources.enumerated() {
      guard let saved = content.sources.first(where: { $0.name == plan.path }) else { continue }
      feeds[index].previous = saved.previous
    }
  }

  /// The sources that have moved since the last commit, as they stand now.
  func movedSources(
    _ plan: (Int) -> SourcePlan, _ generations: (Int) -> [SavedGeneration]
  ) -> [SavedSource] {
    standings.indices.filter { standings[$0].hasMoved }.map { index in
      let standing = standings[index]
      return SavedSource(
        name: plan(index).path, largest: standing.largest, previous: feeds[index].previous,
        arrived: standing.arrived, lines: standing.lines,
        generations: generations(index).enumerated().map { place, generation in
          var generation = generation
          generation.marks = standing.marks[generation.number] ?? ReadMarks()
          generation.marks.forget(before: generation.needed)
          generation.marks.begins = begins(Int32(index), generation.number)
          generation.marks.previous = place == 0 ? previous(of: Int32(index)) : nil
          return generation
        })
    }
  }

  var hasMoved: Bool { standings.contains(where: \.hasMoved) }

  /// What every monitor has to write down.
  var changedMonitors: [SavedMonitor] { deciding.monitors.compactMap { $0.changes() } }

  /// All that is written down.
  mutating func changesAreKept() {
    deciding.changesAreKept()
    history?.isKept()
    accounts?.areKept()
    for index in standings.indices {
      standings[index].hasMoved = false
      for generation in standings[index].marks.keys {
        guard let needed = needed(Int32(index), generation) else { continue }
        standings[index].marks[generation]?.forget(before: needed)
      }
    }
  }
}

/// How far a source has come, as far as its lines can't tell.
struct SourceStanding {
  /// The largest message time seen.
  var largest: Int64?
  /// When its last line came.
  var arrived: Int64?
  var lines: Int64 = 0
  var marks: [Int32: ReadMarks] = [:]
  /// Whether there is something new to keep.
  var hasMoved = true

  init() {}

  init(_ saved: SavedSource) {
    largest = saved.largest
    arrived = saved.arrived
    lines = saved.lines
    for generation in saved.generations where !generation.marks.isEmpty {
      marks[generation.number] = generation.marks
    }
  }

  /// `recorded` is when lines were last written that were there before anybody looked.
  mutating func note(_ found: LiveFeed.Lines, now: Int64, recorded: Int64?) {
    hasMoved = true
    lines += Int64(found.batch.count)
    arrived = recorded ?? now
    if let newest = found.largest { largest = max(largest ?? newest, newest) }
    guard found.hasUntimed || !found.refused.isEmpty else { return }
    let chunk = found.batch.chunk
    var known = marks[found.batch.generation] ?? ReadMarks()
    known.refused += found.refused
    if found.hasUntimed {
      known.arrivals.append(
        ReadMarks.Arrival(
          end: Int64(chunk.end), time: recorded == nil ? now : nil))
    }
    marks[found.batch.generation] = known
  }
}

extension Deciding {
  mutating func keepChanges() {
    keepsChanges = true
    for index in monitors.indices { monitors[index].keepChanges() }
  }

  mutating func restore(_ index: Int, _ saved: SavedMonitor) { monitors[index].restore(saved) }

  mutating func inherit(_ index: Int, _ alerts: [SavedAlert]) { monitors[index].inherit(alerts) }

  mutating func again(
    _ frames: inout [Frame], _ run: LineRun, restored: Set<Int>, newest: Int64
  ) {
    for index in monitors.indices {
      if restored.contains(index) {
        monitors[index].again(&frames[index], run)
      } else {
        monitors[index].warm(&frames[index], run, newest: newest)
      }
    }
  }

  mutating func changesAreKept() {
    for index in monitors.indices { monitors[index].changesAreKept() }
  }
}
