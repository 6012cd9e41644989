package import QueryLanguage
package import Records

/// A query over sources at rest, from their first line to their last.
package struct QueryRun {
  private let plan: Plan
  private let sources: [SourcePlan]
  private let options: FeedOptions
  private let now: Int64
  /// Message times that are looked at: from, up to and not including.
  private let from: Int64?
  private let to: Int64?
  private let needsTimes: Bool
  /// Bytes that rows may take which are needed all at once.
  private let memory: Int

  package init(
    plan: Plan, sources: [SourcePlan], options: FeedOptions, now: Int64, from: Int64? = nil,
    to: Int64? = nil, showsTimes: Bool = false, memory: Int = .max
  ) {
    self.memory = memory
    self.plan = plan
    self.sources = sources
    self.options = options
    self.now = now
    self.from = from
    self.to = to
    needsTimes = from != nil || to != nil || showsTimes || plan.readsTimes
  }

  /// What comes out while the query runs.
  package struct Outlet {
    /// Rows of a query without aggregate, as they are found; false when no more are wanted.
    package var rows: (inout Frame) throws -> Bool
    /// Called for each batch; the closure gives the result as it stands.
    package var progress: (ScanReport, () -> Frame?) throws -> Void
    package var quarantine: ((Bytes) throws -> Void)?

    package init(
      rows: @escaping (inout Frame) throws -> Bool,
      progress: @escaping (ScanReport, () -> Frame?) throws -> Void,
      quarantine: ((Bytes) throws -> Void)? = nil
    ) {
      self.rows = rows
      self.progress = progress
      self.quarantine = quarantine
    }
  }

  /// Reads everything; the result of an aggregate, or of a query that needs all rows at once.
  package func run(_ outlet: Outlet) throws -> (result: Frame?, report: ScanReport) {
    var total = ScanReport()
    var state = State(plan, memory: memory)
    let pool = ChunkPool()
    let (members, heads) = Head.sharing([plan])
    let (from, to) = (from, to)
    for (index, source) in sources.enumerated() where state.wantsMore {
      let feed = SourceFeed(
        source, source: Int32(index),
        wanted: Wanted(members: members, times: needsTimes, strict: options.strict), heads: heads,
        options: options, pool: pool, ledger: nil, quarantine: outlet.quarantine
      ) { batch in
        guard from != nil || to != nil else { return nil }
        var kept = Selection(all: batch.count)
        kept.filter { row in
          let time = batch.times[row]
          return time != Batch.untimed && time >= from ?? .min && time < to ?? .max
        }
        return kept
      }
      defer { feed.cancel() }
      while state.wantsMore, let fed = try feed.next() {
        var frame = fed.frames[0]
        frame.now = now
        state.runOrdered(on: &frame)
        feed.note(
          limited: frame.limited.dropFirst(fed.frames[0].limited.count), in: fed.made.batch)
        try state.take(&frame, outlet)
        if state.isFull { throw RowsOutgrown() }
        var running = total
        running.add(feed.report)
        try outlet.progress(running) { state.result(now: now) }
      }
      total.add(feed.report)
    }
    return (state.result(now: now), total)
  }

  /// What has been gathered so far.
  private struct State {
    let plan: Plan
    var ordered: [any Stage]
    var groups = GroupTable()
    var partial: Partial?
    var rows: RowStore?

    init(_ plan: Plan, memory: Int) {
      self.plan = plan
      ordered = plan.ordered
      partial = plan.fold.map { Partial($0) }
      rows = plan.collects ? RowStore(columns: plan.loads.count, limit: memory) : nil
    }

    /// Whether there were more rows to keep than there is room for.
    var isFull: Bool { rows?.isFull ?? false }

    var wantsMore: Bool { ordered.allSatisfy(\.wantsMore) }

    mutating func runOrdered(on frame: inout Frame) {
      for index in ordered.indices {
        ordered[index].apply(to: &frame)
        frame.dropUndecided()
      }
    }

    mutating func take(_ frame: inout Frame, _ outlet: Outlet) throws {
      guard !frame.live.isEmpty else { return }
      if let fold = plan.fold {
        let keys = fold.keys.map { frame.column($0) }
        let numbers = groups.groups(of: keys, rows: frame.live)
        partial?.absorb(&frame, rows: frame.live, groups: numbers)
      } else if rows != nil {
        rows?.append(&frame)
      } else if try !outlet.rows(&frame) {
        ordered.append(LimitReached())
      }
    }

    func result(now: Int64) -> Frame? {
      guard var frame = gathered else { return nil }
      frame.now = now
      plan.runTail(on: &frame)
      return frame
    }

    private var gathered: Frame? {
      if let partial {
        return partial.isEmpty && partial.plan.keys.isEmpty
          ? partial.emptyRow() : partial.frame(groups)
      }
      return rows?.frame
    }
  }
}

/// A query needs all its rows at once, and there is no room for them: an answer from some of them would
/// be a wrong one.
package struct RowsOutgrown: Error {}

/// Stands for a reader who wants no more rows.
private struct LimitReached: Stage {
  static var reach: StageReach { .order }
  var wantsMore: Bool { false }

  func apply(to frame: inout Frame) {}
}

extension ScanReport {
  package mutating func add(_ other: ScanReport) {
    lines += other.lines
    bytes += other.bytes
    blank += other.blank
    duplicateKeys += other.duplicateKeys
    malformed.note(other.malformed.count, at: other.malformed.first)
    tooLong.note(other.tooLong.count, at: other.tooLong.first)
    untimed.note(other.untimed.count, at: other.untimed.first)
    refused.note(other.refused.count, at: other.refused.first)
    regexLimit.note(other.regexLimit.count, at: other.regexLimit.first)
    failures += other.failures
  }
}
