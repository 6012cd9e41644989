import QueryLanguage
import Records

/// What a monitor shows somebody who looks at it without deciding anything.
extension Monitor {
  /// What its first condition compares in the window of the earliest undecided instant; of several rows
  /// the one farthest past the threshold. Nil where nothing is compared.
  package var glance: Double? {
    guard let level = rule.levels.first, let due else { return nil }
    if rule.readsTotals { return glance(level, due.totals) ?? (level.emptyIsZero ? 0 : nil) }
    var frame = result(at: due.end)
    defer { withExtendedLifetime(frame.arena) {} }
    switch level.subject {
    case .rows:
      return Double(frame.live.rows.count)
    case .column(let slot):
      let column = frame.column(slot)
      let values = frame.live.rows.compactMap { column[$0].number }
      return farthest(values, level) ?? (level.emptyIsZero ? 0 : nil)
    }
  }

  private func glance(_ level: BoundLevel, _ totals: Partial) -> Double? {
    var values: [Double] = []
    switch level.subject {
    case .rows:
      var count = 0
      totals.forEachGroup { _, _ in count += 1 }
      return Double(count)
    case .column(let slot):
      guard let column = rule.foldColumn(slot) else { return nil }
      totals.forEachNumber(column) { _, number in if let number { values.append(number) } }
    }
    return farthest(values, level)
  }

  private func farthest(_ values: [Double], _ level: BoundLevel) -> Double? {
    values.reduce(nil) { farthest, value in
      farthest.map { level.isFarther(value, than: $0) ? value : $0 } ?? value
    }
  }

  /// How much of the window has passed since it began.
  package var seen: Int64 {
    nextInstant.map { max(0, min(rule.reach, $0 - began)) } ?? 0
  }

  /// How many groups it knows; the whole counts for none.
  package var groupCount: Int { groups.numbered - 1 }
}
