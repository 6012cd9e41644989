/// Something that happens often, said now and then.
package struct HealthCount: Sendable {
  /// How many were said.
  package private(set) var said = 0
  private var total = 0
  private var saidAt: Duration?

  private static let pause = Duration.seconds(60)

  package init() {}

  /// How many are to be said now that there are `total`; nil when it is too soon.
  package mutating func take(_ total: Int, at elapsed: Duration) -> Int? {
    self.total = total
    if let wakes, elapsed < wakes { return nil }
    defer {
      said = total
      saidAt = elapsed
    }
    return total - said
  }

  /// When those are to be said that were not yet.
  package var wakes: Duration? { total > said ? saidAt.map { $0 + HealthCount.pause } : nil }
}
