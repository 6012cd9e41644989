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
  }

  private(set) var current: Ready?
  private(set) var refused = ScanReport.Trouble()
  private(set) var hasTimes = false
  private let feed: SourceFeed
  private var gate: AheadGate
  private var held: AheadGate.Held?
  private var ahead: [Ready] = []
  /// Batches at the head of the source in which nothing has a time yet.
  private var waiting: [FedBatch] = []
  private var atEnd = false

  /// A source that goes on this long without a single time is not worth waiting for.
  private static let mostWaiting = 64 << 20

  init(_ feed: SourceFeed) {
    self.feed = feed
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
    while !atEnd, ahead.count < (held == nil ? 1 : 2) {
      guard let fed = try feed.next() else {
        atEnd = true
        // At the end of the source a held line is accepted.
        held = nil
        break
      }
      admit(fed)
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
    var timed = fed.made.messages
    let batch = fed.made.batch
    timed.filter { batch.times[$0] != Batch.untimed }
    let before = held
    let (rows, verdict) = gate.pass(
      timed, times: batch.times, untimed: fed.made.untimed, held: &held)
    if verdict == .refused, let before, let last = ahead.indices.last {
      refuse(before.rows, in: &ahead[last].timed, ahead[last].fed.made.batch)
    }
    refuse(rows, in: &timed, batch)
    ahead.append(Ready(fed: fed, timed: timed))
  }

  private func refuse(_ rows: [Int], in timed: inout Selection, _ batch: Batch) {
    for row in rows { timed.remove(row) }
    refused.note(rows.count, at: rows.first.map { feed.placement($0, batch) })
  }
}
