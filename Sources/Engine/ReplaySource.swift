import Alerting
import QueryLanguage
import Records

/// One source of a replay: its lines in order, with lent times and without refused lines.
final class ReplaySource {
  /// Lines that are ready to be merged.
  struct Ready {
    var fed: FedBatch
    /// Rows that count: messages with a time, not refused.
    var timed: Selection
    /// Next row to take.
    var row = 0
    /// Number of the batch within the source.
    var number: Int
  }

  private(set) var current: Ready?
  private(set) var refused = ScanReport.Trouble()
  private(set) var hasTimes = false
  private let feed: SourceFeed
  private let times: Range<Int64>
  private var gate: AheadGate
  private var ahead: [Ready] = []
  private var admitted = 0
  /// Batches at the head of the source in which nothing has a time yet.
  private var waiting: [FedBatch] = []
  private var atEnd = false

  /// A source that goes on this long without a single time is not worth waiting for.
  private static let mostWaiting = 64 << 20

  private let observer: (any ReplayObserver)?

  /// `times` are looked at; other lines are as if they were not there.
  init(_ feed: SourceFeed, times: Range<Int64>, observer: (any ReplayObserver)? = nil) {
    self.feed = feed
    self.times = times
    self.observer = observer
    gate = AheadGate(maxAhead: feed.plan.maxAhead)
  }

  var report: ScanReport {
    var report = feed.report
    report.refused = refused
    return report
  }

  func cancel() { feed.cancel() }

  /// Time of the next line to merge; nil at the end of the source.
  func nextTime() throws -> Int64? {
    while true {
      if let ready = current {
        var row = ready.row
        while row < ready.timed.count, !ready.timed[row] { row += 1 }
        current?.row = row
        if row < ready.timed.count { return ready.fed.made.batch.times[row] }
      }
      guard try advance() else {
        current = nil
        return nil
      }
    }
  }

  func take(through row: Int) { current?.row = row }

  /// Makes the next settled batch the current one.
  private func advance() throws -> Bool {
    while !atEnd, ahead.isEmpty || gate.isHolding {
      if let fed = try feed.next() {
        admit(fed)
      } else {
        atEnd = true
        gate.finish()
      }
    }
    guard !ahead.isEmpty else { return false }
    current = ahead.removeFirst()
    return true
  }

  private func admit(_ fed: FedBatch) {
    if !hasTimes {
      guard fed.made.lastTime != nil else {
        waiting.append(fed)
        let size = waiting.reduce(0) { $0 + $1.made.batch.chunk.bytes.count }
        if size > ReplaySource.mostWaiting { waiting = [] }
        return
      }
      hasTimes = true
      // Lines before the first time take that.
      let first = fed.made.batch.times.first { $0 != Batch.untimed } ?? 0
      for earlier in waiting { settle(lend(first, to: earlier)) }
      waiting = []
      settle(lend(first, to: fed))
      return
    }
    settle(fed)
  }

  /// The batch with a time for the rows that have none.
  private func lend(_ time: Int64, to fed: FedBatch) -> FedBatch {
    var made = fed.made
    guard made.batch.times.contains(Batch.untimed) else { return fed }
    let times = made.batch.times.enumerated().map { row, own in
      own == Batch.untimed && made.messages[row] ? time : own
    }
    made.batch = made.batch.with(times: times)
    return feed.feed(made)
  }

  private func settle(_ fed: FedBatch) {
    let batch = fed.made.batch
    for row in fed.made.malformed { observer?.sees(malformed: row, of: batch) }
    var timed = fed.made.messages
    timed.filter { batch.times[$0] != Batch.untimed && times.contains(batch.times[$0]) }
    let refused = gate.pass(
      timed, of: admitted, times: batch.times, untimed: fed.made.untimed)
    ahead.append(Ready(fed: fed, timed: timed, number: admitted))
    admitted += 1
    for place in refused {
      guard let index = ahead.firstIndex(where: { $0.number == place.batch }) else { continue }
      ahead[index].timed.remove(place.row)
      observer?.sees(refused: place.row, of: ahead[index].fed.made.batch)
      self.refused.note(at: feed.placement(place.row, ahead[index].fed.made.batch))
    }
  }
}
