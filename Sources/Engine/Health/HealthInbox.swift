import Actions
import Synchronization

/// Where other threads leave what a `HealthWatch` is to note.
final class HealthInbox: Sendable {
  private struct Content {
    var leftOut: Set<String> = []
    var records: [HealthRecord] = []
  }

  /// Rung when something came.
  let bell = Doorbell()
  private let content = Mutex(Content())

  private static let capacity = 1_000

  /// What these monitors ask for makes no records: they look at records.
  func leaveOut(_ monitors: [String]) {
    content.withLock { $0.leftOut = Set(monitors) }
  }

  func post(_ report: Delivery.Report) { HealthRecord(report).map(post) }

  func post(_ news: PulseNews) { HealthRecord(news).map(post) }

  private func post(_ record: HealthRecord) {
    let isTaken = content.withLock { content in
      guard !(record.monitor.map(content.leftOut.contains) ?? false),
        content.records.count < HealthInbox.capacity
      else { return false }
      content.records.append(record)
      return true
    }
    if isTaken { bell.ring() }
  }

  func take() -> [HealthRecord] {
    content.withLock { content in
      defer { content.records = [] }
      return content.records
    }
  }
}
