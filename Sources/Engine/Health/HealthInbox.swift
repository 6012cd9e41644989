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

  func post(_ report: Delivery.Report) {
    guard let record = HealthRecord(report) else { return }
    let isTaken = content.withLock { content in
      guard !content.leftOut.contains(report.monitor),
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
